// Powers, logarithms and products with logarithms that tensors have no methods for.
import type { ElementwiseOp } from '../core/op.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { add, div, mul, pow, sub, where } from './arithmetic.ts';
import { eq, isnan, le, logicalAnd } from './comparison.ts';
import { sigmoid } from './activation.ts';
import { type Operand, align, callUnary, elementwise, unary } from './family.ts';
import { log, neg } from './math.ts';

export const exp2Op = /* @__PURE__ */ unary('exp2', {
  wgsl: (x) => `exp2_(${x})`,
  libraries: ['exponential'],
  cpu: (x) => 2 ** x,
  grad: (g, _, y) => mul(g, mul(y, Math.LN2)),
});
/** 2ˣ; exact for whole x. */
export const exp2 = (x: Value): Value => callUnary(exp2Op, x);

export const log10Op = /* @__PURE__ */ unary('log10', {
  wgsl: (x) => `log10_(${x})`,
  libraries: ['exponential'],
  cpu: Math.log10,
  grad: (g, x) => div(g, mul(x, Math.LN10)),
});
/** Logarithm to the base 10. */
export const log10 = (x: Value): Value => callUnary(log10Op, x);

/** log(baseᵃ + baseᵇ), whose gradient is shared as a softmax would. */
function addedPowers(name: string, cpu: (far: number) => number, base: number): ElementwiseOp {
  return elementwise(name, {
    dtype: 'same',
    wgsl: ([a, b]) => `${name}_(${a}, ${b})`,
    libraries: ['exponential'],
    cpu: ([a, b]) => (a === b ? a + cpu(0) : Math.max(a, b) + cpu(-Math.abs(a - b))),
    grad: (g, { inputs: [a, b] }, needs) => {
      const share = (x: Value, y: Value): Value => mul(g, sigmoid(mul(sub(x, y), Math.log(base))));
      return [needs[0] ? share(a, b) : null, needs[1] ? share(b, a) : null];
    },
  });
}
export const logaddexpOp = /* @__PURE__ */ addedPowers('logaddexp', (x) => Math.log1p(Math.exp(x)), Math.E);
export const logaddexp2Op = /* @__PURE__ */ addedPowers(
  'logaddexp2',
  (x) => Math.log1p(2 ** x) / Math.LN2,
  2,
);
/** log(eᵃ + eᵇ), without overflow. */
export const logaddexp = (a: Operand, b: Operand): Value =>
  applyElementwise(logaddexpOp, align('logaddexp', [a, b], 'f32'));
/** log₂(2ᵃ + 2ᵇ), without overflow. */
export const logaddexp2 = (a: Operand, b: Operand): Value =>
  applyElementwise(logaddexp2Op, align('logaddexp2', [a, b], 'f32'));

/** a·2ᵇ. */
export function ldexp(a: Operand, b: Operand): Value {
  const [x, y] = align('ldexp', [a, b], 'f32');
  return mul(x, exp2(y));
}

/** a to the power b, both taken as f32. */
export function floatPower(a: Operand, b: Operand): Value {
  const [x, y] = align('floatPower', [a, b], 'f32');
  return pow(x, y);
}

export const xlogyOp = /* @__PURE__ */ elementwise('xlogy', {
  dtype: 'same',
  wgsl: ([x, y]) => `xlogy_(${x}, ${y})`,
  libraries: ['exponential'],
  cpu: ([x, y]) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log(y)),
  grad: (g, { inputs: [x, y] }, needs) => [
    needs[0] ? where(logicalAnd(eq(x, 0), le(y, 0)), 0, xlogy(g, y)) : null,
    needs[1] ? mul(g, div(x, y)) : null,
  ],
});
/** x·log(y); 0 for x = 0, whatever y is, but for NaN. */
export const xlogy = (x: Operand, y: Operand): Value =>
  applyElementwise(xlogyOp, align('xlogy', [x, y], 'f32'));

export const xlog1pyOp = /* @__PURE__ */ elementwise('xlog1py', {
  dtype: 'same',
  wgsl: ([x, y]) => `xlog1py_(${x}, ${y})`,
  libraries: ['exponential'],
  cpu: ([x, y]) => (x === 0 && !Number.isNaN(y) ? 0 : x * Math.log1p(y)),
  grad: (g, { inputs: [x, y] }, needs) => [
    needs[0] ? where(logicalAnd(eq(x, 0), le(y, -1)), 0, xlog1py(g, y)) : null,
    needs[1] ? mul(g, div(x, add(y, 1))) : null,
  ],
});
/** x·log(1 + y); 0 for x = 0, whatever y is, but for NaN. */
export const xlog1py = (x: Operand, y: Operand): Value =>
  applyElementwise(xlog1pyOp, align('xlog1py', [x, y], 'f32'));

export const entrOp = /* @__PURE__ */ unary('entr', {
  wgsl: (x) => `entr_(${x})`,
  libraries: ['exponential'],
  cpu: (x) => (x > 0 ? -x * Math.log(x) : x === 0 ? 0 : x < 0 ? -Infinity : x),
  grad: (g, x) => where(isnan(x), x, mul(g, neg(add(log(x), 1)))),
});
/** −x·log(x), the share of x in an entropy; −∞ below 0. */
export const entr = (x: Value): Value => callUnary(entrOp, x);
