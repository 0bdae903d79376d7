// Data sets and loaders: what a batch holds, in which order, and that a walk can be taken up again anywhere.
import { beforeAll, describe, expect, test } from 'vitest';
import { ShapeError, ValueError } from '../../src/core/errors.ts';
import {
  ArrayDataset,
  DataLoader,
  defaultCollate,
  randomSplit,
  Subset,
  TensorDataset,
} from '../../src/data/index.ts';
import type { Dataset } from '../../src/data/index.ts';
import { permutation } from '../../src/data/random.ts';
import { Generator, init, tensor } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
});

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
/** The batches of an epoch as arrays of sample numbers. */
const walk = (loader: DataLoader<number, number[]>): number[][] => [...loader];
const numbers = (n: number, options: object = {}): DataLoader<number, number[]> =>
  new DataLoader<number, number[]>(range(n), { collateFn: (items) => items, ...options });

describe('permutation', () => {
  test('has every number once, and depends on seed and stream alone', () => {
    for (const n of [0, 1, 2, 7, 1000])
      expect([...permutation(n, 3)].sort((a, b) => a - b)).toEqual(range(n));
    expect(permutation(100, 5, 2)).toEqual(permutation(100, 5, 2));
    expect(permutation(100, 5, 2)).not.toEqual(permutation(100, 5, 3));
    expect(permutation(100, 5, 2)).not.toEqual(permutation(100, 6, 2));
    expect(permutation(100, 5)).not.toEqual(permutation(100, 5 + 2 ** 32));
  });

  test('is the same in every version: runs that were saved go on with the same order', () => {
    expect(permutation(10, 0).join(' ')).toBe('0 7 2 5 6 1 8 3 9 4');
    expect(permutation(10, 2 ** 53 - 1, 7).join(' ')).toBe('9 7 0 1 3 8 4 2 5 6');
  });

  test('puts every number everywhere equally often', () => {
    const n = 8;
    const draws = 4000;
    const counts = range(n * n).map(() => 0);
    for (let seed = 0; seed < draws; seed++) permutation(n, seed).forEach((x, at) => counts[x * n + at]++);
    const expected = draws / n;
    const chiSquare = counts.reduce((sum, c) => sum + (c - expected) ** 2 / expected, 0);
    // 49 degrees of freedom: 99.99 % of all draws are below 97.
    expect(chiSquare).toBeLessThan(97);
  });
});

