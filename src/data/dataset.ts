// What a loader reads from: data sets by index, and parts of them. Knows nothing of batches' order.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { Tensor } from '../tensor.ts';
import type { Collated } from './collate.ts';
import { column } from './column.ts';
import type { Column, HostArray, NumberArray } from './column.ts';
import { permutation } from './random.ts';

/** Samples by number. `get` may be asynchronous, for example to decode a picture. */
export interface Dataset<Item> {
  readonly length: number;
  get(index: number): Item | Promise<Item>;
}

/** A data set that makes a whole batch at once, instead of sample by sample. */
export interface BatchDataset<Item, Batch> extends Dataset<Item> {
  getBatch(indices: Uint32Array): Batch;
}

/** Whether the data set makes batches itself. */
export function makesBatches<Item>(dataset: Dataset<Item>): dataset is BatchDataset<Item, unknown> {
  return 'getBatch' in dataset && typeof dataset.getBatch === 'function';
}

type Source = Tensor | HostArray | NumberArray;
type TensorsOf<Sources extends readonly Source[]> = { [K in keyof Sources]: Tensor };

/**
 * Fields whose first dimension counts the samples: `new TensorDataset(x, y)`. Each is a tensor, a typed array (one
 * number a sample), or `{ data, shape, dtype?, scale? }`. Host arrays stay on the host; a batch copies its rows.
 *
 * @throws ShapeError when the fields differ in their number of samples.
 */
export class TensorDataset<Sources extends readonly Source[]> implements BatchDataset<
  TensorsOf<Sources>,
  TensorsOf<Sources>
> {
  readonly length: number;
  readonly #columns: readonly Column[];

  constructor(...sources: Sources) {
    this.#columns = sources.map(column);
    const lengths = this.#columns.map((c) => c.length);
    this.length = lengths[0];
    if (lengths.length === 0 || lengths.some((n) => n !== this.length)) {
      throw new ShapeError('a data set needs fields with the same number of samples', {
        expected: 'one first dimension',
        got: lengths.length === 0 ? 'no field' : lengths.join(', '),
        fix: 'check that every field has a row for every sample',
      });
    }
  }

  /** One sample: a tensor for each field. */
  get(index: number): TensorsOf<Sources> {
    checkIndex(index, this.length);
    return this.#columns.map((c) => c.row(index)) as TensorsOf<Sources>;
  }

  /** A batch: a tensor [indices.length, ...] for each field. */
  getBatch(indices: Uint32Array): TensorsOf<Sources> {
    for (const index of indices) checkIndex(index, this.length);
    return this.#columns.map((c) => c.rows(indices)) as TensorsOf<Sources>;
  }
}

/** An array of samples as a data set. */
export class ArrayDataset<Item> implements Dataset<Item> {
  readonly #items: readonly Item[];

  constructor(items: readonly Item[]) {
    this.#items = items;
  }

  get length(): number {
    return this.#items.length;
  }

  get(index: number): Item {
    checkIndex(index, this.length);
    return this.#items[index];
  }
}

/** Some samples of another data set, in the order of `indices`. */
export class Subset<Item> implements Dataset<Item> {
  readonly dataset: Dataset<Item>;
  readonly indices: Uint32Array;
  /** Present when the whole data set makes batches itself. */
  readonly getBatch?: (indices: Uint32Array) => Collated<Item>;

  constructor(dataset: Dataset<Item>, indices: ArrayLike<number>) {
    for (let i = 0; i < indices.length; i++) checkIndex(indices[i] ?? NaN, dataset.length);
    this.dataset = dataset;
    this.indices = Uint32Array.from(indices);
    if (makesBatches(dataset)) {
      this.getBatch = (some) => dataset.getBatch(some.map((i) => this.#at(i))) as Collated<Item>;
    }
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number): Item | Promise<Item> {
    return this.dataset.get(this.#at(index));
  }

  #at(index: number): number {
    checkIndex(index, this.length);
    return this.indices[index];
  }
}

function checkIndex(index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new ValueError('there is no such sample', {
    expected: `a whole number from 0 to ${String(length - 1)}`,
    got: String(index),
  });
}

/** How many samples each part gets: `lengths` as they are, or fractions of `total` whose rest goes round in turn. */
function partSizes(total: number, lengths: readonly number[]): number[] {
  const sum = lengths.reduce((a, b) => a + b, 0);
  if (lengths.every((n) => Number.isInteger(n) && n >= 0) && sum === total) return [...lengths];
  if (lengths.length === 0 || lengths.some((n) => !(n >= 0 && n <= 1)) || Math.abs(sum - 1) > 1e-9) {
    throw new ValueError('the parts of a split must make up the whole', {
      expected: `whole numbers with the sum ${String(total)}, or fractions with the sum 1`,
      got: `[${lengths.join(', ')}]`,
    });
  }
  // A hair above, so that a tenth of 50 is 5 although 0.1 is not quite a tenth.
  const sizes = lengths.map((fraction) => Math.floor(total * fraction + 1e-9));
  let rest = total - sizes.reduce((a, b) => a + b, 0);
  for (let i = 0; rest > 0; i = (i + 1) % sizes.length, rest--) sizes[i] = sizes[i] + 1;
  return sizes;
}

/**
 * Splits a data set at random into parts that share no sample, for example `randomSplit(ds, [0.8, 0.2], { seed: 1 })`.
 *
 * @param lengths Samples of each part: whole numbers with the sum `dataset.length`, or fractions with the sum 1.
 * @param options `seed`: the same seed gives the same parts. Default 0.
 */
export function randomSplit<Item>(
  dataset: Dataset<Item>,
  lengths: readonly number[],
  options: { readonly seed?: number } = {},
): Subset<Item>[] {
  const sizes = partSizes(dataset.length, lengths);
  // A stream of its own: a loader with the same seed shuffles otherwise than this split.
  const order = permutation(dataset.length, options.seed ?? 0, 0xffffffff);
  let start = 0;
  return sizes.map((size) => new Subset(dataset, order.subarray(start, (start += size))));
}
