// The nouns of a training run that every part of it shares; it knows no engine, no file, no browser.

/** Side of a picture in pixels; every picture of a run is SIDE × SIDE, grey. */
export const SIDE = 128;
/** Pixels in a picture: the network's number of inputs, 16,384. */
export const PIXELS = SIDE * SIDE;

/** Which backend was asked for. */
export type DeviceChoice = 'auto' | 'webgpu' | 'cpu';

/** Labelled grey pictures in memory, whatever they came from. */
export interface PictureSet {
  /** What the report calls the data, for example 'drawn portraits' or a folder's name. */
  readonly title: string;
  readonly kind: 'portraits' | 'folder';
  readonly classNames: readonly string[];
  /** Grey values 0…255, row-major, shape [count, PIXELS]. */
  readonly pixels: Uint8Array;
  /** Index into classNames, shape [count]. */
  readonly labels: Int32Array;
  /** What to call each picture: a path inside the folder, or a number. */
  readonly names: readonly string[];
  /** Things that are or are not so in a picture (0 or 1, shape [count]); empty for a folder. */
  readonly attributes: Readonly<Record<string, Uint8Array>>;
}

/** Picture numbers of the two parts of a data set. */
export interface Split {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** What the network sees of a grey value v: (v / 255 − mean) / std. */
export interface Normalisation {
  readonly mean: number;
  readonly std: number;
}

/** Everything that decides what a run computes; with the pictures it fixes every bit of it. */
export interface TrainConfig {
  readonly classNames: readonly string[];
  /** Widths of the hidden layers, first to last. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly seed: number;
  readonly normalisation: Normalisation;
}

/** The pictures as the training loop takes them. */
export interface TrainData {
  /** Grey values, shape [train count, PIXELS]. */
  readonly trainPixels: Uint8Array;
  readonly trainLabels: Int32Array;
  /** Grey values, shape [test count, PIXELS]. */
  readonly testPixels: Uint8Array;
  readonly testLabels: Int32Array;
}

/** One row of metrics.csv: both parts of the data measured with the weights at the end of an epoch. */
export interface EpochMetrics {
  /** Epochs done; 0 is the network before any training. */
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number;
  readonly testLoss: number;
  readonly testAccuracy: number;
  /** Seconds spent training and measuring since the run began, over all its sittings. */
  readonly seconds: number;
}

/** Named numbers of one layer or one gradient. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type NamedArrays = Readonly<Record<string, NamedArray>>;

/** All that is needed to go on as if nothing had happened; plain gradient descent has no state of its own. */
export interface TrainState {
  readonly weights: NamedArrays;
  /** Epochs done. */
  readonly epoch: number;
  /** Batches of the present epoch done: the place in its shuffled order, which (seed, epoch) fixes. */
  readonly batchInEpoch: number;
  /** Steps done. */
  readonly step: number;
  readonly seconds: number;
  readonly history: readonly EpochMetrics[];
  /** Training loss of each step done. */
  readonly stepLosses: Float32Array;
}

/** One full step of the first batch, for comparison on another backend. */
export interface StepProbe {
  /** Numbers of the pictures in the batch, counted inside the training part. */
  readonly batch: Uint32Array;
  readonly before: NamedArrays;
  readonly loss: number;
  readonly gradients: NamedArrays;
  readonly after: NamedArrays;
}

/** What the network says of a set of pictures. */
export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
  /** Two classes: P(class 1), shape [count, 1]; more: shape [count, classes]. */
  readonly probabilities: Float32Array;
}

/** The end of a run that reached its last epoch. */
export interface TrainResult {
  readonly state: TrainState;
  readonly probe: StepProbe;
  readonly train: Evaluation;
  readonly test: Evaluation;
  /** First hidden layer's outputs on the test part, shape [test count, hidden[0]]. */
  readonly hidden: Float32Array;
  readonly deviceType: 'webgpu' | 'cpu';
  readonly deviceName: string;
}

/** News during training. */
export type TrainEvent =
  | { readonly kind: 'device'; readonly type: 'webgpu' | 'cpu'; readonly name: string }
  | {
      readonly kind: 'progress';
      readonly epoch: number;
      readonly step: number;
      readonly totalSteps: number;
      readonly loss: number;
    }
  | { readonly kind: 'epoch'; readonly metrics: EpochMetrics };

/** An error whose message is meant for the user as it stands; `exitCode` ends the program. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
