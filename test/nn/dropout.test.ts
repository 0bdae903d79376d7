// Dropout: how many elements go, what stays of mean and variance, and when nothing happens.
import { beforeAll, describe, expect, test } from 'vitest';
import { Generator, init, manualSeed, nn, ones, randn } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

const F = nn.functional;
beforeAll(async () => {
  await init({ device: 'cpu' });
  manualSeed(5);
});

const numbers = (t: Tensor): number[] => [...t.dataSync()];
const meanOf = (data: readonly number[]): number => data.reduce((a, b) => a + b, 0) / data.length;
/** Four standard deviations of a share of n draws. */
const slack = (p: number, n: number): number => 4 * Math.sqrt((p * (1 - p)) / n);

describe('dropout', () => {
  test.each([0.1, 0.5, 0.9])('with p = %s that share goes, and the rest makes up for it', (p) => {
    const n = 20_000;
    const data = numbers(F.dropout(ones([n]), { p }));
    const gone = data.filter((x) => x === 0).length / n;
    expect(Math.abs(gone - p)).toBeLessThan(slack(p, n));
    expect(data.every((x) => x === 0 || Math.abs(x - 1 / (1 - p)) < 1e-6)).toBe(true);
  });

  test('neighbours go independently', () => {
    const n = 20_000;
    const data = numbers(F.dropout(ones([n]), { p: 0.5 }));
    const both = data.filter((x, i) => i > 0 && x === 0 && data[i - 1] === 0).length / n;
    expect(Math.abs(both - 0.25)).toBeLessThan(0.02);
  });

  test('its gradient goes where the element stayed', () => {
    const x = ones([100]).requiresGrad_();
    const y = F.dropout(x, { p: 0.5 });
    y.sum().backward();
    expect(x.grad?.dataSync()).toEqual(y.dataSync());
  });

  test('each call draws anew; a generator of one seed draws the same', () => {
    const x = ones([64]);
    expect(numbers(F.dropout(x))).not.toEqual(numbers(F.dropout(x)));
    const draw = (): number[] => numbers(F.dropout(x, { generator: new Generator(9) }));
    expect(draw()).toEqual(draw());
  });

  test('p of 1 leaves nothing, p of 0 and evaluation everything', () => {
    const x = randn([8]);
    expect(numbers(F.dropout(x, { p: 1 })).every((v) => v === 0)).toBe(true);
    expect(numbers(F.alphaDropout(x, { p: 1 })).every((v) => v === 0)).toBe(true);
    expect(F.dropout(x, { p: 0 })).toBe(x);
    expect(F.dropout(x, { training: false })).toBe(x);
  });
});

test.each([
  ['dropout1d', [40, 50, 3]],
  ['dropout2d', [40, 50, 2, 2]],
  ['dropout3d', [40, 50, 2, 1, 2]],
  ['featureAlphaDropout', [40, 50, 3]],
] as const)('%s drops whole channels', (name, shape) => {
  const data = numbers(F[name](ones([...shape]), { p: 0.3 }).reshape(2000, -1));
  const width = data.length / 2000;
  const channels = Array.from({ length: 2000 }, (_, c) => data.slice(c * width, (c + 1) * width));
  expect(channels.every((channel) => new Set(channel).size === 1)).toBe(true);
  const least = Math.min(...data);
  const gone = channels.filter(([first]) => first === least).length / 2000;
  expect(Math.abs(gone - 0.3)).toBeLessThan(slack(0.3, 2000));
});

test('alpha dropout keeps mean and variance', () => {
  const data = numbers(F.alphaDropout(randn([50_000]), { p: 0.3 }));
  const mean = meanOf(data);
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(meanOf(data.map((x) => (x - mean) ** 2)) - 1)).toBeLessThan(0.04);
});

test('attention drops weights', () => {
  const [q, k, v] = [randn([1, 4, 8]), randn([1, 6, 8]), ones([1, 6, 2])];
  const whole = numbers(F.scaledDotProductAttention(q, k, v));
  const dropped = numbers(F.scaledDotProductAttention(q, k, v, { dropoutP: 0.5 }));
  expect(whole.every((x) => Math.abs(x - 1) < 1e-6)).toBe(true);
  expect(dropped.some((x) => Math.abs(x - 1) > 1e-3)).toBe(true);
});

test('modules obey train and eval', () => {
  const all: [nn.Module, number[]][] = [
    [new nn.Dropout(0.5), [200]],
    [new nn.Dropout1d(0.5), [20, 10, 2]],
    [new nn.Dropout2d(0.5), [20, 10, 2, 1]],
    [new nn.Dropout3d(0.5), [20, 10, 1, 2, 1]],
    [new nn.AlphaDropout(0.5), [200]],
    [new nn.FeatureAlphaDropout(0.5), [20, 10, 2]],
  ];
  for (const [layer, shape] of all) {
    const x = ones(shape);
    expect(numbers(layer.call(x))).not.toEqual(numbers(x));
    layer.eval();
    expect(layer.call(x)).toBe(x);
    expect(String(layer)).toMatch(/p=0.5/);
  }
});
