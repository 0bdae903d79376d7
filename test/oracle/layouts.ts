// Gives the same numbers in other layouts: permuted, strided, at an offset. Knows views, and no operation.
import type { Api, Tensor } from './api.ts';
import type { Plain } from './load.ts';

/** How an input lies in memory before the operation sees it. */
export type Layout = 'contiguous' | 'permuted' | 'strided' | 'offset';
export const layouts: readonly Layout[] = ['contiguous', 'permuted', 'strided', 'offset'];

type Data = Plain['data'];

/** A tensor for the operation, and the leaf it is a view of. */
export interface Input {
  readonly leaf: Tensor;
  readonly view: Tensor;
  /** What the leaf's gradient must be, from what the view's must be. */
  readonly pull: (grad: Plain) => Plain;
}

const JUNK = 77; // between the elements: must show in no result

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** An array of the same type, `length` long, filled with `fill`. */
function arrayLike(data: Data, length: number, fill: number): Data {
  if (data instanceof Float64Array) return new Float64Array(length).fill(fill);
  if (data instanceof Float32Array) return new Float32Array(length).fill(fill);
  if (data instanceof Int32Array) return new Int32Array(length).fill(fill);
  return new Uint8Array(length).fill(fill === 0 ? 0 : 1);
}

/** Numbers put at `place(position)` in a larger array of `shape`. */
function placed(
  x: Plain,
  shape: readonly number[],
  place: (position: number) => number,
  fill: number,
): Plain {
  const data = arrayLike(x.data, size(shape), fill);
  x.data.forEach((value, k) => (data[place(k)] = value));
  return { ...x, shape, data };
}

/** The position of each element of `x` once its dimensions are in the opposite order. */
function reversed(shape: readonly number[]): (position: number) => number {
  const strides = shape.map((_, k) => size(shape.slice(0, k)));
  return (position) => {
    let at = 0;
    let rest = position;
    for (let k = shape.length - 1; k >= 0; k--) {
      const n = shape[k] ?? 1;
      at += (rest % n) * (strides[k] ?? 0);
      rest = Math.floor(rest / n);
    }
    return at;
  };
}

/** A leaf of `x` as it is. Float64 numbers stay so where the backend counts in float64. */
export function leafOf(w: Api, x: Plain): Tensor {
  const flat = w.tensor(x.data, { dtype: x.dtype });
  const leaf = flat.reshape(x.shape).detach();
  return x.requiresGrad ? leaf.requiresGrad_() : leaf;
}

/** The tensor of `x` in a layout. Where the rank allows no such layout it is contiguous. */
export function inputOf(w: Api, x: Plain, layout: Layout): Input {
  const rank = x.shape.length;
  if (layout === 'permuted' && rank > 1) {
    const place = reversed(x.shape);
    const shape = [...x.shape].reverse();
    const leaf = leafOf(w, placed(x, shape, place, 0));
    const order = shape.map((_, k) => rank - 1 - k);
    return { leaf, view: leaf.permute(order), pull: (g) => placed(g, shape, place, 0) };
  }
  if (layout === 'strided' && rank > 0) {
    const last = x.shape[rank - 1] ?? 0;
    const shape = [...x.shape.slice(0, -1), 2 * last];
    const leaf = leafOf(
      w,
      placed(x, shape, (k) => 2 * k, JUNK),
    );
    return { leaf, view: leaf.slice(-1, 0, 2 * last, 2), pull: (g) => placed(g, shape, (k) => 2 * k, 0) };
  }
  if (layout === 'offset' && rank > 0) {
    const row = size(x.shape.slice(1));
    const rows = x.shape[0] ?? 0;
    const shape = [rows + 3, ...x.shape.slice(1)];
    const leaf = leafOf(
      w,
      placed(x, shape, (k) => k + 2 * row, JUNK),
    );
    return { leaf, view: leaf.narrow(0, 2, rows), pull: (g) => placed(g, shape, (k) => k + 2 * row, 0) };
  }
  const leaf = leafOf(w, x);
  return { leaf, view: leaf, pull: (g) => g };
}
