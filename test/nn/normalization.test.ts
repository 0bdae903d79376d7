// Normalisation and embedding as modules: names of their state, running statistics, training and evaluation.
import { beforeAll, expect, test } from 'vitest';
import { init, manualSeed, nn, optim, randn, tensor } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
  manualSeed(5);
});

const numbers = (t: Tensor | null | undefined): number[] => [...(t?.dataSync() ?? [])];
const shapesOf = (module: nn.Module): Record<string, readonly number[]> =>
  Object.fromEntries([...module.stateDict()].map(([name, t]) => [name, t.shape]));
function near(actual: Tensor | null | undefined, expected: readonly number[]): void {
  const data = numbers(actual);
  expect(data).toHaveLength(expected.length);
  data.forEach((x, i) => {
    expect(x).toBeCloseTo(expected[i], 4);
  });
}

test('the state has the names of PyTorch', () => {
  const running = { running_mean: [3], running_var: [3], num_batches_tracked: [] };
  expect(shapesOf(new nn.BatchNorm1d(3))).toEqual({ weight: [3], bias: [3], ...running });
  expect(shapesOf(new nn.BatchNorm3d(3, { affine: false }))).toEqual(running);
  expect(shapesOf(new nn.BatchNorm2d(3, { trackRunningStats: false }))).toEqual({ weight: [3], bias: [3] });
  expect(shapesOf(new nn.InstanceNorm2d(3))).toEqual({});
  expect(shapesOf(new nn.InstanceNorm1d(3, { affine: true, trackRunningStats: true }))).toEqual({
    weight: [3],
    bias: [3],
    ...running,
  });
  expect(shapesOf(new nn.LayerNorm([2, 3]))).toEqual({ weight: [2, 3], bias: [2, 3] });
  expect(shapesOf(new nn.LayerNorm(3, { bias: false }))).toEqual({ weight: [3] });
  expect(shapesOf(new nn.LayerNorm(3, { elementwiseAffine: false }))).toEqual({});
  expect(shapesOf(new nn.RMSNorm(3))).toEqual({ weight: [3] });
  expect(shapesOf(new nn.GroupNorm(2, 4))).toEqual({ weight: [4], bias: [4] });
  expect(shapesOf(new nn.Embedding(7, 2))).toEqual({ weight: [7, 2] });
});

const batch = (): Tensor =>
  tensor([
    [1, 10],
    [3, 30],
  ]);

test('batch normalisation moves its statistics on, and evaluates with them', () => {
  const layer = new nn.BatchNorm1d(2);
  near(layer.call(batch()), [-1, -1, 1, 1]);
  near(layer.runningMean, [0.2, 2]);
  near(layer.runningVar, [0.9 + 0.1 * 2, 0.9 + 0.1 * 200]);
  layer.call(batch());
  near(layer.runningMean, [0.38, 3.8]);
  expect(numbers(layer.num_batches_tracked)).toEqual([2]);
  layer.eval();
  const [mean, variance] = [numbers(layer.runningMean), numbers(layer.runningVar)];
  near(
    layer.call(batch()),
    numbers(batch()).map((x, i) => (x - mean[i % 2]) / Math.sqrt(variance[i % 2] + 1e-5)),
  );
  expect(numbers(layer.num_batches_tracked)).toEqual([2]);
});

test('without momentum all batches count alike', () => {
  const layer = new nn.BatchNorm1d(2, { momentum: null });
  layer.call(batch());
  near(layer.runningMean, [2, 20]);
  layer.call(batch().mul(3));
  near(layer.runningMean, [4, 40]);
});

test('statistics survive training and a state that is loaded', () => {
  const layer = new nn.BatchNorm2d(3);
  const sgd = new optim.SGD(layer.parameters(), { lr: 0.1 });
  for (let step = 0; step < 5; step++) {
    layer.zeroGrad();
    layer
      .call(randn([4, 3, 2, 2]).add(5))
      .square()
      .sum()
      .backward();
    sgd.step();
  }
  const mean = numbers(layer.runningMean);
  expect(mean.every((m) => Math.abs(m - 5 * (1 - 0.9 ** 5)) < 0.4)).toBe(true);
  const copy = new nn.BatchNorm2d(3);
  copy.loadStateDict(layer.stateDict());
  expect(numbers(copy.runningMean)).toEqual(mean);
  expect(numbers(copy.num_batches_tracked)).toEqual([5]);
  const x = randn([2, 3, 2, 2]);
  expect(numbers(copy.eval().call(x))).toEqual(numbers(layer.eval().call(x)));
});

test('a batch of another rank is refused', () => {
  expect(() => new nn.BatchNorm2d(3).call(randn([2, 3]))).toThrow('wrong number of dimensions');
});

test('instance normalisation takes examples one by one, with or without a batch', () => {
  const layer = new nn.InstanceNorm1d(2);
  const x = randn([3, 2, 5]);
  const one = layer.call(x.select(0, 1));
  near(layer.call(x).select(0, 1), numbers(one));
  near(one.mean(1), [0, 0]);
  const tracking = new nn.InstanceNorm2d(2, { trackRunningStats: true });
  tracking.call(randn([3, 2, 4, 4]).add(10));
  expect(numbers(tracking.runningMean).every((m) => Math.abs(m - 1) < 0.1)).toBe(true);
  const y = tracking.eval().call(randn([1, 2, 4, 4]));
  expect(Math.abs(y.mean().itemSync())).toBeGreaterThan(0.3);
});

test('the others normalise in evaluation as in training', () => {
  const x = randn([2, 4, 6]);
  for (const layer of [new nn.LayerNorm(6), new nn.GroupNorm(2, 4), new nn.RMSNorm([4, 6])]) {
    expect(numbers(layer.call(x))).toEqual(numbers(layer.eval().call(x)));
  }
  near(new nn.LayerNorm(6).call(x).mean(2), new Array<number>(8).fill(0));
});

test('an embedding begins normal, with its padding zero and untrained', () => {
  const layer = new nn.Embedding(500, 4, { paddingIdx: -500 });
  const data = numbers(layer.weight);
  expect(data.slice(0, 4).every((x) => x === 0)).toBe(true);
  const spread = data.slice(4).reduce((sum, x) => sum + x * x, 0) / (data.length - 4);
  expect(Math.abs(spread - 1)).toBeLessThan(0.15);
  const rows = layer.call(tensor([[0, 2, 2]], { dtype: 'i32' }));
  expect(rows.shape).toEqual([1, 3, 4]);
  rows.sum().backward();
  expect(numbers(layer.weight.grad).slice(0, 12)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2]);
  expect(String(layer)).toBe('Embedding(500, 4, paddingIdx=0)');
});
