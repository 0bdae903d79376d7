// The network of a run and its batches, written with the library's public API as any user would.
import { type data, nn, tensor, type Tensor } from '../../src/index.ts';
import { outputs } from './metrics.ts';
import { type NamedArrays, type Normalisation, PIXELS, type TrainConfig } from './types.ts';

/** Pictures of a set that is kept as numbers for the network: 64 KB each instead of 16. */
export const MODERATE_PICTURES = 4096;

/** A network that can also be asked for its first hidden layer. */
export interface Network {
  readonly model: nn.Sequential;
  /** First hidden layer's outputs, [count, hidden[0]]. */
  hidden(x: Tensor): Tensor;
  /** Probabilities for an input, [count, 1] or [count, classes]. */
  probabilities(x: Tensor): Tensor;
  /** Mean loss of a forward pass against labels of shape [count]. */
  loss(output: Tensor, labels: Int32Array): Tensor;
}

/**
 * Builds 16,384 → hidden… → 1 with a sigmoid after every layer and binary cross-entropy for two classes; for more
 * classes the last layer gives logits, [count, classes], and the loss is softmax with cross-entropy.
 * Draws its first weights from the library's global generator.
 */
export function buildNetwork(config: Pick<TrainConfig, 'classNames' | 'hidden'>): Network {
  const classes = config.classNames.length;
  const layers: nn.Module[] = [];
  let width = PIXELS;
  for (const neurons of config.hidden) {
    layers.push(new nn.Linear(width, neurons), new nn.Sigmoid());
    width = neurons;
  }
  const firstLayer = layers.slice(0, 2);
  layers.push(new nn.Linear(width, outputs(classes)));
  if (classes === 2) layers.push(new nn.Sigmoid());
  const model = new nn.Sequential(...layers);
  const binary = new nn.BCELoss();
  const many = new nn.CrossEntropyLoss();
  const first = new nn.Sequential(...firstLayer);
  return {
    model,
    hidden: (x) => first.forward(x),
    probabilities: (x) => (classes === 2 ? model.forward(x) : model.forward(x).softmax(1)),
    loss: (output, labels) =>
      classes === 2
        ? binary.forward(output, tensor(Float32Array.from(labels)).reshape(labels.length, 1))
        : many.forward(output, tensor(labels)),
  };
}

/** Makes a lookup from grey value to what the network sees of it. */
function lookup({ mean, std }: Normalisation): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => (value / 255 - mean) / std);
}

/** Some pictures of a set as the network takes them. */
export interface Batch {
  /** Their numbers in the set. */
  readonly which: Uint32Array;
  /** f32, shape [which.length, PIXELS]. */
  readonly inputs: Tensor;
  readonly labels: Int32Array;
}

/**
 * A set of grey pictures for a DataLoader: a sample is a picture's number, a batch its normalised pixels.
 * A set of moderate size is normalised once, so that a batch is only copied together.
 */
export class Pictures implements data.BatchDataset<number, Batch> {
  readonly labels: Int32Array;
  readonly #pixels: Uint8Array;
  readonly #lookup: Float32Array;
  #normalised: Float32Array | undefined;
  #scratch = new Float32Array(0);

  constructor(pixels: Uint8Array, labels: Int32Array, normalisation: Normalisation) {
    this.#pixels = pixels;
    this.labels = labels;
    this.#lookup = lookup(normalisation);
    if (labels.length <= MODERATE_PICTURES) this.#normalised = this.#normalise(0, pixels.length);
  }

  get length(): number {
    return this.labels.length;
  }

  get(picture: number): number {
    return picture;
  }

  getBatch(indices: Uint32Array): Batch {
    const which = indices.slice();
    // One array for all batches, since a tensor copies its data: fresh memory costs more than the copying.
    if (this.#scratch.length < which.length * PIXELS) this.#scratch = new Float32Array(which.length * PIXELS);
    const values = this.#scratch.subarray(0, which.length * PIXELS);
    which.forEach((picture, i) => {
      const [from, to] = [picture * PIXELS, (picture + 1) * PIXELS];
      values.set(this.#normalised?.subarray(from, to) ?? this.#normalise(from, to), i * PIXELS);
    });
    const labels = Int32Array.from(which, (picture) => this.labels[picture] ?? 0);
    return { which, inputs: tensor(values).reshape(which.length, PIXELS), labels };
  }

  #normalise(from: number, to: number): Float32Array {
    const [pixels, table] = [this.#pixels, this.#lookup];
    const values = new Float32Array(to - from);
    for (let i = from; i < to; i++) values[i - from] = table[pixels[i]];
    return values;
  }
}

/** Reads tensors into host memory; they are read together. */
export async function readArrays(tensors: Iterable<readonly [string, Tensor]>): Promise<NamedArrays> {
  const entries = [...tensors].map(async ([name, t]) => {
    const data = await t.data();
    return [name, { shape: [...t.shape], data: Float32Array.from(data) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Host arrays as tensors. */
export function toTensors(arrays: NamedArrays): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, tensor(data.slice()).reshape([...shape])]),
  );
}
