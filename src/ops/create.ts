// Values made from nothing: one number everywhere, host data, indices.
import { type DType, type TypedArray } from '../core/dtype.ts';
import { checkShape, type Shape } from '../core/shape.ts';
import type { ConstantOp, DataOp, IndexOp } from '../core/op.ts';
import { type Value, applyConstant, applyIndex, none, Value as ValueClass } from '../core/value.ts';

export const constantOp: ConstantOp = { name: 'full', kind: 'constant', grad: null };

/** `value` everywhere. It takes no memory: kernels read it from their uniforms. */
export function constant(value: number, shape: Shape, dtype: DType): Value {
  return applyConstant(constantOp, value, shape, dtype);
}

/** Data that is there: a host array (`attrs.data`) or a buffer that the engine holds. */
export const dataOp: DataOp = { name: 'data', kind: 'data', grad: null };

/** A Value of host data in row-major order. The array must not change afterwards. */
export function fromHost(data: TypedArray, shape: Shape, dtype: DType): Value {
  return new ValueClass(dataOp, [], { data }, shape, dtype);
}

/** A Value without history, whose elements the engine will hold: what an assigned tensor points to. */
export function leaf(shape: Shape, dtype: DType, tracked: boolean): Value {
  return new ValueClass(dataOp, [], none, shape, dtype, { tracked });
}

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
