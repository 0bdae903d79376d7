// Values that are there: host data, and leaves whose buffers the engine holds.
import type { DType, TypedArray } from './dtype.ts';
import type { DataOp } from './op.ts';
import type { Shape } from './shape.ts';
import { Value, none } from './value.ts';

/** Data that is there: a host array (`attrs.data`) or a buffer that the engine holds. */
export const dataOp: DataOp = { name: 'data', kind: 'data', grad: null };

/** A Value of host data in row-major order. The array must not change afterwards. */
export function fromHost(data: TypedArray, shape: Shape, dtype: DType): Value {
  return new Value(dataOp, [], { data }, shape, dtype);
}

/** A Value without history, whose elements the engine will hold: what an assigned tensor points to. */
export function leaf(shape: Shape, dtype: DType, tracked: boolean): Value {
  return new Value(dataOp, [], none, shape, dtype, { tracked });
}
