// The gamma function's logarithm and what is made of it. The reference works in double precision, by other formulas than
// the kernels where there are any.
import { ValueError } from '../core/errors.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { add, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { type Operand, align, callUnary, elementwise, unary } from './family.ts';
import { neg } from './math.ts';

const LIBRARIES = ['gamma', 'power', 'trigonometry'];

/** Lanczos' approximation with g = 7 and 9 terms (P. Godfrey's coefficients); errors of 1e-15. */
const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** sin πx, exact at whole numbers. */
function sinTurn(x: number): number {
  const rest = x - Math.round(x);
  return (Math.round(x) % 2 === 0 ? 1 : -1) * Math.sin(Math.PI * rest);
}

function lgammaReference(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(sinTurn(x))) - lgammaReference(1 - x);
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, k) => (k === 0 ? c : total + c / (z + k)), 0);
  const t = z + 7.5;
  return (z + 0.5) * Math.log(t) - t + Math.log(Math.sqrt(2 * Math.PI) * sum);
}

/** Bernoulli's numbers B₂, B₄, …. */
const BERNOULLI: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
];

/** By its asymptotic series (Abramowitz and Stegun 6.3.18) from 15 on, after recurrence. */
function digammaReference(x: number): number {
  if (x === Infinity || Number.isNaN(x)) return x;
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) {
    if (x === -Infinity || Number.isInteger(x)) return NaN;
    const rest = x - Math.round(x);
    return digammaReference(1 - x) - Math.PI / Math.tan(Math.PI * rest);
  }
  let y = x;
  let sum = 0;
  for (; y < 15; y++) sum += 1 / y;
  const series = BERNOULLI.reduce((total, b, k) => total + b / (2 * k + 2) / y ** (2 * k + 2), 0);
  return Math.log(y) - 1 / (2 * y) - series - sum;
}

/** Σ (q + k)^−s for q > 0: terms up to 20 + s, then Euler's and Maclaurin's formula. */
function zetaPositive(s: number, q: number): number {
  let a = q;
  let sum = 0;
  for (; a < 20 + Math.min(s, 1000); a++) sum += a ** -s;
  let factor = s / a / 2;
  let series = 0;
  for (const [k, b] of BERNOULLI.entries()) {
    series += factor * b;
    factor *= ((s + 2 * k + 1) * (s + 2 * k + 2)) / (a * a);
    // Of the factorial below each term.
    factor /= (2 * k + 3) * (2 * k + 4);
  }
  return sum + a ** -s * (a / (s - 1) + 0.5 + series);
}

function zetaReference(s: number, q: number): number {
  if (Number.isNaN(s) || Number.isNaN(q) || s < 1) return NaN;
  if (s === 1) return Infinity;
  if (q > 0) return q === Infinity ? 0 : zetaPositive(s, q);
  if (Number.isInteger(q)) return Infinity;
  if (!Number.isInteger(s) || q === -Infinity) return NaN;
  const rest = q - Math.floor(q);
  const mirrored = zetaPositive(s, 1 - rest) - zetaPositive(s, 1 - q);
  return zetaPositive(s, rest) + (s % 2 === 0 ? mirrored : -mirrored);
}

function polygammaReference(x: number, n: number): number {
  if (n === 0) return digammaReference(x);
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  return (n % 2 === 0 ? -1 : 1) * factorial * zetaReference(n + 1, x);
}

export const polygammaOp = /* @__PURE__ */ elementwise('polygamma', {
  dtype: 'same',
  wgsl: ([x, n]) => `polygamma_(${x}, ${n})`,
  libraries: LIBRARIES,
  cpu: ([x, n]) => polygammaReference(x, n),
  grad: (g, { inputs: [x, n] }) => [mul(g, applyElementwise(polygammaOp, [x, add(n, 1)])), null],
});
/** The n-th derivative of digamma. @throws ValueError for an n that is no whole number from 0 on */
export function polygamma(n: number, x: Value): Value {
  if (!Number.isInteger(n) || n < 0) {
    throw new ValueError('polygamma: there is no such derivative', {
      expected: '0, 1, 2, …',
      got: String(n),
    });
  }
  return n === 0 ? digamma(x) : applyElementwise(polygammaOp, align('polygamma', [x, n], 'f32'));
}

export const digammaOp = /* @__PURE__ */ unary('digamma', {
  wgsl: (x) => `digamma_(${x})`,
  libraries: LIBRARIES,
  cpu: digammaReference,
  grad: (g, x) => mul(g, polygamma(1, x)),
});
/** The derivative of lgamma; NaN at negative whole numbers. */
export const digamma = (x: Value): Value => callUnary(digammaOp, x);

export const lgammaOp = /* @__PURE__ */ unary('lgamma', {
  wgsl: (x) => `lgamma_(${x})`,
  libraries: LIBRARIES,
  cpu: lgammaReference,
  grad: (g, x) => mul(g, digamma(x)),
});
/** log |Γ(x)|; ∞ at 0 and at negative whole numbers. */
export const lgamma = (x: Value): Value => callUnary(lgammaOp, x);

/**
 * The logarithm of the p-dimensional gamma function: log Γ(x − j/2) summed over j < p, and p(p − 1)/4 · log π, for
 * x > (p − 1)/2. @throws ValueError
 */
export function mvlgamma(x: Value, p: number): Value {
  if (!Number.isInteger(p) || p < 1) {
    throw new ValueError('mvlgamma: not a number of dimensions', { expected: '1, 2, …', got: String(p) });
  }
  const y = cast(x, 'f32');
  let sum = lgamma(y);
  for (let j = 1; j < p; j++) sum = add(sum, lgamma(sub(y, j / 2)));
  return add(sum, (p * (p - 1) * Math.log(Math.PI)) / 4);
}

export const zetaOp = /* @__PURE__ */ elementwise('zeta', {
  dtype: 'same',
  wgsl: ([s, q]) => `zeta_(${s}, ${q})`,
  libraries: LIBRARIES,
  cpu: ([s, q]) => zetaReference(s, q),
  grad: (g, { inputs: [s, q] }, needs) => [
    null,
    needs[1] ? neg(mul(g, mul(s, applyElementwise(zetaOp, [add(s, 1), q])))) : null,
  ],
});
/** Hurwitz' zeta function, Σ (q + k)^−s over k ≥ 0; it has a gradient by q alone. */
export const zeta = (s: Operand, q: Operand): Value => applyElementwise(zetaOp, align('zeta', [s, q], 'f32'));
