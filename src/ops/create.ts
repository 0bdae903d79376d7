// Values made from nothing: one number everywhere, indices.
import type { DType } from '../core/dtype.ts';
import { checkShape, type Shape } from '../core/shape.ts';
import type { CompositeOp, ConstantOp, IndexOp } from '../core/op.ts';
import { type Value, applyComposite, applyConstant, applyIndex, none } from '../core/value.ts';

export { dataOp } from '../core/leaf.ts';

export const constantOp: ConstantOp = { name: 'full', kind: 'constant', grad: null };

/** `value` everywhere. It takes no memory: kernels read it from their uniforms. */
export function constant(value: number, shape: Shape, dtype: DType): Value {
  return applyConstant(constantOp, value, shape, dtype);
}

/** Its first input, and on the tape a result of the others too, to which it gives gradients of zero. */
export const disconnectedOp: CompositeOp = {
  name: 'disconnected',
  kind: 'composite',
  grad: (g, y, needs) =>
    y.inputs.map((x, i) => (!needs[i] ? null : i === 0 ? g : constant(0, x.shape, 'f32'))),
  linear: true,
};
/** `body`, as what an operation makes of inputs none of whose elements has a part in it: sums over nothing, say. */
export const disconnected = (body: Value, inputs: readonly Value[]): Value =>
  inputs.some((x) => x.tracked) ? applyComposite(disconnectedOp, [body, ...inputs], none, body) : body;

/** The flat index itself. */
export const iotaOp: IndexOp = {
  name: 'iota',
  kind: 'index',
  wordCount: 0,
  words: () => [],
  wgsl: (index) => index,
  cpu: (index) => index,
  grad: null,
};

/** 0, 1, 2, … in row-major order; u32. */
export function iota(shape: Shape): Value {
  checkShape(shape, 'iota');
  return applyIndex(iotaOp, none, shape, 'u32');
}
