// Singular values and vectors, by one-sided Jacobi, and what is made of them.
import type { CompositeOp, CoreOp } from '../../core/op.ts';
import type { Value } from '../../core/value.ts';
import { applyComposite, none } from '../../core/value.ts';
import { add, div, mul, sub, where } from '../arithmetic.ts';
import { lt } from '../comparison.ts';
import { constant, disconnected } from '../create.ts';
import { cat } from '../joining.ts';
import { square } from '../math.ts';
import { matmul } from '../matmul.ts';
import { detach, expand, select, unsqueeze } from '../movement.ts';
import { composite } from '../statistics.ts';
import {
  applyToMatrices,
  batchOf,
  columns,
  eachMatrix,
  identity,
  indexed,
  mT,
  mainDiagonal,
  matrices,
  onDiagonal,
  rows,
} from './matrices.ts';
import { qr } from './qr.ts';

const SWEEPS_MAX = 60;

/** Makes columns p and q of w orthogonal; v gathers the rotations. Returns whether they were not. */
function rotate(w: readonly Float64Array[], v: readonly Float64Array[], p: number, q: number): boolean {
  const dot = (x: Float64Array, y: Float64Array): number => x.reduce((sum, xi, i) => sum + xi * y[i], 0);
  const [pp, qq, pq] = [dot(w[p], w[p]), dot(w[q], w[q]), dot(w[p], w[q])];
  if (!(Math.abs(pq) > 1e-16 * Math.sqrt(pp) * Math.sqrt(qq))) return false;
  const ratio = (qq - pp) / (2 * pq);
  const t = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const c = 1 / Math.hypot(1, t);
  for (const x of [w, v]) {
    for (let i = 0; i < x[p].length; i++) {
      const [a, b] = [x[p][i], x[q][i]];
      x[p][i] = c * (a - t * b);
      x[q][i] = c * (t * a + b);
    }
  }
  return true;
}

/** [count, m, n], m ≥ n → [count, m + n + 1, n]: U·S, V, and a row of singular values, descending. */
export const jacobiOp: CoreOp = {
  name: 'svdJacobi',
  kind: 'core',
  infer: ([a]) => ({ shape: [a.shape[0], a.shape[1] + a.shape[2] + 1, a.shape[2]], dtype: 'f32' }),
  access: indexed,
  passes: ({ inputs: [a] }) => {
    const [count, m, n] = a.shape;
    const params = { count, m, n };
    const scratchElements = count * n * (m + n);
    return [
      { shader: 'jacobi', params, workgroups: count, reads: { a: 0 }, scratchElements },
      { shader: 'jacobi-sort', params, workgroups: count, reads: { a: 'scratch' } },
    ];
  },
  cpu: ([a], output) => {
    const [, m, n] = a.shape;
    eachMatrix(a, (matrix, index) => {
      const columnsOf = (rows_: number, f: (i: number, j: number) => number): Float64Array[] =>
        Array.from({ length: n }, (_, j) => Float64Array.from({ length: rows_ }, (_, i) => f(i, j)));
      const w = columnsOf(m, (i, j) => matrix[i * n + j]);
      const v = columnsOf(n, (i, j) => Number(i === j));
      let more = true;
      for (let sweep = 0; more && sweep < SWEEPS_MAX; sweep++) {
        more = false;
        for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) more = rotate(w, v, p, q) || more;
      }
      const length = w.map((column) => Math.hypot(...column));
      const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => length[j] - length[i]);
      const at = index * (m + n + 1) * n;
      order.forEach((from, to) => {
        [...w[from], ...v[from], length[from]].forEach((x, k) => (output.data[at + k * n + to] = x));
      });
    });
  },
  grad: null,
};

interface Factors {
  readonly u: Value;
  readonly v: Value;
  /** [.., n] */
  readonly s: Value;
}
/** The parts of [.., m + n + 1, n]. */
function factorsOf(packed: Value): Factors {
  const [height, n] = packed.shape.slice(-2);
  const m = height - n - 1;
  return { u: rows(packed, 0, m), v: rows(packed, m, m + n), s: select(packed, -2, m + n) };
}

const skew = (x: Value): Value => sub(x, mT(x));

