// Activation functions of neural networks.
import { type Value, applyElementwise } from '../core/value.ts';
import { add, mul, sub, where } from './arithmetic.ts';
import { gt, le } from './comparison.ts';
import { align, callUnary, elementwise, unary } from './family.ts';
import { erf, exp, neg, tanh } from './math.ts';
import { ValueError } from '../core/errors.ts';

const logistic = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));

export const sigmoidOp = unary('sigmoid', {
  wgsl: (x) => `sigmoid_(${x})`,
  cpu: logistic,
  grad: (g, _, y) => mul(g, mul(y, sub(1, y))),
});
/** Logistic function, 1 / (1 + e⁻ˣ). */
export const sigmoid = (x: Value): Value => callUnary(sigmoidOp, x);

export const reluOp = elementwise('relu', {
  dtype: 'same',
  wgsl: ([x], dtype) => (dtype === 'f32' ? `max_(${x}, 0.0)` : `max(${x}, ${dtype}(0))`),
  cpu: ([x]) => Math.max(x, 0),
  // The derivative at NaN is 1, as in PyTorch.
  grad: (g, { inputs: [x] }) => [where(le(x, 0), 0, g)],
});
/** max(x, 0); the derivative at 0 is 0. */
export const relu = (x: Value): Value => applyElementwise(reluOp, [x]);

/** x above 0, slope·x below. */
export const leakyRelu = (x: Value, negativeSlope = 0.01): Value => where(gt(x, 0), x, mul(x, negativeSlope));

export const softplusOp = elementwise('softplus', {
  dtype: 'same',
  wgsl: ([x, beta, threshold]) =>
    `select(log1p_(exp_(${x} * ${beta})) / ${beta}, ${x}, ${x} * ${beta} > ${threshold})`,
  cpu: ([x, beta, threshold]) => (x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta),
  grad: (g, { inputs: [x, beta, threshold] }) => {
    const scaled = mul(x, beta);
    return [where(gt(scaled, threshold), g, mul(g, sigmoid(scaled))), null, null];
  },
});
/** log(1 + e^(βx)) / β, and x itself where βx > threshold. */
export const softplus = (
  x: Value,
  { beta = 1, threshold = 20 }: { beta?: number; threshold?: number } = {},
): Value => applyElementwise(softplusOp, align('softplus', [x, beta, threshold], 'f32'));

export const eluOp = elementwise('elu', {
  dtype: 'same',
  wgsl: ([x, alpha]) => `select(${alpha} * expm1_(${x}), ${x}, ${x} > 0.0)`,
  cpu: ([x, alpha]) => (x > 0 ? x : alpha * Math.expm1(x)),
  // Finite on both sides: the rule's own derivatives would else be 0 · ∞ where x is large.
  grad: (g, { inputs: [x, alpha] }) => [
    mul(g, where(gt(x, 0), 1, mul(alpha, exp(where(gt(x, 0), 0, x))))),
    null,
  ],
});
/** x above 0, α(eˣ − 1) below. */
export const elu = (x: Value, { alpha = 1 }: { alpha?: number } = {}): Value =>
  applyElementwise(eluOp, align('elu', [x, alpha], 'f32'));

export const siluOp = unary('silu', {
  wgsl: (x) => `(${x} * sigmoid_(${x}))`,
  cpu: (x) => x * logistic(x),
  grad: (g, x) => {
    const s = sigmoid(x);
    return mul(g, mul(s, add(mul(x, sub(1, s)), 1)));
  },
});
/** x·sigmoid(x). */
export const silu = (x: Value): Value => callUnary(siluOp, x);

/**
 * x·Φ(x), Φ the normal distribution function. `approximate: 'tanh'` takes Φ(x) ≈ (1 + tanh(√(2/π)(x + 0.044715x³)))/2
 * (Hendrycks and Gimpel, 2016).
 */
export function gelu(x: Value, { approximate = 'none' }: { approximate?: 'none' | 'tanh' } = {}): Value {
  if (approximate === 'none') return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
  if (approximate !== 'tanh') {
    throw new ValueError('gelu: unknown approximation', {
      expected: "'none' or 'tanh'",
      got: String(approximate),
    });
  }
  const inner = mul(add(x, mul(mul(mul(x, x), x), 0.044715)), Math.sqrt(2 / Math.PI));
  return mul(mul(x, 0.5), add(tanh(inner), 1));
}

export const logsigmoidOp = unary('logsigmoid', {
  wgsl: (x) => `(min_(${x}, 0.0) - log1p_(exp_(-abs(${x}))))`,
  cpu: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  grad: (g, x) => mul(g, sigmoid(neg(x))),
});
/** log(sigmoid(x)), without overflow or loss for large |x|. */
export const logsigmoid = (x: Value): Value => callUnary(logsigmoidOp, x);
