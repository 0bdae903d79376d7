// What the decompositions share: checks, batches as one dimension, diagonals and triangles.
import { DtypeError, ShapeError } from '../../core/errors.ts';
import type { Access, CoreOp, HostTensor, KernelPass } from '../../core/op.ts';
import { type Shape, broadcastShapes, formatShape, sizeOf } from '../../core/shape.ts';
import { type Value, applyCore } from '../../core/value.ts';
import { mul } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { eq } from '../comparison.ts';
import { constant, iota } from '../create.ts';
import { expand, reshape, slice, transpose, unsqueeze } from '../movement.ts';

/** The f32 matrices of `x`: [.., m, n]. Throws for fewer dimensions or another element type. */
export function matrices(where: string, x: Value): Value {
  if (x.dtype !== 'f32') {
    throw new DtypeError(`${where}: matrices are made of f32`, {
      expected: 'f32',
      got: x.dtype,
      fix: 'convert with .to("f32")',
    });
  }
  if (x.shape.length < 2) {
    throw new ShapeError(`${where}: a matrix has two dimensions`, {
      expected: '[.., m, n]',
      got: formatShape(x.shape),
    });
  }
  return x;
}

/** The same, and square. */
export function squares(where: string, x: Value): Value {
  const [m, n] = matrices(where, x).shape.slice(-2);
  if (m !== n) {
    throw new ShapeError(`${where}: the matrices are not square`, {
      expected: '[.., n, n]',
      got: formatShape(x.shape),
    });
  }
  return x;
}

/** The batch dimensions of matrices. */
export const batchOf = (x: Value): Shape => x.shape.slice(0, -2);

/** The matrices expanded to a batch shape. */
export const overBatch = (x: Value, batch: Shape): Value => expand(x, [...batch, ...x.shape.slice(-2)]);

/** Two operands with their batches broadcast against each other. */
export function together(where: string, a: Value, b: Value): [Value, Value] {
  const batch = broadcastShapes(batchOf(a), batchOf(b), where);
  return [overBatch(a, batch), overBatch(b, batch)];
}

/** A core operation on matrices whose batch dimensions it wants as one. The results are matrices again. */
export function applyToMatrices<A extends object>(op: CoreOp<A>, inputs: readonly Value[], attrs: A): Value {
  const batch = batchOf(inputs[0]);
  const flat = inputs.map((x) => reshape(x, [sizeOf(batch), ...x.shape.slice(-2)]));
  const result = applyCore(op, flat, attrs);
  return reshape(result, [...batch, ...result.shape.slice(-2)]);
}

export const indexed = (): Access => ({ kind: 'indexed' });

/** The last pass of a kernel that works in scratch memory: a copy to where the results go. */
export const copied = (size: number): KernelPass => ({
  shader: 'copy',
  params: { size },
  workgroups: Math.ceil(size / 64),
  reads: { a: 'scratch' },
});

/** Calls `visit` for each matrix of a row-major [count, rows, columns]. */
export function eachMatrix(x: HostTensor, visit: (matrix: Float64Array, index: number) => void): void {
  const size = sizeOf(x.shape.slice(-2));
  const count = sizeOf(x.shape.slice(0, -2));
  for (let i = 0; i < count; i++) visit(Float64Array.from(x.data.subarray(i * size, (i + 1) * size)), i);
}

/** Swaps the last two dimensions. */
export const mT = (x: Value): Value => transpose(x, -2, -1);

/** Ones where row = column. [rows, columns] */
export function identity(rows: number, columns = rows): Value {
  const row = expand(reshape(cast(iota([rows]), 'i32'), [rows, 1]), [rows, columns]);
  return cast(eq(row, expand(cast(iota([columns]), 'i32'), [rows, columns])), 'f32');
}

/** The main diagonal of the last two dimensions. [.., m, n] → [.., min(m, n)] */
export function mainDiagonal(x: Value): Value {
  const [m, n] = x.shape.slice(-2);
  const length = Math.min(m, n);
  if (x.size === 0) return constant(0, [...batchOf(x), length], x.dtype);
  return slice(reshape(x, [...batchOf(x), m * n]), -1, 0, (length - 1) * (n + 1) + 1, n + 1);
}

/** A vector on the diagonal of a square matrix of zeros. [.., n] → [.., n, n] */
export const onDiagonal = (x: Value): Value => mul(unsqueeze(x, -1), identity(x.shape[x.shape.length - 1]));

/** Rows from … to of the last two dimensions. */
export const rows = (x: Value, from: number, to: number): Value => slice(x, -2, from, to);
/** Columns from … to. */
export const columns = (x: Value, from: number, to: number): Value => slice(x, -1, from, to);
