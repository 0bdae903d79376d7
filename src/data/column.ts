// One field of a data set as a table whose first dimension counts the samples: takes rows of it as a tensor. Knows
// nothing of loaders.
import { arrayFor, dtypeOfArray } from '../core/dtype.ts';
import type { DType, TypedArray } from '../core/dtype.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { Tensor, tensor } from '../tensor.ts';

/** Arrays of numbers that a data set can be made of. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | Uint8ClampedArray;

/** Host data of a field. It is not copied: rows are read from it whenever a batch is made. */
export interface HostArray {
  /** Row-major elements. */
  readonly data: NumberArray;
  /** First the number of samples, then the shape of one. Default: one number a sample. */
  readonly shape?: readonly number[];
  /** Element type of the batches. Default: that of the array (f32 for floats, i32 and u32 for integers). */
  readonly dtype?: DType;
  /** Factor on every element, for example 1/255 for pixels kept as bytes; makes the batches f32. */
  readonly scale?: number;
}

/** A field of a data set. */
export interface Column {
  readonly length: number;
  /** The rows with these numbers: a tensor of shape [indices.length, ...shape of one sample]. */
  rows(indices: Uint32Array): Tensor;
  /** One row: a tensor of the shape of one sample. */
  row(index: number): Tensor;
}

/** Whether the numbers are n, n + 1, n + 2 …: then rows are one block. */
function consecutive(indices: Uint32Array): boolean {
  const first = indices[0];
  for (let i = 1; i < indices.length; i++) if (indices[i] !== first + i) return false;
  return true;
}

/** Copies rows of `width` elements; whole blocks at once where rows follow each other. */
function gather(source: NumberArray, indices: Uint32Array, width: number, dtype: DType): TypedArray {
  const out = arrayFor(dtype, indices.length * width);
  if (indices.length > 0 && consecutive(indices)) {
    const start = indices[0] * width;
    out.set(source.subarray(start, start + out.length));
  } else if (width === 1) {
    for (let i = 0; i < indices.length; i++) out[i] = source[indices[i]];
  } else {
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i] * width;
      out.set(source.subarray(start, start + width), i * width);
    }
  }
  return out;
}

function hostColumn(host: HostArray): Column {
  const { data, scale } = host;
  const shape = host.shape ?? [data.length];
  const [length, ...sample] = shape;
  const width = sample.reduce((product, n) => product * n, 1);
  if (length === undefined || length * width !== data.length) {
    throw new ShapeError('a data set needs arrays whose shape begins with the number of samples', {
      expected: `${String(data.length)} elements`,
      got: `shape [${shape.join(', ')}]`,
      fix: 'give { data, shape: [samples, ...shape of one sample] }',
    });
  }
  const dtype = host.dtype ?? (scale === undefined ? (dtypeOfArray(data) ?? 'f32') : 'f32');
  if (scale !== undefined && dtype !== 'f32') {
    throw new ValueError('only f32 data can be scaled', {
      got: `dtype '${dtype}'`,
      fix: "leave out dtype, or say 'f32'",
    });
  }
  const take = (indices: Uint32Array, of: readonly number[]): Tensor => {
    const out = gather(data, indices, width, dtype);
    if (scale !== undefined) for (let i = 0; i < out.length; i++) out[i] = out[i] * scale;
    return tensor(out, { dtype }).reshape(of);
  };
  return {
    length,
    rows: (indices) => take(indices, [indices.length, ...sample]),
    row: (index) => take(Uint32Array.of(index), sample),
  };
}

function tensorColumn(source: Tensor): Column {
  const [length, ...sample] = source.shape;
  if (length === undefined) {
    throw new ShapeError('a tensor without dimensions cannot be a data set', {
      expected: 'a first dimension that counts the samples',
      got: 'shape []',
    });
  }
  const rows = (indices: Uint32Array): Tensor => {
    const start = indices[0];
    if (consecutive(indices)) return source.narrow(0, indices.length === 0 ? 0 : start, indices.length);
    return source.indexSelect(0, tensor(Int32Array.from(indices)));
  };
  return { length, rows, row: (index) => source.narrow(0, index, 1).reshape(sample) };
}

/** A field from what a user has: a tensor, an array of one number a sample, or an array with a shape. */
export function column(source: Tensor | HostArray | NumberArray): Column {
  if (source instanceof Tensor) return tensorColumn(source);
  return hostColumn(ArrayBuffer.isView(source) ? { data: source } : source);
}
