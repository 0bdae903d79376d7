// Activation functions that are no methods.
import * as gates from '../../ops/gates.ts';
import { rand } from '../../ops/random.ts';
import { Tensor } from '../tensor.ts';
import { binary, unary } from './lift.ts';

export const relu6 = /* @__PURE__ */ unary(gates.relu6);
export const hardtanh = /* @__PURE__ */ unary(gates.hardtanh);
export const hardsigmoid = /* @__PURE__ */ unary(gates.hardsigmoid);
export const hardswish = /* @__PURE__ */ unary(gates.hardswish);
export const mish = /* @__PURE__ */ unary(gates.mish);
export const selu = /* @__PURE__ */ unary(gates.selu);
export const celu = /* @__PURE__ */ unary(gates.celu);
export const softsign = /* @__PURE__ */ unary(gates.softsign);
export const tanhshrink = /* @__PURE__ */ unary(gates.tanhshrink);
export const hardshrink = /* @__PURE__ */ unary(gates.hardshrink);
export const softshrink = /* @__PURE__ */ unary(gates.softshrink);
export const threshold = /* @__PURE__ */ unary(gates.threshold);
export const glu = /* @__PURE__ */ unary(gates.glu);
export const prelu = /* @__PURE__ */ binary(gates.prelu);
export const softmin = /* @__PURE__ */ unary(gates.softmin);

/**
 * x above 0, slope·x below, with slopes drawn from [lower, upper) for each element while training, and their middle
 * otherwise (Xu et al., 2015). @throws ValueError
 */
export function rrelu(
  x: Tensor,
  {
    lower = 1 / 8,
    upper = 1 / 3,
    training = false,
  }: { lower?: number; upper?: number; training?: boolean } = {},
): Tensor {
  const noise = training ? rand(x.shape, x.engine.nextStream()) : null;
  return Tensor.of(gates.rrelu(x.value, { lower, upper, noise }), x.engine);
}
