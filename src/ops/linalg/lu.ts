// L · U decompositions with partial pivoting, and the packed form that systems are solved from.
import type { CoreOp } from '../../core/op.ts';
import { sizeOf } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import { add, sub } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { eq } from '../comparison.ts';
import { constant, disconnected, iota } from '../create.ts';
import { cat } from '../joining.ts';
import { zerosLike } from '../math.ts';
import { matmul } from '../matmul.ts';
import { detach, expand, reshape, select } from '../movement.ts';
import { tril, triu } from '../triangle.ts';
import {
  applyToMatrices,
  batchOf,
  columns,
  copied,
  eachMatrix,
  identity,
  indexed,
  mT,
  matrices,
  rows,
} from './matrices.ts';
import { solveTriangular } from './triangular.ts';

function swapRows(a: Float64Array, width: number, i: number, j: number): void {
  for (let k = 0; k < width; k++) {
    const kept = a[i * width + k];
    a[i * width + k] = a[j * width + k];
    a[j * width + k] = kept;
  }
}

function eliminate(a: Float64Array, m: number, n: number): Int32Array {
  const order = Int32Array.from({ length: m }, (_, i) => i);
  for (let k = 0; k < Math.min(m, n); k++) {
    let pivot = k;
    for (let i = k + 1; i < m; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k])) pivot = i;
    swapRows(a, n, k, pivot);
    [order[k], order[pivot]] = [order[pivot], order[k]];
    const divisor = a[k * n + k];
    for (let i = k + 1; i < m; i++) {
      const factor = divisor === 0 ? 0 : a[i * n + k] / divisor;
      a[i * n + k] = factor;
      for (let j = k + 1; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return order;
}

/**
 * [count, m, n] → [count, m, n + 2]: U and, below its diagonal, L; then, for each row, which row of the input it was;
 * then, for each row of the input, where it went.
 */
export const luOp: CoreOp = {
  name: 'lu',
  kind: 'core',
  infer: ([a]) => ({ shape: [a.shape[0], a.shape[1], a.shape[2] + 2], dtype: 'f32' }),
  access: indexed,
  passes: ({ inputs: [a], output }) => {
    const [count, m, n] = a.shape;
    const size = sizeOf(output.shape);
    return [
      { shader: 'lu', params: { count, m, n }, workgroups: count, reads: { a: 0 }, scratchElements: size },
      copied(size),
    ];
  },
  cpu: ([a], output) => {
    const [, m, n] = a.shape;
    const width = n + 2;
    eachMatrix(a, (matrix, index) => {
      const order = eliminate(matrix, m, n);
      const at = index * m * width;
      for (let i = 0; i < m; i++) {
        output.data.set(matrix.subarray(i * n, (i + 1) * n), at + i * width);
        output.data[at + i * width + n] = order[i];
        output.data[at + order[i] * width + n + 1] = i;
      }
    });
  },
  grad: (g, y) => {
    const [a] = y.inputs;
    const n = a.shape[2];
    return [luGradient(columns(g, 0, n), y, n)];
  },
};

/** [.., m, n] with x in its first rows, zeros below. */
function paddedRows(x: Value, m: number): Value {
  const [have, n] = x.shape.slice(-2);
  return have === m ? x : cat([x, constant(0, [...batchOf(x), m - have, n], 'f32')], -2);
}

/**
 * The gradient of the input from that of the packed factors. L and U depend on A through
 * dF = L⁻¹·Pᵀ·dA·U⁻¹ (on the leading square), whose strict lower triangle makes dL and whose upper one dU; the rows of L
 * below the square, or the columns of U beside it, follow by the product rule.
 */
function luGradient(g: Value, packed: Value, n: number): Value {
  const m = packed.shape[1];
  const k = Math.min(m, n);
  const factors = columns(packed, 0, n);
  const square = columns(rows(factors, 0, k), 0, k);
  const lower = add(tril(square, -1), identity(k));
  const upper = triu(square);
  const gSquare = columns(rows(g, 0, k), 0, k);
  let toLower = matmul(mT(lower), tril(gSquare, -1));
  let toUpper = matmul(triu(gSquare), mT(upper));
  const beside = n > k ? columns(rows(g, 0, k), k, n) : null;
  const below = m > k ? rows(columns(g, 0, k), k, m) : null;
  if (beside) toLower = sub(toLower, matmul(beside, mT(columns(rows(factors, 0, k), k, n))));
  if (below) toUpper = sub(toUpper, matmul(mT(rows(columns(factors, 0, k), k, m)), below));
  const middle = add(tril(toLower, -1), triu(toUpper));
  const fromRight = (x: Value): Value => solveTriangular(mT(upper), x, { upper: false, left: false });
  const fromLeft = (x: Value): Value => solveTriangular(mT(lower), x, { upper: true, unitriangular: true });
  let sorted = fromLeft(fromRight(middle));
  if (below) sorted = cat([sorted, fromRight(below)], -2);
  if (beside) sorted = cat([sorted, paddedRows(fromLeft(beside), m)], -1);
  return matmul(permutation(packed), sorted);
}

/** The packed form of [.., m, n]: [.., m, n + 2]. */
export const packedLU = (a: Value): Value => applyToMatrices(luOp, [a], {});

/** Which row of the input each row of L·U is; i32 [.., m]. */
export function rowOrder(packed: Value): Value {
  return cast(detach(select(packed, -1, -2)), 'i32');
}
/** Where each row of the input went; i32 [.., m]. */
export const rowPlaces = (packed: Value): Value => cast(detach(select(packed, -1, -1)), 'i32');

/** P with P·L·U = A. [.., m, m] */
export function permutation(packed: Value): Value {
  const m = packed.shape[packed.shape.length - 2];
  const shape = [...batchOf(packed), m, m];
  const places = expand(reshape(rowPlaces(packed), [...batchOf(packed), m, 1]), shape);
  return cast(eq(places, expand(cast(iota([m]), 'i32'), shape)), 'f32');
}

/** The factors of a packed form without its last two columns. */
export function unpack(factors: Value): { L: Value; U: Value } {
  const [m, n] = factors.shape.slice(-2);
  const k = Math.min(m, n);
  return {
    L: add(tril(columns(factors, 0, k), -1), identity(m, k)),
    U: triu(rows(factors, 0, k)),
  };
}

/**
 * A = P·L·U with rows exchanged so that every |Lᵢⱼ| ≤ 1: P [.., m, m], L [.., m, k] with ones on its diagonal,
 * U [.., k, n], k = min(m, n). P has no gradient. Cost: about m·n·k, one workgroup a matrix.
 */
export function lu(a: Value): { P: Value; L: Value; U: Value } {
  const [m, n] = matrices('lu', a).shape.slice(-2);
  const batch = batchOf(a);
  if (a.size === 0) {
    const k = Math.min(m, n);
    const none = (rows_: number, columns_: number): Value =>
      disconnected(expand(identity(rows_, columns_), [...batch, rows_, columns_]), [a]);
    return { P: expand(identity(m), [...batch, m, m]), L: none(m, k), U: none(k, n) };
  }
  const packed = packedLU(a);
  return { P: permutation(packed), ...unpack(columns(packed, 0, n)) };
}

/**
 * L and U in one matrix (L below the diagonal, without its ones) and the order of the rows: row i of L·U is row
 * pivots[i] of A; i32 [.., m]. (PyTorch's pivots are LAPACK's exchanges, from 1.)
 */
export function luFactor(a: Value): { LU: Value; pivots: Value } {
  const [m, n] = matrices('luFactor', a).shape.slice(-2);
  if (a.size === 0) {
    const shape = [...batchOf(a), m];
    return { LU: disconnected(zerosLike(a), [a]), pivots: expand(cast(iota([m]), 'i32'), shape) };
  }
  const packed = packedLU(a);
  return { LU: columns(packed, 0, n), pivots: rowOrder(packed) };
}
