// The element types of a safetensors file: their widths, and exact conversion to and from ours. Knows no
// header and no file.
import type { DType } from '../core/dtype.ts';
import { FileFormatError } from '../core/errors.ts';

/** Element types a file may hold that wgrad can read. */
export type FileDType =
  'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U64' | 'U32' | 'U16' | 'U8' | 'BOOL';

/** Data of a parsed tensor. 8- and 16-bit integers keep their width, so that reading never multiplies memory. */
export type TensorData =
  Float32Array | Int32Array | Int16Array | Int8Array | Uint32Array | Uint16Array | Uint8Array;

interface Format {
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (bytes: Uint8Array, name: string) => TensorData;
}

/** A copy of `bytes` starts at offset 0, so any wider array fits over it; an aligned view needs none. */
function aligned(bytes: Uint8Array, width: number): Uint8Array {
  return bytes.byteOffset % width === 0 ? bytes : bytes.slice();
}

type View<T> = new (buffer: ArrayBufferLike, offset: number, length: number) => T;

function over<T>(View: View<T>, bytes: Uint8Array, width: number): T {
  const source = aligned(bytes, width);
  return new View(source.buffer, source.byteOffset, source.byteLength / width);
}

/** Bits of the f32 that equals the f16 with these bits. Every f16 is an f32; NaN payloads move up unchanged. */
export function halfToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent !== 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  // A subnormal half is fraction · 2^-24: move its leading one to bit 10, which every f32 can hold.
  const shift = Math.clz32(fraction) - 21;
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}

function widen16(bytes: Uint8Array, toBits: (x: number) => number): Float32Array {
  const source = over(Uint16Array, bytes, 2);
  const bits = new Uint32Array(source.length);
  for (let i = 0; i < source.length; i++) bits[i] = toBits(source[i]);
  return new Float32Array(bits.buffer);
}

function inexact(
  name: string,
  format: string,
  at: number,
  value: number | bigint,
  target: string,
): FileFormatError {
  return new FileFormatError(
    `tensor ${JSON.stringify(name)} holds ${format} values that ${target} cannot hold`,
    {
      where: `element ${String(at)}`,
      expected: `values that ${target} represents exactly`,
      got: String(value),
      fix: `convert the tensor to ${target === 'f32' ? 'F32' : target.toUpperCase()} in the program that wrote the file`,
    },
  );
}

function narrowF64(bytes: Uint8Array, name: string): Float32Array {
  const source = over(Float64Array, bytes, 8);
  const out = new Float32Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const value = source[i];
    out[i] = value;
    if (!Object.is(out[i], value)) throw inexact(name, 'F64', i, value, 'f32');
  }
  return out;
}

// Read as pairs of 32-bit words (little-endian): a value fits when its high word is only the low word's sign.
function narrowInt64(bytes: Uint8Array, name: string, signed: boolean): Int32Array | Uint32Array {
  const words = over(Uint32Array, bytes, 4);
  const out = signed ? new Int32Array(words.length / 2) : new Uint32Array(words.length / 2);
  for (let i = 0; i < out.length; i++) {
    const low = words[2 * i];
    const high = words[2 * i + 1];
    if (high !== (signed && low >= 0x80000000 ? 0xffffffff : 0)) {
      const whole = (BigInt(high) << 32n) | BigInt(low);
      const value = signed ? BigInt.asIntN(64, whole) : whole;
      throw inexact(name, signed ? 'I64' : 'U64', i, value, signed ? 'i32' : 'u32');
    }
    out[i] = low;
  }
  return out;
}

function readBool(bytes: Uint8Array, name: string): Uint8Array {
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i];
    if (value > 1) throw inexact(name, 'BOOL', i, value, 'bool');
  }
  return bytes;
}

/** How each file type is read. A Map: looking up a name from a file must never find a prototype's member. */
export const formats: ReadonlyMap<string, Format> = new Map<FileDType, Format>([
  ['F64', { bytes: 8, dtype: 'f32', read: narrowF64 }],
  ['F32', { bytes: 4, dtype: 'f32', read: (b) => over(Float32Array, b, 4) }],
  ['F16', { bytes: 2, dtype: 'f32', read: (b) => widen16(b, halfToFloatBits) }],
  ['BF16', { bytes: 2, dtype: 'f32', read: (b) => widen16(b, (x) => x * 0x10000) }],
  ['I64', { bytes: 8, dtype: 'i32', read: (b, name) => narrowInt64(b, name, true) }],
  ['I32', { bytes: 4, dtype: 'i32', read: (b) => over(Int32Array, b, 4) }],
  ['I16', { bytes: 2, dtype: 'i32', read: (b) => over(Int16Array, b, 2) }],
  ['I8', { bytes: 1, dtype: 'i32', read: (b) => over(Int8Array, b, 1) }],
  ['U64', { bytes: 8, dtype: 'u32', read: (b, name) => narrowInt64(b, name, false) }],
  ['U32', { bytes: 4, dtype: 'u32', read: (b) => over(Uint32Array, b, 4) }],
  ['U16', { bytes: 2, dtype: 'u32', read: (b) => over(Uint16Array, b, 2) }],
  ['U8', { bytes: 1, dtype: 'u32', read: (b) => b }],
  ['BOOL', { bytes: 1, dtype: 'bool', read: readBool }],
]);

/** The file type each of ours is written as, and its width in bytes. */
export const written: Readonly<Record<DType, { readonly name: FileDType; readonly bytes: number }>> = {
  f32: { name: 'F32', bytes: 4 },
  i32: { name: 'I32', bytes: 4 },
  u32: { name: 'U32', bytes: 4 },
  bool: { name: 'BOOL', bytes: 1 },
};
