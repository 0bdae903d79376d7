// Optimisers step by step against their definitions, computed here in double precision; and what they refuse.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ShapeError, ValueError } from '../../src/core/errors.ts';
import { init, memory, nn, ones, optim, tensor } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';
import torch from './fixtures/steps.json' with { type: 'json' };

beforeAll(async () => {
  await init({ device: 'cpu' });
});

const { start, curve, slope } = torch;
/** The gradient of Σ (curve·x² + slope·x): it changes with x, so an error in a step shows in all that follow. */
const gradient = (x: readonly number[]): number[] => x.map((v, i) => 2 * curve[i] * v + slope[i]);
const loss = (x: Tensor): Tensor =>
  x
    .mul(x)
    .mul(tensor(curve))
    .add(x.mul(tensor(slope)))
    .sum();

/** A rule in double precision: keeps its own memory, takes x and its gradient to the next x. */
type Rule = (x: readonly number[], g: readonly number[], t: number) => number[];

function sgd(o: { lr: number } & Partial<optim.SGDOptions>): Rule {
  const { lr, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false, maximize = false } = o;
  const buffer: number[] = [];
  return (x, gradients, t) =>
    x.map((v, i) => {
      const g = (maximize ? -gradients[i] : gradients[i]) + weightDecay * v;
      buffer[i] = t === 1 ? g : momentum * buffer[i] + (1 - dampening) * g;
      if (momentum === 0) return v - lr * g;
      return v - lr * (nesterov ? g + momentum * buffer[i] : buffer[i]);
    });
}

function adam(o: Partial<optim.AdamOptions>, decoupled: boolean): Rule {
  const { lr = 1e-3, betas: [b1, b2] = [0.9, 0.999], eps = 1e-8, amsgrad = false, maximize = false } = o;
  const weightDecay = o.weightDecay ?? (decoupled ? 0.01 : 0);
  const m = start.map(() => 0);
  const v = start.map(() => 0);
  const most = start.map(() => 0);
  return (x, gradients, t) =>
    x.map((value, i) => {
      let p = value;
      let g = maximize ? -gradients[i] : gradients[i];
      if (decoupled) p *= 1 - lr * weightDecay;
      else g += weightDecay * p;
      m[i] = b1 * m[i] + (1 - b1) * g;
      v[i] = b2 * v[i] + (1 - b2) * g * g;
      most[i] = Math.max(most[i], v[i]);
      const denominator = Math.sqrt(amsgrad ? most[i] : v[i]) / Math.sqrt(1 - b2 ** t) + eps;
      return p - ((lr / (1 - b1 ** t)) * m[i]) / denominator;
    });
}

type Maker = (p: Tensor) => optim.Optimizer<object>;

/** Makes steps from `start` and compares the parameter with `path` after each. */
async function follow(make: Maker, path: readonly (readonly number[])[]): Promise<void> {
  const p = new nn.Parameter(tensor(start));
  const optimizer = make(p);
  for (const [t, expected] of path.entries()) {
    optimizer.zeroGrad();
    loss(p).backward();
    optimizer.step();
    [...(await p.data())].forEach((value, i) => {
      // 1e-5 is a hundred roundings of f32; the options differ in their effect by far more.
      const error = Math.abs(value - expected[i]) / Math.max(1, Math.abs(expected[i]));
      if (!(error <= 1e-5)) expect({ t, i, value }).toEqual({ t, i, value: expected[i] });
    });
  }
}

function pathOf(rule: Rule, steps: number): number[][] {
  let x: number[] = start.map(Math.fround);
  return Array.from({ length: steps }, (_, t) => (x = rule(x, gradient(x), t + 1)));
}

const makers = {
  SGD: (p: Tensor[], options: object) => new optim.SGD(p, options as { lr: number }),
  Adam: (p: Tensor[], options: object) => new optim.Adam(p, options),
  AdamW: (p: Tensor[], options: object) => new optim.AdamW(p, options),
};

