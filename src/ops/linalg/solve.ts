// Systems of equations, inverses and determinants: all from one L · U decomposition.
import { ShapeError } from '../../core/errors.ts';
import type { CompositeOp } from '../../core/op.ts';
import { formatShape } from '../../core/shape.ts';
import { type Value, applyComposite, none } from '../../core/value.ts';
import { add, mul, sub, where } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { eq, lt, ne } from '../comparison.ts';
import { constant, disconnected, iota } from '../create.ts';
import { gather } from '../indexing.ts';
import { cat } from '../joining.ts';
import { abs, floor, log, neg, sign } from '../math.ts';
import { matmul } from '../matmul.ts';
import { detach, expand, reshape, unsqueeze } from '../movement.ts';
import { amax, prod, sum } from '../reduce.ts';
import { composite } from '../statistics.ts';
import { packedLU, rowOrder, rowPlaces } from './lu.ts';
import {
  batchOf,
  columns,
  identity,
  mT,
  mainDiagonal,
  matrices,
  onDiagonal,
  overBatch,
  squares,
  together,
} from './matrices.ts';
import { solveTriangular } from './triangular.ts';

/** The rows of x in another order; i32 [.., n]. */
const reordered = (x: Value, order: Value): Value => gather(x, -2, expand(unsqueeze(order, -1), x.shape));

/** X with A·X = B (or Aᵀ·X = B), from A's packed form. */
function substituted(packed: Value, b: Value, adjoint: boolean): Value {
  const lu = columns(packed, 0, -2);
  if (!adjoint) {
    const y = solveTriangular(lu, reordered(b, rowOrder(packed)), { upper: false, unitriangular: true });
    return solveTriangular(lu, y, { upper: true });
  }
  const y = solveTriangular(mT(lu), b, { upper: false });
  const x = solveTriangular(mT(lu), y, { upper: true, unitriangular: true });
  return reordered(x, rowPlaces(packed));
}

interface SolveAttrs {
  readonly adjoint: boolean;
}
/** Of A, its packed form and B. Giles (2008), 2.2.3. */
export const solveOp: CompositeOp<SolveAttrs> = composite<SolveAttrs>('solve', (g, x, needs) => {
  const [a, packed] = x.inputs;
  const { adjoint } = x.attrs;
  const gb = solved(a, packed, g, !adjoint);
  const ga = (): Value => neg(adjoint ? matmul(x, mT(gb)) : matmul(gb, mT(x)));
  return [needs[0] ? ga() : null, null, gb];
});
const solved = (a: Value, packed: Value, b: Value, adjoint = false): Value =>
  applyComposite(solveOp, [a, packed, b], { adjoint }, substituted(detach(packed), detach(b), adjoint));

function checkRows(where_: string, a: Value, b: Value): void {
  const n = a.shape[a.shape.length - 1];
  if (b.shape[b.shape.length - 2] !== n) {
    throw new ShapeError(`${where_}: the rows of B do not fit A`, {
      expected: `[.., ${n}, k]`,
      got: formatShape(b.shape),
    });
  }
}

interface SolveOptions {
  /** false: solves X·A = B. */
  readonly left?: boolean | undefined;
}
/**
 * X with A·X = B. A [.., n, n]; B [.., n, k], or [.., n] with A's batches (or [n] for any) for a vector; the result has
 * B's shape, batches broadcast. A singular A makes infinities or NaN (PyTorch throws, which a GPU cannot).
 * Cost: n³·⅔ in one workgroup a matrix, then n² a column of B. For several right-hand sides join them to one B.
 */
export function solve(a: Value, b: Value, { left = true }: SolveOptions = {}): Value {
  squares('solve', a);
  const isVector =
    b.shape.length === 1 ||
    (b.shape.length === a.shape.length - 1 && b.shape.every((n, d) => n === a.shape[d]));
  if (isVector) {
    const column = solve(a, unsqueeze(b, -1));
    return reshape(column, column.shape.slice(0, -1));
  }
  if (!left) return mT(solve(mT(a), mT(b)));
  matrices('solve', b);
  checkRows('solve', a, b);
  const packed = a.size === 0 ? a : packedLU(detach(a));
  const [x, y] = together('solve', a, b);
  if (y.size === 0) return disconnected(constant(0, y.shape, 'f32'), [a, b]);
  return solved(x, overBatch(packed, batchOf(x)), y);
}

/** The inverse. [.., n, n] → [.., n, n]; infinities or NaN where there is none. */
export function inv(a: Value): Value {
  squares('inv', a);
  return solve(a, overBatch(identity(a.shape[a.shape.length - 1]), batchOf(a)));
}

