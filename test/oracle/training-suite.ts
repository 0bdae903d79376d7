// The tests that train PyTorch's networks on a backend and compare every loss, for each lane to call. Knows the public API only.
import { afterAll, describe, expect, test } from 'vitest';
import type { Api, Tensor } from './api.ts';
import { leafOf } from './layouts.ts';
import {
  type Array64,
  type Model,
  type OptimiserOptions,
  type Run,
  batchAt,
  inputsOf,
  parametersOf,
  training,
} from './training.ts';

interface Optimiser {
  step(): void;
  zeroGrad(): void;
}

/** The part of the API that training needs beside the operations. */
export interface TrainingApi extends Api {
  readonly optim: {
    readonly SGD: new (parameters: Tensor[], options: OptimiserOptions) => Optimiser;
    readonly Adam: new (parameters: Tensor[], options: OptimiserOptions) => Optimiser;
  };
}

export interface TrainingSuite {
  readonly api: () => TrainingApi;
  /** Largest relative difference of a loss. The promise is 1e-4. */
  readonly rtol?: number;
  readonly before?: () => void | Promise<void>;
  readonly runs?: (run: Run) => boolean;
}

const plainOf = (x: Array64, requiresGrad: boolean): Parameters<typeof leafOf>[1] => ({
  kind: 'tensor',
  shape: x.shape,
  dtype: 'f32',
  data: x.data,
  requiresGrad,
  torchDtype: 'float32',
});

function forward(model: Model, parameters: readonly Tensor[], x: Tensor): Tensor {
  const layers = model.exponents.length;
  let a = x;
  for (let k = 0; k < layers; k++) {
    a = a.matmul(parameters[2 * k].T).add(parameters[2 * k + 1]);
    if (model.activation === 'sigmoid') a = a.sigmoid();
    else if (model.activation === 'relu' && k < layers - 1) a = a.relu();
  }
  return a;
}

function lossOf(w: Api, model: Model, out: Tensor, y: Tensor): Tensor {
  return model.loss === 'crossEntropy' ? w.crossEntropy(out, y) : w[model.loss](out.select(1, 0), y);
}

/** The share of right answers over all examples, counted on the host. */
async function accuracyOf(model: Model, out: Tensor): Promise<number> {
  const [numbers, width] = [await out.data(), out.shape[1]];
  const cut = model.loss === 'binaryCrossEntropy' ? 0.5 : 0;
  const right = model.labels.filter((label, row) => {
    const line = numbers.subarray(row * width, (row + 1) * width);
    const answer = width === 1 ? Number(line[0] > cut) : line.indexOf(Math.max(...line));
    return answer === label;
  });
  return right.length / model.examples;
}

/** Train one run; the losses before each step, the parameters, and the accuracy after the last. */
export async function train(
  w: TrainingApi,
  run: Run,
): Promise<{ losses: number[]; parameters: Tensor[]; accuracy: number }> {
  const model = training.models[run.model];
  const parameters = parametersOf(model).map((p) => leafOf(w, plainOf(p, true)));
  const x = leafOf(w, plainOf(inputsOf(run.model), false));
  const isClass = model.loss === 'crossEntropy';
  const y = w.tensor(isClass ? Int32Array.from(model.labels) : Float32Array.from(model.labels));
  const optimiser = new (run.optimiser === 'adam' ? w.optim.Adam : w.optim.SGD)(parameters, run.options);
  const losses: number[] = [];
  for (let step = 0; step < training.steps; step++) {
    const [start, end] = batchAt(model, step);
    const loss = lossOf(w, model, forward(model, parameters, x.slice(0, start, end)), y.slice(0, start, end));
    optimiser.zeroGrad();
    loss.backward();
    optimiser.step();
    losses.push((await loss.data())[0]);
  }
  return { losses, parameters, accuracy: await accuracyOf(model, forward(model, parameters, x)) };
}

/** Define the tests: each network under each optimiser, every one of its 200 losses. */
export function trainingSuite({ api, rtol = 1e-4, before, runs = () => true }: TrainingSuite): void {
  let worst = 0;
  afterAll(() =>
    console.info(`losses of ${training.steps} steps within ${worst.toExponential(1)} of PyTorch's`),
  );

  describe("PyTorch's training", () => {
    for (const run of training.runs.filter(runs)) {
      test(
        `${run.model}, ${run.optimiser}: ${training.steps} losses within ${rtol}`,
        { timeout: 240_000 },
        async () => {
          await before?.();
          const { losses, parameters, accuracy } = await train(api(), run);
          const far = losses.flatMap((loss, step) => {
            const gap = Math.abs(loss / run.losses64[step] - 1);
            worst = Math.max(worst, gap);
            return gap <= rtol ? [] : [`step ${step}: ${loss}, PyTorch ${run.losses64[step]}, off by ${gap}`];
          });
          expect(far).toEqual([]);
          expect(accuracy).toBe(run.accuracy);
          for (const [k, parameter] of parameters.entries()) {
            const data = await parameter.data();
            const norm = Math.hypot(...data);
            expect(Math.abs(norm / run.parameters[k].norm - 1)).toBeLessThan(10 * rtol);
          }
        },
      );
    }
  });
}
