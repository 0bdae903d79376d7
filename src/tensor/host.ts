// Values of host data: numbers, nested arrays and typed arrays, checked and copied.
import { type DType, type TypedArray, arrayFor, dtypeOfArray } from '../core/dtype.ts';
import { DtypeError, ShapeError, ValueError } from '../core/errors.ts';
import { type Shape, checkShape, formatShape, sizeOf } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { fromHost } from '../core/leaf.ts';
import { constant } from '../ops/create.ts';

export type NestedArray = readonly (number | boolean | NestedArray)[];
/** What a tensor can be made of. */
export type HostData =
  | number
  | boolean
  | NestedArray
  | TypedArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Uint8ClampedArray
  | BigInt64Array
  | BigUint64Array;

export const isHostData = (x: unknown): x is HostData =>
  typeof x === 'number' ||
  typeof x === 'boolean' ||
  Array.isArray(x) ||
  (ArrayBuffer.isView(x) && !(x instanceof DataView));

/** Shape of a nested array; every row must be as long as its neighbours. */
function shapeOfNested(data: NestedArray): number[] {
  const shape: number[] = [];
  for (let row: unknown = data; Array.isArray(row); row = row[0]) shape.push(row.length);
  return shape;
}

function fill(data: unknown, shape: Shape, depth: number, path: string, out: (number | boolean)[]): void {
  if (depth === shape.length) {
    if (typeof data !== 'number' && typeof data !== 'boolean') {
      throw new ValueError('tensor: an element is not a number', {
        where: `data${path}`,
        expected: 'a number or a boolean',
        got: Array.isArray(data) ? 'an array: the rows are nested unevenly' : typeof data,
      });
    }
    out.push(data);
    return;
  }
  if (!Array.isArray(data) || data.length !== shape[depth]) {
    throw new ShapeError('tensor: rows of different lengths', {
      where: `data${path}`,
      expected: `${shape[depth]} elements, as in the first row`,
      got: Array.isArray(data) ? String(data.length) : typeof data,
    });
  }
  data.forEach((item, i) => fill(item, shape, depth + 1, `${path}[${i}]`, out));
}

function fromBigInts(data: BigInt64Array | BigUint64Array): number[] {
  return Array.from(data, (x, i) => {
    if (x < -(2n ** 31n) || x > 2n ** 31n - 1n) {
      throw new DtypeError('tensor: a 64-bit integer does not fit i32', {
        where: `element ${i}`,
        got: String(x),
      });
    }
    return Number(x);
  });
}

/** The elements as the array of `dtype`, copied; what the type cannot hold exactly is an error. */
function converted(data: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  const out = arrayFor(dtype, data.length);
  if (dtype === 'f32' && !(data instanceof Array)) {
    out.set(data as ArrayLike<number>);
    return out;
  }
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]);
    out[i] = dtype === 'bool' ? Number(x !== 0) : x;
    if (dtype !== 'f32' && dtype !== 'bool' && out[i] !== x) {
      throw new DtypeError(`tensor: a number that ${dtype} cannot hold`, {
        where: `element ${i}`,
        got: String(x),
        fix: 'use dtype "f32", or round first',
      });
    }
  }
  return out;
}

export interface HostOptions {
  readonly dtype?: DType | undefined;
  readonly shape?: Shape | undefined;
}

/** Whether the memory was given away: looked for in the one way that every engine knows. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/**
 * A Value of the data. Numbers are f32 unless `dtype` says otherwise, booleans bool, typed arrays what they are
 * (Float64Array becomes f32, 8- and 16-bit integers become i32 or u32). The data is copied.
 */
export function hostValue(data: HostData, options: HostOptions): Value {
  if (typeof data === 'number' || typeof data === 'boolean') {
    const dtype = options.dtype ?? (typeof data === 'boolean' ? 'bool' : 'f32');
    return constant(converted([data], dtype)[0], [], dtype);
  }
  if (ArrayBuffer.isView(data)) {
    if (data.byteLength === 0 && isDetached(data.buffer)) {
      throw new ValueError('tensor: the array was detached', {
        fix: 'make the tensor before transferring the buffer',
      });
    }
    const big = data instanceof BigInt64Array || data instanceof BigUint64Array;
    const numbers = big ? fromBigInts(data) : data;
    const dtype = options.dtype ?? (big ? 'i32' : (dtypeOfArray(data) ?? 'f32'));
    return shaped(converted(numbers, dtype), options.shape ?? [numbers.length], dtype);
  }
  if (!Array.isArray(data)) {
    throw new ValueError('tensor: not something a tensor can be made of', {
      expected: 'a number, a nested array or a typed array',
      got: data === null ? 'null' : typeof data,
    });
  }
  const shape = shapeOfNested(data);
  checkShape(shape, 'tensor');
  const flat: (number | boolean)[] = [];
  fill(data, shape, 0, '', flat);
  const allBool = flat.length > 0 && flat.every((x) => typeof x === 'boolean');
  const dtype = options.dtype ?? (allBool ? 'bool' : 'f32');
  return shaped(converted(flat, dtype), options.shape ?? shape, dtype);
}

function shaped(data: TypedArray, shape: Shape, dtype: DType): Value {
  checkShape(shape, 'tensor');
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError('tensor: the data does not fill the shape', {
      expected: `${sizeOf(shape)} elements for ${formatShape(shape)}`,
      got: String(data.length),
    });
  }
  return fromHost(data, shape, dtype);
}

/** Nested arrays of row-major data; a number for a scalar. Bools become booleans. */
export type Nested = number | boolean | Nested[];
export function nest(data: TypedArray, shape: Shape, dtype: DType): Nested {
  let at = 0;
  const build = (depth: number): Nested => {
    if (depth === shape.length) {
      const x = data[at++];
      return dtype === 'bool' ? x !== 0 : x;
    }
    return Array.from({ length: shape[depth] }, () => build(depth + 1));
  };
  return build(0);
}