describe('steps', () => {
  const cases = torch.cases.map((c) => [c.optimizer as keyof typeof makers, c.options, c.path] as const);

  test.each(cases)("PyTorch's %s %j", async (name, options, path) => {
    await follow((p) => makers[name]([p], options), path);
  });

  test.each(cases)('%s %j by its definition', async (name, options, path) => {
    const rule = (): Rule =>
      name === 'SGD' ? sgd(options as { lr: number }) : adam(options as object, name === 'AdamW');
    // The definition written above is itself held against PyTorch's numbers.
    pathOf(rule(), path.length).forEach((x, t) => {
      x.forEach((value, i) => {
        expect(Math.abs(value - path[t][i])).toBeLessThan(1e-6);
      });
    });
    await follow((p) => makers[name]([p], options), pathOf(rule(), path.length));
  });

  test('SGD with any options', async () => {
    const share = fc.double({ min: 0, max: 0.95, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
        share,
        share,
        share,
        fc.boolean(),
        async (lr, momentum, dampening, weightDecay, wantsNesterov) => {
          const nesterov = wantsNesterov && momentum > 0;
          const options = { lr, momentum, dampening: nesterov ? 0 : dampening, weightDecay, nesterov };
          await follow((p) => new optim.SGD([p], options), pathOf(sgd(options), 8));
        },
      ),
      { numRuns: 30, seed: 5 },
    );
  });

  test('a learning rate that changes takes effect at the next step', async () => {
    const p = tensor([1], { requiresGrad: true });
    const optimizer = new optim.SGD([p], { lr: 1 });
    for (const [lr, expected] of [
      [1, 0],
      [0.5, -0.5],
      [0, -0.5],
    ]) {
      optimizer.paramGroups[0].lr = lr;
      optimizer.zeroGrad();
      p.sum().backward();
      optimizer.step();
      expect(await p.item()).toBe(expected);
    }
    optimizer.paramGroups[0].lr = NaN;
    expect(() => optimizer.step()).toThrow(ValueError);
  });

  test('groups have options of their own', async () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = new optim.SGD([{ params: [a] }, { params: [b], lr: 0.5 }], { lr: 0.25 });
    a.add(b).sum().backward();
    optimizer.step();
    expect([await a.item(), await b.item()]).toEqual([0.75, 0.5]);
    expect(optimizer.toString()).toMatchInlineSnapshot(`
      "SGD (
        group 0: momentum=0, dampening=0, weightDecay=0, nesterov=false, maximize=false, lr=0.25
        group 1: momentum=0, dampening=0, weightDecay=0, nesterov=false, maximize=false, lr=0.5
      )"
    `);
  });

  test('parameters without a gradient stay, and their counts too', async () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    const optimizer = new optim.Adam([a, b], { lr: 0.1 });
    a.sum().backward();
    optimizer.step();
    expect(await b.item()).toBe(1);
    expect(optimizer.state.has(b)).toBe(false);
    optimizer.zeroGrad();
    b.sum().backward();
    optimizer.step();
    // The first step of b, corrected as a first step.
    expect(await b.item()).toBeCloseTo(0.9, 6);
    expect(await a.item()).toBeCloseTo(0.9, 6);
  });

  test('a step has no history, and parameters stay leaves', () => {
    const p = new nn.Parameter(ones([2]));
    const optimizer = new optim.SGD([p], { lr: 0.1, momentum: 0.9 });
    for (let i = 0; i < 3; i++) {
      optimizer.zero_grad();
      p.square().sum().backward();
      optimizer.step();
      expect([p.isLeaf, p.requiresGrad, p.gradFn]).toEqual([true, true, null]);
    }
  });

  test('a closure is run with gradients on, and its loss returned', async () => {
    const p = tensor([2], { requiresGrad: true });
    const optimizer = new optim.SGD([p], { lr: 0.5 });
    const value = optimizer.step(() => {
      optimizer.zeroGrad();
      const l = p.mul(p).sum();
      l.backward();
      return l;
    });
    expect(await value.item()).toBe(4);
    expect(await p.item()).toBe(0);
  });

  test('what was computed before a step keeps its value after it', async () => {
    const p = tensor([2], { requiresGrad: true });
    const optimizer = new optim.SGD([p], { lr: 0.5 });
    const output = p.mul(3);
    output.sum().backward();
    optimizer.step();
    expect(await output.item()).toBe(6);
    expect(await p.item()).toBe(0.5);
  });
});

