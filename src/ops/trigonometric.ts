// Inverse, hyperbolic and other functions of angles.
import type { ElementwiseOp } from '../core/op.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { add, div, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { lt } from './comparison.ts';
import { type Operand, align, callUnary, elementwise, unary } from './family.ts';
import { abs, cos, neg, reciprocal, rsqrt, square } from './math.ts';

const inverse = (name: string, cpu: (x: number) => number, slope: (x: Value) => Value): ElementwiseOp =>
  unary(name, { wgsl: (x) => `${name}_(${x})`, libraries: ['angle'], cpu, grad: (g, x) => mul(g, slope(x)) });

/** 1 − x² as a product, which keeps the digits that the difference would lose near ±1. */
const fromOne = (x: Value): Value => mul(sub(1, x), add(x, 1));

export const asinOp = /* @__PURE__ */ inverse('asin', Math.asin, (x) => rsqrt(fromOne(x)));
/** Arc sine; NaN outside [−1, 1]. */
export const asin = (x: Value): Value => callUnary(asinOp, x);

export const acosOp = /* @__PURE__ */ inverse('acos', Math.acos, (x) => neg(rsqrt(fromOne(x))));
/** Arc cosine; NaN outside [−1, 1]. */
export const acos = (x: Value): Value => callUnary(acosOp, x);

export const atanOp = /* @__PURE__ */ inverse('atan', Math.atan, (x) => reciprocal(add(square(x), 1)));
/** Arc tangent. */
export const atan = (x: Value): Value => callUnary(atanOp, x);

export const atan2Op = /* @__PURE__ */ elementwise('atan2', {
  dtype: 'same',
  wgsl: ([y, x]) => `atan2_(${y}, ${x})`,
  libraries: ['angle'],
  cpu: ([y, x]) => Math.atan2(y, x),
  grad: (g, { inputs: [y, x] }, needs) => {
    const share = div(g, add(square(y), square(x)));
    return [needs[0] ? mul(share, x) : null, needs[1] ? neg(mul(share, y)) : null];
  },
});
/** The angle of the point (x, y), in (−π, π]. */
export const atan2 = (y: Operand, x: Operand): Value =>
  applyElementwise(atan2Op, align('atan2', [y, x], 'f32'));

export const sinhOp = /* @__PURE__ */ unary('sinh', {
  wgsl: (x) => `sinh_(${x})`,
  libraries: ['angle'],
  cpu: Math.sinh,
  grad: (g, x) => mul(g, cosh(x)),
});
/** Hyperbolic sine. */
export const sinh = (x: Value): Value => callUnary(sinhOp, x);

export const coshOp = /* @__PURE__ */ unary('cosh', {
  wgsl: (x) => `cosh_(${x})`,
  libraries: ['angle'],
  cpu: Math.cosh,
  grad: (g, x) => mul(g, sinh(x)),
});
/** Hyperbolic cosine. */
export const cosh = (x: Value): Value => callUnary(coshOp, x);

export const asinhOp = /* @__PURE__ */ inverse('asinh', Math.asinh, (x) => rsqrt(add(square(x), 1)));
/** Inverse of sinh. */
export const asinh = (x: Value): Value => callUnary(asinhOp, x);

// (x − 1)(x + 1) rather than x² − 1, which rounds away what is left near 1.
export const acoshOp = /* @__PURE__ */ inverse('acosh', Math.acosh, (x) => rsqrt(mul(sub(x, 1), add(x, 1))));
/** Inverse of cosh; NaN below 1. */
export const acosh = (x: Value): Value => callUnary(acoshOp, x);

export const atanhOp = /* @__PURE__ */ inverse('atanh', Math.atanh, (x) => reciprocal(fromOne(x)));
/** Inverse of tanh; ±∞ at ±1, NaN beyond. */
export const atanh = (x: Value): Value => callUnary(atanhOp, x);

export const hypotOp = /* @__PURE__ */ elementwise('hypot', {
  dtype: 'same',
  wgsl: ([a, b]) => `hypot_(${a}, ${b})`,
  libraries: ['angle'],
  cpu: ([a, b]) => Math.hypot(a, b),
  grad: (g, y, needs) => {
    const [a, b] = y.inputs;
    return [needs[0] ? mul(g, div(a, y)) : null, needs[1] ? mul(g, div(b, y)) : null];
  },
});
/** √(a² + b²), without overflow in between. */
export const hypot = (a: Operand, b: Operand): Value =>
  applyElementwise(hypotOp, align('hypot', [a, b], 'f32'));

/** Terms of sinc's slope as a series; seven reach double precision for |x| ≤ ½. */
const SINC_TERMS = 10;

/**
 * The slope of sinc: (cos πx − sinc x) / x. Near 0, where that difference loses its digits, its series
 * Σ (−1)ᵏ π²ᵏ 2k x²ᵏ⁻¹ / (2k + 1)!.
 */
function sincSlope(x: Value): Value {
  const near = lt(abs(x), 0.5);
  const z = square(where(near, x, 0));
  let series: Value | null = null;
  for (let k = SINC_TERMS; k >= 1; k--) {
    let term = (k % 2 === 0 ? 1 : -1) * 2 * k;
    for (let j = 1; j <= k; j++) term *= Math.PI ** 2 / (2 * j * (2 * j + 1));
    series = series === null ? mul(z, 0) : mul(series, z);
    series = add(series, term);
  }
  const far = where(near, 1, x);
  const slope = div(sub(cos(mul(far, Math.PI)), sinc(far)), far);
  return where(near, mul(series ?? z, x), slope);
}
export const sincOp = /* @__PURE__ */ unary('sinc', {
  wgsl: (x) => `sinc_(${x})`,
  libraries: ['angle', 'trigonometry'],
  cpu: (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x)),
  grad: (g, x) => mul(g, sincSlope(x)),
});
/** sin(πx) / (πx); 1 at 0. */
export const sinc = (x: Value): Value => callUnary(sincOp, x);

/** Degrees in radians. */
export const deg2rad = (x: Value): Value => mul(cast(x, 'f32'), Math.PI / 180);
/** Radians in degrees. */
export const rad2deg = (x: Value): Value => mul(cast(x, 'f32'), 180 / Math.PI);
