/** What transforms promise besides right numbers: composition, structures, closures, errors; on any backend. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import {
  Parameter,
  autograd,
  crossEntropy,
  func,
  manualSeed,
  nn,
  noGrad,
  ones,
  rand,
  randn,
  stack,
  tensor,
  zeros,
} from '../../src/index.ts';
import { thrown } from '../autograd/support.ts';
import { assertClose } from '../support/compare.ts';

const cube = (x: Tensor): Tensor => x.pow(3).sum();

async function same(actual: Tensor, expected: Tensor, rtol = 2e-5): Promise<void> {
  const numbers = { shape: expected.shape, data: await expected.data() };
  assertClose('tensor', { shape: actual.shape, data: await actual.data() }, numbers, { rtol, atol: rtol });
}

export function transformsSuite(before: () => Promise<unknown>): void {
  beforeEach(async () => {
    await before();
    manualSeed(11);
  });

  describe('composition', () => {
    test('grad of grad of grad', async () => {
      const third = func.grad((a: Tensor) =>
        func
          .grad((b: Tensor) => func.grad(cube)(b).sum())(a)
          .sum(),
      );
      expect(await third(tensor([2, -1])).tolist()).toEqual([6, 6]);
    });

    test('the Hessian of a vmapped loss', async () => {
      const x = randn(5, 3);
      const loss = (w: Tensor): Tensor =>
        func
          .vmap((row: Tensor) => row.dot(w).sigmoid())(x)
          .mean();
      const direct = (w: Tensor): Tensor => x.matmul(w).sigmoid().mean();
      const w = randn(3);
      await same(func.hessian(loss)(w), func.hessian(direct)(w));
    });

    test('grad of jvp, and jvp of grad', async () => {
      const x = randn(4);
      const v = randn(4);
      const along = (at: Tensor): Tensor => func.jvp(cube, [at], [v])[1];
      await same(func.grad(along)(x), func.hvp(cube, x, v));
      await same(func.jvp(func.grad(cube), [x], [v])[1], func.hvp(cube, x, v));
    });

    test('jacrev of vmap, vmap of jacrev, vmap of hessian', async () => {
      const x = randn(3, 2);
      const f = (row: Tensor): Tensor => row.mul(row.sum()).tanh();
      const each = func.vmap(func.jacrev(f))(x);
      const whole = func.jacrev(func.vmap(f))(x);
      expect(whole.shape).toEqual([3, 2, 3, 2]);
      for (let i = 0; i < 3; i++) {
        await same(each.select(0, i), func.jacrev(f)(x.select(0, i)));
        await same(whole.select(0, i).select(1, i), each.select(0, i));
        await same(whole.select(0, i).select(1, (i + 1) % 3), zeros(2, 2));
      }
      const hessians = func.vmap(func.hessian(cube))(x);
      await same(hessians.select(0, 1), func.hessian(cube)(x.select(0, 1)));
    });

    test('vmap of vmap, and vmap of vmap of grad', async () => {
      const x = randn(2, 3);
      const y = randn(4, 3);
      const outer = func.vmap(
        (a: Tensor) => func.vmap((b: Tensor) => a.mul(b).sum().exp(), { inDims: 0 })(y),
        { inDims: 0 },
      );
      await same(outer(x), x.matmul(y.t()).exp());
      const slope = (a: Tensor, b: Tensor): Tensor => func.grad((at: Tensor) => at.mul(b).sum().exp())(a);
      const all = func.vmap((a: Tensor) => func.vmap(slope, { inDims: [null, 0] })(a, y))(x);
      await same(all, outer(x).unsqueeze(2).mul(y.unsqueeze(0)));
    });

    test('operations with gradient rules of their own, batched and differentiated again', async () => {
      const x = randn(3, 4);
      const f = (row: Tensor): Tensor => row.softmax(0).mul(row.max(0).values).add(row.std()).logsumexp();
      const batched = func.grad((at: Tensor) => func.vmap(func.grad(f))(at).square().sum())(x);
      const looped = func.grad((at: Tensor) =>
        stack([0, 1, 2].map((i) => func.grad(f)(at.select(0, i))))
          .square()
          .sum(),
      )(x);
      await same(batched, looped, 1e-4);
    });

    test('gradients for each example are those of a loop; two samples of a real network', async () => {
      const model = new nn.Sequential(new nn.Linear(5, 4), new nn.Tanh(), new nn.Linear(4, 3));
      const params = Object.fromEntries(model.namedParameters());
      const x = randn(6, 5);
      const y = tensor([0, 2, 1, 1, 0, 2], { dtype: 'i32' });
      const loss = (p: typeof params, xi: Tensor, yi: Tensor): Tensor =>
        crossEntropy(func.functionalCall(model, p, xi), yi);
      const each = func.vmap(func.grad(loss), { inDims: [null, 0, 0] })(params, x, y);
      for (const [name, parameter] of model.namedParameters()) {
        expect(each[name].shape).toEqual([6, ...parameter.shape]);
        const rows: Tensor[] = [];
        for (let i = 0; i < 6; i++) {
          const one = crossEntropy(model.call(x.select(0, i)), y.select(0, i));
          rows.push(autograd.grad(one, parameter)[0] ?? zeros(parameter.shape));
        }
        await same(each[name], stack(rows));
      }
    });

    test('an ensemble: one call for several models', async () => {
      const models = [1, 2, 3].map(() => new nn.Linear(4, 2));
      const [params] = func.stackModuleState(models);
      const x = randn(5, 4);
      const run = (p: typeof params): Tensor => func.functionalCall(models[0], p, x);
      const together = func.vmap(run)(params);
      for (const [i, model] of models.entries()) await same(together.select(0, i), model.call(x));
    });
  });

  describe('what goes in and comes out', () => {
    test('argnums, structures, aux', async () => {
      const f = (a: Tensor, b: { w: Tensor; n: number }): [Tensor, { a: Tensor }] => [
        a.mul(b.w).sum().mul(b.n),
        { a: a.mul(2) },
      ];
      const a = tensor([1, 2]);
      const b = { w: tensor([3, 4]), n: 10 };
      const [[ga, gb], aux] = func.grad(f, { argnums: [0, 1], hasAux: true })(a, b);
      expect(await ga.tolist()).toEqual([30, 40]);
      expect(await gb.w.tolist()).toEqual([10, 20]);
      expect(gb.n).toBe(10);
      expect(await aux.a.tolist()).toEqual([2, 4]);
      const [g, [value]] = func.gradAndValue(f, { argnums: 1, hasAux: true })(a, b);
      expect([await g.w.tolist(), await value.item()]).toEqual([[10, 20], 110]);
      for (const t of [ga, gb.w, aux.a, g.w, value]) expect(t.requiresGrad).toBe(false);
    });

    test('inDims and outDims', async () => {
      const x = randn(2, 3);
      const w = randn(4, 3);
      const dot = (a: Tensor, b: Tensor): Tensor => b.matmul(a);
      await same(func.vmap(dot, { inDims: [0, null] })(x, w), x.matmul(w.t()));
      await same(func.vmap(dot, { inDims: [1, null], outDims: 1 })(x.t(), w), w.matmul(x.t()));
      const named = func.vmap(({ a, b }: { a: Tensor; b: Tensor }) => [a.mul(b), b], {
        inDims: [{ a: 0, b: null }],
        outDims: [0, 1],
      })({ a: x, b: w.select(0, 0) });
      expect(named.map((t) => t.shape)).toEqual([[2, 3], [3, 2]]); // prettier-ignore
    });

    test('a linearised function is called again and again; vjp too', async () => {
      const x = tensor([1, 2]);
      const [y, push] = func.linearize((a: Tensor) => a.mul(a), x);
      expect(await y.tolist()).toEqual([1, 4]);
      expect(await push(tensor([1, 0])).tolist()).toEqual([2, 0]);
      expect(await push(tensor([1, 1])).tolist()).toEqual([2, 4]);
      const [, pull] = func.vjp((a: Tensor) => ({ square: a.mul(a), sum: a.sum() }), x);
      const cotangents = { square: tensor([1, 1]), sum: tensor(10) };
      expect(await pull(cotangents)[0].tolist()).toEqual([12, 14]);
      expect(await pull(cotangents)[0].tolist()).toEqual([12, 14]);
    });

    test('an input without a part gets zeros; a function without any', async () => {
      const f = (a: Tensor, _b: Tensor): Tensor => a.sum();
      const [, gb] = func.grad(f, { argnums: [0, 1] })(ones(2), ones(3));
      expect(await gb.tolist()).toEqual([0, 0, 0]);
      expect(await func.grad((_: Tensor) => tensor(1))(ones(2)).tolist()).toEqual([0, 0]); // prettier-ignore
      expect(await func.jvp((a: Tensor) => a.gt(0), [ones(2)], [ones(2)])[1].tolist()).toEqual([
        false,
        false,
      ]);
    });

    test('zero examples, and functions that depend on no example', async () => {
      expect(func.vmap((x: Tensor) => x.sum())(zeros(0, 3)).shape).toEqual([0]);
      expect(func.vmap(func.grad(cube))(zeros(0, 3)).shape).toEqual([0, 3]);
      const c = randn(2);
      await same(func.vmap((_: Tensor) => c)(ones(3)), stack([c, c, c])); // prettier-ignore
    });
  });

  describe('beside the tape', () => {
    test('what a function closes over keeps its gradient', async () => {
      const w = tensor([3, 4], { requiresGrad: true });
      const x = tensor([1, 2]);
      const g = func.grad((a: Tensor) => a.mul(a).mul(w).sum())(x);
      expect(g.requiresGrad).toBe(true);
      g.sum().backward();
      expect(await w.grad?.tolist()).toEqual([2, 4]);
      const free = noGrad(() => func.grad((a: Tensor) => a.mul(w).sum())(x));
      expect(free.requiresGrad).toBe(false);
      expect(await free.tolist()).toEqual([3, 4]);
    });

    test('an input on the tape: the gradient of the gradient flows on', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      func.grad(cube)(x).sum().backward();
      expect(await x.grad?.tolist()).toEqual([6, 12]);
      x.zeroGrad();
      func.vmap((a: Tensor) => a.mul(a))(x).sum().backward(); // prettier-ignore
      expect(await x.grad?.tolist()).toEqual([2, 4]);
    });

    test('functionalCall leaves the module as it was, even when that throws', async () => {
      const model = new nn.Linear(2, 1, { bias: false });
      const before_ = await model.weight.tolist();
      const w = { weight: tensor([[10, 1]]) };
      expect(await func.functionalCall(model, w, tensor([[1, 2]])).tolist()).toEqual([[12]]);
      expect(() => func.functionalCall(model, w, ones(1, 3))).toThrow();
      expect(await model.weight.tolist()).toEqual(before_);
      expect(model.weight).toBeInstanceOf(Parameter);
      expect(thrown(() => func.functionalCall(model, { wait: ones(1) }, ones(1, 2)))).toMatch(
        /weight.*wait/s,
      );
      expect(thrown(() => func.functionalCall(model, { weight: ones(3) }, ones(1, 2)))).toMatch(/ShapeError/);
    });

    test('random numbers in vmap: refused, the same, or different', async () => {
      const noisy = (x: Tensor): Tensor => x.add(rand(4));
      const x = zeros(3, 4);
      expect(thrown(() => func.vmap(noisy)(x))).toMatch(/ValueError.*random.*different/s);
      const equal = (await func.vmap(noisy, { randomness: 'same' })(x).tolist()) as number[][];
      expect(equal[1]).toEqual(equal[0]);
      const own = (await func.vmap(noisy, { randomness: 'different' })(x).tolist()) as number[][];
      expect(new Set(own.flat()).size).toBe(12);
    });
  });

  describe('what is refused', () => {
    test.each<[string, () => unknown, RegExp]>([
      ['a result that is not one number', () => func.grad((x: Tensor) => x)(ones(2)), /one number.*\[2\].*jacrev/s],
      ['an async function', () => func.grad((async () => Promise.resolve(ones(1))) as never)(ones(2)), /async.*promise/s],
      ['integers', () => func.grad((x: Tensor) => x.sum())(tensor([1], { dtype: 'i32' })), /only floats.*i32/s],
      ['an argument that is not there', () => func.grad(cube, { argnums: 3 as 0 })(ones(2)), /no argument 3/],
      ['a cotangent of another shape', () => func.vjp(cube, ones(2))[1](ones(2)), /cotangents of another shape/],
      ['tangents of another number', () => func.jvp(cube, [ones(2)], [] as never), /tangents of another number/],
      ['different numbers of examples', () => func.vmap((a: Tensor, b: Tensor) => a.add(b))(ones(2), ones(3)), /different numbers of examples.*2.*3/s],
      ['no examples at all', () => func.vmap(cube, { inDims: null })(ones(2)), /no input has a batch dimension/],
      ['a number as many examples', () => func.vmap(cube)(tensor(1)), /a number has no batch dimension/],
      ['inDims built otherwise', () => func.vmap(cube, { inDims: [0, 0] })(ones(2)), /inDims is not built/],
      ['outDims of another number', () => func.vmap(cube, { outDims: [0, 0] })(ones(2, 2)), /outDims/],
      ['a function that returns no tensor', () => func.vmap((_: Tensor) => 5)(ones(2)), /returned no tensor/],
    ])('%s', (_, call, message) => {
      expect(thrown(call)).toMatch(message);
    }); // prettier-ignore

    test('reading an example inside vmap', async () => {
      let inner: Tensor | null = null;
      func.vmap((x: Tensor) => {
        inner = x;
        return x.clone();
      })(ones(2, 2));
      await expect((inner as unknown as Tensor).tolist()).rejects.toThrow(/inside vmap/);
      // What was recorded meanwhile is in nobody's way.
      expect(await ones(2).sum().item()).toBe(2);
    });
  });
}
