// PyTorch's samples of what has to read a size before it can go on, and random choices against their probabilities.
import { beforeAll, describe, expect, test } from 'vitest';
import * as w from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import type { Call } from '../oracle/call.ts';
import { leafOf } from '../oracle/layouts.ts';
import { type Sample, isPlain, load } from '../oracle/load.ts';
import { callWith } from '../oracle/replay.ts';
import { EXACT, compare } from './compare.ts';

type Tensor = w.Tensor;
const api = w as unknown as Api;
const own = (t: unknown): Tensor => t as Tensor;

type Adapter = (c: Call) => Promise<Tensor[]>;

/** The results that the flags ask for. */
async function parts(c: Call, found: Promise<w.Unique>): Promise<Tensor[]> {
  const { values, inverse, counts } = await found;
  const wanted = [values];
  if (c.flag(99, 'return_inverse') === true) wanted.push(inverse);
  if (c.flag(99, 'return_counts') === true) wanted.push(counts);
  return wanted;
}
const along = (c: Call): { dim?: number } => {
  const dim = c.maybeNumber(99, 'dim');
  return dim === undefined ? {} : { dim };
};

const adapters: Readonly<Record<string, Adapter>> = {
  unique: (c) => parts(c, w.unique(own(c.x), along(c))),
  unique_consecutive: (c) => parts(c, w.uniqueConsecutive(own(c.x), along(c))),
  nonzero: async (c) => {
    const found = await w.nonzero(own(c.x));
    if (c.flag(99, 'as_tuple') !== true) return [found];
    return Array.from({ length: c.x.shape.length }, (_, d) => found.select(1, d));
  },
  argwhere: async (c) => [await w.argwhere(own(c.x))],
  masked_select: async (c) => [await w.maskedSelect(own(c.x), own(c.tensor(1)))],
  bincount: async (c) => {
    const weights = c.maybeTensor(1, 'weights');
    const more = weights === undefined ? {} : { weights: own(weights) };
    return [await w.bincount(own(c.x), { minlength: c.maybeNumber(2, 'minlength') ?? 0, ...more })];
  },
};

/** PyTorch leaves the order open, or gives a scalar a dimension that it does not have. */
function isOpen(name: string, { kwargs, args }: Sample): boolean {
  const [x] = args;
  const isScalar = isPlain(x) && x.shape.length === 0;
  return (name === 'unique' && kwargs['sorted'] === false) || (isScalar && kwargs['as_tuple'] === true);
}

/** One sample: what differs. */
async function replayed(name: string, sample: Sample): Promise<string[]> {
  const leaves = new Map<string, Tensor>();
  const call = callWith(sample, (x, path) => {
    const leaf = leafOf(api, x);
    leaves.set(path, own(leaf));
    return leaf;
  });
  const outputs = await adapters[name](call);
  const [g] = sample.gradOutputs;
  if (sample.gradOutputs.length > 0) outputs[0].backward(own(leafOf(api, g)));
  const checks = outputs.map((actual, k) => ({ actual, wanted: sample.outputs[k], what: `output ${k}` }));
  for (const [path, wanted] of Object.entries(sample.grads)) {
    const actual = leaves.get(path)?.grad;
    if (wanted !== null && actual) checks.push({ actual, wanted, what: `gradient of ${path}` });
    else if (wanted !== null) return [`no gradient of ${path}`];
  }
  if (outputs.length !== sample.outputs.length) return [`${outputs.length} outputs`];
  const failures = checks.map(async ({ actual, wanted, what }) => {
    if (actual.dtype !== wanted.dtype) return [`${what}: ${actual.dtype}`];
    const numbers = { shape: actual.shape, data: await actual.data() };
    const adds = name === 'bincount' || what.startsWith('gradient');
    const tolerance = adds ? { rtol: 1e-6, atol: 1e-6 } : EXACT;
    const { message } = compare(numbers, wanted, tolerance, true);
    return message === null ? [] : [`${what}: ${message}`];
  });
  return (await Promise.all(failures)).flat();
}

const records = await load('selection');

function samples(): void {
  test.each(records.map((r) => [`${r.name} (${r.dtype})`, r] as const))('%s', async (_, record) => {
    const failures: string[] = [];
    const closed = record.samples.filter((s) => !isOpen(record.name, s));
    for (const [k, sample] of closed.entries()) {
      failures.push(...(await replayed(record.name, sample)).map((text) => `sample ${k}: ${text}`));
    }
    expect(closed.length).toBeGreaterThan(2);
    expect(failures).toEqual([]);
  });
}

