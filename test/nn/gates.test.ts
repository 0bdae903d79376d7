// The rarer activation modules: each is its function, with its own defaults, and says its settings.
import { beforeAll, describe, expect, test } from 'vitest';
import { init, manualSeed, nn, ones, tensor } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

const F = nn.functional;

beforeAll(async () => {
  await init({ device: 'cpu' });
});

const x = (): Tensor => tensor([[-7, -2, -0.4, 0, 0.3, 1, 4, 7]]);

const modules: readonly (readonly [nn.Module, (x: Tensor) => Tensor, string])[] = [
  [new nn.ReLU6(), F.relu6, 'ReLU6()'],
  [new nn.Hardtanh(), (t) => F.hardtanh(t), 'Hardtanh(minVal=-1, maxVal=1)'],
  [
    new nn.Hardtanh({ minVal: -2, maxVal: 3 }),
    (t) => F.hardtanh(t, { minVal: -2, maxVal: 3 }),
    'Hardtanh(minVal=-2, maxVal=3)',
  ],
  [new nn.Hardswish(), F.hardswish, 'Hardswish()'],
  [new nn.Hardsigmoid(), F.hardsigmoid, 'Hardsigmoid()'],
  [new nn.Mish(), F.mish, 'Mish()'],
  [new nn.SELU(), F.selu, 'SELU()'],
  [new nn.CELU(), (t) => F.celu(t), 'CELU(alpha=1)'],
  [new nn.CELU(2), (t) => F.celu(t, { alpha: 2 }), 'CELU(alpha=2)'],
  [new nn.Softsign(), F.softsign, 'Softsign()'],
  [new nn.Tanhshrink(), F.tanhshrink, 'Tanhshrink()'],
  [new nn.Hardshrink(), (t) => F.hardshrink(t), 'Hardshrink(lambd=0.5)'],
  [new nn.Softshrink(1), (t) => F.softshrink(t, { lambd: 1 }), 'Softshrink(lambd=1)'],
  [new nn.Threshold(0.5, 20), (t) => F.threshold(t, 0.5, 20), 'Threshold(threshold=0.5, value=20)'],
  [new nn.GLU(), (t) => F.glu(t), 'GLU(dim=-1)'],
  [new nn.Softmin(1), (t) => F.softmin(t, 1), 'Softmin(dim=1)'],
  [new nn.LogSigmoid(), F.logsigmoid, 'LogSigmoid()'],
];

test.each(modules.map(([module, fn, text]) => [text, module, fn] as const))(
  '%s',
  async (text, module, fn) => {
    expect(module.toString()).toBe(text);
    expect(await module.call(x()).data()).toEqual(await fn(x()).data());
  },
);

describe('PReLU', () => {
  test('learns its slope', async () => {
    const layer = new nn.PReLU();
    expect(layer.toString()).toBe('PReLU(numParameters=1)');
    const y = layer.call(tensor([-2, -1, 3]));
    expect(await y.data()).toEqual(Float32Array.of(-0.5, -0.25, 3));
    y.sum().backward();
    expect(await layer.weight.grad?.data()).toEqual(Float32Array.of(-3));
  });

  test('has a slope for each channel', async () => {
    const layer = new nn.PReLU({ numParameters: 2, init: 0.5 });
    layer.loadStateDict({ weight: tensor([0.5, 0.25]) });
    expect(await layer.call(tensor([[-2, -2]])).data()).toEqual(Float32Array.of(-1, -0.5));
  });
});

describe('RReLU', () => {
  test('takes the middle of its range when it does not train', async () => {
    const layer = new nn.RReLU({ lower: 0.25, upper: 0.75 }).eval();
    expect(layer.toString()).toBe('RReLU(lower=0.25, upper=0.75)');
    expect(await layer.call(tensor([-2, 2])).data()).toEqual(Float32Array.of(-1, 2));
  });

  test('draws a slope for each element when it trains, and passes it to the gradient', async () => {
    manualSeed(1);
    const layer = new nn.RReLU({ lower: 0.25, upper: 0.75 });
    const t = ones([4000]).neg().requiresGrad_();
    const y = layer.call(t);
    y.sum().backward();
    const slopes = [...(await y.data())].map((v) => -v);
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...slopes)).toBeLessThan(0.75);
    // The mean within four of its standard deviations.
    const mean = slopes.reduce((a, b) => a + b, 0) / slopes.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan((4 * 0.5) / Math.sqrt(12 * 4000));
    expect([...((await t.grad?.data()) ?? [])]).toEqual(slopes);
  });
});
