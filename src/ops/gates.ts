// Activation functions that tensors have no methods for.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { Value } from '../core/value.ts';
import { applyElementwise } from '../core/value.ts';
import { elu, sigmoid, softplus } from './activation.ts';
import { add, div, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { ge, gt, le, logicalAnd, lt } from './comparison.ts';
import { align, callUnary, elementwise, unary } from './family.ts';
import { abs, exp, neg, tanh } from './math.ts';
import { narrow, reshape } from './movement.ts';
import { softmax } from './statistics.ts';
import { normalizeDim } from '../core/shape.ts';

export const hardtanhOp = /* @__PURE__ */ elementwise('hardtanh', {
  dtype: 'same',
  wgsl: ([x, low, high]) => `min_(max_(${x}, ${low}), ${high})`,
  cpu: ([x, low, high]) => Math.min(Math.max(x, low), high),
  // Flat at the bounds themselves, unlike clamp.
  grad: (g, { inputs: [x, low, high] }) => [where(logicalAnd(gt(x, low), lt(x, high)), g, 0), null, null],
});
/** x limited to [minVal, maxVal]; the derivative at the bounds is 0. */
export const hardtanh = (
  x: Value,
  { minVal = -1, maxVal = 1 }: { minVal?: number; maxVal?: number } = {},
): Value => applyElementwise(hardtanhOp, align('hardtanh', [x, minVal, maxVal], 'f32'));

/** x limited to [0, 6]. */
export const relu6 = (x: Value): Value => hardtanh(x, { minVal: 0, maxVal: 6 });

export const hardsigmoidOp = /* @__PURE__ */ unary('hardsigmoid', {
  wgsl: (x) => `(min_(max_(${x} + 3.0, 0.0), 6.0) / 6.0)`,
  cpu: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  // PyTorch's sixth is a float32 in double precision, too.
  grad: (g, x) => where(logicalAnd(gt(x, -3), lt(x, 3)), mul(g, Math.fround(1 / 6)), 0),
});
/** A straight line from 0 at −3 to 1 at 3, flat beyond. */
export const hardsigmoid = (x: Value): Value => callUnary(hardsigmoidOp, x);

export const hardswishOp = /* @__PURE__ */ unary('hardswish', {
  wgsl: (x) => `(${x} * min_(max_(${x} + 3.0, 0.0), 6.0) / 6.0)`,
  cpu: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  grad: (g, x) => where(lt(x, -3), 0, where(le(x, 3), mul(g, add(mul(x, 1 / 3), 0.5)), g)),
});
/** x·hardsigmoid(x) (Howard et al., 2019). */
export const hardswish = (x: Value): Value => callUnary(hardswishOp, x);

export const mishOp = /* @__PURE__ */ unary('mish', {
  wgsl: (x) => `mish_(${x})`,
  libraries: ['exponential'],
  cpu: (x) => x * Math.tanh(x > 40 ? x : Math.log1p(Math.exp(x))),
  grad: (g, x) => {
    const t = tanh(softplus(x, { threshold: 40 }));
    return mul(g, add(t, mul(mul(x, sigmoid(x)), sub(1, mul(t, t)))));
  },
});
/** x·tanh(softplus(x)) (Misra, 2019). */
export const mish = (x: Value): Value => callUnary(mishOp, x);

const SELU_SCALE = 1.0507009873554805;
/** A scaled ELU that keeps mean 0 and variance 1 (Klambauer et al., 2017). */
export const selu = (x: Value): Value => mul(elu(x, { alpha: 1.6732632423543772 }), SELU_SCALE);

export const celuOp = /* @__PURE__ */ elementwise('celu', {
  dtype: 'same',
  wgsl: ([x, alpha]) => `select(${alpha} * expm1_(${x} / ${alpha}), ${x}, ${x} > 0.0)`,
  cpu: ([x, alpha]) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
  grad: (g, { inputs: [x, alpha] }) => {
    const positive = gt(x, 0);
    // The exponential is kept from overflowing where it is not used.
    return [where(positive, g, mul(g, exp(div(where(positive, 0, x), alpha)))), null];
  },
});
/** x above 0, α(e^(x/α) − 1) below. @throws ValueError for α = 0 */
export function celu(x: Value, { alpha = 1 }: { alpha?: number } = {}): Value {
  if (alpha === 0) throw new ValueError('celu: alpha is zero', { expected: 'another number', got: '0' });
  return applyElementwise(celuOp, align('celu', [x, alpha], 'f32'));
}

/** x / (1 + |x|). */
export function softsign(x: Value): Value {
  const y = cast(x, 'f32');
  return div(y, add(abs(y), 1));
}

/** x − tanh(x). */
export function tanhshrink(x: Value): Value {
  const y = cast(x, 'f32');
  return sub(y, tanh(y));
}

/** x, and 0 where |x| ≤ lambd. */
export const hardshrink = (x: Value, { lambd = 0.5 }: { lambd?: number } = {}): Value =>
  where(logicalAnd(ge(x, -lambd), le(x, lambd)), 0, x);

/** x moved towards 0 by lambd, and 0 where |x| ≤ lambd. @throws ValueError for a negative lambd */
export function softshrink(x: Value, { lambd = 0.5 }: { lambd?: number } = {}): Value {
  if (!(lambd >= 0)) {
    throw new ValueError('softshrink: lambd is negative', { expected: '0 or more', got: String(lambd) });
  }
  return where(gt(x, lambd), sub(x, lambd), where(lt(x, -lambd), add(x, lambd), 0));
}

/** x where it is above `at`, else `value`. */
export const threshold = (x: Value, at: number, value: number): Value => where(le(x, at), value, x);

/** The first half of the dimension times the sigmoid of the other. [.., 2n, ..] → [.., n, ..] @throws ShapeError */
export function glu(x: Value, dim = -1): Value {
  const d = normalizeDim(dim, x.shape.length, 'glu');
  const size = x.shape[d];
  if (size % 2 !== 0) {
    throw new ShapeError('glu: the dimension cannot be halved', {
      expected: 'an even size',
      got: `size ${size} of dimension ${d}`,
    });
  }
  return mul(narrow(x, d, 0, size / 2), sigmoid(narrow(x, d, size / 2, size / 2)));
}

/** x above 0, weight·x below; one weight for all, or one a channel (dimension 1). @throws ShapeError */
export function prelu(x: Value, weight: Value): Value {
  const channels = x.shape.length > 1 ? x.shape[1] : 1;
  const count = weight.size;
  if (weight.shape.length > 1 || (count !== 1 && count !== channels)) {
    throw new ShapeError('prelu: the weight does not fit the channels', {
      expected: `1 or ${channels} elements`,
      got: `shape [${weight.shape.join(', ')}]`,
    });
  }
  const across = count === 1 ? [] : x.shape.map((_, d) => (d === 1 ? count : 1));
  return where(gt(x, 0), x, mul(x, reshape(weight, across)));
}

/** softmax(−x) along the dimension: the smallest gets the most. */
export const softmin = (x: Value, dim: number): Value => softmax(neg(x), dim);

/** x above 0, slope·x below, where the slope lies at `noise` (their middle by default) between lower and upper. */
export function rrelu(
  x: Value,
  { lower, upper, noise }: { lower: number; upper: number; noise: Value | null },
): Value {
  if (!(lower <= upper)) {
    throw new ValueError('rrelu: the slopes have no range', {
      expected: 'lower ≤ upper',
      got: `${lower}, ${upper}`,
    });
  }
  const slope = noise === null ? (lower + upper) / 2 : add(mul(noise, upper - lower), lower);
  return where(gt(x, 0), x, mul(x, slope));
}
