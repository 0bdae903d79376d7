// The tails of the normal distribution: complements, logarithms and inverses of the error function.
import type { Value } from '../core/value.ts';
import { div, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { callUnary, unary } from './family.ts';
import { erfReference, exp, neg, square } from './math.ts';

const LIBRARIES = ['normal', 'erf'];
const SQRT_PI = Math.sqrt(Math.PI);

/** e^(x²) erfc(x): by its continued fraction (Abramowitz and Stegun 7.1.14) above 2.5. */
function erfcxReference(x: number): number {
  if (x < 2.5) return Math.exp(x * x) * (1 - erfReference(x));
  if (x > 1e8) return 1 / (SQRT_PI * x);
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return 1 / (SQRT_PI * fraction);
}
const erfcReference = (x: number): number =>
  x < 2.5 ? 1 - erfReference(x) : x > 30 ? 0 : Math.exp(-x * x) * erfcxReference(x);

/** The z ≥ 0 with erfc(z) = q ≤ 1: a rational start (26.2.23), then Newton's steps on the logarithm. */
function erfcInverse(q: number): number {
  const t = Math.sqrt(-2 * Math.log(q / 2));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  let z = (t - above / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))) * Math.SQRT1_2;
  for (let k = 0; k < 4; k++) {
    const scaled = erfcxReference(z);
    z += (Math.log(scaled) - z * z - Math.log(q)) * scaled * (SQRT_PI / 2);
  }
  return z;
}
function erfinvReference(x: number): number {
  const a = Math.abs(x);
  if (!(a <= 1)) return NaN;
  if (a === 1) return x * Infinity;
  if (a >= 0.5) return Math.sign(x) * erfcInverse(1 - a);
  let z = (x * SQRT_PI) / 2;
  for (let k = 0; k < 6; k++) z -= ((erfReference(z) - x) * SQRT_PI * Math.exp(z * z)) / 2;
  return z;
}
function ndtriReference(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (Math.abs(p - 0.5) < 0.25) return Math.SQRT2 * erfinvReference(2 * p - 1);
  return p < 0.5 ? -Math.SQRT2 * erfcInverse(2 * p) : Math.SQRT2 * erfcInverse(2 * (1 - p));
}

export const erfcOp = /* @__PURE__ */ unary('erfc', {
  wgsl: (x) => `erfc_(${x})`,
  libraries: LIBRARIES,
  cpu: erfcReference,
  grad: (g, x) => mul(g, mul(exp(neg(square(x))), -2 / SQRT_PI)),
});
/** 1 − erf(x), exact where erf is near 1. */
export const erfc = (x: Value): Value => callUnary(erfcOp, x);

export const erfcxOp = /* @__PURE__ */ unary('erfcx', {
  wgsl: (x) => `erfcx_(${x})`,
  libraries: LIBRARIES,
  cpu: erfcxReference,
  grad: (g, x, y) => mul(g, sub(mul(mul(x, y), 2), 2 / SQRT_PI)),
});
/** e^(x²)·erfc(x). */
export const erfcx = (x: Value): Value => callUnary(erfcxOp, x);

export const erfinvOp = /* @__PURE__ */ unary('erfinv', {
  wgsl: (x) => `erfinv_(${x})`,
  libraries: LIBRARIES,
  cpu: erfinvReference,
  grad: (g, _, y) => mul(g, mul(exp(square(y)), SQRT_PI / 2)),
});
/** Inverse of erf; ±∞ at ±1, NaN beyond. */
export const erfinv = (x: Value): Value => callUnary(erfinvOp, x);

/** The normal distribution function. */
export const ndtr = (x: Value): Value => mul(erfc(mul(cast(x, 'f32'), -Math.SQRT1_2)), 0.5);

export const logNdtrOp = /* @__PURE__ */ unary('logNdtr', {
  wgsl: (x) => `log_ndtr_(${x})`,
  libraries: LIBRARIES,
  cpu: (x) =>
    x < -1
      ? Math.log(erfcxReference(-x * Math.SQRT1_2) / 2) - (x * x) / 2
      : Math.log1p(-erfcReference(x * Math.SQRT1_2) / 2),
  grad: (g, x) => mul(div(g, erfcx(mul(x, -Math.SQRT1_2))), Math.sqrt(2 / Math.PI)),
});
/** Logarithm of the normal distribution function. */
export const logNdtr = (x: Value): Value => callUnary(logNdtrOp, x);

export const ndtriOp = /* @__PURE__ */ unary('ndtri', {
  wgsl: (x) => `ndtri_(${x})`,
  libraries: LIBRARIES,
  cpu: ndtriReference,
  grad: (g, _, y) => mul(g, mul(exp(mul(square(y), 0.5)), Math.sqrt(2 * Math.PI))),
});
/** The normal quantile: the inverse of ndtr; NaN outside [0, 1]. */
export const ndtri = (x: Value): Value => callUnary(ndtriOp, x);
