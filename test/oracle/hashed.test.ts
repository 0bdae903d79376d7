// The data that both sides make for themselves: equal to Python's, exact in float32, and giving PyTorch's first losses in plain loops.
import { describe, expect, test } from 'vitest';
import { bits, hash32, signed, unit } from './hashed.ts';
import { lecture, logisticOf, networkOf } from './lecture.ts';
import { type Model, batchAt, inputsOf, parametersOf, training } from './training.ts';

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** One layer on one example, in float64. */
function affine(weight: Float64Array, bias: Float64Array, x: ArrayLike<number>): number[] {
  const n = x.length;
  return Array.from(bias, (b, row) => {
    let sum = b;
    for (let k = 0; k < n; k++) sum += weight[row * n + k] * x[k];
    return sum;
  });
}

/** The loss of one example. */
function lossOf({ loss, activation }: Model, z: readonly number[], label: number): number {
  if (loss === 'crossEntropy') return Math.log(z.reduce((sum, v) => sum + Math.exp(v), 0)) - z[label];
  const p = activation === 'sigmoid' ? z[0] : sigmoid(z[0]);
  return -Math.log(label === 1 ? p : 1 - p);
}

function firstLoss(model: Model, inputs: Float64Array): number {
  const parameters = parametersOf(model);
  const layers = model.exponents.length;
  const features = model.sizes[0];
  const [start, end] = batchAt(model, 0);
  let sum = 0;
  for (let row = start; row < end; row++) {
    let x: ArrayLike<number> = inputs.subarray(row * features, (row + 1) * features);
    for (let k = 0; k < layers; k++) {
      const z = affine(parameters[2 * k].data, parameters[2 * k + 1].data, x);
      if (model.activation === 'sigmoid') x = z.map(sigmoid);
      else x = model.activation === 'relu' && k < layers - 1 ? z.map((v) => Math.max(0, v)) : z;
    }
    sum += lossOf(model, Array.from(x), model.labels[row]);
  }
  return sum / (end - start);
}

describe('the hash', () => {
  test("gives Python's numbers", () => {
    expect([...signed(7, 8, -3)]).toEqual(training.hashed.signed);
    expect([...unit(7, 8)]).toEqual(training.hashed.unit);
    expect([...bits(7, 16)]).toEqual(training.hashed.bits);
  });

  test('stays within 32 bits for large streams and indices', () => {
    for (const [stream, index] of [
      [0, 0],
      [4_000_000_000, 2 ** 31],
      [192, 64 * 16_384],
    ] as const) {
      const h = hash32(stream, index);
      expect(h).toBe(h >>> 0);
    }
  });

  test('spreads evenly', () => {
    const draws = signed(11, 20_000);
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const square = draws.reduce((a, b) => a + b * b, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(square - 1 / 3)).toBeLessThan(0.01);
    expect(new Set(signed(12, 1000)).size).toBe(1000);
  });
});

describe.each(['lecture', 'mlp', 'logistic'] as const)('the %s network', (name) => {
  const model = training.models[name];
  const inputs = inputsOf(name);

  test('is exact in float32', () => {
    for (const { data } of [inputs, ...parametersOf(model)])
      expect(data.every((x) => Math.fround(x) === x)).toBe(true);
  });

  test("has PyTorch's loss before the first step", () => {
    const loss = firstLoss(model, inputs.data);
    const runs = training.runs.filter((run) => run.model === name);
    expect(runs.map((run) => run.optimiser)).toEqual(['sgd', 'momentum', 'nesterov', 'adam']);
    for (const run of runs) expect(Math.abs(loss / run.losses64[0] - 1)).toBeLessThan(1e-10);
  });

  test('learns in PyTorch, and float32 follows float64', () => {
    for (const { losses64, losses32, accuracy } of training.runs.filter((run) => run.model === name)) {
      expect([losses64.length, losses32.length]).toEqual([training.steps, training.steps]);
      const last = losses64.slice(-10).reduce((a, b) => a + b, 0) / 10;
      expect(last).toBeLessThan(0.75 * losses64[0]);
      expect(last).toBeGreaterThan(0.001); // still moving: a saturated loss would prove nothing
      expect(accuracy).toBeGreaterThan(0.9);
      losses64.forEach((x, k) => expect(Math.abs(losses32[k] / x - 1)).toBeLessThan(1e-5));
    }
  });
});

describe("the lecture's examples", () => {
  test('4.5 everywhere', () => {
    for (const { values, grads } of [lecture.example.product, lecture.example.power]) {
      expect(values.c).toBe(27);
      expect(grads.x).toEqual([
        [4.5, 4.5],
        [4.5, 4.5],
      ]);
    }
  });

  test('the log-odds table', () => {
    const { p, odds, logit, base10 } = lecture.logOdds;
    expect([logit[0], logit[1], logit[2]].map((x) => x.toFixed(4))).toEqual(['1.3863', '0.0000', '-2.1972']);
    expect(base10[2].toFixed(4)).toBe('-0.9542');
    p.forEach((x, k) => expect(odds[k]).toBeCloseTo(x / (1 - x), 9));
  });

  test.each([0, 1])('network %i: forward and δ recursion by hand give what autograd gave', (which) => {
    const deltas = lecture.deltas[which];
    const { x, layers } = networkOf(deltas);
    const [inputs, depth] = [deltas.sizes[0], layers.length];
    for (let row = 0; row < deltas.examples; row++) {
      let a: number[] = [...x.data.subarray(row * inputs, (row + 1) * inputs)];
      deltas.layers.forEach((layer, k) => {
        const z = affine(layers[k].weight.data, layers[k].bias.data, a);
        a = z.map(sigmoid);
        z.forEach((v, j) => expect(v).toBeCloseTo(layer.z[row][j], 10));
      });
      let delta = a.map((p, j) => (p - deltas.y[row][j]) / deltas.examples);
      for (let k = depth - 1; k >= 0; k--) {
        delta.forEach((d, j) => expect(d).toBeCloseTo(deltas.layers[k].delta[row][j], 10));
        if (k === 0) break;
        const { weight } = layers[k];
        delta = deltas.layers[k - 1].a[row].map((p, i) => {
          const back = delta.reduce((sum, d, j) => sum + d * weight.data[j * weight.shape[1] + i], 0);
          return p * (1 - p) * back;
        });
      }
    }
  });

  test('the Hessian of the logistic regression is X^T diag(p (1 − p)) X / N', () => {
    const { examples, hessian, hvp, y, nll } = lecture.logistic;
    const { x, weights, direction } = logisticOf(lecture.logistic);
    const wide = weights.length;
    const rows = Array.from({ length: examples }, (_, r) => [...x.data.subarray(r * wide, (r + 1) * wide)]);
    const p = rows.map((row) => sigmoid(row.reduce((sum, v, k) => sum + v * weights[k], 0)));
    const mean = p.reduce((sum, q, r) => sum - Math.log(y[r] === 1 ? q : 1 - q), 0) / examples;
    expect(mean).toBeCloseTo(nll, 10);
    const at = (i: number, j: number): number =>
      rows.reduce((sum, row, r) => sum + p[r] * (1 - p[r]) * row[i] * row[j], 0) / examples;
    hessian.forEach((line, i) => {
      line.forEach((h, j) => expect(at(i, j)).toBeCloseTo(h, 10));
      expect(line.reduce((sum, h, j) => sum + h * direction[j], 0)).toBeCloseTo(hvp[i], 10);
    });
  });
});
