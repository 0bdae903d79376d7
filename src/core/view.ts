// One strided view of a row-major buffer: what permute, expand, slice and flip turn an index into.
import { type Shape, rowMajorStrides, sameShape, sizeOf } from './shape.ts';

/** Element (c₀, c₁, …) of the view is element `offset + Σ cᵢ·stridesᵢ` of the buffer. Strides may be 0 or negative. */
export interface View {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

export const contiguousView = (shape: Shape): View => ({ shape, strides: rowMajorStrides(shape), offset: 0 });

/** Whether reading the view in order reads the buffer in order, from `offset` on. */
export function isContiguous(view: View): boolean {
  let expected = 1;
  for (let i = view.shape.length - 1; i >= 0; i--) {
    const length = view.shape[i];
    if (length !== 1 && view.strides[i] !== expected) return false;
    expected *= length;
  }
  return true;
}

/** Whether element i of the view is element i of the buffer, for a buffer of `size` elements. */
export const isIdentity = (view: View | null, size: number): boolean =>
  view !== null && view.offset === 0 && sizeOf(view.shape) === size && isContiguous(view);

export function permuteView(view: View, dims: readonly number[]): View {
  return {
    shape: dims.map((dim) => view.shape[dim]),
    strides: dims.map((dim) => view.strides[dim]),
    offset: view.offset,
  };
}

/** Repeats dimensions of length 1 (and new leading ones) by a stride of 0. */
export function expandView(view: View, shape: Shape): View {
  const lead = shape.length - view.shape.length;
  const strides = shape.map((length, i) => {
    const own = view.shape[i - lead] ?? 1;
    return own === 1 && length !== 1 ? 0 : (view.strides[i - lead] ?? 0);
  });
  return { shape, strides, offset: view.offset };
}

/** Along `dim`: elements start, start + step, … of them `length`. A negative step reads backwards. */
export function sliceView(view: View, dim: number, start: number, step: number, length: number): View {
  const stride = view.strides[dim];
  return {
    shape: view.shape.map((n, i) => (i === dim ? length : n)),
    strides: view.strides.map((s, i) => (i === dim ? s * step : s)),
    offset: view.offset + start * stride,
  };
}

/**
 * The view with another shape of the same size, or null where no strides can express it (then the data must
 * be copied first). Every run of old dimensions whose memory lies evenly is cut anew into new dimensions.
 */
export function reshapeView(view: View, shape: Shape): View | null {
  if (sameShape(view.shape, shape)) return view;
  if (sizeOf(shape) === 0) return { shape, strides: rowMajorStrides(shape), offset: view.offset };
  const strides = new Array<number>(shape.length).fill(0);
  const old = view.shape
    .map((length, i) => ({ length, stride: view.strides[i] }))
    .filter((d) => d.length !== 1);
  let next = 0;
  for (let i = 0; i < old.length;) {
    let oldSize = old[i].length;
    let newSize = 1;
    const from = next;
    let last = i;
    while (next < shape.length && newSize < oldSize) newSize *= shape[next++];
    while (newSize !== oldSize) {
      if (newSize < oldSize) newSize *= shape[next++];
      else oldSize *= old[++last].length;
    }
    for (let j = i; j < last; j++) {
      if (old[j].stride !== old[j + 1].stride * old[j + 1].length) return null;
    }
    let stride = old[last].stride;
    for (let j = next - 1; j >= from; j--) {
      strides[j] = stride;
      stride *= shape[j];
    }
    i = last + 1;
  }
  return { shape, strides, offset: view.offset };
}

/** Merges neighbouring dimensions that every view walks evenly, and drops those of length 1. All views have one shape. */
export function collapse(shape: Shape, views: readonly View[]): { shape: number[]; strides: number[][] } {
  const sizes: number[] = [];
  const strides: number[][] = views.map(() => []);
  for (let i = 0; i < shape.length; i++) {
    const length = shape[i];
    if (length === 1) continue;
    const top = sizes.length - 1;
    const joins = top >= 0 && views.every((v, k) => strides[k][top] === v.strides[i] * length);
    if (joins) {
      sizes[top] = sizes[top] * length;
      views.forEach((v, k) => (strides[k][top] = v.strides[i]));
    } else {
      sizes.push(length);
      views.forEach((v, k) => strides[k].push(v.strides[i]));
    }
  }
  return { shape: sizes, strides };
}

/** The buffer index of each element of the view, in row-major order of the view. */
export function forEachIndex(view: View, visit: (bufferIndex: number, position: number) => void): void {
  const size = sizeOf(view.shape);
  const rank = view.shape.length;
  const coordinates = new Array<number>(rank).fill(0);
  let index = view.offset;
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let d = rank - 1; d >= 0; d--) {
      const c = coordinates[d] + 1;
      const stride = view.strides[d];
      if (c < view.shape[d]) {
        coordinates[d] = c;
        index += stride;
        break;
      }
      index -= stride * (c - 1);
      coordinates[d] = 0;
    }
  }
}