describe('order of batches', () => {
  test('without shuffling the samples come in order, the rest in a short batch', () => {
    expect(walk(numbers(7, { batchSize: 3 }))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(numbers(7, { batchSize: 3 }).length).toBe(3);
    expect(walk(numbers(7, { batchSize: 3, dropLast: true }))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(numbers(7, { batchSize: 3, dropLast: true }).length).toBe(2);
    expect(walk(numbers(2))).toEqual([[0], [1]]);
    expect(walk(numbers(0, { batchSize: 4 }))).toEqual([]);
  });

  test('shuffled, each epoch has every sample once in an order of its own, the same for the same seed', () => {
    const loader = numbers(20, { batchSize: 6, shuffle: true, seed: 4 });
    const epochs = [walk(loader), walk(loader), walk(loader)];
    for (const epoch of epochs) expect(epoch.flat().sort((a, b) => a - b)).toEqual(range(20));
    expect(new Set(epochs.map((epoch) => epoch.join())).size).toBe(3);
    const again = numbers(20, { batchSize: 6, shuffle: true, seed: 4 });
    expect([walk(again), walk(again), walk(again)]).toEqual(epochs);
    expect(walk(numbers(20, { batchSize: 6, shuffle: true, seed: 5 }))).not.toEqual(epochs[0]);
    again.setEpoch(1);
    expect(walk(again)).toEqual(epochs[1]);
  });

  test('a generator gives the seed, and another one to the next loader', () => {
    const make = (generator: Generator) => walk(numbers(20, { batchSize: 20, shuffle: true, generator }))[0];
    const generator = new Generator(3);
    const [first, second] = [make(generator), make(generator)];
    expect(second).not.toEqual(first);
    generator.manualSeed(3);
    expect([make(generator), make(generator)]).toEqual([first, second]);
  });

  test('asynchronous iteration gives the same batches', async () => {
    const loader = numbers(20, { batchSize: 6, shuffle: true, seed: 4 });
    const seen: number[][] = [];
    for await (const batch of loader) seen.push(batch);
    loader.setEpoch(0);
    expect(walk(loader)).toEqual(seen);
  });
});

describe('where a walk was left', () => {
  test('a state taken after any batch goes on with the next, in this epoch and those after', async () => {
    const options = { batchSize: 3, shuffle: true, seed: 9 };
    const whole = numbers(10, options);
    const all = [...walk(whole), ...walk(whole)];
    for (let stop = 1; stop <= all.length; stop++) {
      const first = numbers(10, options);
      const seen: number[][] = [];
      let state: unknown;
      while (state === undefined) {
        for (const batch of first) {
          seen.push(batch);
          if (seen.length === stop) {
            state = JSON.parse(JSON.stringify(first.stateDict()));
            break;
          }
        }
      }
      const second = numbers(10, { ...options, seed: 1 });
      second.loadStateDict(state as ReturnType<typeof first.stateDict>);
      while (second.epoch < 2) for await (const batch of second) seen.push(batch);
      expect(seen).toEqual(all);
    }
  });

  test('an iteration that was broken off is followed by the next epoch', () => {
    const loader = numbers(6, { batchSize: 2, shuffle: true });
    const seen: number[][] = [];
    for (const batch of loader) {
      seen.push(batch);
      if (seen.length === 2) break;
    }
    expect(loader.stateDict()).toEqual({ seed: 0, epoch: 1, position: 0 });
    const abandoned = loader[Symbol.iterator]();
    abandoned.next();
    expect(loader.stateDict().position).toBe(1);
    const third = walk(loader);
    expect(loader.epoch).toBe(3);
    loader.setEpoch(2);
    expect(walk(loader)).toEqual(third);
    // What was overtaken no longer counts.
    abandoned.next();
    expect(loader.stateDict()).toEqual({ seed: 0, epoch: 3, position: 0 });
  });

  test('prefetched batches do not count as given out', async () => {
    const loader = numbers(10, { batchSize: 2, prefetch: 3 });
    let given = 0;
    for await (const _ of loader) expect(loader.stateDict().position).toBe(++given);
    expect(given).toBe(5);
  });
});

describe('asynchronous data sets', () => {
  /** Samples that are there only after a while; counts how many batches are under way. */
  function slow(n: number, failAt = -1): { dataset: Dataset<number>; most: () => number } {
    let now = 0;
    let most = 0;
    const get = async (index: number): Promise<number> => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 1));
      now--;
      if (index === failAt) throw new Error(`no sample ${String(index)}`);
      return index;
    };
    return { dataset: { length: n, get }, most: () => most };
  }

  test('prefetch bounds the batches that are begun ahead', async () => {
    for (const [prefetch, most] of [
      [0, 2],
      [2, 6],
    ] as const) {
      const source = slow(20);
      const seen: number[] = [];
      const loader = new DataLoader(source.dataset, { batchSize: 2, prefetch, collateFn: (items) => items });
      for await (const batch of loader) seen.push(...batch);
      expect(seen).toEqual(range(20));
      expect(source.most()).toBe(most);
    }
  });

  test('a sample that fails is raised at its batch, and nothing else is left unhandled', async () => {
    const loader = new DataLoader(slow(12, 4).dataset, {
      batchSize: 2,
      prefetch: 5,
      collateFn: (items) => items,
    });
    const seen: number[] = [];
    await expect(async () => {
      for await (const batch of loader) seen.push(...batch);
    }).rejects.toThrow('no sample 4');
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  test('a plain for over them says what to write', () => {
    expect(() => [...new DataLoader(slow(4).dataset)]).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: this data set is asynchronous
        fix       iterate with: for await (… of loader)]
    `);
  });
});

describe('TensorDataset', () => {
  const pixels = Uint8Array.from(range(24), (i) => i * 10);
  const labels = Int32Array.from(range(6), (i) => i % 2);

  test('takes rows of host arrays and of tensors alike', async () => {
    const host = new TensorDataset({ data: Float32Array.from(pixels), shape: [6, 2, 2] }, labels);
    const device = new TensorDataset(tensor(Float32Array.from(pixels)).reshape(6, 2, 2), tensor(labels));
    for (const indices of [[2, 3, 4], [5, 0, 0], [1], []]) {
      const [x, y] = host.getBatch(Uint32Array.from(indices));
      expect([x.shape, x.dtype, y.shape, y.dtype]).toEqual([
        [indices.length, 2, 2],
        'f32',
        [indices.length],
        'i32',
      ]);
      const rows = indices.flatMap((i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
      expect([...(await x.data())]).toEqual(rows);
      expect([...(await y.data())]).toEqual(indices.map((i) => i % 2));
      const [x2, y2] = device.getBatch(Uint32Array.from(indices));
      expect(x2.shape).toEqual(x.shape);
      expect([...(await x2.data())]).toEqual(rows);
      expect([...(await y2.data())]).toEqual(indices.map((i) => i % 2));
    }
    for (const dataset of [host, device]) {
      const [x, y] = dataset.get(4);
      expect([x.shape, y.shape]).toEqual([[2, 2], []]);
      expect(await x.tolist()).toEqual([
        [160, 170],
        [180, 190],
      ]);
      expect(await y.item()).toBe(0);
    }
  });

  test('bytes are scaled into f32 when the batch is made', async () => {
    const dataset = new TensorDataset({ data: pixels, shape: [6, 4], scale: 1 / 255 });
    const [x] = dataset.getBatch(Uint32Array.of(5, 1));
    expect(x.dtype).toBe('f32');
    expect([...(await x.data())]).toEqual(
      [200, 210, 220, 230, 40, 50, 60, 70].map((p) => Math.fround(p / 255)),
    );
    const [mask] = new TensorDataset({ data: Uint8Array.of(1, 0), dtype: 'bool' }).getBatch(
      Uint32Array.of(1, 0),
    );
    expect([mask.dtype, ...(await mask.data())]).toEqual(['bool', 0, 1]);
  });

  test('through a loader, batches are tensors of the fields', async () => {
    const dataset = new TensorDataset({ data: pixels, shape: [6, 4], dtype: 'f32' }, labels);
    const seen: number[] = [];
    for await (const [x, y] of new DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 2 })) {
      const first = [...(await x.select(1, 0).data())].map((p) => p / 40);
      expect([...(await y.data())]).toEqual(first.map((i) => i % 2));
      seen.push(...first);
    }
    expect(seen).not.toEqual(range(6));
    expect(seen.sort()).toEqual(range(6));
  });

  test('refuses fields that do not fit each other', () => {
    expect(() => new TensorDataset(Float32Array.of(1, 2), labels)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: a data set needs fields with the same number of samples
        expected  one first dimension
        got       2, 6
        fix       check that every field has a row for every sample]
    `);
    expect(() => new TensorDataset({ data: pixels, shape: [5, 4] })).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: a data set needs arrays whose shape begins with the number of samples
        expected  24 elements
        got       shape [5, 4]
        fix       give { data, shape: [samples, ...shape of one sample] }]
    `);
    expect(() => new TensorDataset()).toThrow(ShapeError);
    expect(() => new TensorDataset(tensor(1))).toThrow(ShapeError);
    expect(() => new TensorDataset({ data: pixels, scale: 2, dtype: 'i32' })).toThrow(ValueError);
    const dataset = new TensorDataset(labels);
    for (const index of [-1, 6, 0.5, NaN]) expect(() => dataset.get(index)).toThrow(ValueError);
    expect(() => dataset.getBatch(Uint32Array.of(6))).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: there is no such sample
        expected  a whole number from 0 to 5
        got       6]
    `);
  });
});

