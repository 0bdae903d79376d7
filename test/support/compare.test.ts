// The comparison that the other tests rest on: what it calls close, and what it says where it is not.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EXACT, assertClose, compare, distance, indexAt } from './compare.ts';
import { accumulated, toleranceOf } from './tolerances.ts';

const numbers = (data: number[], shape = [data.length]): { shape: number[]; data: number[] } => ({
  shape,
  data,
});

describe('distance', () => {
  test('is 0 for equal numbers, whatever the sign of zero', () => {
    for (const [a, b] of [
      [1, 1],
      [0, -0],
      [NaN, NaN],
      [Infinity, Infinity],
      [-Infinity, -Infinity],
    ] as const) {
      expect(distance(a, b, EXACT)).toBe(0);
    }
  });

  test('no tolerance makes NaN or an infinity close to another number', () => {
    const wide = { rtol: 1e9, atol: 1e9 };
    const odd = [NaN, Infinity, -Infinity];
    for (const a of odd)
      for (const b of [...odd, 0, 1, 1e38]) if (!Object.is(a, b)) expect(distance(a, b, wide)).toBe(Infinity);
    for (const a of [0, 1, 1e38]) for (const b of odd) expect(distance(a, b, wide)).toBe(Infinity);
  });

  test('is measured in tolerances, relative to what is expected', () => {
    expect(distance(101, 100, { rtol: 0.01, atol: 0 })).toBeCloseTo(1);
    expect(distance(0.5, 0, { rtol: 1, atol: 0.25 })).toBe(2);
    expect(distance(1e-30, 0, EXACT)).toBe(Infinity);
  });

  test('a number within the tolerance is close, one outside is not', () => {
    const sizes = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(sizes, fc.double({ min: 1e-7, max: 0.1, noNaN: true }), fc.boolean(), (x, rtol, up) => {
        const sign = up ? 1 : -1;
        expect(distance(x * (1 + sign * rtol * 0.99), x, { rtol, atol: 0 })).toBeLessThanOrEqual(1);
        expect(distance(x * (1 + sign * rtol * 1.01), x, { rtol, atol: 0 })).toBeGreaterThan(1);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe('compare', () => {
  test('asks for the same shape, not only the same numbers', () => {
    const { message, worst } = compare(numbers([1, 2], [1, 2]), numbers([1, 2], [2, 1]), EXACT);
    expect([message, worst]).toEqual(['shape [1, 2], expected [2, 1]', Infinity]);
    expect(compare(numbers([1]), numbers([1], []), EXACT).message).toBe('shape [1], expected []');
  });

  test('asks for as many numbers as the shape has', () => {
    expect(compare(numbers([1], [2]), numbers([1, 2], [2]), EXACT).message).toContain(
      '1 elements, expected 2',
    );
  });

  test('names the first element that is out, and counts the others', () => {
    const actual = numbers([1, 2, 3, 4.5, 5, 7], [2, 3]);
    const { message, worst } = compare(actual, numbers([1, 2, 3, 4, 5, 6], [2, 3]), { rtol: 0, atol: 0.25 });
    expect(worst).toBe(4);
    expect(message).toBe(
      'element [1, 0]: got 4.5, expected 4, off by 5.000e-1, allowed 0.25 + 0·|expected| (2 of 6 elements)',
    );
  });

  test('a second right answer counts, element by element', () => {
    const expected = { ...numbers([1, 2]), alternative: [5, 6] };
    expect(compare(numbers([1, 6]), expected, EXACT).message).toBeNull();
    expect(compare(numbers([5, 5]), expected, EXACT).message).toContain('element [1]: got 5, expected 2');
  });

  test('a truth beyond float32 is an infinity', () => {
    expect(compare(numbers([Infinity, -Infinity]), numbers([1e39, -4e38]), EXACT).message).toBeNull();
    expect(compare(numbers([Infinity]), numbers([3.4e38]), EXACT).message).not.toBeNull();
    expect(compare(numbers([Infinity]), numbers([1e39]), EXACT, false).message).not.toBeNull();
  });

  test('of nothing is no difference', () => {
    expect(compare(numbers([], [0, 3]), numbers([], [0, 3]), EXACT)).toEqual({
      worst: 0,
      message: null,
      ulp: 0,
      relative: 0,
    });
  });
});

test('assertClose throws with its subject', () => {
  expect(() => assertClose('loss', numbers([1]), numbers([2]), EXACT)).toThrow(
    /^loss: element \[0\]: got 1, expected 2/,
  );
  expect(() => assertClose('loss', numbers([1]), numbers([1]), EXACT)).not.toThrow();
});

test('indexAt counts row-major', () => {
  expect([0, 1, 2, 3, 5].map((k) => indexAt(k, [2, 3]))).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 2],
  ]);
  expect(indexAt(0, [])).toEqual([]);
});

describe('tolerances', () => {
  const one = {
    part: 'output',
    backend: 'cpu',
    length: 1,
    magnitude: 1,
    incoming: 1,
    rounded: true,
  } as const;

  test('grow from output to gradient to second derivative', () => {
    const [output, grads, grads2] = (['output', 'grads', 'grads2'] as const).map((part) =>
      toleranceOf('exp', { ...one, part }),
    );
    expect([grads.rtol / output.rtol, grads2.rtol / output.rtol]).toEqual([2, 4]);
  });

  test('of what only moves numbers are nothing', () => {
    expect(toleranceOf('permute', one)).toEqual(EXACT);
  });

  test('of a sum grow with its terms, and stay below what adding can lose', () => {
    expect(accumulated(10_000, 1)).toBeCloseTo(8e-5, 10);
    expect(accumulated(1, 3)).toBeCloseTo(1.8e-7, 12);
    for (const k of [1, 2, 10, 1000]) expect(accumulated(k, 2)).toBeLessThanOrEqual(k * 6e-8 * k * 2);
  });

  test('an operation without a class is an error', () => {
    expect(() => toleranceOf('svd', one)).toThrow('svd has no tolerance class');
  });
});
