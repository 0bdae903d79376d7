/** Functions with gradients of the user's own, checkpointing, and what a gradient reads; on any backend. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Tensor,
  autograd,
  func,
  manualSeed,
  noGrad,
  ones,
  rand,
  randn,
  tensor,
  utils,
} from '../../src/index.ts';
import { assertClose } from '../support/compare.ts';
import { gradOf, present, thrown } from './support.ts';

type Context = autograd.FunctionContext;

class Square extends autograd.Function {
  static override forward(ctx: Context, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.mul(x);
  }
  static override backward(ctx: Context, g: Tensor): Tensor {
    const [x] = ctx.savedTensors;
    return g.mul(x).mul(2);
  }
}

/** Saves its result and something between, and takes a number. */
class ScaledExp extends autograd.Function {
  static override forward(ctx: Context, x: Tensor, scale: number): Tensor {
    const y = x.exp();
    const result = y.mul(scale);
    ctx.saveForBackward(y, result);
    ctx['scale'] = scale;
    return result;
  }
  static override backward(ctx: Context, g: Tensor): [Tensor, null] {
    const [y, result] = ctx.savedTensors;
    // Half from each: both must be right, and only the result is on the tape.
    return [
      g
        .mul(result)
        .mul(0.5)
        .add(g.mul(y).mul(0.5 * (ctx['scale'] as number))),
      null,
    ];
  }
}

/** Two results, each saved; the second also as a whole number. */
class SinCos extends autograd.Function {
  static override forward(ctx: Context, x: Tensor): [Tensor, Tensor, Tensor] {
    const [s, c] = [x.sin(), x.cos()];
    const sign = s.sign();
    ctx.saveForBackward(s, c);
    ctx.markNonDifferentiable(sign);
    return [s, c, sign];
  }
  static override backward(ctx: Context, gs: Tensor, gc: Tensor): Tensor {
    const [s, c] = ctx.savedTensors;
    return gs.mul(c).sub(gc.mul(s));
  }
}

class Wrong extends autograd.Function {
  static override forward(_ctx: Context, x: Tensor, _n: number): Tensor {
    return x.mul(2);
  }
  static override backward(_ctx: Context, g: Tensor): (Tensor | null)[] {
    return g.ndim === 1 ? [g] : [g.sum(), null];
  }
}

async function same(actual: Tensor, expected: Tensor): Promise<void> {
  const numbers = { shape: expected.shape, data: await expected.data() };
  const tolerance = { rtol: 1e-5, atol: 1e-6 };
  assertClose('tensor', { shape: actual.shape, data: await actual.data() }, numbers, tolerance);
}

const slope = (y: Tensor, x: Tensor, createGraph = false): Tensor =>
  present(autograd.grad(y, x, { createGraph })[0]);

