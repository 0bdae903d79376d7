/** The tape read backwards, on any backend: its shape, its length, accumulation, options, and PyTorch's errors. */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Tensor, init, manualSeed, ones, randn, tensor } from '../../src/index.ts';
import { gradient, thrown } from './support.ts';

/** A chain of `count` cheap steps whose derivative is 1: add, multiply and transpose in turn. */
function chain(x: Tensor, count: number): Tensor {
  let y = x;
  for (let i = 0; i < count; i++) y = i % 3 === 0 ? y.add(1) : i % 3 === 1 ? y.mul(-1) : y.T;
  return y;
}

export function tapeSuite(device: 'cpu' | 'webgpu', chainLength: number): void {
  beforeAll(() => init({ device }));
  beforeEach(() => manualSeed(1));

  describe('a graph read backwards', () => {
    test('the worked example: 4.5 everywhere', async () => {
      const x = ones([2, 2], { requiresGrad: true });
      const y = x.add(2);
      const out = y.mul(y).mul(3).mean();
      out.backward();
      expect(await out.item()).toBe(27);
      expect(await gradient(x)).toEqual([
        [4.5, 4.5],
        [4.5, 4.5],
      ]);
    });

    test('gradients meet where paths meet', async () => {
      const a = tensor([2], { requiresGrad: true });
      const b = tensor([3], { requiresGrad: true });
      const c = a.mul(b);
      const d = c.add(a).mul(c);
      d.sum().backward();
      // d = (ab + a)·ab: ∂a = 2ab² + 2ab, ∂b = 2a²b + a²
      expect(await gradient(a)).toEqual([48]);
      expect(await gradient(b)).toEqual([28]);
    });

    test('an operand used twice in one operation counts twice', async () => {
      const x = tensor([3], { requiresGrad: true });
      x.mul(x).sum().backward();
      expect(await gradient(x)).toEqual([6]);
    });

    test(`${chainLength} operations in a row do not overflow the stack`, async () => {
      const x = tensor([[1, 2]], { requiresGrad: true });
      const y = chain(x, chainLength);
      y.sum().backward();
      const sign = Math.floor((chainLength + 1) / 3) % 2 === 0 ? 1 : -1;
      expect(await gradient(x)).toEqual([[sign, sign]]);
    }, 60_000);

    test('nor do views of views of views', async () => {
      const x = tensor([[1, 2]], { requiresGrad: true });
      let y: Tensor = x;
      for (let i = 0; i < 1000; i++) y = i % 2 === 0 ? y.T : y.reshape(1, 2);
      y.mul(tensor([[3, 4]]))
        .sum()
        .backward();
      expect(await y.tolist()).toEqual([[1, 2]]);
      expect(await gradient(x)).toEqual([[3, 4]]);
    });

    test('a graph of 2^60 paths takes linear time', async () => {
      const x = tensor([1], { requiresGrad: true });
      let y: Tensor = x;
      for (let i = 0; i < 60; i++) y = y.add(y);
      y.sum().backward();
      expect(await gradient(x)).toEqual([2 ** 60]);
      expect(await y.tolist()).toEqual([2 ** 60]);
    });

    test('so does one whose paths go through views and products', async () => {
      const x = tensor(
        [
          [0.5, 0.25],
          [0.125, 1],
        ],
        { requiresGrad: true },
      );
      let y: Tensor = x;
      for (let i = 0; i < 40; i++) y = y.add(y.T).mul(0.5);
      let z: Tensor = x;
      for (let i = 0; i < 40; i++) z = z.matmul(z).add(z).mul(0.5).tanh();
      y.add(z).sum().backward();
      const g = (await gradient(x)) as number[][];
      expect(g.flat().every(Number.isFinite)).toBe(true);
    });
  });

  describe('.grad', () => {
    test('adds up over calls of backward until it is zeroed', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      for (let i = 0; i < 3; i++) x.mul(x).sum().backward();
      expect(await gradient(x)).toEqual([6, 12]);
      x.zeroGrad();
      expect(x.grad).toBeNull();
      x.sum().backward();
      expect(await gradient(x)).toEqual([1, 1]);
    });

    test('is off the tape, unless the graph is kept for more', () => {
      const x = tensor([1, 2], { requiresGrad: true });
      x.mul(x).sum().backward();
      expect(x.grad?.requiresGrad).toBe(false);
      x.zeroGrad();
      x.mul(x).sum().backward(null, { createGraph: true });
      expect(x.grad?.requiresGrad).toBe(true);
    });

    test('stays null where nothing led to it', () => {
      const x = tensor([1], { requiresGrad: true });
      const unused = tensor([1], { requiresGrad: true });
      x.mul(2).sum().backward();
      expect(unused.grad).toBeNull();
    });

    test('has the shape of its tensor when that was broadcast', async () => {
      const x = ones([2, 3], { requiresGrad: true });
      const row = ones([3], { requiresGrad: true });
      const column = ones([2, 1], { requiresGrad: true });
      const one = tensor(1, { requiresGrad: true });
      x.add(row).add(column).add(one).sum().backward();
      expect([x, row, column, one].map((t) => t.grad?.shape)).toEqual([[2, 3], [3], [2, 1], []]);
      expect(await gradient(row)).toEqual([2, 2, 2]);
      expect(await gradient(column)).toEqual([[3], [3]]);
      expect(await gradient(one)).toBe(6);
    });

    test('of an inner tensor is gathered where retainGrad() asks for it', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      const inner = x.mul(3);
      const other = x.mul(5);
      inner.retainGrad();
      inner.mul(inner).add(other).sum().backward();
      expect(await gradient(inner)).toEqual([6, 12]);
      expect(other.grad).toBeNull();
      expect(await gradient(x)).toEqual([23, 41]);
    });

    test('of a leaf is not disturbed by retainGrad on it or on an alias', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      x.retainGrad();
      const alias = x.reshape(2);
      if (alias.isLeaf) alias.retainGrad();
      x.mul(2).sum().backward();
      expect(await gradient(x)).toEqual([2, 2]);
    });

    test('may be set by hand', async () => {
      const x = tensor([1, 2], { requiresGrad: true });
      x.grad = tensor([10, 10]);
      x.mul(x).sum().backward();
      expect(await gradient(x)).toEqual([12, 14]);
    });
  });

  describe('backward(gradient, options)', () => {
    test('takes the gradient of an output that is not one number', async () => {
      const x = tensor([1, 2, 3], { requiresGrad: true });
      x.mul(x).backward(tensor([1, 0.1, 0.01]));
      const [a, b, c] = (await gradient(x)) as number[];
      expect([a, b, c].map((v) => v.toFixed(4))).toEqual(['2.0000', '0.4000', '0.0600']);
    });

    test('retainGraph lets a second pass through', async () => {
      const x = tensor([3], { requiresGrad: true });
      const y = x.mul(x).sum();
      y.backward(null, { retainGraph: true });
      y.backward();
      expect(await gradient(x)).toEqual([12]);
      expect(thrown(() => y.backward())).toContain('has been freed');
    });

    test('inputs: only those are given a gradient, inner tensors too', async () => {
      const x = tensor([2], { requiresGrad: true });
      const w = tensor([5], { requiresGrad: true });
      const inner = x.mul(w);
      inner
        .mul(inner)
        .sum()
        .backward(null, { inputs: [w, inner] });
      expect(x.grad).toBeNull();
      expect(await gradient(w)).toEqual([40]);
      expect(await gradient(inner)).toEqual([20]);
    });

    test('inputs that cannot have a gradient are refused', () => {
      const x = tensor([2], { requiresGrad: true });
      const data = tensor([1]);
      expect(
        thrown(() =>
          x
            .mul(data)
            .sum()
            .backward(null, { inputs: [data] }),
        ),
      ).toMatch(/^AutogradError: .*requires no gradient/s);
      expect(thrown(() => x.mul(data).sum().backward(null, { inputs: [] }))).toMatch(/^ValueError: /);
    });

    test('a second loss through a shared part works with retainGraph', async () => {
      const x = randn([4, 3]);
      const w = randn([3, 2], { requiresGrad: true });
      const shared = x.matmul(w).tanh();
      shared.sum().backward(null, { retainGraph: true });
      const first = await gradient(w);
      w.zeroGrad();
      shared.mul(1).sum().backward();
      expect(await gradient(w)).toEqual(first);
    });
  });

  describe('what PyTorch refuses is refused', () => {
    test('a second pass through a freed graph, whether or not it was run or read', async () => {
      const x = tensor([2, 3], { requiresGrad: true });
      const y = x.mul(x).sum();
      y.backward();
      const message = /^AutogradError: backward through a graph that has been freed.*retainGraph: true/s;
      expect(thrown(() => y.backward())).toMatch(message);
      await y.item();
      expect(thrown(() => y.backward())).toMatch(message);
      expect(thrown(() => y.mul(2).backward())).toMatch(message);
      expect(y.isLeaf).toBe(false);
      expect(y.gradFn?.name).toBe('SumBackward0');
    });

    test('a second pass through operations that need nothing of the first one works, as in PyTorch', async () => {
      const x = tensor([2, 3], { requiresGrad: true });
      const y = x.add(1).sum();
      y.backward();
      y.backward();
      expect(await gradient(x)).toEqual([2, 2]);
    });

    test('an output that is not one number, without a gradient', () => {
      const y = tensor([1, 2], { requiresGrad: true }).mul(2);
      expect(thrown(() => y.backward())).toMatch(/^AutogradError: .*only for one number.*shape \[2\]/s);
    });

    test('a gradient of another shape', () => {
      const y = tensor([1, 2], { requiresGrad: true }).mul(2);
      expect(thrown(() => y.backward(tensor([1, 2, 3])))).toMatch(/^ShapeError: .*\[2\].*\[3\]/s);
    });

    test('an output that depends on nothing with a gradient', () => {
      expect(thrown(() => tensor([1]).mul(2).sum().backward())).toMatch(
        /^AutogradError: .*requires no gradient/s,
      );
      const w = tensor([1], { requiresGrad: true });
      expect(thrown(() => w.detach().sum().backward())).toMatch(/^AutogradError: /);
      expect(thrown(() => w.gt(0).to('f32').sum().backward())).toMatch(/^AutogradError: /);
    });

    test('a gradient of an integer tensor', () => {
      expect(thrown(() => tensor([1], { dtype: 'i32', requiresGrad: true }))).toMatch(
        /^DtypeError: .*f32.*i32/s,
      );
      expect(thrown(() => tensor([true]).requiresGrad_())).toMatch(/^DtypeError: .*f32.*bool/s);
    });

    test('an inner tensor that should stop requiring a gradient', () => {
      const y = tensor([1], { requiresGrad: true }).mul(2);
      expect(thrown(() => y.requiresGrad_(false))).toMatch(/^AutogradError: .*leaves.*detach/s);
    });
  });

  describe('the tape can be looked at', () => {
    test('leaves, requiresGrad and gradFn', () => {
      const data = tensor([1]);
      const w = tensor([1], { requiresGrad: true });
      const y = w.mul(data);
      expect([data, w, y].map((t) => [t.isLeaf, t.requiresGrad])).toEqual([
        [true, false],
        [true, true],
        [false, true],
      ]);
      expect(data.gradFn).toBeNull();
      expect(w.gradFn).toBeNull();
      expect(y.gradFn?.name).toBe('MulBackward0');
      expect(y.grad_fn?.name).toBe('MulBackward0');
      expect(y.toString()).toContain('gradFn=<MulBackward0>');
    });

    test('nextFunctions lead to the leaves', () => {
      const x = ones([2, 2], { requiresGrad: true });
      const out = x.add(2).mul(3).mean();
      const mean = out.gradFn;
      const [[mul]] = mean?.nextFunctions ?? [];
      const [[add], [three]] = mul?.nextFunctions ?? [];
      const [[leaf]] = add?.nextFunctions ?? [];
      expect([mean?.name, mul?.name, add?.name, leaf?.name]).toEqual([
        'MeanBackward0',
        'MulBackward0',
        'AddBackward0',
        'AccumulateGrad',
      ]);
      expect(three).toBeNull();
      expect(leaf?.variable).toBe(x);
    });

    test('operations are named as PyTorch names them', () => {
      const x = ones([2, 2], { requiresGrad: true });
      const names = {
        sub: x.sub(1),
        div: x.div(2),
        pow: x.pow(2),
        neg: x.neg(),
        exp: x.exp(),
        log: x.log(),
        sigmoid: x.sigmoid(),
        relu: x.relu(),
        tanh: x.tanh(),
        sum: x.sum(),
        view: x.reshape(4),
        permute: x.permute(1, 0),
        clone: x.clone(),
        softmax: x.softmax(1),
      };
      expect(Object.fromEntries(Object.entries(names).map(([name, t]) => [name, t.gradFn?.name]))).toEqual({
        sub: 'SubBackward0',
        div: 'DivBackward0',
        pow: 'PowBackward0',
        neg: 'NegBackward0',
        exp: 'ExpBackward0',
        log: 'LogBackward0',
        sigmoid: 'SigmoidBackward0',
        relu: 'ReluBackward0',
        tanh: 'TanhBackward0',
        sum: 'SumBackward0',
        view: 'ViewBackward0',
        permute: 'PermuteBackward0',
        clone: 'CloneBackward0',
        softmax: 'SoftmaxBackward0',
      });
    });
  });
}
