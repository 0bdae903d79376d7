// The operations that tensors have as methods, as functions: `add(a, b)` beside `a.add(b)`.
import type { Value } from '../../core/value.ts';
import * as ops from '../../ops/index.ts';
import { type TensorLike, call, operand } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { type Two, binary, first, joined, unary } from './lift.ts';

export const add = /* @__PURE__ */ binary(ops.add);
export const sub = /* @__PURE__ */ binary(ops.sub);
export const mul = /* @__PURE__ */ binary(ops.mul as Two);
export const div = /* @__PURE__ */ binary(ops.div);
export const pow = /* @__PURE__ */ binary(ops.pow as Two);
export const fmod = /* @__PURE__ */ binary(ops.fmod as Two);
export const remainder = /* @__PURE__ */ binary(ops.remainder as Two);
export const maximum = /* @__PURE__ */ binary(ops.maximum as Two);
export const minimum = /* @__PURE__ */ binary(ops.minimum as Two);
export const eq = /* @__PURE__ */ binary(ops.eq as Two);
export const ne = /* @__PURE__ */ binary(ops.ne as Two);
export const lt = /* @__PURE__ */ binary(ops.lt as Two);
export const le = /* @__PURE__ */ binary(ops.le as Two);
export const gt = /* @__PURE__ */ binary(ops.gt as Two);
export const ge = /* @__PURE__ */ binary(ops.ge as Two);
export const logicalAnd = /* @__PURE__ */ binary(ops.logicalAnd as Two);
export const logicalOr = /* @__PURE__ */ binary(ops.logicalOr as Two);
export const logicalXor = /* @__PURE__ */ binary(ops.logicalXor as Two);
export const isclose = /* @__PURE__ */ binary(ops.isclose);
export const matmul = /* @__PURE__ */ binary(ops.matmul);
export const mm = /* @__PURE__ */ binary(ops.mm);
export const bmm = /* @__PURE__ */ binary(ops.bmm);
export const dot = /* @__PURE__ */ binary(ops.dot);
export const mv = /* @__PURE__ */ binary(ops.mv);
export const outer = /* @__PURE__ */ binary(ops.outer);