export function customSuite(before: () => Promise<unknown>): void {
  beforeEach(async () => {
    await before();
    manualSeed(3);
  });

  describe('autograd.Function', () => {
    test('value, gradient, name on the tape, and higher derivatives', async () => {
      const x = tensor([1, -3], { requiresGrad: true });
      const y = Square.apply(x);
      expect([y.requiresGrad, y.gradFn?.name]).toEqual([true, 'SquareBackward']);
      expect(y.gradFn?.nextFunctions[0][0]?.name).toBe('AccumulateGrad');
      y.sum().backward(null, { retainGraph: true });
      expect(await gradOf(x).tolist()).toEqual([2, -6]);
      const first = slope(Square.apply(Square.apply(x)).sum(), x, true);
      const second = slope(first.sum(), x, true);
      const third = slope(second.sum(), x);
      expect(await first.tolist()).toEqual([4, -108]);
      expect(await second.tolist()).toEqual([12, 108]);
      expect(await third.tolist()).toEqual([24, -72]);
    });

    test('results and inner tensors saved, other arguments, numbers on the context', async () => {
      const x = tensor([0.5, -1], { requiresGrad: true });
      await same(slope(ScaledExp.apply(x, 3).sum(), x), x.detach().exp().mul(3));
    });

    test('several results, one without a gradient, differentiated twice', async () => {
      const x = randn(4, { requiresGrad: true });
      const [s, c, sign] = SinCos.apply(x);
      expect([s.requiresGrad, c.requiresGrad, sign.requiresGrad]).toEqual([true, true, false]);
      const first = slope(s.mul(2).add(c.mul(c)).sum(), x, true);
      const d = x.detach();
      await same(first, d.cos().mul(2).sub(d.sin().mul(d.cos()).mul(2)));
      await same(slope(first.sum(), x), d.sin().mul(-2).sub(d.mul(2).cos().mul(2)));
    });

    test('off the tape it is its forward', async () => {
      const x = tensor([2], { requiresGrad: true });
      expect(noGrad(() => Square.apply(x)).requiresGrad).toBe(false);
      expect(Square.apply(tensor([2])).requiresGrad).toBe(false);
      expect(await Square.apply(tensor([2])).tolist()).toEqual([4]);
    });

    test('inside grad, vmap and Hessians', async () => {
      const x = randn(3, 2);
      const f = (row: Tensor): Tensor => Square.apply(row).mul(ScaledExp.apply(row, 2)).sum();
      const plain = (row: Tensor): Tensor => row.mul(row).mul(row.exp().mul(2)).sum();
      await same(func.vmap(func.grad(f))(x), func.vmap(func.grad(plain))(x));
      await same(func.grad((at: Tensor) => func.vmap(f)(at).sum())(x), func.vmap(func.grad(plain))(x));
      const [s, c] = SinCos.apply(x);
      expect(s.shape).toEqual(c.shape);
      const g = (row: Tensor): Tensor => SinCos.apply(row)[0].mul(SinCos.apply(row)[1]).sum();
      await same(func.vmap(func.hessian(g))(x).select(0, 1), func.hessian(g)(x.select(0, 1)));
      const direct = (row: Tensor): Tensor => row.sin().mul(row.cos()).sum();
      await same(func.hessian(g)(x.select(0, 1)), func.hessian(direct)(x.select(0, 1)));
    });

    test('a backward with too few gradients, or of another shape, is refused', () => {
      const x = tensor([1, 2], { requiresGrad: true });
      expect(thrown(() => slope(Wrong.apply(x, 1).sum(), x))).toMatch(
        /Wrong.backward: not one gradient.*2.*1/s,
      );
      const m = ones(2, 2, { requiresGrad: true });
      expect(thrown(() => slope(Wrong.apply(m, 1).sum(), m))).toMatch(
        /ShapeError: Wrong.backward.*\[2, 2\]/s,
      );
      class Empty extends autograd.Function {}
      expect(thrown(() => Empty.apply(x as never))).toMatch(/Empty: the class has no forward/);
    });
  });

  describe('checkpoint', () => {
    const w = (): Tensor => randn(3, 3, { requiresGrad: true });
    const block = (weight: Tensor) => (x: Tensor) => x.matmul(weight).tanh().matmul(weight).sigmoid();

    test('values, gradients of arguments and of what is closed over, and higher derivatives', async () => {
      const [a, b] = [w(), w()];
      const x = randn(2, 3, { requiresGrad: true });
      const plain = block(b)(block(a)(x)).square().sum();
      const saving = utils
        .checkpoint(block(b), utils.checkpoint(block(a), x))
        .square()
        .sum();
      await same(saving, plain);
      const expected = autograd.grad(plain, [x, a, b], { createGraph: true }).map(present);
      const actual = autograd.grad(saving, [x, a, b], { createGraph: true }).map(present);
      for (const [k, g] of actual.entries()) await same(g, expected[k]);
      const norm = (list: readonly Tensor[]): Tensor =>
        list.map((g) => g.square().sum()).reduce((p, q) => p.add(q));
      await same(slope(norm(actual), a), slope(norm(expected), a));
    });

    test('an argument made from another one that is used too', async () => {
      const a = randn(3, { requiresGrad: true });
      const f = (p: Tensor, q: Tensor): Tensor => p.mul(q).mul(a).exp();
      const b = a.sin();
      const plain = slope(f(a, b).sum(), a);
      await same(slope(utils.checkpoint(f, a, a.sin()).sum(), a), plain);
    });

    test('random numbers are the same the second time; several results; results off the tape', async () => {
      const x = randn(5, { requiresGrad: true });
      const [kept, mask] = utils.checkpoint((t: Tensor) => {
        const drop = rand(5).gt(0.5).to('f32');
        return [t.exp().mul(drop), drop] as const;
      }, x);
      expect(mask.requiresGrad).toBe(false);
      await same(slope(kept.sum(), x), x.detach().exp().mul(mask));
      expect(utils.checkpoint((t: Tensor) => t.exp(), tensor([1])).requiresGrad).toBe(false);
      expect(await utils.checkpoint((t: Tensor) => t, x).tolist()).toEqual(await x.tolist());
      expect(thrown(() => utils.checkpoint((() => 3) as never))).toMatch(/must return a tensor.*number/s);
    });

    test('inside vmap and grad', async () => {
      const a = w().detach();
      const x = randn(4, 3);
      const saving = (row: Tensor): Tensor => utils.checkpoint(block(a), row).sum();
      const plain = (row: Tensor): Tensor => block(a)(row).sum();
      await same(func.vmap(func.grad(saving))(x), func.vmap(func.grad(plain))(x));
      await same(func.vmap(func.hessian(saving))(x), func.vmap(func.hessian(plain))(x));
    });
  });

  describe('saved', () => {
    const names = (t: Tensor): string[] => autograd.saved(t).map((s) => s.name);

    test('names what the gradient of a step reads', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      const data = tensor([3, 4]);
      expect(names(x.mul(data))).toEqual(['input 1']);
      expect(names(x.mul(x.exp()))).toEqual(['input 0', 'input 1']);
      expect(names(x.exp())).toEqual(['result']);
      expect(names(x.add(data))).toEqual([]);
      expect(names(x.sum())).toEqual([]);
      expect(names(Square.apply(x))).toEqual(['input 0']);
      const [one] = autograd.saved(x.mul(data));
      expect(await one.tensor.tolist()).toEqual([3, 4]);
      expect(one.tensor.requiresGrad).toBe(false);
      expect(thrown(() => autograd.saved(x))).toMatch(/no operation made this tensor/);
    });
  });
}
