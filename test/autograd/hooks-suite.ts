/** Hooks on tensors and modules, and finding the first NaN; on any backend. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Tensor, autograd, init, manualSeed, nn, optim, randn, tensor } from '../../src/index.ts';
import { gradient, present, thrown } from './support.ts';

export function hooksSuite(options: { device: 'cpu' | 'webgpu'; mode: 'lazy' | 'eager' }): void {
  beforeEach(async () => {
    await init(options);
    manualSeed(5);
  });

  describe('tensors', () => {
    test('a hook sees the gradient, changes it, and is removed', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      const seen: Promise<unknown>[] = [];
      const watching = autograd.registerHook(x, (g) => void seen.push(g.tolist()));
      const changing = autograd.registerHook(x, (g) => g.mul(10));
      x.mul(x).sum().backward();
      expect(await gradient(x)).toEqual([20, 40]);
      expect(await Promise.all(seen)).toEqual([[2, 4]]);
      changing.remove();
      changing.remove();
      x.zeroGrad();
      x.mul(x).sum().backward();
      expect(await gradient(x)).toEqual([2, 4]);
      watching.remove();
      x.sum().backward();
      expect(seen).toHaveLength(2);
    });

    test('on an inner tensor, once with the whole sum; in autograd.grad too, and differentiable', async () => {
      const x = tensor([2], { requiresGrad: true });
      const inner = x.mul(3);
      let calls = 0;
      autograd.registerHook(inner, (g) => {
        calls++;
        return g.mul(g);
      });
      const y = inner.add(inner).sum();
      const g = present(autograd.grad(y, x, { createGraph: true })[0]);
      expect([calls, await g.tolist()]).toEqual([1, [12]]);
      const z = x.mul(x);
      autograd.registerHook(z, (d) => d.mul(x));
      const first = present(autograd.grad(z.sum(), x, { createGraph: true })[0]);
      expect(await present(autograd.grad(first.sum(), x)[0]).tolist()).toEqual([8]);
    });

    test('a parameter keeps its hooks through updates; gathered gradients are told', async () => {
      const w = new nn.Linear(1, 1, { bias: false });
      const sgd = new optim.SGD(w.parameters(), { lr: 0.1 });
      let calls = 0;
      const gathered: (Tensor | null)[] = [];
      autograd.registerHook(w.weight, () => {
        calls++;
      });
      autograd.registerPostAccumulateGradHook(w.weight, (t) => void gathered.push(t.grad));
      for (let step = 0; step < 3; step++) {
        sgd.zeroGrad();
        w.call(tensor([[2]])).sum().backward(); // prettier-ignore
        sgd.step();
      }
      expect(calls).toBe(3);
      expect(await Promise.all(gathered.slice(-1).map((g) => present(g).tolist()))).toEqual([[[2]]]);
    });

    test('what is refused', () => {
      const x = tensor([1, 2], { requiresGrad: true });
      expect(thrown(() => autograd.registerHook(tensor([1]), () => null))).toMatch(
        /registerHook: .*requires no gradient/,
      );
      expect(thrown(() => autograd.registerPostAccumulateGradHook(x.mul(2), () => null))).toMatch(
        /gathered in leaves only/,
      );
      autograd.registerHook(x, (g) => g.sum());
      expect(thrown(() => x.sum().backward())).toMatch(/ShapeError: a hook gave.*\[2\].*\[\]/s);
    });
  });

  describe('modules', () => {
    test('before and after forward', async () => {
      const relu = new nn.ReLU();
      const before = nn.registerForwardPreHook(relu, (_, [x]) => (x as Tensor).sub(1));
      const order: string[] = [];
      const after = nn.registerForwardHook(relu, (module, inputs, output) => {
        order.push(`${module.constructor.name} ${inputs.length}`);
        return (output as Tensor).mul(2);
      });
      expect(await relu.call(tensor([0, 3])).tolist()).toEqual([0, 4]);
      before.remove();
      after.remove();
      expect(await relu.call(tensor([0, 3])).tolist()).toEqual([0, 3]);
      expect(order).toEqual(['ReLU 1']);
    });

    test('gradients of inputs and outputs, seen and replaced', async () => {
      class Product extends nn.Module<[Tensor, Tensor]> {
        forward(a: Tensor, b: Tensor): Tensor {
          return a.mul(b);
        }
      }
      const product = new Product();
      const [a, b] = [tensor([2, 3], { requiresGrad: true }), tensor([5, 7], { requiresGrad: true })];
      let seen: (Tensor | null)[] = [];
      nn.registerFullBackwardHook(product, (_, gradInput, gradOutput) => {
        seen = [...gradInput, ...gradOutput];
        return [gradInput[1], gradInput[0]];
      });
      product.call(a, b).mul(10).sum().backward(); // prettier-ignore
      expect(await Promise.all(seen.map((g) => present(g).tolist()))).toEqual([[50, 70], [20, 30], [10, 10]]); // prettier-ignore
      expect([await gradient(a), await gradient(b)]).toEqual([[20, 30], [50, 70]]); // prettier-ignore
    });

    test('inputs that require no gradient come as null; inner modules of a network', () => {
      const model = new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh(), new nn.Linear(2, 1));
      const seen: string[] = [];
      for (const [name, module] of model.namedChildren()) {
        nn.registerFullBackwardHook(module, (_, gradInput, gradOutput) => {
          seen.push(
            `${name}: ${gradInput.map((g) => g?.shape.join() ?? 'null').join()} ← ${present(gradOutput[0]).shape.join()}`,
          );
        });
      }
      model.call(randn(4, 3)).square().sum().backward(); // prettier-ignore
      expect(seen).toEqual(['2: 4,2 ← 4,1', '1: 4,2 ← 4,2', '0: null ← 4,2']);
    });
  });

  describe('detectAnomaly', () => {
    const find = (fn: () => unknown): Promise<unknown> => autograd.detectAnomaly(fn);

    test('names the forward call whose gradient is NaN, its line and index', async () => {
      const x = tensor([[1, 4], [0, 9]], { requiresGrad: true }); // prettier-ignore
      await expect(find(() => x.mul(x).sum().backward())).resolves.toBeUndefined(); // prettier-ignore
      const bad = find(async () => {
        await Promise.resolve();
        const root = x.sub(0).sqrt();
        root.mul(tensor([[1, 1], [0, 1]])).sum().backward(); // prettier-ignore
      });
      await expect(bad).rejects.toThrow(
        /SqrtBackward0, the gradient of input 0, of the call .*hooks-suite\.ts:\d+.*NaN at \[1, 0\] of shape \[2, 2\]/s,
      );
    });

    test('a NaN of the forward pass comes first', async () => {
      const x = tensor([4, -1], { requiresGrad: true });
      await expect(find(() => x.log().exp().sum().backward())).rejects.toThrow(
        /the result of log, .*hooks-suite\.ts.*NaN at \[1\]/s,
      );
    });

    test('a whole step without any; and an error of the function itself', async () => {
      const model = new nn.Linear(3, 1);
      const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
      const loss = await autograd.detectAnomaly(() => {
        const y = model.call(randn(4, 3)).square().mean();
        y.backward();
        sgd.step();
        return y.item();
      });
      expect(Number.isFinite(loss)).toBe(true);
      await expect(find(() => Promise.reject(new Error('own')))).rejects.toThrow('own');
      expect(await tensor([-1]).log().item()).toBeNaN();
    });
  });
}