describe('state', () => {
  const kinds: [string, (p: Tensor[]) => optim.Optimizer<object>][] = [
    ['SGD', (p) => new optim.SGD(p, { lr: 0.05, momentum: 0.9 })],
    ['Adam', (p) => new optim.Adam(p, { lr: 0.05, amsgrad: true })],
    ['AdamW', (p) => new optim.AdamW(p, { lr: 0.05 })],
  ];

  const run = (p: Tensor, optimizer: optim.Optimizer<object>, steps: number): void => {
    for (let i = 0; i < steps; i++) {
      optimizer.zeroGrad();
      loss(p).backward();
      optimizer.step();
    }
  };

  test.each(kinds)('%s goes on as if never interrupted', async (_name, make) => {
    const p = new nn.Parameter(tensor(start));
    const optimizer = make([p]);
    run(p, optimizer, 5);
    const saved = optimizer.stateDict();
    const values = tensor((await p.data()).slice());
    run(p, optimizer, 5);
    const q = new nn.Parameter(values);
    const second = make([q]);
    second.loadStateDict(saved);
    run(q, second, 5);
    expect(await q.data()).toEqual(await p.data());
    // The saved state is a snapshot: neither optimiser has changed it.
    const third = make([new nn.Parameter(values)]);
    third.loadStateDict(saved);
    run(third.paramGroups[0].params[0], third, 5);
    expect(await third.paramGroups[0].params[0].data()).toEqual(await p.data());
  });

  test.each(kinds)('%s holds a flat number of bytes over many steps', (_name, make) => {
    const p = new nn.Parameter(ones([1000]));
    const optimizer = make([p]);
    const steps = (count: number): void => {
      for (let i = 0; i < count; i++) {
        optimizer.zeroGrad();
        p.square().sum().backward();
        optimizer.step();
      }
    };
    steps(5);
    const before = memory().bytes;
    steps(100);
    // Nothing is awaited, so nothing can have been collected: only the losses, 4 bytes each, are still held.
    expect(memory().bytes - before).toBeLessThanOrEqual(4 * 100);
  });

  test('is numbered through the groups, with the options of each', async () => {
    const [a, b, c] = [1, 2, 3].map((n) => tensor([n], { requiresGrad: true }));
    const optimizer = new optim.SGD([{ params: [a, b] }, { params: [c], lr: 0.5 }], {
      lr: 0.1,
      momentum: 0.9,
    });
    b.add(c.mul(2)).sum().backward();
    optimizer.step();
    const { state, paramGroups } = optimizer.stateDict();
    expect(paramGroups.map((g) => [g.params, g.lr])).toEqual([
      [[0, 1], 0.1],
      [[2], 0.5],
    ]);
    expect([...state.keys()]).toEqual([1, 2]);
    expect(await (state.get(2)?.['momentumBuffer'] as Tensor).item()).toBe(2);
  });

  test('of other groups or shapes is refused', () => {
    const make = (n: number, size = 1): optim.SGD =>
      new optim.SGD(
        Array.from({ length: n }, () => ones([size], { requiresGrad: true })),
        { lr: 0.1, momentum: 0.9 },
      );
    const one = make(1);
    one.paramGroups[0].params[0].sum().backward();
    one.step();
    expect(() => make(2).loadStateDict(one.stateDict())).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: the state does not fit this SGD
        expected  groups of 2 parameters
        got       groups of 1
        fix       make the optimiser with the same groups as the saved one]
    `);
    expect(() => make(1, 3).loadStateDict(one.stateDict())).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: the state of an optimiser does not fit its parameter
        where     momentumBuffer of parameter 0
        expected  [3]
        got       [1]]
    `);
    expect(() => make(1, 3).loadStateDict(one.stateDict())).toThrow(ShapeError);
  });
});

describe('what is refused', () => {
  const p = (): Tensor[] => [ones([1], { requiresGrad: true })];

  test('options', () => {
    for (const lr of [-1, NaN, Infinity]) expect(() => new optim.SGD(p(), { lr })).toThrow(ValueError);
    for (const options of [
      { lr: 1, momentum: -0.1 },
      { lr: 1, weightDecay: -1 },
      { lr: 1, dampening: NaN },
      { lr: 1, nesterov: true },
      { lr: 1, nesterov: true, momentum: 0.9, dampening: 0.1 },
    ]) {
      expect(() => new optim.SGD(p(), options)).toThrow(ValueError);
    }
    for (const options of [
      { lr: -1 },
      { betas: [1, 0.9] },
      { betas: [0.9, 1] },
      { betas: [-0.1, 0.9] },
      { eps: -1 },
      { weightDecay: NaN },
    ] as Partial<optim.AdamOptions>[]) {
      expect(() => new optim.Adam(p(), options)).toThrow(ValueError);
      expect(() => new optim.AdamW(p(), options)).toThrow(ValueError);
    }
    expect(() => new optim.SGD(p(), { lr: -1 })).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: SGD: lr is not valid
        expected  a finite number, 0 or more
        got       -1]
    `);
    expect(() => new optim.Adam(p(), { betas: [0.9, 1] })).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: Adam: betas[1] is not valid
        expected  0 or more, below 1
        got       1]
    `);
  });

  test('parameters', () => {
    const [leaf] = p();
    const bad: [unknown, string][] = [
      [[], 'no parameters'],
      [[leaf.mul(2)], 'computed from others'],
      [[ones([1])], 'requires no gradient'],
      [[leaf, leaf], 'given twice'],
      [[{ params: [leaf] }, { params: [leaf] }], 'given twice'],
      [[leaf, { params: p() }], 'cannot be mixed'],
      [[3], 'takes tensors'],
    ];
    for (const [params, text] of bad)
      expect(() => new optim.SGD(params as Tensor[], { lr: 1 })).toThrow(text);
    expect(() => new optim.SGD([leaf.mul(2)], { lr: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: this tensor cannot be optimised: it was computed from others
        where     group 0, parameter 0
        expected  a leaf: a parameter, or a tensor made with { requiresGrad: true }
        got       shape [1] of MulBackward0
        fix       optimise what it was computed from, or call detach().requiresGrad_()]
    `);
    expect(() => new optim.SGD([], { lr: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: SGD was given no parameters
        expected  tensors that require a gradient, or groups { params, ...options }
        fix       pass model.parameters(), and check that the model has some]
    `);
  });
});
