// Q · R decompositions by Householder's reflections, and least squares by them.
import { ShapeError } from '../../core/errors.ts';
import type { CoreOp } from '../../core/op.ts';
import { formatShape, sizeOf } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import { add, mul, sub } from '../arithmetic.ts';
import { constant, disconnected } from '../create.ts';
import { cat } from '../joining.ts';
import { square, zerosLike } from '../math.ts';
import { matmul } from '../matmul.ts';
import { detach, expand, reshape, unsqueeze } from '../movement.ts';
import { sum } from '../reduce.ts';
import { triu } from '../triangle.ts';
import {
  applyToMatrices,
  batchOf,
  columns,
  copied,
  eachMatrix,
  identity,
  indexed,
  mT,
  mainDiagonal,
  matrices,
  onDiagonal,
  rows,
  together,
} from './matrices.ts';
import { solveTriangular } from './triangular.ts';

/** x ← (1 − factor·v·vᵀ)·x for column j of x [m, width]; v is 0 above row k. */
function reflect(
  x: Float64Array,
  width: number,
  j: number,
  v: Float64Array,
  { k, factor }: { k: number; factor: number },
): void {
  let along = 0;
  for (let i = k; i < v.length; i++) along += v[i] * x[i * width + j];
  for (let i = k; i < v.length; i++) x[i * width + j] -= factor * along * v[i];
}

interface Reflection {
  readonly v: Float64Array;
  readonly k: number;
  readonly factor: number;
}

/** The reflections that make a [m, n] upper triangular, which it becomes. */
function triangularise(a: Float64Array, m: number, n: number): Reflection[] {
  return Array.from({ length: Math.min(m, n) }, (_, k) => {
    const v = new Float64Array(m);
    let rest = 0;
    for (let i = k; i < m; i++) v[i] = a[i * n + k];
    for (let i = k + 1; i < m; i++) rest += v[i] * v[i];
    if (rest === 0) return { v, k, factor: 0 };
    v[k] += (v[k] >= 0 ? 1 : -1) * Math.sqrt(v[k] * v[k] + rest);
    const factor = 2 / (v[k] * v[k] + rest);
    for (let j = k; j < n; j++) reflect(a, n, j, v, { k, factor });
    return { v, k, factor };
  });
}

interface QRAttrs {
  /** How many columns of Q are wanted. */
  readonly wide: number;
}

/** [count, m, n] → [count, m, n + wide]: R above what is of no use, then columns of Q. */
export const qrOp: CoreOp<QRAttrs> = {
  name: 'qr',
  kind: 'core',
  infer: ([a], { wide }) => ({ shape: [a.shape[0], a.shape[1], a.shape[2] + wide], dtype: 'f32' }),
  access: indexed,
  passes: ({ inputs: [a], output, attrs: { wide } }) => {
    const [count, m, n] = a.shape;
    const size = sizeOf(output.shape);
    const params = { count, m, n, wide };
    return [
      { shader: 'qr', params, workgroups: count, reads: { a: 0 }, scratchElements: size },
      copied(size),
    ];
  },
  cpu: ([a], output, { wide }) => {
    const [, m, n] = a.shape;
    eachMatrix(a, (r, index) => {
      const reflections = triangularise(r, m, n).reverse();
      const q = new Float64Array(m * wide);
      for (let i = 0; i < Math.min(m, wide); i++) q[i * wide + i] = 1;
      for (const { v, k, factor } of reflections) {
        for (let j = 0; j < wide; j++) reflect(q, wide, j, v, { k, factor });
      }
      for (let i = 0; i < m; i++) {
        const at = (index * m + i) * (n + wide);
        output.data.set(r.subarray(i * n, (i + 1) * n), at);
        output.data.set(q.subarray(i * wide, (i + 1) * wide), at + n);
      }
    });
  },
  grad: (g, y) => {
    const [a] = y.inputs;
    return [qrGradient(a, y, g)];
  },
};

interface Factors {
  readonly q: Value;
  readonly r: Value;
}
function factorsOf(packed: Value, n: number): Factors {
  const [m, width] = packed.shape.slice(-2);
  const k = Math.min(m, n);
  return { r: triu(columns(rows(packed, 0, k), 0, n)), q: columns(packed, n, Math.min(width, n + k)) };
}

/** x + xᵀ with the diagonal once. */
const mirrored = (x: Value): Value => sub(add(x, mT(x)), onDiagonal(mainDiagonal(x)));

/** Walter and Lehmann, Algorithmic differentiation of linear algebra functions (2010), for square R. */
function squareGradient({ q, r }: Factors, g: Factors): Value {
  const inner = triu(sub(matmul(g.r, mT(r)), matmul(mT(q), g.q)));
  const outer_ = add(g.q, matmul(q, mirrored(inner)));
  return solveTriangular(mT(r), outer_, { upper: false, left: false });
}

