/** Gradients that nothing needs are neither recorded nor run. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, autograd, counters, explain, init, nn, optim, ones, randn } from '../../src/index.ts';
import { gradOf } from './support.ts';

/** How often a product is named in the plan that reading the tensor would run. */
const products = (t: Tensor): number => (explain(t).match(/MATMUL|MM|LINEAR/g) ?? []).length;

export function needsSuite(device: 'cpu' | 'webgpu'): void {
  beforeAll(() => init({ device }));

  /** The number of kernels (on the CPU, of evaluated operations) that a function runs. */
  async function cost(fn: () => Promise<unknown>): Promise<number> {
    const before = counters().dispatches;
    await fn();
    return counters().dispatches - before;
  }

  describe('what needs no gradient costs nothing', () => {
    test('no gradient of input data: one product forward, one backward', () => {
      const x = randn([8, 4]);
      const w = randn([4, 3], { requiresGrad: true });
      x.matmul(w).sum().backward();
      expect(x.grad).toBeNull();
      expect(products(gradOf(w))).toBeLessThanOrEqual(2);
    });

    test('two layers: the first one’s input is never differentiated', async () => {
      const step = (data: Tensor): (() => Promise<unknown>) => {
        const model = new nn.Sequential(new nn.Linear(6, 5), new nn.Sigmoid(), new nn.Linear(5, 1));
        const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
        const run = async (): Promise<unknown> => {
          sgd.zeroGrad();
          data.zeroGrad();
          const loss = model.forward(data).square().mean();
          loss.backward();
          const grad = data.grad === null ? null : data.grad.data();
          sgd.step();
          return [await loss.item(), await grad];
        };
        return run;
      };
      const plain = step(randn([16, 6]));
      const asked = step(randn([16, 6], { requiresGrad: true }));
      // By the third step the plan has learnt what to keep.
      for (let i = 0; i < 3; i++) {
        await plain();
        await asked();
      }
      expect(await cost(plain)).toBeLessThan(await cost(asked));
    });

    test('inputs of grad(): only the way to them is walked', async () => {
      const x = ones([2], { requiresGrad: true });
      const w = ones([2], { requiresGrad: true });
      const y = x.mul(3).mul(w.exp().log().sin());
      const [only] = autograd.grad(y.sum(), x, { retainGraph: true });
      const [gx, gw] = autograd.grad(y.sum(), [x, w]);
      if (!only || !gx || !gw) throw new Error('no gradient');
      const alone = await cost(() => only.data());
      const both = await cost(() => Promise.all([gx.data(), gw.data()]));
      expect(alone).toBeLessThan(both);
    });

    test('a frozen layer runs no kernel for its weight', async () => {
      const build = (frozen: boolean) => {
        const first = new nn.Linear(6, 5);
        const last = new nn.Linear(5, 1);
        if (frozen) for (const p of last.parameters()) p.requiresGrad_(false);
        const parameters = [...first.parameters(), ...last.parameters()].filter((p) => p.requiresGrad);
        const sgd = new optim.SGD(parameters, { lr: 0.1 });
        const x = randn([16, 6]);
        return async () => {
          sgd.zeroGrad();
          const loss = last.forward(first.forward(x).tanh()).square().mean();
          loss.backward();
          sgd.step();
          await loss.item();
        };
      };
      const frozen = build(true);
      const all = build(false);
      for (let i = 0; i < 3; i++) {
        await frozen();
        await all();
      }
      expect(await cost(frozen)).toBeLessThan(await cost(all));
    });
  });
}
