// Convolutions as modules: names and shapes of their parameters, first values, options.
import { beforeAll, expect, test } from 'vitest';
import { conv2d, convTranspose1d, init, manualSeed, nn, randn } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
  manualSeed(7);
});

test('parameters have the names and shapes of PyTorch', () => {
  const shapes = (module: nn.Module): Record<string, readonly number[]> =>
    Object.fromEntries([...module.stateDict()].map(([name, t]) => [name, t.shape]));
  expect(shapes(new nn.Conv1d(4, 6, 3, { groups: 2 }))).toEqual({ weight: [6, 2, 3], bias: [6] });
  expect(shapes(new nn.Conv2d(3, 8, [3, 5], { bias: false }))).toEqual({ weight: [8, 3, 3, 5] });
  expect(shapes(new nn.Conv3d(1, 2, 2))).toEqual({ weight: [2, 1, 2, 2, 2], bias: [2] });
  expect(shapes(new nn.ConvTranspose1d(4, 6, 3, { groups: 2 }))).toEqual({ weight: [4, 3, 3], bias: [6] });
  expect(shapes(new nn.ConvTranspose2d(4, 6, 3))).toEqual({ weight: [4, 6, 3, 3], bias: [6] });
  expect(shapes(new nn.ConvTranspose3d(1, 2, [1, 2, 3]))).toEqual({ weight: [1, 2, 1, 2, 3], bias: [2] });
});

test('first values are uniform in ±1/√(elements of a filter)', () => {
  const layer = new nn.Conv2d(5, 200, 3);
  const bound = 1 / Math.sqrt(45);
  for (const parameter of layer.parameters()) {
    const data = [...parameter.dataSync()];
    expect(Math.max(...data)).toBeLessThanOrEqual(bound);
    expect(Math.max(...data)).toBeGreaterThan(0.95 * bound);
    expect(Math.min(...data)).toBeLessThan(-0.95 * bound);
  }
});

test('a module calls the function with its options', () => {
  const layer = new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1 });
  const x = randn([1, 2, 6, 6]);
  const options = { bias: layer.bias, stride: 2, padding: 1 };
  expect(layer.call(x).dataSync()).toEqual(conv2d(x, layer.weight, options).dataSync());
  const up = new nn.ConvTranspose1d(2, 3, 4, { stride: 2, padding: 1, bias: false });
  const line = randn([2, 2, 5]);
  expect(up.call(line).dataSync()).toEqual(
    convTranspose1d(line, up.weight, { stride: 2, padding: 1 }).dataSync(),
  );
  expect(new nn.Conv1d(2, 2, 3, { padding: 'same' }).call(line).shape).toEqual([2, 2, 5]);
  expect(new nn.Conv3d(2, 4, 2).call(randn([1, 2, 3, 3, 3])).shape).toEqual([1, 4, 2, 2, 2]);
  expect(new nn.ConvTranspose2d(2, 4, 2, { stride: 2 }).call(x).shape).toEqual([1, 4, 12, 12]);
  expect(new nn.ConvTranspose3d(2, 1, 2).call(randn([1, 2, 3, 3, 3])).shape).toEqual([1, 1, 4, 4, 4]);
});

test('it prints its sizes and options', () => {
  expect(String(new nn.Conv2d(3, 8, 3, { stride: 2, padding: 'valid', bias: false }))).toBe(
    'Conv2d(3, 8, kernelSize=[3, 3], stride=2, padding=valid, bias=false)',
  );
});

test('groups that do not divide the channels are refused', () => {
  expect(() => new nn.Conv1d(3, 4, 1, { groups: 2 })).toThrow('the groups must divide the channels');
});
