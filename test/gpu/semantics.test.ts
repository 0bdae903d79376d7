/**
 * PyTorch-shaped training loops on WebGPU give PyTorch's answers: what is read late is what it was when it was made, and
 * what can no longer be had is an error that says so. Compared with the same loop that reads everything at once.
 */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  StaleValueError,
  type Tensor,
  counters,
  crossEntropy,
  init,
  keep,
  manualSeed,
  optim,
  synchronize,
  tensor,
} from '../../src/index.ts';
import { gradOf } from '../autograd/support.ts';
import { setUp, readAtOnce, sum, expectClose } from '../support/loops.ts';

beforeAll(() => init({ device: 'webgpu' }));
beforeEach(() => manualSeed(3));

describe('metrics after optimizer.step()', () => {
  test('are those of before the step, and are kept from then on', async () => {
    const { losses, correct, logitsOf } = await readAtOnce(12);
    const { model, optimiser, batch } = setUp();
    const dispatches: number[] = [];
    for (let step = 0; step < 12; step++) {
      const before = counters().dispatches;
      const { x, y } = batch();
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      const hits = logits.argmax(1).eq(y).to('f32').sum();
      expectClose([...(await logits.data())], logitsOf[step]);
      expect(await hits.item()).toBe(correct[step]);
      expectClose([await loss.item()], [losses[step]]);
      dispatches.push(counters().dispatches - before);
    }
    // The second step finds out that logits are wanted; the third and later ones keep them.
    expect(dispatches[3]).toBeLessThan(dispatches[0]);
    expect(new Set(dispatches.slice(3)).size).toBe(1);
  });

  test('running sums made after the step are right at the end', async () => {
    const { losses, correct } = await readAtOnce(40);
    const { model, optimiser, batch } = setUp();
    let running = tensor(0);
    let right = tensor(0);
    for (let step = 0; step < 40; step++) {
      const { x, y } = batch();
      const logits = model.forward(x);
      const loss = crossEntropy(logits, y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      running = running.add(loss.detach());
      right = right.add(logits.argmax(1).eq(y).sum());
    }
    expectClose([(await running.item()) / 40], [sum(losses) / 40]);
    expect(await right.item()).toBe(sum(correct));
  });

  test('a sum over 200 steps, without one read on the way', async () => {
    const { losses } = await readAtOnce(200, { lossOnly: true });
    const { model, optimiser, batch } = setUp();
    let running = tensor(0);
    for (let step = 0; step < 200; step++) {
      const { x, y } = batch();
      const loss = crossEntropy(model.forward(x), y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      running = running.add(loss.detach());
    }
    expectClose([(await running.item()) / 200], [sum(losses) / 200]);
  });

  test('500 losses pushed on a list and read at the end', async () => {
    const { losses } = await readAtOnce(500, { lossOnly: true });
    const { model, optimiser, batch } = setUp();
    const list: Tensor[] = [];
    for (let step = 0; step < 500; step++) {
      const { x, y } = batch();
      const loss = crossEntropy(model.forward(x), y);
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
      list.push(loss);
    }
    const got = await Promise.all(list.map((loss) => loss.item()));
    expectClose(got, losses);
  });

  test('promises of losses, awaited at the end', async () => {
    const { losses } = await readAtOnce(30, { lossOnly: true });
    const { model, optimiser, batch } = setUp();
    const list: Promise<number>[] = [];
    for (let step = 0; step < 30; step++) {
      const { x, y } = batch();
      const loss = crossEntropy(model.forward(x), y);
      list.push(loss.item());
      optimiser.zeroGrad();
      loss.backward();
      optimiser.step();
    }
    expectClose(await Promise.all(list), losses);
  });

  test('a read asked for and not awaited is of the value at the time, however many steps follow', async () => {
    const { logitsOf } = await readAtOnce(1);
    const { model, optimiser, batch } = setUp();
    const { x, y } = batch();
    const logits = model.forward(x);
    const asked = logits.data();
    for (let step = 0; step < 5; step++) {
      optimiser.zeroGrad();
      crossEntropy(model.forward(x), y).backward();
      optimiser.step();
    }
    expectClose([...(await asked)], logitsOf[0]);
  });
});

describe('gradients', () => {
  test('accumulated over four batches are those of the whole', async () => {
    const { model, batch } = setUp();
    const parts = Array.from({ length: 4 }, () => batch(4));
    for (const { x, y } of parts) crossEntropy(model.forward(x), y).div(4).backward();
    const [weight] = model.parameters();
    const gathered = [...(await gradOf(weight).data())];
    weight.zeroGrad();
    const whole = await Promise.all(parts.map(async ({ x }) => [...(await x.data())]));
    const labels = await Promise.all(parts.map(async ({ y }) => [...(await y.data())]));
    const all = tensor(Float32Array.from(whole.flat())).reshape(16, 6);
    crossEntropy(model.forward(all), tensor(Int32Array.from(labels.flat()))).backward();
    expectClose(gathered, [...(await gradOf(weight).data())]);
  });

  test('can be read after step(), and stay until they are zeroed', async () => {
    const w = tensor([1, 2], { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 0.1 });
    w.mul(w).sum().backward();
    sgd.step();
    expectClose([...(await gradOf(w).data())], [2, 4]);
    expectClose([...(await w.data())], [0.8, 1.6]);
  });

  test('that are never zeroed add up over steps', async () => {
    const w = tensor([1], { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 0.1 });
    let value = 1;
    let grad = 0;
    for (let step = 0; step < 6; step++) {
      w.mul(w).sum().backward();
      sgd.step();
      grad += 2 * value;
      value -= 0.1 * grad;
    }
    expectClose([await gradOf(w).item(), await w.item()], [grad, value]);
  });

  test('of a tensor that no optimiser knows add up, too', async () => {
    const w = tensor([1], { requiresGrad: true });
    const other = tensor([3], { requiresGrad: true });
    const sgd = new optim.SGD([w], { lr: 0.1 });
    let expected = 0;
    let value = 1;
    for (let step = 0; step < 6; step++) {
      sgd.zeroGrad();
      w.mul(other).sum().backward();
      sgd.step();
      expected += value;
      value -= 0.3;
    }
    expectClose([await gradOf(other).item()], [expected]);
  });
});

describe('values that outlive their parameters', () => {
  /** Logits of every step, kept in a list; `hold` is called on each. */
  async function collect(hold: (t: Tensor) => unknown): Promise<Tensor[]> {
    const { model, optimiser, batch } = setUp();
    const list: Tensor[] = [];
    for (let step = 0; step < 4; step++) {
      const { x, y } = batch();
      const logits = model.forward(x);
      hold(logits);
      list.push(logits);
      optimiser.zeroGrad();
      crossEntropy(logits, y).backward();
      optimiser.step();
    }
    await synchronize();
    return list;
  }

  test('are an error with name, cause and cure, never a wrong number', async () => {
    const [first, , , last] = await collect(() => undefined);
    await expect(first.data()).rejects.toThrow(StaleValueError);
    await expect(first.data()).rejects.toThrow(
      /shape \[16, 3\].*shape \[.*\] was replaced by optimizer\.step\(\).*keep\(tensor\)/s,
    );
    const { logitsOf } = await readAtOnce(4);
    expectClose([...(await last.data())], logitsOf[3]);
  });

  test('are there when keep() was called in time', async () => {
    const { logitsOf } = await readAtOnce(4);
    const list = await collect(keep);
    for (const [i, logits] of list.entries()) expectClose([...(await logits.data())], logitsOf[i]);
  });

  test('keep() throws at once where it comes too late', async () => {
    const [first] = await collect(() => undefined);
    expect(() => keep(first)).toThrow(StaleValueError);
  });

  test('one that is gone does not keep others, asked for in the same tick, from being read', async () => {
    const [first, , , last] = await collect(() => undefined);
    const both = await Promise.allSettled([first.data(), last.data()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });

  test('a clone is a copy that stays', async () => {
    const { model, optimiser, batch } = setUp();
    const [weight] = model.parameters();
    const start = weight.detach().clone();
    const before = [...(await weight.data())];
    for (let step = 0; step < 5; step++) {
      const { x, y } = batch();
      optimiser.zeroGrad();
      crossEntropy(model.forward(x), y).add(weight.sub(start).square().sum()).backward();
      optimiser.step();
    }
    expect([...(await start.data())]).toEqual(before);
    expect([...(await weight.data())]).not.toEqual(before);
  });

  test('what another optimiser’s step leaves alone stays', async () => {
    const v = tensor([1], { requiresGrad: true });
    const w = tensor([1], { requiresGrad: true });
    const [a, b] = [v, w].map((p) => new optim.SGD([p], { lr: 0.1 }));
    let metric = tensor([0]);
    let expected = 0;
    let value = 1;
    for (let step = 0; step < 5; step++) {
      metric = metric.add(w.detach());
      expected += value;
      a.zeroGrad();
      v.mul(v).sum().backward();
      a.step();
      b.zeroGrad();
      w.mul(w).sum().backward();
      b.step();
      value -= 0.2 * value;
    }
    expectClose([await metric.item()], [expected]);
  });
});
