// Pools as modules: each calls its function with its options.
import { beforeAll, expect, test } from 'vitest';
import { init, manualSeed, nn, randn } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

const F = nn.functional;
beforeAll(async () => {
  await init({ device: 'cpu' });
  manualSeed(3);
});

const shape = (dims: number): number[] => [2, 3, ...[6, 5, 4].slice(0, dims)];
const options = { stride: 1, padding: 1, ceilMode: true };

const modules = (dims: 1 | 2 | 3): readonly (readonly [nn.Module, (x: Tensor) => Tensor])[] => [
  [new nn[`MaxPool${dims}d`](2, options), (x) => F[`maxPool${dims}d`](x, 2, options)],
  [new nn[`AvgPool${dims}d`](3, options), (x) => F[`avgPool${dims}d`](x, 3, options)],
  [new nn[`AvgPool${dims}d`](2), (x) => F[`avgPool${dims}d`](x, 2)],
  [new nn[`AdaptiveMaxPool${dims}d`](2), (x) => F[`adaptiveMaxPool${dims}d`](x, 2)],
  [new nn[`AdaptiveAvgPool${dims}d`](3), (x) => F[`adaptiveAvgPool${dims}d`](x, 3)],
];

test.each([1, 2, 3] as const)('pools over %s dimensions', (dims) => {
  const x = randn(shape(dims));
  for (const [module, fn] of modules(dims)) {
    const y = module.call(x);
    expect(y.shape).toEqual(fn(x).shape);
    expect(y.dataSync()).toEqual(fn(x).dataSync());
  }
});

test('they print their sizes', () => {
  expect(String(new nn.MaxPool2d([2, 3], { stride: 2 }))).toBe('MaxPool2d(kernelSize=[2, 3], stride=2)');
  expect(String(new nn.AdaptiveAvgPool2d([null, 1]))).toBe('AdaptiveAvgPool2d(outputSize=[null, 1])');
});

test('Upsample resizes', () => {
  const layer = new nn.Upsample({ scaleFactor: 2, mode: 'bilinear', alignCorners: true });
  const x = randn([1, 2, 3, 4]);
  expect(layer.call(x).dataSync()).toEqual(
    F.interpolate(x, { size: [6, 8], mode: 'bilinear', alignCorners: true }).dataSync(),
  );
  expect(String(layer)).toBe('Upsample(scaleFactor=2, mode=bilinear, alignCorners=true)');
});
