// The lecture's examples on a backend, for each lane to call: the worked example, log-odds, δ layer by layer, a Hessian.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Tensor } from '../../src/index.ts';
import { autograd, binaryCrossEntropy, binaryCrossEntropyWithLogits, ones, tensor } from '../../src/index.ts';
import { compare } from '../support/compare.ts';
import { type Deltas, type WorkedExample, lecture, logisticOf, networkOf } from './lecture.ts';

type Matrix = readonly (readonly number[])[];

export interface LectureSuite {
  /** Opens the engine before each test. */
  readonly before: () => Promise<unknown>;
  /** Largest relative error, and beside it the largest absolute one; exact examples are compared exactly. */
  readonly rtol: number;
}

const matrixOf = (data: ArrayLike<number>, shape: readonly number[]): Tensor =>
  tensor(Array.from(data)).reshape(shape);

/** The names of the tape from a result to its leaf, along the first input. */
function chain(t: Tensor): string[] {
  const names: string[] = [];
  for (let node = t.gradFn; node !== null; node = node.nextFunctions[0]?.[0] ?? null) names.push(node.name);
  return names;
}

async function workedExample(power: boolean, expected: WorkedExample): Promise<void> {
  const x = ones([2, 2], { requiresGrad: true });
  const a = x.add(2);
  const square = power ? a.pow(2) : a.mul(a);
  const b = square.mul(3);
  const c = b.mean();
  for (const t of [a, square, b]) t.retainGrad();
  expect(chain(c)).toEqual(expected.nodes);
  c.backward();
  expect(await c.item()).toBe(expected.values.c);
  for (const [t, value, grad] of [
    [x, null, expected.grads.x],
    [a, expected.values.a, expected.grads.a],
    [square, expected.values.square, expected.grads.square],
    [b, expected.values.b, expected.grads.b],
  ] as const) {
    if (value !== null) expect(await t.tolist()).toEqual(value);
    expect(await t.grad?.tolist()).toEqual(grad);
  }
}

/** All the tests. */
export function lectureSuite({ before, rtol }: LectureSuite): void {
  beforeEach(async () => {
    await before();
  });

  async function close(
    what: string,
    t: Tensor | null,
    wanted: Matrix | readonly number[],
    within = rtol,
  ): Promise<void> {
    if (t === null) throw new Error(`${what}: there is none`);
    const data = wanted.flat();
    const tolerance = { rtol: within, atol: within * Math.max(...data.map(Math.abs)) };
    const { message } = compare(
      { shape: [t.numel()], data: await t.data() },
      { shape: [data.length], data },
      tolerance,
    );
    expect(message, what).toBeNull();
  }

  describe("the lecture's worked example: c = mean(3 (x + 2)²) at ones", () => {
    test('with the square as a product: 4.5 everywhere', async () => {
      const { product } = lecture.example;
      expect(product.nodes).toEqual([
        'MeanBackward0',
        'MulBackward0',
        'MulBackward0',
        'AddBackward0',
        'AccumulateGrad',
      ]);
      expect(product.grads.x).toEqual([
        [4.5, 4.5],
        [4.5, 4.5],
      ]);
      await workedExample(false, product);
    });

    test('with the square as a power', async () => {
      await workedExample(true, lecture.example.power);
    });
  });

  test('the log-odds table: probabilities, odds, logits and their slopes', async () => {
    const { p, odds, logit, base10, slope } = lecture.logOdds;
    // The probabilities are float32 where they enter, and 1 − 0.99 magnifies their rounding.
    const within = Math.max(rtol, 5e-6);
    const x = tensor(p, { requiresGrad: true });
    const z = x.logit();
    z.sum().backward();
    await close('odds', x.div(x.neg().add(1)), odds, within);
    await close('logit', z, logit, within);
    await close('base 10', z.div(Math.LN10), base10, within);
    await close('slope', x.grad, slope, within);
    await close('back by the logistic function', z.sigmoid(), p, within);
  });

  test.each(lecture.deltas)(
    'δ by the recursion equals autograd, layer by layer: $examples example(s)',
    async (one) => {
      const { layers, loss, tape } = forward(one);
      loss.backward();
      await close('loss', loss, [one.loss]);
      // δᴸ = (a − y) / N at the output, where the sigmoid's slope and the loss's cancel.
      let delta = layers[layers.length - 1].a.detach().sub(tape.y).div(one.examples);
      for (let k = layers.length - 1; k >= 0; k--) {
        const { z, a, weight, bias, input } = layers[k];
        const wanted = one.layers[k];
        await close(`z of layer ${k}`, z, wanted.z);
        await close(`a of layer ${k}`, a, wanted.a);
        await close(`δ of layer ${k} by hand`, delta, wanted.delta);
        await close(`δ of layer ${k} by autograd`, z.grad, wanted.delta);
        await close(`∂C/∂W of layer ${k} by hand`, delta.T.matmul(input.detach()), wanted.weightGrad);
        await close(`∂C/∂W of layer ${k} by autograd`, weight.grad, wanted.weightGrad);
        await close(`∂C/∂b of layer ${k} by autograd`, bias.grad, wanted.biasGrad);
        if (k === 0) break;
        // δˡ⁻¹ = (fˡ⁻¹)′ (Wˡ)ᵀ δˡ, with rows as examples; σ′ = a (1 − a).
        const before = layers[k - 1].a.detach();
        delta = delta.matmul(weight.detach()).mul(before.mul(before.neg().add(1)));
      }
    },
  );

  test('logistic regression: gradient, Hessian, and its product with a vector', async () => {
    const one = lecture.logistic;
    const { x, weights, direction } = logisticOf(one);
    const design = matrixOf(x.data, x.shape);
    const w = tensor(Array.from(weights), { requiresGrad: true });
    const nll = binaryCrossEntropyWithLogits(design.matmul(w), tensor([...one.y]));
    await close('negative log-likelihood', nll, [one.nll]);
    const [gradient] = autograd.grad(nll, w, { createGraph: true });
    await close('gradient', gradient, one.gradient);
    for (const [k, row] of one.hessian.entries()) {
      const [second] = autograd.grad(gradient?.select(0, k) ?? [], w, { retainGraph: true });
      await close(`row ${k} of the Hessian`, second, row);
    }
    const [product] = autograd.grad(gradient?.dot(tensor(Array.from(direction))) ?? [], w);
    await close('Hessian times direction', product, one.hvp);
  });
}

interface LayerValues {
  readonly weight: Tensor;
  readonly bias: Tensor;
  readonly input: Tensor;
  readonly z: Tensor;
  readonly a: Tensor;
}

/** The sigmoid network of a fixture, recorded. */
function forward(one: Deltas): { layers: LayerValues[]; loss: Tensor; tape: { y: Tensor } } {
  const net = networkOf(one);
  const y = tensor(one.y.map((row) => [...row]));
  const layers: LayerValues[] = [];
  let input = matrixOf(net.x.data, net.x.shape);
  for (const layer of net.layers) {
    const weight = matrixOf(layer.weight.data, layer.weight.shape).requiresGrad_();
    const bias = matrixOf(layer.bias.data, layer.bias.shape).requiresGrad_();
    const z = input.matmul(weight.T).add(bias);
    z.retainGrad();
    const a = z.sigmoid();
    layers.push({ weight, bias, input, z, a });
    input = a;
  }
  return { layers, loss: binaryCrossEntropy(input, y), tape: { y } };
}
