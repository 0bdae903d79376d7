// Shapes, axes and strides: pure functions on lists of numbers.
import { IndexError, ShapeError, ValueError } from './errors.ts';

/** Sizes of the dimensions, outermost first. `[]` is a scalar. */
export type Shape = readonly number[];

/** The most dimensions a tensor may have: what the kernels' index arithmetic carries. */
export const RANK_MAX = 8;

export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Number of elements. The empty product is 1, so a scalar has one. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Strides, in elements, of a row-major tensor. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** Throws unless every length is a whole number ≥ 0 and the tensor's size can be counted exactly. */
export function checkShape(shape: Shape, where: string): void {
  if (shape.length > RANK_MAX) {
    throw new ShapeError(`${where}: too many dimensions`, {
      expected: `at most ${RANK_MAX}`,
      got: `${shape.length}: ${formatShape(shape)}`,
      fix: 'merge dimensions with reshape or flatten',
    });
  }
  for (let i = 0; i < shape.length; i++) {
    const length = shape[i];
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new ShapeError(`${where}: a dimension is not a size`, {
        where: `dimension ${i} of ${formatShape(shape)}`,
        expected: 'a whole number ≥ 0',
        got: String(length),
      });
    }
  }
  if (sizeOf(shape) >= 2 ** 31) {
    throw new ShapeError(`${where}: too many elements`, {
      expected: 'fewer than 2147483648',
      got: `${sizeOf(shape)}: ${formatShape(shape)}`,
      fix: 'split the tensor',
    });
  }
}

/** Turns a dimension counted from either end into 0 … rank − 1. A scalar takes 0 and −1, as in PyTorch. */
export function normalizeDim(dim: number, rank: number, where: string): number {
  const bound = Math.max(rank, 1);
  if (!Number.isInteger(dim) || dim < -bound || dim >= bound) {
    throw new IndexError(`${where}: dimension out of range`, {
      expected: `a whole number from ${-bound} to ${bound - 1}`,
      got: String(dim),
    });
  }
  return dim < 0 ? dim + bound : dim;
}

/** Normalised, distinct, ascending dimensions; `undefined` means all of them. */
export function normalizeDims(
  dims: number | readonly number[] | undefined,
  rank: number,
  where: string,
): number[] {
  if (dims === undefined || (typeof dims !== 'number' && dims.length === 0)) {
    return Array.from({ length: rank }, (_, i) => i);
  }
  const list = typeof dims === 'number' ? [dims] : dims;
  const normal = list.map((dim) => normalizeDim(dim, rank, where));
  if (new Set(normal).size !== normal.length) {
    throw new ValueError(`${where}: a dimension is named twice`, { got: formatShape(list) });
  }
  return normal.filter((dim) => dim < rank).sort((a, b) => a - b);
}

/** The shape both operands broadcast to, aligned at the last dimension. */
export function broadcastShapes(a: Shape, b: Shape, where: string): Shape {
  if (sameShape(a, b)) return a;
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1;
    const y = b[b.length - i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(`${where}: shapes do not broadcast`, {
        where: `dimension ${rank - i}, counted from the left of the result`,
        expected: 'equal lengths, or a length of 1',
        got: `${formatShape(a)} and ${formatShape(b)} (${x} against ${y})`,
        fix: 'reshape or unsqueeze one of them so that the dimensions line up at the right',
      });
    }
    out[rank - i] = x === 1 ? y : x;
  }
  return out;
}

/** Fills in the one −1 of a reshape and checks the element count. */
export function resolveReshape(from: Shape, to: Shape, where: string): Shape {
  const size = sizeOf(from);
  let holes = 0;
  let known = 1;
  for (const length of to) {
    if (length === -1) holes++;
    else known *= length;
  }
  if (holes > 1) throw new ShapeError(`${where}: only one dimension can be -1`, { got: formatShape(to) });
  const expected = (): string => `${size} elements, as in ${formatShape(from)}`;
  if (holes === 1) {
    if (known === 0 || size % known !== 0) {
      throw new ShapeError(`${where}: the dimension of -1 cannot be worked out`, {
        expected: expected(),
        got: formatShape(to),
      });
    }
    const resolved = to.map((length) => (length === -1 ? size / known : length));
    checkShape(resolved, where);
    return resolved;
  }
  checkShape(to, where);
  if (known !== size) {
    throw new ShapeError(`${where}: the number of elements would change`, {
      expected: expected(),
      got: `${known}: ${formatShape(to)}`,
      fix: 'use -1 for the one dimension to be worked out',
    });
  }
  return to;
}

/** The coordinates of a row-major position. */
export function unravel(position: number, shape: Shape): number[] {
  const index = shape.map(() => 0);
  let rest = position;
  for (let d = shape.length - 1; d >= 0; d--) {
    index[d] = rest % shape[d];
    rest = Math.floor(rest / shape[d]);
  }
  return index;
}
