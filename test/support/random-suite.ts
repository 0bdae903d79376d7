// Random tensors on a backend, for each lane to call: the same bits as the reference, and numbers that look random.
import { beforeAll, describe, expect, test } from 'vitest';
import { philox4x32 } from '../../src/core/philox.ts';
import { applyIndex } from '../../src/core/value.ts';
import { engine } from '../../src/engine.ts';
import { Generator, Tensor, bernoulli, full, manualSeed, rand, randint, randn } from '../../src/index.ts';
import { randomBitsOp } from '../../src/ops/random.ts';

/** Known answers of Philox4x32-10, equal to those of Random123: counter, key, result. */
export const KNOWN = [
  { counter: [0, 0, 0, 0], key: [0, 0], words: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    words: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    words: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

const DRAWS = 1_000_000;

/** Word `which` of elements 0 … count − 1 of a draw, by the reference alone. */
function reference(count: number, seed: number, draw: number, which = 0): Uint32Array {
  const block = new Uint32Array(4);
  const key = [seed >>> 0, Math.floor(seed / 2 ** 32)] as const;
  return Uint32Array.from({ length: count }, (_, index) => {
    philox4x32([index, 0, draw, 0], key, block);
    return block[which];
  });
}

/** Σ (observed − expected)² / expected over equally likely bins, in standard deviations from its mean. */
function chiSquare(counts: readonly number[], total: number): number {
  const expected = total / counts.length;
  const sum = counts.reduce((s, n) => s + (n - expected) ** 2 / expected, 0);
  const degrees = counts.length - 1;
  return (sum - degrees) / Math.sqrt(2 * degrees);
}

function histogram(data: ArrayLike<number>, bins: number, place: (x: number) => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (let k = 0; k < data.length; k++) counts[Math.min(bins - 1, place(data[k]))]++;
  return counts;
}

/** Mean, variance, skewness and kurtosis. */
function moments(data: ArrayLike<number>): [number, number, number, number] {
  const n = data.length;
  let mean = 0;
  for (let k = 0; k < n; k++) mean += data[k] / n;
  const central = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const d = data[k] - mean;
    central[0] += (d * d) / n;
    central[1] += (d * d * d) / n;
    central[2] += (d * d * d * d) / n;
  }
  const [variance, third, fourth] = central;
  return [mean, variance, third / variance ** 1.5, fourth / variance ** 2];
}

/** Correlation of each number with the one after it, in standard deviations. */
function serial(data: ArrayLike<number>, mean: number, variance: number): number {
  let sum = 0;
  for (let k = 1; k < data.length; k++) sum += (data[k] - mean) * (data[k - 1] - mean);
  return sum / variance / Math.sqrt(data.length - 1);
}

/** P(X ≤ x) of the standard normal distribution, to 1.5e-7 (Abramowitz and Stegun 7.1.26). */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x) * Math.SQRT1_2);
  const poly =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = 0.5 * poly * Math.exp((-x * x) / 2);
  return x < 0 ? tail : 1 - tail;
}

/** The largest distance between the numbers' distribution and the uniform one, times √n (Kolmogorov and Smirnov). */
function kolmogorov(uniform: Float64Array): number {
  const sorted = uniform.sort();
  const n = sorted.length;
  let far = 0;
  for (let k = 0; k < n; k++) far = Math.max(far, sorted[k] - k / n, (k + 1) / n - sorted[k]);
  return far * Math.sqrt(n);
}

/** All the tests. Seeds are fixed, so a test passes always or never. */
export function randomSuite(before: () => Promise<unknown>): void {
  beforeAll(async () => {
    await before();
  });
  exactTests();
  statisticalTests();
}

