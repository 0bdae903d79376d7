// The exponential of a matrix, by scaling and squaring.
import type { CompositeOp } from '../../core/op.ts';
import { type Value, applyComposite, none } from '../../core/value.ts';
import { add, clamp, div, mul, pow, where } from '../arithmetic.ts';
import { gt } from '../comparison.ts';
import { constant, disconnected } from '../create.ts';
import { cat } from '../joining.ts';
import { abs, ceil, log2 } from '../math.ts';
import { matmul } from '../matmul.ts';
import { detach } from '../movement.ts';
import { amax, sum } from '../reduce.ts';
import { composite } from '../statistics.ts';
import { batchOf, columns, identity, mT, overBatch, rows, squares } from './matrices.ts';

/** Squarings that are recorded: each matrix takes as many of them as its norm asks for. */
const SQUARINGS = 16;

/** 1 / k! for k = 0 … 16. */
const coefficients = (): number[] => {
  const c = [1];
  for (let k = 1; k <= 16; k++) c.push(c[k - 1] / k);
  return c;
};

/** Σ xᵏ / k! up to x¹⁶ by six products (Paterson and Stockmeyer, 1973). For ‖x‖ ≤ 1 the rest is below 3e-15. */
function series(x: Value): Value {
  const c = coefficients();
  const one = overBatch(identity(x.shape[x.shape.length - 1]), batchOf(x));
  const x2 = matmul(x, x);
  const x3 = matmul(x2, x);
  const x4 = matmul(x2, x2);
  const part = (k: number): Value =>
    add(add(mul(one, c[k]), mul(x, c[k + 1])), add(mul(x2, c[k + 2]), mul(x3, c[k + 3])));
  let total = add(part(12), mul(x4, c[16]));
  for (const k of [8, 4, 0]) total = add(matmul(total, x4), part(k));
  return total;
}

/** The largest sum of a column, [.., 1, 1]. */
const norm1 = (x: Value): Value => amax(sum(abs(x), { dim: -2, keepdim: true }), { dim: -1, keepdim: true });

function exponential(x: Value): Value {
  const times = clamp(ceil(log2(clamp(norm1(x), { min: 1 }))), { max: SQUARINGS });
  let y = series(mul(x, pow(2, mul(times, -1))));
  for (let k = 0; k < SQUARINGS; k++) y = where(gt(times, k), matmul(y, y), y);
  return y;
}

/**
 * The gradient is a corner of another exponential: exp([[Aᵀ, G], [0, Aᵀ]]) = [[.., D], [0, ..]], with D the derivative of
 * exp at Aᵀ along G (Najfeld and Havel, Derivatives of the matrix exponential, 1995).
 */
export const matrixExpOp: CompositeOp = composite('matrixExp', (g, y) => {
  const [a] = y.inputs;
  const n = a.shape[a.shape.length - 1];
  const zeros = constant(0, a.shape, 'f32');
  // A large G would ask for squarings that A does not need, each of which costs accuracy.
  const size = detach(norm1(g));
  const unit = where(gt(size, 0), size, 1);
  const whole = cat([cat([mT(a), div(g, unit)], -1), cat([zeros, mT(a)], -1)], -2);
  return [mul(unit, columns(rows(matrixExp(whole), 0, n), n, 2 * n))];
});

/**
 * e to the power of each square matrix. [.., n, n] → [.., n, n]. Norms up to 65,536 keep their accuracy. Cost: 22 matrix
 * products; the gradient as much with twice the n.
 */
export function matrixExp(a: Value): Value {
  squares('matrixExp', a);
  if (a.size === 0) return disconnected(constant(0, a.shape, 'f32'), [a]);
  return applyComposite(matrixExpOp, [a], none, exponential(detach(a)));
}
