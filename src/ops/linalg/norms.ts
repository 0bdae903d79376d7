// Norms of matrices, and what is read off singular values: condition, rank, pseudoinverse.
import { ValueError } from '../../core/errors.ts';
import type { CompositeOp } from '../../core/op.ts';
import { normalizeDim } from '../../core/shape.ts';
import { type Value, applyComposite, none } from '../../core/value.ts';
import { add, div, mul, sub, where } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { gt } from '../comparison.ts';
import { constant, disconnected } from '../create.ts';
import { abs, neg } from '../math.ts';
import { matmul } from '../matmul.ts';
import { detach, movedim, unsqueeze } from '../movement.ts';
import { amax, amin, sum } from '../reduce.ts';
import { vectorNorm } from '../norm.ts';
import { composite } from '../statistics.ts';
import { eigh, eigvalsh } from './eigh.ts';
import { batchOf, mT, matrices, squares } from './matrices.ts';
import { inv } from './solve.ts';
import { svd, svdvals } from './svd.ts';

/** 'fro' Frobenius, 'nuc' the sum of singular values, ±1 columns' sums, ±Infinity rows' sums, ±2 singular values. */
export type MatrixOrder = 'fro' | 'nuc' | number;

/** The norm of matrices in the last two dimensions. */
function normOf(x: Value, ord: MatrixOrder): Value {
  if (ord === 'fro') return vectorNorm(x, { dim: [-2, -1] });
  if (ord === 'nuc') return sum(svdvals(x), { dim: -1 });
  const most = ord < 0 ? amin : amax;
  if (Math.abs(ord) === 2) return most(svdvals(x), { dim: -1 });
  if (Math.abs(ord) === 1) return most(sum(abs(x), { dim: -2 }), { dim: -1 });
  if (Math.abs(ord) === Infinity) return most(sum(abs(x), { dim: -1 }), { dim: -1 });
  throw new ValueError('matrixNorm: unknown order', {
    expected: "'fro', 'nuc', 1, -1, 2, -2, Infinity or -Infinity",
    got: String(ord),
  });
}

interface MatrixNormOptions {
  readonly ord?: MatrixOrder | undefined;
  /** The rows' dimension and the columns'; the last two by default. */
  readonly dim?: readonly [number, number] | undefined;
  readonly keepdim?: boolean | undefined;
}
/** The norm of each matrix: Frobenius by default. [.., m, n] → [..], or [.., 1, 1] with `keepdim`. */
export function matrixNorm(
  x: Value,
  { ord = 'fro', dim = [-2, -1], keepdim = false }: MatrixNormOptions = {},
): Value {
  const rank = matrices('matrixNorm', x).shape.length;
  const [row, column] = dim.map((d) => normalizeDim(d, rank, 'matrixNorm'));
  if (row === column)
    throw new ValueError('matrixNorm: rows and columns are one dimension', { got: String(row) });
  const norm = normOf(movedim(x, [row, column], [-2, -1]), ord);
  if (!keepdim) return norm;
  const [low, high] = [Math.min(row, column), Math.max(row, column)];
  return unsqueeze(unsqueeze(norm, low), high);
}

interface NormOptions {
  /** Of vectors any number; of matrices see matrixNorm. */
  readonly ord?: MatrixOrder | null | undefined;
  /** One dimension: vectors. Two: matrices. None: matrices if `ord` is given for a matrix, else all elements. */
  readonly dim?: number | readonly number[] | undefined;
  readonly keepdim?: boolean | undefined;
}
/** A norm of vectors or of matrices, as torch.linalg.norm: the Euclidean one of all elements by default. */
export function norm(x: Value, { ord = null, dim, keepdim }: NormOptions = {}): Value {
  const dims = typeof dim === 'number' ? [dim] : dim;
  if (ord !== null && (dims?.length === 2 || (dims === undefined && x.shape.length === 2))) {
    const [row, column] = dims ?? [-2, -1];
    return matrixNorm(x, { ord, dim: [row, column], keepdim });
  }
  if (typeof ord === 'string') {
    throw new ValueError('norm: an order of matrices needs two dimensions', { got: ord });
  }
  if (ord !== null && dims === undefined && x.shape.length !== 1) {
    throw new ValueError('norm: an order needs dimensions, or a vector or a matrix', {
      got: `${x.shape.length} dimensions`,
      fix: 'name dim',
    });
  }
  return vectorNorm(x, { ord: ord ?? 2, dim: dims, keepdim });
}

