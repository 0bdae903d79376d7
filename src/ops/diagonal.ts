// Diagonals of matrices: reading them in place, and matrices made of them.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp, ViewOp } from '../core/op.ts';
import { type Shape, formatShape, normalizeDim } from '../core/shape.ts';
import { type Value, applyComposite, applyView } from '../core/value.ts';
import { where } from './arithmetic.ts';
import { eq } from './comparison.ts';
import { constant, disconnected } from './create.ts';
import { embed } from './joining.ts';
import { expand, permute, reshape } from './movement.ts';
import { sum } from './reduce.ts';
import { diagonalOffset } from './triangle.ts';

export interface DiagonalOptions {
  /** Diagonals above the main one; below it where negative. */
  readonly offset?: number | undefined;
  /** The dimension of the rows. */
  readonly dim1?: number | undefined;
  /** The dimension of the columns. */
  readonly dim2?: number | undefined;
}
interface DiagonalAttrs {
  readonly offset: number;
  readonly dim1: number;
  readonly dim2: number;
}

const lengthOf = (shape: Shape, { offset, dim1, dim2 }: DiagonalAttrs): number =>
  Math.max(0, Math.min(shape[dim1] - Math.max(-offset, 0), shape[dim2] - Math.max(offset, 0)));
/** The dimensions without the two of the matrix. */
const without = <T>(list: readonly T[], { dim1, dim2 }: DiagonalAttrs): T[] =>
  list.filter((_, d) => d !== dim1 && d !== dim2);

export const diagonalOp: ViewOp<DiagonalAttrs> = {
  name: 'diagonal',
  kind: 'view',
  total: true,
  infer: ({ shape }, attrs) => [...without(shape, attrs), lengthOf(shape, attrs)],
  view: ({ shape, strides, offset }, attrs) => {
    const length = lengthOf(shape, attrs);
    const [row, column] = [strides[attrs.dim1], strides[attrs.dim2]];
    const start = attrs.offset >= 0 ? attrs.offset * column : -attrs.offset * row;
    return {
      shape: [...without(shape, attrs), length],
      strides: [...without(strides, attrs), row + column],
      offset: length === 0 ? offset : offset + start,
    };
  },
  grad: (g, { inputs: [x], attrs }) => [onDiagonal(g, x.shape, attrs)],
};

interface OnDiagonalAttrs extends DiagonalAttrs {
  readonly shape: Shape;
}
/** Zeros of a shape with a diagonal in them: the transpose of `diagonal`. */
export const diagonalEmbedOp: CompositeOp<OnDiagonalAttrs> = {
  name: 'diagonalEmbed',
  kind: 'composite',
  grad: (g, { attrs: { offset, dim1, dim2 } }) => [applyView(diagonalOp, g, { offset, dim1, dim2 })],
  linear: true,
};
function onDiagonal(x: Value, shape: Shape, attrs: DiagonalAttrs): Value {
  const { offset, dim1, dim2 } = attrs;
  const [rows, columns] = [shape[dim1], shape[dim2]];
  if (x.size === 0) return disconnected(constant(0, shape, x.dtype), [x]);
  const lead = x.shape.slice(0, -1);
  const lined = embed(x, lead.length, Math.max(-offset, 0), 1, rows);
  const whole = [...lead, rows, columns];
  const filled = expand(reshape(lined, [...lead, rows, 1]), whole);
  const matrix = where(eq(diagonalOffset(whole, 'diagEmbed'), offset), filled, 0);
  // The matrix's dimensions go from the end to where they belong.
  const order = shape.map((_, d) => d);
  const from = [...without(order, attrs), dim1, dim2];
  const placed = permute(
    matrix,
    order.map((d) => from.indexOf(d)),
  );
  return applyComposite(diagonalEmbedOp, [x], { ...attrs, shape }, placed);
}

function attrsOf(where_: string, rank: number, options: Required<DiagonalAttrs>): DiagonalAttrs {
  const dim1 = normalizeDim(options.dim1, rank, where_);
  const dim2 = normalizeDim(options.dim2, rank, where_);
  if (!Number.isInteger(options.offset)) {
    throw new ValueError(`${where_}: the offset is not a whole number`, { got: String(options.offset) });
  }
  if (dim1 === dim2) {
    throw new ValueError(`${where_}: rows and columns must be two dimensions`, {
      got: `${options.dim1} and ${options.dim2}`,
    });
  }
  return { offset: options.offset, dim1, dim2 };
}

/** The diagonals of the matrices in dimensions dim1 and dim2, along a new last dimension; no copy. [.., m, n] → [.., k] */
export function diagonal(x: Value, { offset = 0, dim1 = 0, dim2 = 1 }: DiagonalOptions = {}): Value {
  if (x.shape.length < 2) {
    throw new ShapeError('diagonal: needs at least two dimensions', { got: formatShape(x.shape) });
  }
  return applyView(diagonalOp, x, attrsOf('diagonal', x.shape.length, { offset, dim1, dim2 }));
}

/** Matrices, in dimensions dim1 and dim2, with x's last dimension on a diagonal and zeros around. [.., n] → [.., n + |offset|, n + |offset|] */
export function diagEmbed(x: Value, { offset = 0, dim1 = -2, dim2 = -1 }: DiagonalOptions = {}): Value {
  if (x.shape.length === 0) {
    throw new ShapeError('diagEmbed: needs at least one dimension', { got: formatShape(x.shape) });
  }
  const attrs = attrsOf('diagEmbed', x.shape.length + 1, { offset, dim1, dim2 });
  const size = x.shape[x.shape.length - 1] + Math.abs(offset);
  const rest = x.shape.slice(0, -1);
  const shape = Array.from({ length: x.shape.length + 1 }, (_, d) =>
    d === attrs.dim1 || d === attrs.dim2 ? size : (rest.shift() ?? 0),
  );
  return onDiagonal(x, shape, attrs);
}

/** The diagonal of a matrix, or the matrix of a vector on its diagonal. [m, n] → [k], [n] → [n + |diagonal|, ..] */
export function diag(x: Value, { diagonal: offset = 0 }: { diagonal?: number } = {}): Value {
  if (x.shape.length === 1) return diagEmbed(x, { offset });
  if (x.shape.length === 2) return diagonal(x, { offset });
  throw new ShapeError('diag: neither a vector nor a matrix', {
    got: formatShape(x.shape),
    fix: 'use diagonal or diagEmbed',
  });
}

/** The matrix with the elements of x, in order, on a diagonal. [..] → [n + |offset|, n + |offset|] */
export const diagflat = (x: Value, { offset = 0 }: { offset?: number } = {}): Value =>
  diagEmbed(reshape(x, [x.size]), { offset });

/** Sum of a matrix's diagonal. [m, n] → [] */
export function trace(x: Value): Value {
  if (x.shape.length !== 2) throw new ShapeError('trace: not a matrix', { got: formatShape(x.shape) });
  return sum(diagonal(x));
}
