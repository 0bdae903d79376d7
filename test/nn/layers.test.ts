// Layers, losses and first values against their definitions, computed here in double precision.
import { beforeAll, describe, expect, test } from 'vitest';
import { DtypeError, ShapeError, ValueError } from '../../src/core/errors.ts';
import { init, manualSeed, nn, tensor, zeros } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

const F = nn.functional;

beforeAll(async () => {
  await init({ device: 'cpu' });
});

async function close(actual: Tensor, expected: readonly number[], tolerance = 2e-6): Promise<void> {
  const values = [...(await actual.data())];
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => {
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(expected[i])));
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('Linear', () => {
  test('is x Wᵀ + b for any number of dimensions before the last', async () => {
    const layer = new nn.Linear(2, 3);
    layer.loadStateDict({
      weight: tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      bias: tensor([0.5, 0, -0.5]),
    });
    await close(layer.call(tensor([[1, -1]])), [-0.5, -1, -1.5]);
    await close(layer.call(tensor([1, -1])), [-0.5, -1, -1.5]);
    const deep = layer.call(zeros([4, 5, 2]));
    expect(deep.shape).toEqual([4, 5, 3]);
    await close(F.linear(tensor([[1, -1]]), layer.weight), [-1, -1, -1]);
  });

  test('begins uniform in ±1/√in, the same for the same seed', async () => {
    manualSeed(7);
    const layer = new nn.Linear(400, 50);
    const bound = 1 / 20;
    for (const parameter of layer.parameters()) {
      const values = [...(await parameter.data())];
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...values)).toBeGreaterThan(0.9 * bound);
      expect(Math.min(...values)).toBeLessThan(-0.9 * bound);
    }
    const weights = [...(await layer.weight.data())];
    const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
    const variance = weights.reduce((a, b) => a + (b - mean) ** 2, 0) / weights.length;
    // 20,000 draws: the mean within four of its standard deviations, the variance within 3 %.
    expect(Math.abs(mean)).toBeLessThan((4 * bound) / Math.sqrt(3 * 20_000));
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1.5);
    manualSeed(7);
    const again = new nn.Linear(400, 50);
    expect(await again.weight.data()).toEqual(await layer.weight.data());
    expect(await again.bias?.data()).toEqual(await layer.bias?.data());
    expect(await new nn.Linear(400, 50).weight.data()).not.toEqual(await layer.weight.data());
  });

  test('refuses what is no size, and inputs of another width', () => {
    expect(() => new nn.Linear(-1, 2)).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: Linear: inFeatures is not a size
        expected  a whole number from 0
        got       -1]
    `);
    expect(() => new nn.Linear(1, 0.5)).toThrow(ValueError);
    expect(() => new nn.Linear(3, 2).call(zeros([5, 4]))).toThrow(ShapeError);
  });

  test('its gradients are those of the formula', async () => {
    const layer = new nn.Linear(2, 1);
    layer
      .call(
        tensor([
          [1, 2],
          [3, -4],
        ]),
      )
      .sum()
      .backward();
    await close(layer.weight.grad as Tensor, [4, -2]);
    await close(layer.bias?.grad as Tensor, [2]);
  });
});

describe('activations', () => {
  const points = [-25, -3, -0.5, 0, 0.25, 1, 4, 25];
  const erf = (x: number): number => {
    // Its power series, exact enough here for |x| ≤ 3; beyond, ±1.
    if (Math.abs(x) > 3) return Math.sign(x);
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  };
  const cubic = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
  const cases: readonly (readonly [nn.Module, (x: number) => number])[] = [
    [new nn.Sigmoid(), sigmoid],
    [new nn.ReLU(), (x) => Math.max(x, 0)],
    [new nn.Tanh(), Math.tanh],
    [new nn.LeakyReLU(0.2), (x) => (x > 0 ? x : 0.2 * x)],
    [new nn.LeakyReLU(), (x) => (x > 0 ? x : 0.01 * x)],
    [new nn.ELU(1.5), (x) => (x > 0 ? x : 1.5 * Math.expm1(x))],
    [new nn.Softplus(), (x) => (x > 20 ? x : Math.log1p(Math.exp(x)))],
    [new nn.Softplus({ beta: 2, threshold: 3 }), (x) => (2 * x > 3 ? x : Math.log1p(Math.exp(2 * x)) / 2)],
    [new nn.GELU(), (x) => (x / 2) * (1 + erf(x / Math.SQRT2))],
    [new nn.GELU({ approximate: 'tanh' }), (x) => (x / 2) * (1 + Math.tanh(cubic(x)))],
    [new nn.SiLU(), (x) => x * sigmoid(x)],
    [new nn.Identity(), (x) => x],
  ];

  test.each(cases.map(([layer, formula]) => [layer.toString(), layer, formula] as const))(
    '%s',
    async (_name, layer, formula) => {
      await close(layer.forward(tensor(points)), points.map(formula));
    },
  );

  test('Softmax and LogSoftmax', async () => {
    const rows = [
      [1, 2, 3],
      [1000, 1000, -1000],
    ];
    const shares = rows.flatMap((row) => {
      const e = row.map((x) => Math.exp(x - Math.max(...row)));
      return e.map((x) => x / e.reduce((a, b) => a + b));
    });
    await close(new nn.Softmax(1).call(tensor(rows)), shares);
    await close(new nn.Softmax(0).call(tensor(rows).T).T, shares);
    const logs = rows.flatMap((row) => {
      const top = Math.max(...row);
      const total = top + Math.log(row.reduce((sum, x) => sum + Math.exp(x - top), 0));
      return row.map((x) => x - total);
    });
    await close(new nn.LogSoftmax(-1).call(tensor(rows)), logs);
  });

  test('Flatten', () => {
    expect(new nn.Flatten().call(zeros([2, 3, 4])).shape).toEqual([2, 12]);
    expect(new nn.Flatten(0, 1).call(zeros([2, 3, 4])).shape).toEqual([6, 4]);
  });
});

describe('losses', () => {
  const p = [0.1, 0.7, 0.999, 0];
  const y = [0, 1, 1, 1];
  const w = [1, 2, 0.5, 3];
  const bce = p.map((q, i) => -(y[i] * Math.max(Math.log(q), -100) + (1 - y[i]) * Math.log(1 - q)));
  const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

  test('BCELoss', async () => {
    await close(new nn.BCELoss({ reduction: 'none' }).call(tensor(p), tensor(y)), bce, 1e-5);
    await close(new nn.BCELoss().call(tensor(p), tensor(y)), [sum(bce) / 4], 1e-5);
    const weighted = bce.map((l, i) => l * w[i]);
    await close(
      new nn.BCELoss({ weight: tensor(w), reduction: 'sum' }).call(tensor(p), tensor(y)),
      [sum(weighted)],
      1e-5,
    );
    expect(() => new nn.BCELoss().call(zeros([4, 1]), zeros([4]))).toThrow(ShapeError);
  });

  test('BCEWithLogitsLoss', async () => {
    const x = [-200, -1, 0.5, 90];
    const losses = x.map((z, i) => {
      const miss = Math.max(-z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
      return (1 - y[i]) * (z + miss) + 3 * y[i] * miss;
    });
    const loss = new nn.BCEWithLogitsLoss({ posWeight: tensor([3]), reduction: 'none' });
    await close(loss.call(tensor(x), tensor(y)), losses);
    await close(new nn.BCEWithLogitsLoss({ weight: tensor(w) }).call(tensor(x), tensor([0, 0, 0, 0])), [
      sum(x.map((z, i) => w[i] * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))))) / 4,
    ]);
  });

  const logits = [
    [2, -1, 0.5],
    [0, 0, 0],
    [-3, 5, 1],
  ];
  const logp = logits.map((row) => row.map((x) => x - Math.log(sum(row.map(Math.exp)))));

  test('CrossEntropyLoss and NLLLoss', async () => {
    const target = tensor(Int32Array.of(0, 2, 1));
    const each = [logp[0][0], logp[1][2], logp[2][1]].map((l) => -l);
    await close(new nn.CrossEntropyLoss().call(tensor(logits), target), [sum(each) / 3]);
    await close(new nn.NLLLoss({ reduction: 'none' }).call(tensor(logp), target), each);
    const classWeights = [1, 2, 4];
    const factors = [1, 4, 2];
    await close(new nn.CrossEntropyLoss({ weight: tensor(classWeights) }).call(tensor(logits), target), [
      sum(each.map((l, i) => l * factors[i])) / sum(factors),
    ]);
    await close(new nn.NLLLoss({ ignoreIndex: 2 }).call(tensor(logp), target), [(each[0] + each[2]) / 2]);
    const smooth = each.map((l, i) => 0.9 * l - (0.1 / 3) * sum(logp[i]));
    await close(new nn.CrossEntropyLoss({ labelSmoothing: 0.1 }).call(tensor(logits), target), [
      sum(smooth) / 3,
    ]);
    expect(() => new nn.CrossEntropyLoss().call(tensor(logits), tensor([0, 2, 1]))).toThrow(DtypeError);
  });

  test('MSELoss', async () => {
    await close(new nn.MSELoss().call(tensor([1, 2]), tensor([0, 4])), [2.5]);
    await close(new nn.MSELoss({ reduction: 'none' }).call(tensor([1, 2]), tensor([0, 4])), [1, 4]);
  });

  test('a loss module has no parameters and no state', () => {
    const loss = new nn.CrossEntropyLoss({ weight: tensor([1, 2]) });
    expect([loss.parameters(), [...loss.stateDict()]]).toEqual([[], []]);
  });
});

describe('first values', () => {
  async function moments(t: Tensor): Promise<{ mean: number; std: number; most: number }> {
    const values = [...(await t.data())];
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const std = Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length);
    return { mean, std, most: Math.max(...values.map(Math.abs)) };
  }
  const weight = (): nn.Parameter => new nn.Parameter(zeros([100, 300]));

  const uniform: readonly (readonly [string, (t: Tensor) => Tensor, number])[] = [
    ['xavierUniform_', (t) => nn.init.xavierUniform_(t, 2), 2 * Math.sqrt(6 / 400)],
    ['kaimingUniform_', (t) => nn.init.kaimingUniform_(t), Math.sqrt(6 / 300)],
    ['kaimingUniform_ of √5', (t) => nn.init.kaimingUniform_(t, { a: Math.sqrt(5) }), 1 / Math.sqrt(300)],
    [
      'kaimingUniform_ by outputs',
      (t) => nn.init.kaimingUniform_(t, { mode: 'fanOut', nonlinearity: 'relu' }),
      Math.sqrt(6 / 100),
    ],
    ['uniform_', (t) => nn.init.uniform_(t, -0.5, 0.5), 0.5],
  ];

  test.each(uniform)('%s', async (_name, fill, bound) => {
    manualSeed(11);
    const p = weight();
    expect(fill(p)).toBe(p);
    const { mean, std, most } = await moments(p);
    // The bound itself is rounded to f32.
    expect(most).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(most).toBeGreaterThan(0.999 * bound);
    expect(Math.abs(mean)).toBeLessThan(0.03 * bound);
    expect(std / (bound / Math.sqrt(3))).toBeCloseTo(1, 1.5);
    expect([p.requiresGrad, p.isLeaf]).toEqual([true, true]);
  });

  const normal: readonly (readonly [string, (t: Tensor) => Tensor, number, number])[] = [
    ['normal_', (t) => nn.init.normal_(t, 3, 2), 3, 2],
    ['xavierNormal_', (t) => nn.init.xavierNormal_(t), 0, Math.sqrt(2 / 400)],
    ['kaimingNormal_', (t) => nn.init.kaimingNormal_(t, { nonlinearity: 'tanh' }), 0, 5 / 3 / Math.sqrt(300)],
  ];

  test.each(normal)('%s', async (_name, fill, mean, std) => {
    manualSeed(12);
    const measured = await moments(fill(weight()));
    expect(Math.abs(measured.mean - mean)).toBeLessThan(0.03 * std);
    expect(measured.std / std).toBeCloseTo(1, 1.5);
  });

  test('constants', async () => {
    const p = new nn.Parameter(zeros([2, 3]));
    await close(nn.init.ones_(p), [1, 1, 1, 1, 1, 1]);
    await close(nn.init.constant_(p, 0.25), [0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
    await close(nn.init.eye_(p), [1, 0, 0, 0, 1, 0]);
    await close(nn.init.zeros_(p), [0, 0, 0, 0, 0, 0]);
  });

  test('refuse shapes and numbers they are not for', () => {
    expect(() => nn.init.xavierUniform_(zeros([3]))).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: this initialisation needs a weight
        expected  [out, in] or [out, in, ...kernel]
        got       [3]
        fix       use uniform_ or zeros_ for a bias]
    `);
    expect(() => nn.init.eye_(zeros([3]))).toThrow(ShapeError);
    expect(() => nn.init.uniform_(zeros([3]), 1, 0)).toThrow(ValueError);
    expect(() => nn.init.normal_(zeros([3]), 0, -1)).toThrow(ValueError);
  });
});