/** X with A·X = B from luFactor's LU and pivots. B [.., n, k] → [.., n, k]; `adjoint`: Aᵀ·X = B; `left` false: X·A = B. */
export function luSolve(
  lu: Value,
  pivots: Value,
  b: Value,
  { left = true, adjoint = false }: SolveOptions & { readonly adjoint?: boolean | undefined } = {},
): Value {
  squares('luSolve', lu);
  matrices('luSolve', b);
  if (!left) return mT(luSolve(lu, pivots, mT(b), { adjoint: !adjoint }));
  checkRows('luSolve', lu, b);
  const [factors, y] = together('luSolve', lu, b);
  if (y.size === 0) return disconnected(constant(0, y.shape, 'f32'), [lu, b]);
  const n = factors.shape[factors.shape.length - 1];
  const order = expand(pivots, [...batchOf(factors), n]);
  if (!adjoint) {
    const half = solveTriangular(factors, reordered(y, order), { upper: false, unitriangular: true });
    return solveTriangular(factors, half, { upper: true });
  }
  const half = solveTriangular(mT(factors), y, { upper: false });
  const x = solveTriangular(mT(factors), half, { upper: true, unitriangular: true });
  return matmul(oneHot(order, n), x);
}
/** Ones at [order[i], i]. */
function oneHot(order: Value, n: number): Value {
  const shape = [...order.shape, n];
  const number = expand(cast(iota([n]), 'i32'), shape);
  return mT(cast(eq(expand(unsqueeze(order, -1), shape), number), 'f32'));
}

/** +1 or −1: the parity of the exchanges of a packed form, by counting the pairs of rows out of order. [..] */
function parity(packed: Value): Value {
  const order = rowOrder(packed);
  const n = order.shape[order.shape.length - 1];
  const shape = [...order.shape, n];
  const number = (dim: 0 | 1): Value =>
    expand(reshape(cast(iota([n]), 'i32'), dim === 0 ? [n, 1] : [n]), shape);
  const outOfOrder = mul(
    cast(lt(number(0), number(1)), 'f32'),
    cast(lt(expand(unsqueeze(order, -2), shape), expand(unsqueeze(order, -1), shape)), 'f32'),
  );
  const count = sum(outOfOrder, { dim: [-2, -1] });
  const half = mul(count, 0.5);
  return sub(1, mul(2, cast(ne(sub(half, floor(half)), 0), 'f32')));
}

/** How small a pivot stands for 0, beside the largest one, where a determinant's gradient needs an inverse. */
const TINY = 2 ** -36;

/**
 * det·A⁻¹, also where det is 0: a zero pivot then counts as a tiny one, since the product tends to the matrix of
 * cofactors. Both factors have the rules of a determinant and an inverse.
 */
function adjugate(a: Value, packed: Value): Value {
  const n = a.shape[a.shape.length - 1];
  const lu = columns(packed, 0, n);
  const pivots = mainDiagonal(lu);
  const most = expand(amax(abs(pivots), { dim: -1, keepdim: true }), pivots.shape);
  const least = mul(where(eq(most, 0), 1, most), TINY);
  const filled = add(lu, onDiagonal(where(eq(pivots, 0), least, 0)));
  const near = detach(cat([filled, columns(packed, n, n + 2)], -1));
  const whole = unsqueeze(unsqueeze(determinant(a, near), -1), -1);
  return mul(whole, solved(a, near, overBatch(identity(n), batchOf(a))));
}

/** Of A and its packed form. Giles (2008), 2.2.4. */
export const detOp: CompositeOp = composite('det', (g, y) => {
  const [a, packed] = y.inputs;
  return [mul(unsqueeze(unsqueeze(g, -1), -1), mT(adjugate(a, packed))), null];
});
function determinant(a: Value, packed: Value): Value {
  const pivots = mainDiagonal(columns(packed, 0, -2));
  return applyComposite(detOp, [a, packed], none, mul(parity(packed), prod(pivots, { dim: -1 })));
}

/** Determinant; 0 of a singular matrix, 1 of an empty one. [.., n, n] → [..] */
export function det(a: Value): Value {
  squares('det', a);
  if (a.size === 0) return disconnected(constant(1, batchOf(a), 'f32'), [a]);
  return determinant(a, packedLU(detach(a)));
}

/** Of A and its packed form. */
export const logabsdetOp: CompositeOp = composite('logabsdet', (g, y) => {
  const [a, packed] = y.inputs;
  const inverse = solved(a, packed, overBatch(identity(a.shape[a.shape.length - 1]), batchOf(a)));
  return [mul(unsqueeze(unsqueeze(g, -1), -1), mT(inverse)), null];
});

/** The sign of the determinant and the logarithm of its absolute value, without over- or underflow; −∞ where it is 0. */
export function slogdet(a: Value): { sign: Value; logabsdet: Value } {
  squares('slogdet', a);
  if (a.size === 0) {
    const shape = batchOf(a);
    return { sign: constant(1, shape, 'f32'), logabsdet: disconnected(constant(0, shape, 'f32'), [a]) };
  }
  const packed = packedLU(detach(a));
  const pivots = mainDiagonal(columns(packed, 0, -2));
  return {
    sign: mul(parity(packed), prod(sign(pivots), { dim: -1 })),
    logabsdet: applyComposite(logabsdetOp, [a, packed], none, sum(log(abs(pivots)), { dim: -1 })),
  };
}

/** log det; NaN of a negative determinant. [.., n, n] → [..] */
export function logdet(a: Value): Value {
  const { sign: s, logabsdet } = slogdet(a);
  return where(lt(s, 0), NaN, logabsdet);
}
