// Walks a data set in batches: order, shuffling, prefetching, and where a walk was left. Knows nothing of tensors.
import { ValueError } from '../core/errors.ts';
import { collate } from './collate.ts';
import type { Collated } from './collate.ts';
import { ArrayDataset, makesBatches } from './dataset.ts';
import type { BatchDataset, Dataset } from './dataset.ts';
import { ascending, CounterRandom, permutation } from './random.ts';

/** Options of a DataLoader. */
export interface DataLoaderOptions<Item, Batch> {
  /** Samples in a batch. Default 1. */
  readonly batchSize?: number;
  /** A new order every epoch. Default false. */
  readonly shuffle?: boolean;
  /** What the orders depend on, together with the epoch. Default 0. */
  readonly seed?: number;
  /** Where the seed is drawn from, once, in place of `seed`: a `Generator`. */
  readonly generator?: { next(): { readonly seed: number; readonly draw: number } };
  /** Leaves out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Makes a batch from samples. Default: `defaultCollate`, or the data set's own `getBatch`. */
  readonly collateFn?: (items: Item[]) => Batch;
  /** Batches begun ahead of the one asked for, in asynchronous iteration. Default 0. */
  readonly prefetch?: number;
}

/** Where a loader stands; plain data. */
export interface DataLoaderState {
  readonly seed: number;
  readonly epoch: number;
  /** Batches of this epoch that were already given out. */
  readonly position: number;
}

function drawSeed(generator: DataLoaderOptions<unknown, unknown>['generator']): number {
  if (generator === undefined) return 0;
  const { seed, draw } = generator.next();
  return new CounterRandom(seed, draw).next();
}

function checkCount(name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ValueError(`DataLoader: ${name} is not valid`, {
    expected: `a whole number from ${String(least)}`,
    got: String(value),
  });
}

/**
 * Gives a data set in batches: `for await (const [x, y] of loader) …`, or `for … of` where no sample is asynchronous.
 *
 * Each iteration is one epoch. The order of an epoch depends on the seed and the epoch's number alone. `stateDict()`
 * taken inside the loop says what comes after the current batch; a loader that has loaded it goes on from there.
 *
 * @throws ValueError for options that are not valid.
 */
export class DataLoader<Item, Batch = Collated<Item>> {
  readonly dataset: Dataset<Item>;
  readonly batchSize: number;
  readonly dropLast: boolean;
  readonly #shuffle: boolean;
  readonly #prefetch: number;
  readonly #collate: ((items: Item[]) => Batch) | null;
  #seed: number;
  #epoch = 0;
  #position = 0;
  // The iteration whose progress counts; one that a later iteration has overtaken no longer does.
  #current: object | null = null;

  constructor(
    dataset: BatchDataset<Item, Batch> | Dataset<Item> | readonly Item[],
    options: DataLoaderOptions<Item, Batch> = {},
  ) {
    this.dataset = 'get' in dataset ? dataset : new ArrayDataset(dataset);
    this.batchSize = checkCount('batchSize', options.batchSize ?? 1, 1);
    this.dropLast = options.dropLast ?? false;
    this.#shuffle = options.shuffle ?? false;
    this.#prefetch = checkCount('prefetch', options.prefetch ?? 0, 0);
    this.#seed = checkCount('seed', options.seed ?? drawSeed(options.generator), 0);
    this.#collate = options.collateFn ?? null;
  }

  /** Batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /** The epoch that is running, or the next one. Counts from 0. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Makes the next iteration the beginning of this epoch. */
  setEpoch(epoch: number): void {
    this.#epoch = checkCount('epoch', epoch, 0);
    this.#position = 0;
    this.#current = null;
  }

  /** Seed, epoch, and the number of batches already given out. */
  stateDict(): DataLoaderState {
    return { seed: this.#seed, epoch: this.#epoch, position: this.#position };
  }

  /** Makes the next iteration go on where the state was taken. */
  loadStateDict(state: DataLoaderState): void {
    this.#seed = checkCount('seed', state.seed, 0);
    this.#epoch = checkCount('epoch', state.epoch, 0);
    this.#position = checkCount('position', state.position, 0);
    this.#current = null;
  }

  /** The order of an epoch: numbers of samples. */
  order(epoch: number): Uint32Array {
    const n = this.dataset.length;
    return this.#shuffle ? permutation(n, this.#seed, epoch) : ascending(n);
  }

  *[Symbol.iterator](): Generator<Batch, void, undefined> {
    const walk = this.#begin();
    try {
      for (let i = walk.start; i < this.length; i++) {
        const batch = this.#make(this.#indices(walk.order, i));
        if (batch instanceof Promise) {
          batch.catch(() => undefined);
          throw new ValueError('this data set is asynchronous', {
            fix: 'iterate with: for await (… of loader)',
          });
        }
        this.#give(walk.token, i);
        yield batch;
      }
    } finally {
      this.#finish(walk.token);
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    const walk = this.#begin();
    const ahead: Promise<Batch>[] = [];
    try {
      let next = walk.start;
      for (let i = walk.start; i < this.length; i++) {
        for (; next < this.length && next <= i + this.#prefetch; next++) {
          const indices = this.#indices(walk.order, next);
          const batch = (async () => this.#make(indices))();
          // A failure is raised where the batch is asked for; until then it is nobody's unhandled rejection.
          batch.catch(() => undefined);
          ahead.push(batch);
        }
        const batch = await (ahead.shift() as Promise<Batch>);
        this.#give(walk.token, i);
        yield batch;
      }
    } finally {
      this.#finish(walk.token);
    }
  }

  #begin(): { token: object; order: Uint32Array; start: number } {
    if (this.#current !== null) this.#advance();
    const token = {};
    this.#current = token;
    return { token, order: this.order(this.#epoch), start: this.#position };
  }

  #give(token: object, i: number): void {
    if (this.#current === token) this.#position = i + 1;
  }

  #finish(token: object): void {
    if (this.#current === token) this.#advance();
  }

  #advance(): void {
    this.#epoch++;
    this.#position = 0;
    this.#current = null;
  }

  #indices(order: Uint32Array, batch: number): Uint32Array {
    return order.subarray(batch * this.batchSize, (batch + 1) * this.batchSize);
  }

  #make(indices: Uint32Array): Batch | Promise<Batch> {
    const { dataset } = this;
    if (this.#collate === null && makesBatches(dataset))
      return dataset.getBatch(indices) as Batch | Promise<Batch>;
    const items = Array.from(indices, (index) => dataset.get(index));
    const join = this.#collate ?? ((samples: Item[]) => collate(samples) as Batch);
    return items.some((item) => item instanceof Promise)
      ? Promise.all(items).then(join)
      : join(items as Item[]);
  }
}
