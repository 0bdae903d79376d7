// The training runs that PyTorch made (make_training.py): networks, data, optimisers, loss curves. Knows no engine.
import { bits, signed, unit } from './hashed.ts';
import source from './training.json?raw';

export type ModelName = 'lecture' | 'mlp' | 'logistic';
export type OptimiserName = 'sgd' | 'momentum' | 'nesterov' | 'adam';

export interface Model {
  /** Features, neurons of each layer, outputs. */
  readonly sizes: readonly number[];
  /** Weights and biases of layer k lie in [−1, 1) · 2^exponents[k]. */
  readonly exponents: readonly number[];
  /** After each layer ('sigmoid'), after each but the last ('relu'), or nowhere. */
  readonly activation: 'sigmoid' | 'relu' | 'none';
  readonly loss: 'binaryCrossEntropy' | 'binaryCrossEntropyWithLogits' | 'crossEntropy';
  readonly stream: number;
  readonly examples: number;
  /** Step s takes the `batch` examples from (s · batch) mod `examples`, in order. */
  readonly batch: number;
  readonly labels: readonly number[];
}

/** Options of SGD or Adam, by wgrad's names. */
export interface OptimiserOptions {
  readonly lr: number;
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
}

export interface Run {
  readonly model: ModelName;
  readonly optimiser: OptimiserName;
  readonly options: OptimiserOptions;
  /** The loss before each step. */
  readonly losses64: readonly number[];
  readonly losses32: readonly number[];
  /** Of each trained parameter, weight and bias of each layer in turn. */
  readonly parameters: readonly {
    readonly shape: readonly number[];
    readonly sum: number;
    readonly norm: number;
  }[];
  /** Over all examples, after the last step. */
  readonly accuracy: number;
}

export interface Training {
  readonly torch: string;
  readonly steps: number;
  readonly hashed: {
    readonly signed: readonly number[];
    readonly unit: readonly number[];
    readonly bits: readonly number[];
  };
  readonly models: Readonly<Record<ModelName, Model>>;
  readonly runs: readonly Run[];
}

export const training = JSON.parse(source) as Training;

export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array<ArrayBuffer>;
}

/** Weight [out, in] and bias [out] of each layer, before the first step. Exact in float32. */
export function parametersOf(model: Model): Array64[] {
  return model.exponents.flatMap((exponent, k) => {
    const [n, out] = [model.sizes[k], model.sizes[k + 1]];
    const made = (stream: number, shape: readonly number[]): Array64 => ({
      shape,
      data: signed(model.stream + stream, shape.reduce((a, b) => a * b, 1), exponent), // prettier-ignore
    });
    return [made(2 * k + 1, [out, n]), made(2 * k + 2, [out])];
  });
}

/** The inputs [examples, features]. Exact in float32. */
export function inputsOf(name: ModelName): Array64 {
  const { examples, sizes, stream, labels } = training.models[name];
  const features = sizes[0];
  const shape = [examples, features];
  if (name !== 'lecture') return { shape, data: signed(stream + 90, examples * features) };
  const data = unit(stream + 90, examples * features);
  const pattern = bits(stream + 92, features);
  return {
    shape,
    data: data.map((x, k) => x * 0.5 + labels[Math.floor(k / features)] * pattern[k % features] * 2 ** -6),
  };
}

/** First and last (exclusive) example of a step. */
export function batchAt({ batch, examples }: Model, step: number): [number, number] {
  const start = (step * batch) % examples;
  return [start, start + batch];
}