/**
 * Townsend, Differentiating the singular value decomposition (2016), for a real U [.., m, n] and a square V. With
 * G = S⁻¹·gU and so on: between the columns by their skew parts over s_j² − s_i², and out of U's range.
 */
export const svdOp: CompositeOp = composite('svd', (g, y) => {
  const { u, v, s } = factorsOf(y);
  const { u: gu, v: gv, s: gs } = factorsOf(g);
  const [m, n] = u.shape.slice(-2);
  const squared = square(unsqueeze(s, -2));
  const gaps = add(sub(squared, mT(squared)), identity(n));
  const row = expand(unsqueeze(s, -2), v.shape);
  const left = div(skew(matmul(mT(u), gu)), gaps);
  const right = div(skew(matmul(mT(v), gv)), gaps);
  const inner = add(add(mul(left, row), mul(unsqueeze(s, -1), right)), onDiagonal(gs));
  const within = matmul(u, matmul(inner, mT(v)));
  if (m === n) return [within];
  const outside = sub(gu, matmul(u, matmul(mT(u), gu)));
  return [add(within, matmul(div(outside, unsqueeze(s, -2)), mT(v)))];
});

/**
 * U, S and V packed, of tall matrices. The rotations leave U·S; its Q · R decomposition makes U orthonormal also where
 * singular values are 0.
 */
function packedSVD(a: Value, isComplete: boolean): { packed: Value; rest: Value | null } {
  const n = a.shape[a.shape.length - 1];
  const { u: scaled, v, s } = factorsOf(applyToMatrices(jacobiOp, [detach(a)], none));
  const { Q, R } = qr(scaled, { mode: isComplete ? 'complete' : 'reduced' });
  const sign = where(lt(mainDiagonal(R), 0), -1, 1);
  const u = mul(columns(Q, 0, n), unsqueeze(sign, -2));
  const packed = applyComposite(svdOp, [a], none, cat([u, v, unsqueeze(s, -2)], -2));
  return {
    packed,
    rest: isComplete && Q.shape[Q.shape.length - 1] > n ? columns(Q, n, Q.shape[Q.shape.length - 1]) : null,
  };
}

export interface SVD {
  /** [.., m, k], or [.., m, m]. */
  readonly U: Value;
  /** [.., k], descending. */
  readonly S: Value;
  /** [.., k, n], or [.., n, n]. */
  readonly Vh: Value;
}
interface SVDOptions {
  /** false: only the k = min(m, n) columns of U and rows of Vh that belong to singular values. */
  readonly fullMatrices?: boolean | undefined;
}
/**
 * A = U·diag(S)·Vh with orthonormal columns in U and rows in Vh, as PyTorch. [.., m, n]. Signs of singular vectors are not
 * defined, nor are gradients through the vectors of equal singular values, or of the columns beyond k. One-sided Jacobi:
 * small singular values are accurate relative to themselves. Cost: about 6 to 10 sweeps of 4·m·n² (m ≥ n), one workgroup
 * a matrix.
 */
export function svd(a: Value, { fullMatrices = true }: SVDOptions = {}): SVD {
  const [m, n] = matrices('svd', a).shape.slice(-2);
  const batch = batchOf(a);
  if (a.size === 0) {
    const empty = (r: number, c: number): Value =>
      disconnected(expand(identity(r, c), [...batch, r, c]), [a]);
    return {
      U: empty(m, fullMatrices ? m : Math.min(m, n)),
      S: disconnected(constant(0, [...batch, Math.min(m, n)], 'f32'), [a]),
      Vh: empty(fullMatrices ? n : Math.min(m, n), n),
    };
  }
  const isTall = m >= n;
  const { packed, rest } = packedSVD(isTall ? a : mT(a), fullMatrices);
  const { u, v, s } = factorsOf(packed);
  const wide = rest === null ? u : cat([u, rest], -1);
  return isTall ? { U: wide, S: s, Vh: mT(v) } : { U: v, S: s, Vh: mT(wide) };
}

/** The singular values, descending. [.., m, n] → [.., min(m, n)] */
export const svdvals = (a: Value): Value => svd(a, { fullMatrices: false }).S;
