/** The same training step in plain double precision, to check engines against; no GPU. */
import type { Batch, Weights } from './step.ts';

/** A problem to train on: one batch, initial weights, learning rate. */
export interface Task {
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: 4;
  readonly lr: number;
  readonly data: Batch;
  readonly weights: Weights;
}

/** A seeded task: inputs in [0, 1), labels by chance, weights small. */
export function makeTask(batch: number, inputs = 16384, lr = 0.05): Task {
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const fill = (length: number, make: () => number) => Float32Array.from({ length }, make);
  const weight = (): number => (random() - 0.5) * 0.02;
  return {
    batch,
    inputs,
    hidden: 4,
    lr,
    data: { x: fill(batch * inputs, random), y: fill(batch, () => (random() < 0.5 ? 0 : 1)) },
    weights: {
      w1: fill(4 * inputs, weight),
      b1: fill(4, weight),
      w2: fill(4, () => random() - 0.5),
      b2: fill(1, weight),
    },
  };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));

/** Trains for some steps; returns each step's loss and the final weights, in f64. */
export function train(task: Task, steps: number): { losses: number[]; w1: Float64Array; rest: number[] } {
  const { batch, inputs, lr, data } = task;
  const w1 = Float64Array.from(task.weights.w1);
  const b1 = [...task.weights.b1];
  const w2 = [...task.weights.w2];
  let b2 = task.weights.b2[0];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const dw1 = new Float64Array(w1.length);
    const db1 = [0, 0, 0, 0];
    const dw2 = [0, 0, 0, 0];
    let db2 = 0;
    let loss = 0;
    for (let e = 0; e < batch; e++) {
      const x = data.x.subarray(e * inputs, (e + 1) * inputs);
      const h = b1.map((bias, j) => {
        let z = bias;
        for (let i = 0; i < inputs; i++) z += x[i] * w1[j * inputs + i];
        return sigmoid(z);
      });
      const p = sigmoid(h.reduce((z, value, j) => z + value * w2[j], b2));
      const y = data.y[e];
      loss -= (y * Math.log(p) + (1 - y) * Math.log(1 - p)) / batch;
      const dz2 = (p - y) / batch;
      db2 += dz2;
      h.forEach((value, j) => {
        dw2[j] += dz2 * value;
        const dz1 = dz2 * w2[j] * value * (1 - value);
        db1[j] += dz1;
        for (let i = 0; i < inputs; i++) dw1[j * inputs + i] += dz1 * x[i];
      });
    }
    losses.push(loss);
    for (let i = 0; i < w1.length; i++) w1[i] -= lr * dw1[i];
    for (let j = 0; j < 4; j++) {
      b1[j] -= lr * db1[j];
      w2[j] -= lr * dw2[j];
    }
    b2 -= lr * db2;
  }
  return { losses, w1, rest: [...b1, ...w2, b2] };
}
