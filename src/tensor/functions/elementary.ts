// Functions of numbers one by one that are no methods: angles, powers and logarithms, signs and bits.
import * as bits from '../../ops/bitwise.ts';
import * as exponential from '../../ops/exponential.ts';
import * as numbers from '../../ops/numbers.ts';
import * as angles from '../../ops/trigonometric.ts';
import { type TensorLike, call, engineOf, operand } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { type Two, binary, unary } from './lift.ts';

export const asin = /* @__PURE__ */ unary(angles.asin);
export const acos = /* @__PURE__ */ unary(angles.acos);
export const atan = /* @__PURE__ */ unary(angles.atan);
export const atan2 = /* @__PURE__ */ binary(angles.atan2 as Two);
export const sinh = /* @__PURE__ */ unary(angles.sinh);
export const cosh = /* @__PURE__ */ unary(angles.cosh);
export const asinh = /* @__PURE__ */ unary(angles.asinh);
export const acosh = /* @__PURE__ */ unary(angles.acosh);
export const atanh = /* @__PURE__ */ unary(angles.atanh);
export const hypot = /* @__PURE__ */ binary(angles.hypot as Two);
export const sinc = /* @__PURE__ */ unary(angles.sinc);
export const deg2rad = /* @__PURE__ */ unary(angles.deg2rad);
export const rad2deg = /* @__PURE__ */ unary(angles.rad2deg);

export const exp2 = /* @__PURE__ */ unary(exponential.exp2);
export const log10 = /* @__PURE__ */ unary(exponential.log10);
export const logaddexp = /* @__PURE__ */ binary(exponential.logaddexp as Two);
export const logaddexp2 = /* @__PURE__ */ binary(exponential.logaddexp2 as Two);
export const ldexp = /* @__PURE__ */ binary(exponential.ldexp as Two);
export const floatPower = /* @__PURE__ */ binary(exponential.floatPower as Two);
export const xlogy = /* @__PURE__ */ binary(exponential.xlogy as Two);
export const xlog1py = /* @__PURE__ */ binary(exponential.xlog1py as Two);
export const entr = /* @__PURE__ */ unary(exponential.entr);

export const frac = /* @__PURE__ */ unary(numbers.frac);
export const signbit = /* @__PURE__ */ unary(numbers.signbit);
export const copysign = /* @__PURE__ */ binary(numbers.copysign as Two);
export const nextafter = /* @__PURE__ */ binary(numbers.nextafter as Two);
export const isposinf = /* @__PURE__ */ unary(numbers.isposinf);
export const isneginf = /* @__PURE__ */ unary(numbers.isneginf);
export const nanToNum = /* @__PURE__ */ unary(numbers.nanToNum);
export const fmax = /* @__PURE__ */ binary(numbers.fmax as Two);
export const fmin = /* @__PURE__ */ binary(numbers.fmin as Two);
export const clampMin = /* @__PURE__ */ binary(numbers.clampMin as Two);
export const clampMax = /* @__PURE__ */ binary(numbers.clampMax as Two);
export const rsub = /* @__PURE__ */ binary(numbers.rsub);
export const floorDivide = /* @__PURE__ */ binary(numbers.floorDivide as Two);
export const trueDivide = /* @__PURE__ */ binary(numbers.trueDivide as Two);
export const heaviside = /* @__PURE__ */ binary(numbers.heaviside as Two);
export const positive = /* @__PURE__ */ unary(numbers.positive);

/** x + value·a·b. */
export function addcmul(x: Tensor, a: TensorLike, b: TensorLike, options?: { value?: number }): Tensor {
  const on = engineOf([x, a, b]);
  return call(Tensor.of, numbers.addcmul, [x, operand(a, on), operand(b, on), options]);
}
/** x + value·a/b. */
export function addcdiv(x: Tensor, a: TensorLike, b: TensorLike, options?: { value?: number }): Tensor {
  const on = engineOf([x, a, b]);
  return call(Tensor.of, numbers.addcdiv, [x, operand(a, on), operand(b, on), options]);
}

export const bitwiseAnd = /* @__PURE__ */ binary(bits.bitwiseAnd as Two);
export const bitwiseOr = /* @__PURE__ */ binary(bits.bitwiseOr as Two);
export const bitwiseXor = /* @__PURE__ */ binary(bits.bitwiseXor as Two);
export const bitwiseNot = /* @__PURE__ */ unary(bits.bitwiseNot);
export const bitwiseLeftShift = /* @__PURE__ */ binary(bits.bitwiseLeftShift as Two);
export const bitwiseRightShift = /* @__PURE__ */ binary(bits.bitwiseRightShift as Two);
export const gcd = /* @__PURE__ */ binary(bits.gcd as Two);
export const lcm = /* @__PURE__ */ binary(bits.lcm as Two);