describe('parts', () => {
  test('a split shares no sample and loses none, the same for the same seed', () => {
    const dataset = new ArrayDataset(range(50));
    const parts = randomSplit(dataset, [0.7, 0.2, 0.1], { seed: 3 });
    expect(parts.map((part) => part.length)).toEqual([35, 10, 5]);
    const samples = parts.flatMap((part) => range(part.length).map((i) => part.get(i) as number));
    expect([...samples].sort((a, b) => a - b)).toEqual(range(50));
    const again = randomSplit(dataset, [35, 10, 5], { seed: 3 });
    expect(again.map((part) => [...part.indices])).toEqual(parts.map((part) => [...part.indices]));
    expect([...randomSplit(dataset, [50], { seed: 4 })[0].indices]).not.toEqual(samples);
    // The rest of fractions that do not divide goes to the first parts.
    expect(
      randomSplit(new ArrayDataset(range(10)), [1 / 3, 1 / 3, 1 / 3]).map((part) => part.length),
    ).toEqual([4, 3, 3]);
  });

  test('parts of a data set that makes batches make batches too', async () => {
    const [part] = randomSplit(new TensorDataset(Int32Array.from(range(10))), [4, 6], { seed: 1 });
    const inner = new Subset(part, [3, 1]);
    for await (const [x] of new DataLoader(inner, { batchSize: 2 })) {
      expect([...(await x.data())]).toEqual([part.indices[3], part.indices[1]]);
    }
  });

  test('refuses parts that do not make up the whole', () => {
    const dataset = new ArrayDataset(range(10));
    expect(() => randomSplit(dataset, [5, 4])).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: the parts of a split must make up the whole
        expected  whole numbers with the sum 10, or fractions with the sum 1
        got       [5, 4]]
    `);
    for (const lengths of [[], [0.5, 0.6], [-1, 11], [NaN, 1], [1.5, 8.5]]) {
      expect(() => randomSplit(dataset, lengths)).toThrow(ValueError);
    }
    expect(() => new Subset(dataset, [10])).toThrow(ValueError);
  });
});

describe('defaultCollate', () => {
  test('stacks numbers, booleans, arrays and tensors; tuples and records by field', async () => {
    const batch = defaultCollate([
      { x: Float32Array.of(1, 2), y: [1, true] as const, t: tensor([5, 6]) },
      { x: Float32Array.of(3, 4), y: [0, false] as const, t: tensor([7, 8]) },
    ]);
    expect(await batch.x.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(await batch.y[0].tolist()).toEqual([1, 0]);
    expect(batch.y[1].dtype).toBe('bool');
    expect(await batch.t.tolist()).toEqual([
      [5, 6],
      [7, 8],
    ]);
  });

  test('says what cannot be made into a batch', () => {
    expect(() => defaultCollate(['a', 'b'])).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: samples of this kind cannot be made into a batch
        expected  all tensors, numbers, booleans, typed arrays, tuples of these or records of these
        got       string
        fix       give the loader a collateFn that makes a batch from an array of samples]
    `);
    expect(() => defaultCollate([Float32Array.of(1), Float32Array.of(1, 2)]))
      .toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: samples of one batch have arrays of different length
        got       1, 2
        fix       bring the samples to one length, or give the loader a collateFn]
    `);
    expect(() => defaultCollate<unknown>([1, 'a'])).toThrow(ValueError);
  });
});

test('options that are not valid are refused', () => {
  for (const options of [
    { batchSize: 0 },
    { batchSize: 1.5 },
    { batchSize: NaN },
    { prefetch: -1 },
    { seed: -1 },
    { seed: 2 ** 53 },
  ]) {
    expect(() => numbers(4, options)).toThrow(ValueError);
  }
  expect(() => numbers(4, { batchSize: 0 })).toThrowErrorMatchingInlineSnapshot(`
    [ValueError: DataLoader: batchSize is not valid
      expected  a whole number from 1
      got       0]
  `);
});
