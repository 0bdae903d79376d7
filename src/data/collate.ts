// Makes one batch from samples: numbers and tensors are stacked, tuples and records field by field. Knows nothing of
// where the samples come from.
import { arrayFor, dtypeOfArray } from '../core/dtype.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { stack, Tensor, tensor } from '../tensor.ts';
import type { NumberArray } from './column.ts';

/** What `defaultCollate` makes of samples of a type. */
export type Collated<Item> = Item extends Tensor | number | boolean | NumberArray
  ? Tensor
  : Item extends readonly unknown[]
    ? { [K in keyof Item]: Collated<Item[K]> }
    : Item extends Readonly<Record<string, unknown>>
      ? { [K in keyof Item]: Collated<Item[K]> }
      : never;

function all<T>(items: readonly unknown[], is: (item: unknown) => item is T): items is readonly T[] {
  return items.every(is);
}

const isTensor = (x: unknown): x is Tensor => x instanceof Tensor;
const isNumber = (x: unknown): x is number => typeof x === 'number';
const isBoolean = (x: unknown): x is boolean => typeof x === 'boolean';
const isArray = (x: unknown): x is readonly unknown[] => Array.isArray(x);
const isNumberArray = (x: unknown): x is NumberArray => ArrayBuffer.isView(x) && dtypeOfArray(x) !== null;
const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === 'object' && x !== null && !ArrayBuffer.isView(x);

function sameLength(lengths: readonly number[], what: string): number {
  const [first = 0] = lengths;
  if (lengths.every((n) => n === first)) return first;
  throw new ShapeError(`samples of one batch have ${what} of different length`, {
    got: [...new Set(lengths)].join(', '),
    fix: 'bring the samples to one length, or give the loader a collateFn',
  });
}

function stackArrays(items: readonly NumberArray[]): Tensor {
  const width = sameLength(
    items.map((item) => item.length),
    'arrays',
  );
  const dtype = dtypeOfArray(items[0] ?? new Float32Array(0)) ?? 'f32';
  const out = arrayFor(dtype, items.length * width);
  items.forEach((item, i) => {
    out.set(item, i * width);
  });
  return tensor(out, { dtype }).reshape([items.length, width]);
}

/** `defaultCollate` without its types. */
export function collate(items: readonly unknown[]): unknown {
  if (all(items, isTensor)) return stack([...items], 0);
  if (all(items, isNumber)) return tensor(Float32Array.from(items));
  if (all(items, isBoolean)) return tensor(Uint8Array.from(items, Number), { dtype: 'bool' });
  if (all(items, isNumberArray)) return stackArrays(items);
  if (all(items, isArray)) {
    const fields = sameLength(
      items.map((item) => item.length),
      'tuples',
    );
    return Array.from({ length: fields }, (_, field) => collate(items.map((item) => item[field])));
  }
  if (all(items, isRecord)) {
    const keys = Object.keys(items[0] ?? {});
    return Object.fromEntries(keys.map((key) => [key, collate(items.map((item) => item[key]))]));
  }
  throw new ValueError('samples of this kind cannot be made into a batch', {
    expected: 'all tensors, numbers, booleans, typed arrays, tuples of these or records of these',
    got: [...new Set(items.map((item) => typeof item))].join(', '),
    fix: 'give the loader a collateFn that makes a batch from an array of samples',
  });
}

/**
 * Makes a batch from samples. Tensors are stacked along a new first dimension, numbers become f32 [batch], booleans
 * bool [batch], typed arrays [batch, length] of their element type; tuples and records become tuples and records of
 * batches. (A class label in i32: return `Int32Array.of(label)` and flatten, or use a TensorDataset.)
 */
export function defaultCollate<Item>(items: readonly Item[]): Collated<Item> {
  return collate(items) as Collated<Item>;
}
