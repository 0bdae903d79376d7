// Modified Bessel functions of the first kind, and the same without their exponential growth.
import type { Value } from '../core/value.ts';
import { div, mul, sub, where } from './arithmetic.ts';
import { eq } from './comparison.ts';
import { callUnary, unary } from './family.ts';
import { sign } from './math.ts';

/** e^−|x| I_order(|x|): the power series (Abramowitz and Stegun 9.6.10) up to 40, beyond it the asymptotic one (9.7.1). */
function scaledReference(x: number, order: 0 | 1): number {
  const a = Math.abs(x);
  if (a > 40) {
    let term = 1;
    let sum = 1;
    for (let k = 1; k < 30 && Math.abs(term) > 1e-17; k++) {
      term *= -(4 * order - (2 * k - 1) ** 2) / (8 * k * a);
      sum += term;
    }
    return sum / Math.sqrt(2 * Math.PI * a);
  }
  let term = order === 0 ? 1 : a / 2;
  let sum = term;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (a * a) / 4 / (k * (k + order));
    sum += term;
  }
  return Math.exp(-a) * sum;
}
const odd = (x: number, y: number): number => (x < 0 ? -y : y);
/** The exponential in halves: it overflows before the function does. */
const grown = (x: number, y: number): number =>
  Math.abs(x) === Infinity ? Infinity : Math.exp(Math.abs(x) / 2) * y * Math.exp(Math.abs(x) / 2);

export const i0Op = /* @__PURE__ */ unary('i0', {
  wgsl: (x) => `i0_(${x})`,
  libraries: ['bessel'],
  cpu: (x) => grown(x, scaledReference(x, 0)),
  grad: (g, x) => mul(g, i1(x)),
});
/** Modified Bessel function of order 0. */
export const i0 = (x: Value): Value => callUnary(i0Op, x);

export const i0eOp = /* @__PURE__ */ unary('i0e', {
  wgsl: (x) => `i0e_(${x})`,
  libraries: ['bessel'],
  cpu: (x) => scaledReference(x, 0),
  grad: (g, x, y) => mul(g, sub(i1e(x), mul(sign(x), y))),
});
/** e^−|x|·i0(x). */
export const i0e = (x: Value): Value => callUnary(i0eOp, x);

/** y / x, which is ½ at 0. */
function overX(y: Value, x: Value): Value {
  const zero = eq(x, 0);
  return where(zero, 0.5, div(y, where(zero, 1, x)));
}

export const i1Op = /* @__PURE__ */ unary('i1', {
  wgsl: (x) => `i1_(${x})`,
  libraries: ['bessel'],
  cpu: (x) => odd(x, grown(x, scaledReference(x, 1))),
  grad: (g, x, y) => mul(g, sub(i0(x), overX(y, x))),
});
/** Modified Bessel function of order 1. */
export const i1 = (x: Value): Value => callUnary(i1Op, x);

export const i1eOp = /* @__PURE__ */ unary('i1e', {
  wgsl: (x) => `i1e_(${x})`,
  libraries: ['bessel'],
  cpu: (x) => odd(x, scaledReference(x, 1)),
  grad: (g, x, y) => mul(g, sub(sub(i0e(x), mul(sign(x), y)), overX(y, x))),
});
/** e^−|x|·i1(x). */
export const i1e = (x: Value): Value => callUnary(i1eOp, x);