/** A wide matrix is [X, Y] with X square: Q and the left of R come of X, the rest of R is Qᵀ·Y. */
function qrGradient(a: Value, packed: Value, g: Value): Value {
  const [m, n] = a.shape.slice(-2);
  const { q, r } = factorsOf(packed, n);
  const incoming = factorsOf(g, n);
  if (m >= n) return squareGradient({ q, r }, incoming);
  const beside = columns(incoming.r, m, n);
  const toQ = add(incoming.q, matmul(columns(a, m, n), mT(beside)));
  const left = squareGradient({ q, r: columns(r, 0, m) }, { q: toQ, r: columns(incoming.r, 0, m) });
  return cat([left, matmul(q, beside)], -1);
}

interface QROptions {
  /** 'complete': Q [.., m, m] and R [.., m, n]; the columns of Q beyond n have no gradient. */
  readonly mode?: 'reduced' | 'complete' | undefined;
}
/**
 * A = Q·R with orthonormal columns in Q [.., m, k] and an upper triangle R [.., k, n], k = min(m, n). The signs are
 * LAPACK's. The gradient needs the first k columns of A to be independent. Cost: about 4·m·n·k, one workgroup a matrix.
 */
export function qr(a: Value, { mode = 'reduced' }: QROptions = {}): { Q: Value; R: Value } {
  const [m, n] = matrices('qr', a).shape.slice(-2);
  const k = Math.min(m, n);
  const wide = mode === 'complete' ? m : k;
  const batch = batchOf(a);
  if (a.size === 0) {
    return {
      Q: disconnected(expand(identity(m, wide), [...batch, m, wide]), [a]),
      R: disconnected(constant(0, [...batch, wide, n], 'f32'), [a]),
    };
  }
  const packed = applyToMatrices(qrOp, [a], { wide });
  const { q, r } = factorsOf(packed, n);
  if (wide === k) return { Q: q, R: r };
  return {
    Q: cat([q, columns(detach(packed), n + k, n + m)], -1),
    R: cat([r, constant(0, [...batch, m - k, n], 'f32')], -2),
  };
}

/**
 * X for which ‖A·X − B‖ is least, or, where A has fewer rows than columns, the shortest X with A·X = B. A [.., m, n] of
 * full rank, B [.., m, k] → solution [.., n, k] and, for m > n, the squared distances as residuals [.., k]. By Q·R.
 */
export function lstsq(a: Value, b: Value): { solution: Value; residuals: Value } {
  const [m, n] = matrices('lstsq', a).shape.slice(-2);
  matrices('lstsq', b);
  if (b.shape[b.shape.length - 2] !== m) {
    throw new ShapeError('lstsq: the rows of B do not fit A', {
      expected: `[.., ${m}, k]`,
      got: formatShape(b.shape),
    });
  }
  const [x, y] = together('lstsq', a, b);
  const k = y.shape[y.shape.length - 1];
  const batch = batchOf(y);
  if (x.size === 0 || y.size === 0) {
    const nothing = disconnected(constant(0, [...batch, n, k], 'f32'), [a, b]);
    return { solution: nothing, residuals: constant(0, [...batch, k], 'f32') };
  }
  if (m < n) {
    const { Q, R } = qr(mT(x));
    const solution = matmul(Q, solveTriangular(mT(R), y, { upper: false }));
    return { solution, residuals: zerosLike(sum(solution, { dim: -2 })) };
  }
  const { Q, R } = qr(x);
  const solution = solveTriangular(R, matmul(mT(Q), y), { upper: true });
  const residuals = sum(square(sub(matmul(x, solution), y)), { dim: -2 });
  return { solution, residuals };
}

/**
 * The first n columns of the product of reflections 1 − τᵢ·vᵢ·vᵢᵀ, each vᵢ column i of the lower triangle of
 * `reflections` [.., m, n] with ones on the diagonal; τ [.., k].
 */
export function householderProduct(reflections: Value, tau: Value): Value {
  const [m, n] = matrices('householderProduct', reflections).shape.slice(-2);
  const count = tau.shape[tau.shape.length - 1];
  if (m < n || count > n) {
    throw new ShapeError('householderProduct: more reflections than rows or columns', {
      expected: '[.., m, n] with m ≥ n, and [.., k] with k ≤ n',
      got: `${formatShape(reflections.shape)} and ${formatShape(tau.shape)}`,
    });
  }
  const ones = expand(identity(m, n), reflections.shape);
  const lower = add(sub(reflections, triu(reflections)), ones);
  let product: Value = ones;
  for (let i = count - 1; i >= 0; i--) {
    const v = columns(lower, i, i + 1);
    const factor = unsqueeze(reshape(columns(tau, i, i + 1), [...batchOf(reflections), 1]), -1);
    product = sub(product, mul(factor, matmul(v, matmul(mT(v), product))));
  }
  return count === 0 || product.size === 0 ? disconnected(product, [reflections, tau]) : product;
}
