/** Loops without an optimiser, runs that are shared, the same bits for the same seed, and eager mode. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Tensor,
  binaryCrossEntropyWithLogits,
  counters,
  crossEntropy,
  init,
  manualSeed,
  noGrad,
  optim,
  rand,
  randn,
  synchronize,
  tensor,
} from '../../src/index.ts';
import { gradOf } from '../autograd/support.ts';
import { setUp, expectClose } from '../support/loops.ts';

beforeAll(() => init({ device: 'webgpu' }));
beforeEach(() => manualSeed(3));

describe('loops without an optimiser', () => {
  /** w ← w − lr·∂(w²) by hand, 60 times; the loss is read every `every` steps. */
  async function byHand(update: (w: Tensor) => Tensor, every: number): Promise<number[]> {
    let w: Tensor = tensor([5, -3], { requiresGrad: true });
    const costs: number[] = [];
    for (let step = 1; step <= 60; step++) {
      const before = counters().dispatches;
      const loss = w.mul(w).sum();
      loss.backward();
      w = update(w);
      if (step % every === 0) await loss.item();
      costs.push(counters().dispatches - before);
    }
    expectClose([...(await w.data())], [5 * 0.8 ** 60, -3 * 0.8 ** 60]);
    return costs;
  }

  test('a new leaf a step costs the same at every step', async () => {
    const costs = await byHand((w) => w.sub(gradOf(w).mul(0.1)).detach().requiresGrad_(), 1);
    expect(costs.at(-1)).toBeLessThanOrEqual(costs[2]);
  });

  test('also when it is read seldom', async () => {
    const costs = await byHand((w) => noGrad(() => w.sub(gradOf(w).mul(0.1))).requiresGrad_(), 20);
    expect(costs[59]).toBe(costs[39]);
  });

  test('assign() rebinds the tensor', async () => {
    await byHand((w) => {
      noGrad(() => w.assign(w.sub(gradOf(w).mul(0.1))));
      w.zeroGrad();
      return w;
    }, 7);
  });

  test('an exponential moving average of the weights', async () => {
    const w = tensor([1], { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 0.1 });
    let average = w.detach();
    let [value, expected] = [1, 1];
    for (let step = 0; step < 50; step++) {
      sgd.zeroGrad();
      w.mul(w).sum().backward();
      sgd.step();
      average = noGrad(() => average.mul(0.9).add(w.mul(0.1)));
      value *= 0.8;
      expected = expected * 0.9 + value * 0.1;
    }
    expectClose([await average.item()], [expected]);
  });
});

describe('runs', () => {
  test('reads asked for in one tick share one', async () => {
    const x = randn([8]);
    const parts = [x.exp(), x.sin().sum(), x.mul(2), x.add(1).mean()];
    const before = counters().runs;
    await Promise.all(parts.map((t) => t.data()));
    expect(counters().runs - before).toBe(1);
  });

  test('a step with its loss is one', async () => {
    const { model, optimiser, batch } = setUp();
    for (let step = 0; step < 5; step++) {
      const before = counters().runs;
      const { x, y } = batch();
      const loss = crossEntropy(model.forward(x), y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      await loss.item();
      expect(counters().runs - before).toBe(1);
    }
  });

  test('what was read once is not computed again', async () => {
    const y = randn([8]).exp();
    await y.data();
    const before = counters().dispatches;
    await Promise.all([y.data(), y.tolist()]);
    expect(counters().dispatches).toBe(before);
  });
});

describe('the same seed', () => {
  /** Every number of a short training, with dropout-like noise. */
  async function train(): Promise<number[]> {
    const { model, optimiser, batch } = setUp((p) => new optim.Adam(p, { lr: 0.01 }));
    const numbers: number[] = [];
    for (let step = 0; step < 10; step++) {
      const { x, y } = batch();
      const noisy = x.mul(rand([16, 6]).gt(0.2).to('f32'));
      const loss = crossEntropy(model.forward(noisy), y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      numbers.push(await loss.item());
    }
    for (const p of model.parameters()) numbers.push(...(await p.data()));
    return numbers;
  }

  test('gives the same bits', async () => {
    const first = await train();
    expect(await train()).toEqual(first);
    expect(first.every(Number.isFinite)).toBe(true);
  });

  test('and recomputing a random value gives the same bits', async () => {
    const noise = randn([64]);
    const [a, b] = [noise.mul(1), noise.mul(1)];
    expect(await a.tolist()).toEqual(await b.tolist());
    expect(await noise.tolist()).toEqual(await a.tolist());
  });
});

describe('eager mode', () => {
  afterAll(() => init({ device: 'webgpu', mode: 'lazy' }));

  async function losses(): Promise<number[]> {
    const { model, optimiser, batch } = setUp();
    const list: number[] = [];
    for (let step = 0; step < 6; step++) {
      const { x, y } = batch();
      const logits = model.forward(x);
      const loss = binaryCrossEntropyWithLogits(logits.sum(1), y.gt(0).to('f32'));
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      list.push(await loss.item(), await logits.mean().item());
    }
    return list;
  }

  test('gives what lazy mode gives', async () => {
    await init({ device: 'webgpu', mode: 'lazy' });
    const lazy = await losses();
    expect((await init({ device: 'webgpu', mode: 'eager' })).mode).toBe('eager');
    expectClose(await losses(), lazy);
  });

  test('one operation, one dispatch, at once', async () => {
    await init({ device: 'webgpu', mode: 'eager' });
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    await synchronize();
    const count = async (fn: () => Tensor): Promise<number> => {
      const before = counters().dispatches;
      fn();
      await synchronize();
      return counters().dispatches - before;
    };
    expect(await count(() => x.exp())).toBe(1);
    expect(await count(() => x.mul(x))).toBe(1);
    expect(await count(() => x.matmul(x))).toBe(1);
    expect(await count(() => x.sum())).toBe(1);
    expect(await count(() => x.T)).toBe(0);
    expect(await count(() => x.mul(2).add(1).tanh())).toBe(3);
  });
});
