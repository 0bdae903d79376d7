// Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's rotations.
import { ValueError } from '../../core/errors.ts';
import type { CoreOp, KernelPass } from '../../core/op.ts';
import type { Value } from '../../core/value.ts';
import { add, div, mul, sub } from '../arithmetic.ts';
import { constant, disconnected } from '../create.ts';
import { matmul } from '../matmul.ts';
import { select } from '../movement.ts';
import {
  applyToMatrices,
  batchOf,
  eachMatrix,
  identity,
  indexed,
  mT,
  onDiagonal,
  rows,
  squares,
} from './matrices.ts';

/** Rotates rows and columns p and q of the symmetric a so that a[p, q] is 0; v gathers the rotations. */
function rotate(a: Float64Array, v: Float64Array, n: number, [p, q]: readonly [number, number]): void {
  const ratio = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
  const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const c = 1 / Math.hypot(1, t);
  const s = c * t;
  const turn = (x: Float64Array, i: number, j: number): void => {
    const [xi, xj] = [x[i], x[j]];
    x[i] = c * xi - s * xj;
    x[j] = s * xi + c * xj;
  };
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q);
}

const SWEEPS_MAX = 60;

/** Diagonalises a; returns the eigenvectors, in columns. */
function diagonalise(a: Float64Array, n: number): Float64Array {
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  let whole = 0;
  for (const x of a) whole += x * x;
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let beside = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) beside += a[i * n + j] ** 2;
    if (!(beside > 1e-33 * whole)) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) if (a[p * n + q] !== 0) rotate(a, v, n, [p, q]);
    }
  }
  return v;
}

/** [count, n, n] → [count, n + 1, n]: eigenvectors in columns, and a row of eigenvalues, ascending. */
export const eighOp: CoreOp = {
  name: 'eigh',
  kind: 'core',
  infer: ([a]) => ({ shape: [a.shape[0], a.shape[1] + 1, a.shape[2]], dtype: 'f32' }),
  access: indexed,
  passes: ({ inputs: [a] }) => {
    const [count, n] = a.shape;
    const params = { count, n };
    const scratchElements = count * (2 * n + 2) * n;
    const passes: KernelPass[] = [
      { shader: 'eigh', params, workgroups: count, reads: { a: 0 }, scratchElements },
      { shader: 'eigh-sort', params, workgroups: count, reads: { a: 'scratch', matrices: 0 } },
    ];
    return passes;
  },
  cpu: ([a], output) => {
    const n = a.shape[2];
    eachMatrix(a, (matrix, index) => {
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j];
      const v = diagonalise(matrix, n);
      const order = Array.from({ length: n }, (_, i) => i).sort(
        (i, j) => matrix[i * n + i] - matrix[j * n + j],
      );
      const at = index * (n + 1) * n;
      order.forEach((from, to) => {
        for (let k = 0; k < n; k++) output.data[at + k * n + to] = v[k * n + from];
        output.data[at + n * n + to] = matrix[from * n + from];
      });
    });
  },
  // Giles (2008), 3.1, for orthonormal eigenvectors.
  grad: (g, y) => {
    const n = y.shape[2];
    const vectors = rows(y, 0, n);
    const values = rows(y, n, n + 1);
    const gaps = add(sub(values, mT(values)), identity(n));
    const turned = matmul(mT(vectors), rows(g, 0, n));
    const diagonal = identity(n);
    const beside = mul(div(turned, gaps), sub(1, diagonal));
    const inner = add(beside, onDiagonal(select(g, -2, n)));
    return [matmul(vectors, matmul(inner, mT(vectors)))];
  },
};

export interface EighOptions {
  /** Which triangle of A is read. */
  readonly UPLO?: 'L' | 'U' | undefined;
}

function packedEigh(where: string, a: Value, { UPLO = 'L' }: EighOptions): Value {
  squares(where, a);
  if (UPLO !== 'L' && UPLO !== 'U') {
    throw new ValueError(`${where}: UPLO names the triangle to read`, {
      expected: "'L' or 'U'",
      got: String(UPLO),
    });
  }
  return applyToMatrices(eighOp, [UPLO === 'U' ? mT(a) : a], {});
}

/**
 * Eigenvalues [.., n], ascending, and orthonormal eigenvectors [.., n, n], in columns, of symmetric matrices. One triangle
 * is read. The sign of an eigenvector is not defined, nor is the gradient through the eigenvectors of equal eigenvalues.
 * Jacobi's method: errors of a few ULP of the norm. Cost: about 6 to 10 sweeps of 9·n³ in one workgroup a matrix.
 */
export function eigh(a: Value, options: EighOptions = {}): { eigenvalues: Value; eigenvectors: Value } {
  const n = squares('eigh', a).shape[a.shape.length - 1];
  if (a.size === 0) {
    return {
      eigenvalues: disconnected(constant(0, [...batchOf(a), n], 'f32'), [a]),
      eigenvectors: disconnected(constant(0, a.shape, 'f32'), [a]),
    };
  }
  const packed = packedEigh('eigh', a, options);
  return { eigenvalues: select(packed, -2, n), eigenvectors: rows(packed, 0, n) };
}

/** The eigenvalues of symmetric matrices, ascending. [.., n, n] → [.., n] */
export const eigvalsh = (a: Value, options: EighOptions = {}): Value => eigh(a, options).eigenvalues;