/**
 * ‖A‖·‖A⁻¹‖, in the norm `ord`; the largest over the smallest singular value by default (and for -2 the other way round),
 * which takes any matrices; other norms take square ones. Infinity where A is singular. [.., m, n] → [..]
 */
export function cond(x: Value, ord: MatrixOrder = 2): Value {
  matrices('cond', x);
  if (x.size === 0) return disconnected(constant(0, batchOf(x), 'f32'), [x]);
  if (ord === 2 || ord === -2) {
    const s = svdvals(x);
    const [most, least] = [amax(s, { dim: -1 }), amin(s, { dim: -1 })];
    return ord === 2 ? div(most, least) : div(least, most);
  }
  squares('cond', x);
  return mul(matrixNorm(x, { ord }), matrixNorm(inv(x), { ord }));
}

/** One rounding of f32. */
const EPSILON = 2 ** -23;

interface RankOptions {
  /** Singular values up to max(atol, rtol·the largest) count as 0. */
  readonly atol?: number | undefined;
  /** max(m, n)·2⁻²³ by default, or 0 beside an atol. */
  readonly rtol?: number | undefined;
  /** A is symmetric: its eigenvalues are taken. */
  readonly hermitian?: boolean | undefined;
}
/** The singular values up to which, as [.., 1], all count as 0. */
function threshold(x: Value, s: Value, { atol = 0, rtol }: RankOptions): Value {
  const relative = rtol ?? (atol > 0 ? 0 : Math.max(...x.shape.slice(-2)) * EPSILON);
  const bound = mul(amax(s, { dim: -1, keepdim: true }), relative);
  return where(gt(bound, atol), bound, atol);
}

/** How many singular values are not 0 but for rounding; i32. [.., m, n] → [..] */
export function matrixRank(x: Value, options: RankOptions = {}): Value {
  matrices('matrixRank', x);
  if (x.size === 0) return constant(0, batchOf(x), 'i32');
  const s = options.hermitian === true ? abs(eigvalsh(squares('matrixRank', x))) : svdvals(detach(x));
  return sum(cast(gt(s, threshold(x, s, options)), 'i32'), { dim: -1 });
}

/** Golub and Pereyra, The differentiation of pseudo-inverses (1973), for constant rank. */
export const pinvOp: CompositeOp = composite('pinv', (g, p) => {
  const [a] = p.inputs;
  const [gt_, pt] = [mT(g), mT(p)];
  const [m, n] = a.shape.slice(-2);
  if (m <= n) {
    const k = matmul(gt_, p);
    const kp = matmul(k, pt);
    const sides = add(neg(mT(matmul(p, k))), sub(kp, matmul(matmul(a, p), kp)));
    return [add(sides, matmul(matmul(pt, p), sub(gt_, matmul(k, a))))];
  }
  const k = matmul(p, gt_);
  const pk = matmul(pt, k);
  const sides = add(neg(mT(matmul(k, p))), matmul(matmul(sub(gt_, matmul(a, k)), p), pt));
  return [add(sides, sub(pk, matmul(matmul(pk, p), a)))];
});

/**
 * The Moore–Penrose pseudoinverse, from the singular values (or eigenvalues) that are not 0 but for rounding.
 * [.., m, n] → [.., n, m]. Its gradient takes the rank for constant.
 */
export function pinv(x: Value, options: RankOptions = {}): Value {
  const [m, n] = matrices('pinv', x).shape.slice(-2);
  if (x.size === 0) return disconnected(constant(0, [...batchOf(x), n, m], 'f32'), [x]);
  const a = detach(x);
  const inverted = (s: Value): Value => {
    const size = abs(s);
    return where(gt(size, threshold(x, size, options)), div(1, s), 0);
  };
  if (options.hermitian === true) {
    const { eigenvalues, eigenvectors } = eigh(squares('pinv', a));
    const body = matmul(mul(eigenvectors, unsqueeze(inverted(eigenvalues), -2)), mT(eigenvectors));
    return applyComposite(pinvOp, [x], none, body);
  }
  const { U, S, Vh } = svd(a, { fullMatrices: false });
  return applyComposite(pinvOp, [x], none, matmul(mul(mT(Vh), unsqueeze(inverted(S), -2)), mT(U)));
}
