// Padding and rearranging modules: each is its function, and says what it was made with.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, arange, init, nn, pad, pixelShuffle } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
});

const ramp = (...shape: number[]): Tensor =>
  arange(
    shape.reduce((a, b) => a * b, 1),
    { dtype: 'f32' },
  ).reshape(shape);

const kinds = {
  ConstantPad: (dims: number) => ({ mode: 'constant', value: 1.5, dims }) as const,
  ZeroPad: (dims: number) => ({ mode: 'constant', value: 0, dims }) as const,
  ReflectionPad: (dims: number) => ({ mode: 'reflect', value: 0, dims }) as const,
  ReplicationPad: (dims: number) => ({ mode: 'replicate', value: 0, dims }) as const,
  CircularPad: (dims: number) => ({ mode: 'circular', value: 0, dims }) as const,
};
type Made = new (padding: number | number[], value: number) => nn.Module & { forward(x: Tensor): Tensor };

describe.each(Object.entries(kinds))('%s', (kind, optionsOf) => {
  test.each([1, 2, 3])('%dd pads its dimensions', async (dims) => {
    const { mode, value } = optionsOf(dims);
    const x = ramp(2, ...[4, 3, 5].slice(0, dims));
    const Module = (nn as unknown as Record<string, Made>)[`${kind}${dims}d`];
    const uneven = [1, 2, 0, 1, 2, 1].slice(0, 2 * dims);
    for (const padding of [1, uneven]) {
      const sides = typeof padding === 'number' ? new Array<number>(2 * dims).fill(padding) : padding;
      const out = new Module(padding, value).forward(x);
      expect(await out.tolist()).toEqual(await pad(x, sides, { mode, value }).tolist());
      expect(out.shape[1]).toBe(x.shape[1] + sides[2 * dims - 2] + sides[2 * dims - 1]);
    }
  });
});

test('a padding of another number of dimensions is refused', () => {
  expect(() => new nn.ZeroPad2d([1, 2])).toThrow('a padding of another number of dimensions');
});

test('what a padding was made with', () => {
  expect(new nn.ConstantPad1d(2, 3).toString()).toContain('padding=[2, 2], value=3');
  expect(new nn.ReflectionPad1d([1, 2]).toString()).toContain('padding=[1, 2]');
});

test('rearrangements', async () => {
  const x = ramp(1, 4, 2, 3);
  const big = new nn.PixelShuffle(2).forward(x);
  expect(big.shape).toEqual([1, 1, 4, 6]);
  expect(await big.tolist()).toEqual(await pixelShuffle(x, 2).tolist());
  expect(await new nn.PixelUnshuffle(2).forward(big).tolist()).toEqual(await x.tolist());
  const shuffled = new nn.ChannelShuffle(2).forward(x);
  expect(await shuffled.select(1, 1).tolist()).toEqual(await x.select(1, 2).tolist());
  expect(new nn.Unflatten(1, [2, -1]).forward(x).shape).toEqual([1, 2, 2, 2, 3]);
  const columns = new nn.Unfold([2, 3], { padding: [0, 1] }).forward(x);
  expect(columns.shape).toEqual([1, 24, 3]);
  expect(new nn.Fold([2, 3], [2, 3], { padding: [0, 1] }).forward(columns).shape).toEqual([1, 4, 2, 3]);
  expect(nn.functional.unfold(x, 2).shape).toEqual([1, 16, 2]);
});