function exactTests(): void {
  describe('the same bits everywhere', () => {
    test("Random123's known answer for counter 0 and key 0", async () => {
      for (const [which, word] of KNOWN[0].words.entries()) {
        const value = applyIndex(randomBitsOp, { seed: 0, draw: 0, word: which }, [1], 'u32');
        expect([...(await Tensor.of(value, engine()).data())]).toEqual([word]);
      }
    });

    test.each([0, 1, 12345, 2 ** 32 + 7, Number.MAX_SAFE_INTEGER])(
      'rand is the reference, seed %d',
      async (seed) => {
        const generator = new Generator(seed);
        for (const draw of [0, 1]) {
          const got = await rand([3, 700], { generator }).data();
          const want = Float32Array.from(reference(2100, seed, draw), (word) => (word >>> 8) * 2 ** -24);
          expect(got).toEqual(want);
        }
      },
    );

    test('a million numbers are the reference', async () => {
      manualSeed(99);
      const got = await rand([DRAWS]).data();
      const want = reference(DRAWS, 99, 0);
      let wrong = 0;
      for (let k = 0; k < DRAWS; k++) if (got[k] !== (want[k] >>> 8) * 2 ** -24) wrong++;
      expect(wrong).toBe(0);
    });

    test('randint and bernoulli are the reference', async () => {
      manualSeed(5);
      const [ints, coins] = [randint(-3, 11, [1000]), bernoulli(full([1000], 0.3))];
      expect([...(await ints.data())]).toEqual([...reference(1000, 5, 0)].map((word) => (word % 14) - 3));
      const wanted = [...reference(1000, 5, 1)].map((word) =>
        Number((word >>> 8) * 2 ** -24 < Math.fround(0.3)),
      );
      expect([...(await coins.data())]).toEqual(wanted);
    });

    test('randn is Box and Muller of the reference, to 2e-6 of its size', async () => {
      manualSeed(6);
      const got = await randn([4000]).data();
      const unit = (which: number): number[] =>
        [...reference(4000, 6, 0, which)].map((word) => (word >>> 8) * 2 ** -24);
      const [first, second] = [unit(0), unit(1)];
      const far = first.map((u, k) => {
        const radius = Math.sqrt(-2 * Math.log(1 - u));
        return Math.abs(got[k] - radius * Math.cos(2 * Math.PI * second[k])) / Math.max(1, radius);
      });
      expect(Math.max(...far)).toBeLessThan(2e-6);
    });

    test('what is read of a random tensor does not depend on how', async () => {
      const draw = (): Tensor => rand([6, 50], { generator: new Generator(8) });
      const whole = await draw().data();
      expect(await draw().T.slice(0, 3, 40, 7).data()).toEqual(
        Float32Array.from(
          [3, 10, 17, 24, 31, 38].flatMap((c) => [0, 1, 2, 3, 4, 5].map((r) => whole[r * 50 + c])),
        ),
      );
      const kept = draw();
      const sum = kept.add(0);
      expect(await sum.data()).toEqual(whole);
      expect(await kept.data()).toEqual(whole);
    });
  });
}

function statisticalTests(): void {
  describe('a million numbers look random', () => {
    test('rand: moments, bins, distribution and neighbours', async () => {
      manualSeed(2024);
      const data = await rand([DRAWS]).data();
      const [mean, variance, skewness, kurtosis] = moments(data);
      const se = 1 / Math.sqrt(DRAWS);
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12) * se);
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt(1 / 180) * se);
      expect(Math.abs(skewness)).toBeLessThan(0.01);
      expect(Math.abs(kurtosis - 1.8)).toBeLessThan(0.01);
      expect(
        Math.abs(
          chiSquare(
            histogram(data, 256, (x) => Math.floor(x * 256)),
            DRAWS,
          ),
        ),
      ).toBeLessThan(4);
      const low = histogram(data, 256, (x) => Math.floor(x * 2 ** 24) % 256);
      expect(Math.abs(chiSquare(low, DRAWS))).toBeLessThan(4);
      expect(kolmogorov(Float64Array.from(data))).toBeLessThan(1.95);
      expect(Math.abs(serial(data, mean, variance))).toBeLessThan(4);
      expect(data.every((x) => x >= 0 && x < 1)).toBe(true);
    });

    test('randn: moments, distribution and neighbours', async () => {
      manualSeed(2025);
      const data = await randn([DRAWS]).data();
      const [mean, variance, skewness, kurtosis] = moments(data);
      const se = 1 / Math.sqrt(DRAWS);
      expect(Math.abs(mean)).toBeLessThan(4 * se);
      expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.SQRT2 * se);
      expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6) * se);
      expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24) * se);
      const uniform = Float64Array.from(data, normalCdf);
      expect(
        Math.abs(
          chiSquare(
            histogram(uniform, 128, (p) => Math.floor(p * 128)),
            DRAWS,
          ),
        ),
      ).toBeLessThan(4);
      expect(kolmogorov(uniform)).toBeLessThan(1.95);
      expect(Math.abs(serial(data, mean, variance))).toBeLessThan(4);
    });

    test('neighbouring draws and seeds have nothing in common', async () => {
      manualSeed(7);
      const [a, b] = [await rand([DRAWS / 4]).data(), await rand([DRAWS / 4]).data()];
      manualSeed(8);
      const c = await rand([DRAWS / 4]).data();
      for (const other of [b, c]) {
        let sum = 0;
        for (let k = 0; k < a.length; k++) sum += (a[k] - 0.5) * (other[k] - 0.5) * 12;
        expect(Math.abs(sum / Math.sqrt(a.length))).toBeLessThan(4);
      }
    });
  });
}
