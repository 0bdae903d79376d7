// Cholesky factors of symmetric positive-definite matrices, and what is solved by them.
import type { CoreOp } from '../../core/op.ts';
import { sizeOf } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import { add, mul, sub, where } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { isnan } from '../comparison.ts';
import { constant, disconnected } from '../create.ts';
import { matmul } from '../matmul.ts';
import { argmax, any } from '../reduce.ts';
import { tril } from '../triangle.ts';
import {
  applyToMatrices,
  batchOf,
  copied,
  eachMatrix,
  identity,
  indexed,
  mT,
  mainDiagonal,
  onDiagonal,
  overBatch,
  squares,
} from './matrices.ts';
import { solveTriangular } from './triangular.ts';

function factor(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j];
      for (let k = 0; k < j; k++) rest -= l[i * n + k] * l[j * n + k];
      if (i !== j) l[i * n + j] = rest / l[j * n + j];
      else l[i * n + i] = rest > 0 ? Math.sqrt(rest) : NaN;
    }
  }
  return l;
}

export const choleskyOp: CoreOp = {
  name: 'cholesky',
  kind: 'core',
  infer: ([a]) => a,
  access: indexed,
  passes: ({ output }) => {
    const [count, n] = output.shape;
    const size = sizeOf(output.shape);
    return [
      { shader: 'cholesky', params: { count, n }, workgroups: count, reads: { a: 0 }, scratchElements: size },
      copied(size),
    ];
  },
  cpu: ([a], output) => {
    const n = a.shape[2];
    eachMatrix(a, (matrix, index) => output.data.set(factor(matrix, n), index * n * n));
  },
  // Murray, Differentiation of the Cholesky decomposition (2016), equation 10, made symmetric.
  grad: (g, l) => {
    const product = tril(matmul(mT(l), g));
    const half = sub(product, mul(0.5, onDiagonal(mainDiagonal(product))));
    const both = mul(0.5, add(half, mT(half)));
    const left = solveTriangular(mT(l), both, { upper: true });
    return [solveTriangular(l, left, { upper: false, left: false })];
  },
};

interface UpperOption {
  /** The factor is (or is asked as) an upper triangle U, with A = Uᵀ·U. */
  readonly upper?: boolean | undefined;
}

/**
 * Lower triangle L with A = L·Lᵀ, of symmetric positive-definite matrices; [.., n, n] → [.., n, n]. Only A's lower
 * triangle is read (the upper one with `upper`), and its gradient is symmetric. Where A is not positive-definite, L is
 * NaN from the first pivot that is not positive on (PyTorch throws, which a GPU cannot): see choleskyEx.
 * Cost: n³ / 3, one workgroup a matrix.
 */
export function cholesky(a: Value, { upper = false }: UpperOption = {}): Value {
  squares('cholesky', a);
  if (a.size === 0) return disconnected(constant(0, a.shape, 'f32'), [a]);
  const l = applyToMatrices(choleskyOp, [upper ? mT(a) : a], {});
  return upper ? mT(l) : l;
}

/** cholesky, and the order of the first leading minor that is not positive, i32; 0 where there is none. [..] */
export function choleskyEx(a: Value, options: UpperOption = {}): { L: Value; info: Value } {
  const factor_ = cholesky(a, options);
  if (a.size === 0) return { L: factor_, info: constant(0, batchOf(a), 'i32') };
  const broken = isnan(mainDiagonal(factor_));
  const first = add(argmax(cast(broken, 'i32'), { dim: -1 }), 1);
  return { L: factor_, info: where(any(broken, { dim: -1 }), first, 0) };
}

/** X with A·X = B, from the Cholesky factor L of A. B [.., n, k], L [.., n, n] → [.., n, k]; batches broadcast. */
export function choleskySolve(b: Value, l: Value, { upper = false }: UpperOption = {}): Value {
  const lower = upper ? mT(l) : l;
  const half = solveTriangular(lower, b, { upper: false });
  return solveTriangular(mT(lower), half, { upper: true });
}

/** The inverse of A, from its Cholesky factor. [.., n, n] */
export function choleskyInverse(l: Value, options: UpperOption = {}): Value {
  squares('choleskyInverse', l);
  const n = l.shape[l.shape.length - 1];
  return choleskySolve(overBatch(identity(n), batchOf(l)), l, options);
}