function longer(): void {
  const data = Int32Array.from({ length: 5000 }, (_, k) => (k * 7919) % 300);

  test('5,000 numbers of 300 kinds', async () => {
    const x = w.tensor(data);
    const { values, inverse, counts } = await w.unique(x);
    expect(await values.data()).toEqual(Int32Array.from({ length: 300 }, (_, k) => k));
    const back = await w.gather(values, 0, inverse).data();
    expect(back).toEqual(data);
    const tally = new Int32Array(300);
    for (const v of data) tally[v]++;
    expect(await counts.data()).toEqual(tally);
    expect(await (await w.bincount(x)).data()).toEqual(tally);
  });

  test('second derivatives of chosen elements', async () => {
    const x = w.tensor([1, 2, 3, 4]).requiresGrad_();
    const y = await w.maskedSelect(x.pow(3), w.tensor([true, false, true, true]));
    const [g] = w.autograd.grad([y.sum()], [x], { createGraph: true });
    const scaled = g?.mul(w.tensor([1, 10, 100, 1000])).sum();
    const [h] = scaled === undefined ? [] : w.autograd.grad([scaled], [x]);
    expect([...((await g?.data()) ?? [])]).toEqual([3, 0, 27, 48]);
    expect([...((await h?.data()) ?? [])]).toEqual([6, 0, 1800, 24000]);
  });

  test('none chosen', async () => {
    const x = w.tensor([1, 2]).requiresGrad_();
    const y = await w.maskedSelect(x, w.tensor([false, false]));
    y.sum().backward();
    expect(y.shape).toEqual([0]);
    expect([...((await x.grad?.data()) ?? [])]).toEqual([0, 0]);
  });

  test('bincount refuses negative numbers', async () => {
    await expect(w.bincount(w.tensor(Int32Array.from([1, -2])))).rejects.toThrow('a number is negative');
  });
}

/** (observed − expected)² / expected, summed, in standard deviations from its mean. */
function chiSquare(counts: ArrayLike<number>, expected: readonly number[]): number {
  const sum = expected.reduce((s, e, k) => s + (counts[k] - e) ** 2 / e, 0);
  const degrees = expected.length - 1;
  return (sum - degrees) / Math.sqrt(2 * degrees);
}

function choices(): void {
  const weights = [1, 0, 2, 3, 4];
  const DRAWS = 100_000;

  test('multinomial draws as often as the weights say', async () => {
    const generator = new w.Generator(5);
    const drawn = w.multinomial(w.tensor([weights, [...weights].reverse()]), DRAWS, {
      replacement: true,
      generator,
    });
    expect(drawn.shape).toEqual([2, DRAWS]);
    for (const row of [0, 1]) {
      const counts = await (await w.bincount(drawn.select(0, row), { minlength: 5 })).data();
      const parts = row === 0 ? weights : [...weights].reverse();
      expect(counts[parts.indexOf(0)]).toBe(0);
      const kept = [0, 1, 2, 3, 4].filter((k) => parts[k] > 0);
      const observed = kept.map((k) => counts[k]);
      expect(
        Math.abs(
          chiSquare(
            observed,
            kept.map((k) => (parts[k] / 10) * DRAWS),
          ),
        ),
      ).toBeLessThan(4);
    }
  });

  test('multinomial without replacement: the first by weight, the second by what is left', async () => {
    const lines = 20_000;
    const generator = new w.Generator(6);
    const drawn = await w.multinomial(w.tensor(weights).expand(lines, 5), 4, { generator }).data();
    const pairs = new Array<number>(25).fill(0);
    for (let line = 0; line < lines; line++) {
      const four = [...drawn.subarray(line * 4, line * 4 + 4)];
      expect(four.slice().sort()).toEqual([0, 2, 3, 4]);
      pairs[four[0] * 5 + four[1]]++;
    }
    const expected: number[] = [];
    const observed: number[] = [];
    for (const a of [0, 2, 3, 4]) {
      for (const b of [0, 2, 3, 4]) {
        if (a === b) continue;
        expected.push((lines * weights[a] * weights[b]) / 10 / (10 - weights[a]));
        observed.push(pairs[a * 5 + b]);
      }
    }
    expect(Math.abs(chiSquare(observed, expected))).toBeLessThan(4);
  });

  test('randperm holds each number once, and its first is any', async () => {
    const generator = new w.Generator(7);
    const order = (await w.randperm(5000, { generator }).data()) as Int32Array;
    expect(order.slice().sort()).toEqual(Int32Array.from({ length: 5000 }, (_, k) => k));
    const fixed = order.reduce((count, v, k) => count + Number(v === k), 0);
    expect(fixed).toBeLessThan(6);
    const again = await w.randperm(5000, { generator: new w.Generator(7) }).data();
    expect(again).toEqual(order);
    expect(w.randperm(0).shape).toEqual([0]);
  });
}

/** Defines the tests on the device that `open` gives. */
export function selectionSuite(open: () => Promise<unknown>): void {
  beforeAll(async () => {
    await open();
  });
  describe("PyTorch's samples", samples);
  describe('longer ones, and their gradients', longer);
  describe('random choices', choices);
}
