/** autograd.grad, and derivatives of derivatives, on any backend. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Tensor,
  autograd,
  binaryCrossEntropyWithLogits,
  init,
  manualSeed,
  randn,
  tensor,
} from '../../src/index.ts';
import { gradOf, gradient, present, thrown } from './support.ts';

const one = (outputs: Tensor, input: Tensor, createGraph = false): Tensor =>
  present(autograd.grad(outputs, input, { createGraph })[0]);

export function gradSuite(device: 'cpu' | 'webgpu'): void {
  beforeAll(() => init({ device }));
  beforeEach(() => manualSeed(2));

  describe('autograd.grad', () => {
    test('gives the gradients and touches no .grad', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      const w = tensor([3, 4], { requiresGrad: true });
      const [gx, gw] = autograd.grad(x.mul(w).sum(), [x, w]).map(present);
      expect([await gx.tolist(), await gw.tolist()]).toEqual([
        [3, 4],
        [1, 2],
      ]);
      expect([x.grad, w.grad, gx.requiresGrad]).toEqual([null, null, false]);
    });

    test('takes gradients of the outputs, several outputs, and inner tensors as inputs', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      const inner = x.mul(x);
      const outputs = [inner.mul(3), x.mul(5)];
      const gradOutputs = [tensor([1, 10]), tensor([100, 1000])];
      const [gx, gi] = autograd.grad(outputs, [x, inner], { gradOutputs }).map(present);
      expect([await gx.tolist(), await gi.tolist()]).toEqual([
        [506, 5120],
        [3, 30],
      ]);
    });

    test('an input without a part in the outputs: an error, or null where that is allowed', async () => {
      const x = tensor([1], { requiresGrad: true });
      const unused = tensor([1], { requiresGrad: true });
      const y = (): Tensor => x.mul(2).sum();
      expect(thrown(() => autograd.grad(y(), [x, unused]))).toMatch(
        /^AutogradError: .*input 1.*allowUnused: true/s,
      );
      const [gx, gu] = autograd.grad(y(), [x, unused], { allowUnused: true });
      expect(await present(gx).tolist()).toEqual([2]);
      expect(gu).toBeNull();
    });

    test('an input that requires no gradient is refused', () => {
      const x = tensor([1], { requiresGrad: true });
      expect(thrown(() => autograd.grad(x.mul(2).sum(), tensor([1])))).toMatch(
        /^AutogradError: .*requires no gradient.*input 0/s,
      );
    });

    test('frees the graph, unless asked to retain it', async () => {
      const x = tensor([3], { requiresGrad: true });
      const y = x.mul(x).sum();
      autograd.grad(y, x, { retainGraph: true });
      expect(await one(y, x).tolist()).toEqual([6]);
      expect(thrown(() => autograd.grad(y, x))).toContain('has been freed');
    });
  });

  describe('higher order', () => {
    test('grad of grad of grad of x⁴', async () => {
      const x = tensor([2, -1], { requiresGrad: true });
      const derivatives: unknown[] = [];
      let y = x.pow(4);
      for (let order = 1; order <= 4; order++) {
        y = one(y.sum(), x, true);
        derivatives.push(await y.tolist());
      }
      expect(derivatives).toEqual([
        [32, -4],
        [48, 12],
        [48, -24],
        [24, 24],
      ]);
    });

    test('sine comes round after four', async () => {
      const x = tensor([0.5, 1.25], { requiresGrad: true });
      let y = x.sin();
      for (let order = 0; order < 4; order++) y = one(y.sum(), x, true);
      const [a, b] = (await y.tolist()) as number[];
      expect(a).toBeCloseTo(Math.sin(0.5), 5);
      expect(b).toBeCloseTo(Math.sin(1.25), 5);
    });

    test('sigmoid: the third derivative is σ′(1 − 6σ + 6σ²)', async () => {
      const x = tensor([0.3], { requiresGrad: true });
      const third = one(one(one(x.sigmoid().sum(), x, true).sum(), x, true).sum(), x, true);
      const s = 1 / (1 + Math.exp(-0.3));
      expect(await third.item()).toBeCloseTo(s * (1 - s) * (1 - 6 * s + 6 * s * s), 5);
    });

    test('mixed derivatives are symmetric', async () => {
      const x = tensor([0.7], { requiresGrad: true });
      const y = tensor([1.3], { requiresGrad: true });
      const f = (): Tensor => x.mul(x).mul(y).add(x.mul(y).sin()).sum();
      const xy = one(one(f(), x, true).sum(), y);
      const yx = one(one(f(), y, true).sum(), x);
      expect(await xy.item()).toBeCloseTo(await yx.item(), 5);
    });

    test('through a layer and a loss: a Hessian-vector product is the slope of the gradient', async () => {
      const x = randn([5, 3]);
      const y = tensor([1, 0, 1, 1, 0]).reshape(5, 1);
      const start = randn([3, 1]);
      const v = randn([3, 1]);
      const slope = (w: Tensor, createGraph: boolean): Tensor =>
        one(binaryCrossEntropyWithLogits(x.matmul(w), y), w, createGraph);
      const w = start.detach().requiresGrad_();
      const product = (await one(slope(w, true).mul(v).sum(), w).data()) as Float32Array;
      const h = 1e-2;
      const ahead = await slope(start.add(v.mul(h)).detach().requiresGrad_(), false).data();
      const behind = await slope(start.sub(v.mul(h)).detach().requiresGrad_(), false).data();
      product.forEach((p, i) => expect(p).toBeCloseTo((ahead[i] - behind[i]) / (2 * h), 3));
    });

    test('a gradient penalty: backward through a gradient', async () => {
      const w = tensor([3], { requiresGrad: true });
      const x = tensor([2], { requiresGrad: true });
      const [g] = autograd.grad(w.mul(x).mul(x).sum(), x, { createGraph: true });
      present(g).square().sum().backward(); // (2wx)²
      expect(await gradient(w)).toEqual([96]);
      expect(await gradient(x)).toEqual([144]);
    });

    test('createGraph in backward: .grad can be differentiated', async () => {
      const x = tensor([2], { requiresGrad: true });
      x.pow(3).sum().backward(null, { createGraph: true });
      const first = gradOf(x);
      x.zeroGrad();
      first.sum().backward();
      expect(await first.tolist()).toEqual([12]);
      expect(await gradient(x)).toEqual([12]);
    });
  });
}
