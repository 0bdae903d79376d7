// Conversions between element types.
import type { DType } from '../core/dtype.ts';
import type { ElementwiseOp } from '../core/op.ts';
import { type Value, applyElementwise } from '../core/value.ts';
import { constant, constantOp } from './create.ts';

const trunc = (x: number): number => (Number.isNaN(x) ? 0 : Math.trunc(x));

function castTo(dtype: DType): ElementwiseOp {
  return {
    name: `to_${dtype}`,
    tapeName: 'ToCopy',
    kind: 'elementwise',
    infer: () => dtype,
    wgsl: ([x], _, [from]) => {
      if (dtype === 'bool') return from === 'f32' ? `(${x} != 0.0 || is_nan(${x}))` : `(${x} != ${from}(0))`;
      return from === 'f32' && dtype !== 'f32' ? `${dtype}(trunc(${x}))` : `${dtype}(${x})`;
    },
    cpu: ([x]) => {
      if (dtype === 'bool') return x !== 0 ? 1 : 0;
      if (dtype === 'f32') return x;
      const bound = dtype === 'i32' ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
      return Math.min(Math.max(trunc(x), bound[0]), bound[1]);
    },
    // Only f32 carries gradients, and f32 to f32 is no operation at all.
    grad: null,
  };
}

export const casts: Readonly<Record<DType, ElementwiseOp>> = {
  f32: castTo('f32'),
  i32: castTo('i32'),
  u32: castTo('u32'),
  bool: castTo('bool'),
};

/** `x` as `dtype`; fractions are cut off towards zero, non-zero (NaN included) is true. [..] → [..] */
export function cast(x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  if (x.op === constantOp && (dtype === 'f32' || x.dtype !== 'f32')) {
    const { value } = x.attrs as { value: number };
    return constant(dtype === 'bool' ? Number(value !== 0) : value, x.shape, dtype);
  }
  return applyElementwise(casts[dtype], [x]);
}
