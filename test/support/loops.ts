// Training loops for the tests of what can be read when: seeded, with fresh host data in every step.
import { expect } from 'vitest';
import { type Tensor, crossEntropy, manualSeed, nn, optim, tensor } from '../../src/index.ts';

export const CLASSES = 3;

/** A seeded network, its optimiser, and batches that are host data, new each time. */
export function setUp(
  makeOptimiser = (p: Iterable<Tensor>) => new optim.SGD(p, { lr: 0.1 }) as optim.Optimizer<object>,
) {
  manualSeed(7);
  const model = new nn.Sequential(new nn.Linear(6, 8), new nn.ReLU(), new nn.Linear(8, CLASSES));
  const optimiser = makeOptimiser(model.parameters());
  let seed = 1;
  const next = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const batch = (size = 16) => {
    const x = Float32Array.from({ length: size * 6 }, () => 2 * next() - 1);
    const y = Int32Array.from({ length: size }, () => Math.floor(next() * CLASSES));
    return { x: tensor(x).reshape(size, 6), y: tensor(y) };
  };
  return { model, optimiser, batch };
}

/** The same loop with every number read as soon as it is there. */
export async function readAtOnce(steps: number, { lossOnly = false } = {}) {
  const { model, optimiser, batch } = setUp();
  const losses: number[] = [];
  const correct: number[] = [];
  const logitsOf: number[][] = [];
  for (let step = 0; step < steps; step++) {
    const { x, y } = batch();
    const logits = model.forward(x);
    const loss = crossEntropy(logits, y);
    if (!lossOnly) {
      logitsOf.push([...(await logits.data())]);
      correct.push(await logits.argmax(1).eq(y).to('f32').sum().item());
      losses.push(await loss.item());
    }
    optimiser.zeroGrad();
    loss.backward();
    optimiser.step();
    if (lossOnly) losses.push(await loss.item());
  }
  return { losses, correct, logitsOf };
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export function expectClose(got: readonly number[], expected: readonly number[]): void {
  expect(got).toHaveLength(expected.length);
  got.forEach((x, i) => expect(Math.abs(x - expected[i])).toBeLessThan(1e-5 + 1e-5 * Math.abs(expected[i])));
}
