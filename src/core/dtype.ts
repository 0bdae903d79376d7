// The element types: their arrays, and how two of them combine. Knows nothing of devices.

/** Element type of a tensor. `bool` is one 0 or 1 an element. */
export type DType = 'f32' | 'i32' | 'u32' | 'bool';

/** Host data of a tensor. `f64` precision (the reference's proofs) holds `f32` tensors in a Float64Array. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

export const dtypes: readonly DType[] = ['f32', 'i32', 'u32', 'bool'];

/** Whether the type holds fractions, and so can have a gradient. */
export const isFloat = (dtype: DType): boolean => dtype === 'f32';

const rank: Readonly<Record<DType, number>> = { bool: 0, u32: 1, i32: 2, f32: 3 };

/** The type in which two operands meet, as PyTorch promotes: bool < u32 < i32 < f32. */
export function promote(a: DType, b: DType): DType {
  return rank[a] >= rank[b] ? a : b;
}

/** A zeroed array for `size` elements. */
export function arrayFor(dtype: DType, size: number, doubles = false): TypedArray {
  if (dtype === 'f32') return doubles ? new Float64Array(size) : new Float32Array(size);
  if (dtype === 'i32') return new Int32Array(size);
  if (dtype === 'u32') return new Uint32Array(size);
  return new Uint8Array(size);
}

/** The type a host array holds. Float64 data is taken as f32, Uint8 as given by the caller. */
export function dtypeOfArray(array: ArrayBufferView): DType | null {
  if (array instanceof Float32Array || array instanceof Float64Array) return 'f32';
  if (array instanceof Int32Array || array instanceof Int16Array || array instanceof Int8Array) return 'i32';
  if (array instanceof Uint32Array || array instanceof Uint16Array) return 'u32';
  if (array instanceof Uint8Array || array instanceof Uint8ClampedArray) return 'u32';
  return null;
}

/** Elements from the 32-bit words in which devices hold them. */
export function fromWords(words: Uint32Array, dtype: DType): TypedArray {
  if (dtype === 'u32') return words;
  if (dtype === 'bool') return Uint8Array.from(words);
  return dtype === 'i32' ? new Int32Array(words.buffer) : new Float32Array(words.buffer);
}