export const neg = /* @__PURE__ */ unary(ops.neg);
export const abs = /* @__PURE__ */ unary(ops.abs);
export const sign = /* @__PURE__ */ unary(ops.sign);
export const square = /* @__PURE__ */ unary(ops.square);
export const sqrt = /* @__PURE__ */ unary(ops.sqrt);
export const rsqrt = /* @__PURE__ */ unary(ops.rsqrt);
export const reciprocal = /* @__PURE__ */ unary(ops.reciprocal);
export const exp = /* @__PURE__ */ unary(ops.exp);
export const expm1 = /* @__PURE__ */ unary(ops.expm1);
export const log = /* @__PURE__ */ unary(ops.log);
export const log1p = /* @__PURE__ */ unary(ops.log1p);
export const log2 = /* @__PURE__ */ unary(ops.log2);
export const logit = /* @__PURE__ */ unary(ops.logit);
export const sin = /* @__PURE__ */ unary(ops.sin);
export const cos = /* @__PURE__ */ unary(ops.cos);
export const tan = /* @__PURE__ */ unary(ops.tan);
export const tanh = /* @__PURE__ */ unary(ops.tanh);
export const erf = /* @__PURE__ */ unary(ops.erf);
export const floor = /* @__PURE__ */ unary(ops.floor);
export const ceil = /* @__PURE__ */ unary(ops.ceil);
export const round = /* @__PURE__ */ unary(ops.round);
export const trunc = /* @__PURE__ */ unary(ops.trunc);
export const sigmoid = /* @__PURE__ */ unary(ops.sigmoid);
export const relu = /* @__PURE__ */ unary(ops.relu);
export const leakyRelu = /* @__PURE__ */ unary(ops.leakyRelu);
export const elu = /* @__PURE__ */ unary(ops.elu);
export const softplus = /* @__PURE__ */ unary(ops.softplus);
export const gelu = /* @__PURE__ */ unary(ops.gelu);
export const silu = /* @__PURE__ */ unary(ops.silu);
export const logsigmoid = /* @__PURE__ */ unary(ops.logsigmoid);
export const softmax = /* @__PURE__ */ unary(ops.softmax);
export const logSoftmax = /* @__PURE__ */ unary(ops.logSoftmax);
export const logicalNot = /* @__PURE__ */ unary(ops.logicalNot);
export const isnan = /* @__PURE__ */ unary(ops.isnan);
export const isinf = /* @__PURE__ */ unary(ops.isinf);
export const isfinite = /* @__PURE__ */ unary(ops.isfinite);
export const sum = /* @__PURE__ */ unary(ops.sum);
export const mean = /* @__PURE__ */ unary(ops.mean);
export const prod = /* @__PURE__ */ unary(ops.prod);
export const amax = /* @__PURE__ */ unary(ops.amax);
export const amin = /* @__PURE__ */ unary(ops.amin);
export const any = /* @__PURE__ */ unary(ops.any);
export const all = /* @__PURE__ */ unary(ops.all);
export const std = /* @__PURE__ */ unary(ops.std);
export const variance = /* @__PURE__ */ unary(ops.variance);
export const argmax = /* @__PURE__ */ unary(ops.argmax);
export const argmin = /* @__PURE__ */ unary(ops.argmin);
export const logsumexp = /* @__PURE__ */ unary(ops.logsumexp);
export const cumsum = /* @__PURE__ */ unary(ops.cumsum);
export const reshape = /* @__PURE__ */ unary(ops.reshape);
export const permute = /* @__PURE__ */ unary(ops.permute);
export const transpose = /* @__PURE__ */ unary(ops.transpose);
export const movedim = /* @__PURE__ */ unary(ops.movedim);
export const squeeze = /* @__PURE__ */ unary(ops.squeeze);
export const unsqueeze = /* @__PURE__ */ unary(ops.unsqueeze);
export const flatten = /* @__PURE__ */ unary(ops.flatten);
export const broadcastTo = /* @__PURE__ */ unary(ops.expand);
export const flip = /* @__PURE__ */ unary(ops.flip);
export const narrow = /* @__PURE__ */ unary(ops.narrow);
export const select = /* @__PURE__ */ unary(ops.select);
export const split = /* @__PURE__ */ unary(ops.split);
export const chunk = /* @__PURE__ */ unary(ops.chunk);
export const tril = /* @__PURE__ */ unary(ops.tril);
export const triu = /* @__PURE__ */ unary(ops.triu);
export const cat = /* @__PURE__ */ joined(ops.cat);
export const stack = /* @__PURE__ */ joined(ops.stack);

export const clamp = (x: Tensor, bounds: { min?: TensorLike; max?: TensorLike }): Tensor => x.clamp(bounds);
export const lerp = (a: Tensor, b: TensorLike, weight: TensorLike): Tensor => a.lerp(b, weight);
export const indexSelect = (x: Tensor, dim: number, index: TensorLike): Tensor => x.indexSelect(dim, index);
export const gather = (x: Tensor, dim: number, index: TensorLike): Tensor => x.gather(dim, index);
export const scatterAdd = (x: Tensor, dim: number, index: TensorLike, source: TensorLike): Tensor =>
  x.scatterAdd(dim, index, source);

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  const on = condition.engine;
  return Tensor.of(ops.where(first(condition, on), operand(a, on) as Value, operand(b, on) as Value), on);
}

/** x·weightᵀ + bias. [.., in] × [out, in] → [.., out] */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor | null): Tensor {
  return call(Tensor.of, ops.linear, [x, weight, ...(bias ? [bias] : [])]);
}
/** beta·input + alpha·(a × b). */
export const addmm = (
  input: Tensor,
  a: Tensor,
  b: Tensor,
  options?: { alpha?: number; beta?: number },
): Tensor => call(Tensor.of, ops.addmm, [input, a, b, options]);

export const binaryCrossEntropy = /* @__PURE__ */ binary(ops.binaryCrossEntropy);
export const binaryCrossEntropyWithLogits = /* @__PURE__ */ binary(ops.binaryCrossEntropyWithLogits);
export const nllLoss = /* @__PURE__ */ binary(ops.nllLoss);
export const crossEntropy = /* @__PURE__ */ binary(ops.crossEntropy);
export const mseLoss = /* @__PURE__ */ binary(ops.mseLoss);
