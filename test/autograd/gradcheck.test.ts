// The public gradcheck: finds right derivatives right and wrong ones wrong, and says where.
import { beforeEach, describe, expect, test } from 'vitest';
import { type Tensor, autograd, init, manualSeed, randn, tensor } from '../../src/index.ts';

class Sloppy extends autograd.Function {
  static override forward(ctx: autograd.FunctionContext, x: Tensor): Tensor {
    ctx.saveForBackward(x);
    return x.pow(3);
  }
  static override backward(ctx: autograd.FunctionContext, g: Tensor): Tensor {
    const [x] = ctx.savedTensors;
    // Right at 1 only.
    return g.mul(x).mul(3);
  }
}
/** Its gradient is right, and has a constant for a derivative. */
class Opaque extends Sloppy {
  static override backward(ctx: autograd.FunctionContext, g: Tensor): Tensor {
    const [x] = ctx.savedTensors;
    return g.mul(x.detach().square()).mul(3);
  }
}

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

describe('in double precision', () => {
  beforeEach(async () => {
    await init({ device: 'cpu', precision: 'f64' });
    manualSeed(1);
  });

  test('right derivatives of the first and second order', async () => {
    const [a, b] = [randn(2, 3, { requiresGrad: true }), randn(3, 2, { requiresGrad: true })];
    const f = (x: Tensor, y: Tensor): Tensor[] => [x.matmul(y).tanh(), x.exp().sum()];
    const first = await autograd.gradcheck(f, [a, b]);
    expect(first.compared).toBe(5 * 12);
    expect(first.worst).toBeLessThan(1e-7);
    const second = await autograd.gradgradcheck(f, [a, b]);
    expect(second.compared).toBe(12 * 17);
    expect(second.worst).toBeLessThan(1e-7);
    const fixed = randn(3, 2);
    expect((await autograd.gradcheck(f, [a, fixed])).compared).toBe(5 * 6);
  });

  test('wrong ones, with the place and both numbers', async () => {
    await expect(autograd.gradcheck((x) => Sloppy.apply(x), [leaf([1, 2])])).rejects.toThrow(
      /disagree\s+where\s+element 1 of the outputs by element 1 of input 0\s+expected\s+1[12]\.\d+ \(central.*\s+got\s+6 \(tape\)/,
    );
    await autograd.gradcheck((x) => Opaque.apply(x), [leaf([1, 2])]);
    await expect(autograd.gradgradcheck((x) => Opaque.apply(x), [leaf([1, 2])])).rejects.toThrow(
      /gradgradcheck: the tape and the difference disagree/,
    );
  });

  test('no input that requires a gradient', async () => {
    await expect(autograd.gradcheck((x) => x, [tensor([1])])).rejects.toThrow(/no input requires a gradient/);
  });
});

test('in single precision a step must be chosen', async () => {
  await init({ device: 'cpu' });
  const f = (x: Tensor): Tensor => x.sin();
  await expect(autograd.gradcheck(f, [leaf([1])])).rejects.toThrow(/single precision.*precision: 'f64'/s);
  const report = await autograd.gradcheck(f, [leaf([1])], { eps: 1e-2, atol: 1e-2, rtol: 1e-2 });
  expect(report.compared).toBe(1);
});
