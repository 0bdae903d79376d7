// Normalisation as modules. Those that keep running statistics hold them in buffers, under PyTorch's names.
import {
  Parameter,
  batchNorm,
  groupNorm,
  instanceNorm,
  keep,
  layerNorm,
  ones,
  rmsNorm,
  zeros,
} from '../tensor.ts';
import { ShapeError } from '../core/errors.ts';
import type { Tensor } from '../tensor.ts';
import { checkSize } from './check.ts';
import { Module } from './module.ts';

type Shape = number | readonly number[];
const shapeOf = (shape: Shape): number[] => (typeof shape === 'number' ? [shape] : [...shape]);

/** Options of the layers that normalise each example by itself. */
export interface NormLayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether the layer has a weight and a bias. Default true. */
  readonly elementwiseAffine?: boolean;
  /** Whether it has a bias beside the weight. Default true. */
  readonly bias?: boolean;
}

/** (x − mean) / √(variance + eps)·weight + bias over the last dimensions, whose shape is `normalizedShape`. */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(normalizedShape: Shape, options: NormLayerOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.normalizedShape = shapeOf(normalizedShape).map((n) => checkSize('LayerNorm: normalizedShape', n));
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones([...this.normalizedShape])) : null;
    this.bias = elementwiseAffine && bias ? new Parameter(zeros([...this.normalizedShape])) : null;
  }

  forward(x: Tensor): Tensor {
    return layerNorm(x, this.normalizedShape, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  protected override extraRepr(): string {
    return `[${this.normalizedShape.join(', ')}], eps=${String(this.eps)}`;
  }
}

/** x / √(mean of x² + eps)·weight over the last dimensions, whose shape is `normalizedShape`. */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly weight: Parameter | null;

  constructor(normalizedShape: Shape, options: Omit<NormLayerOptions, 'bias'> = {}) {
    super();
    const { eps = 2 ** -23, elementwiseAffine = true } = options;
    this.normalizedShape = shapeOf(normalizedShape).map((n) => checkSize('RMSNorm: normalizedShape', n));
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones([...this.normalizedShape])) : null;
  }

  forward(x: Tensor): Tensor {
    return rmsNorm(x, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  protected override extraRepr(): string {
    return `[${this.normalizedShape.join(', ')}], eps=${String(this.eps)}`;
  }
}

/** Normalised over each of `numGroups` groups of channels of each example. [N, numChannels, ..] */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  constructor(
    numGroups: number,
    numChannels: number,
    { eps = 1e-5, affine = true }: { readonly eps?: number; readonly affine?: boolean } = {},
  ) {
    super();
    this.numGroups = checkSize('GroupNorm: numGroups', numGroups);
    this.numChannels = checkSize('GroupNorm: numChannels', numChannels);
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([numChannels])) : null;
    this.bias = affine ? new Parameter(zeros([numChannels])) : null;
  }

  forward(x: Tensor): Tensor {
    return groupNorm(x, this.numGroups, { weight: this.weight, bias: this.bias, eps: this.eps });
  }

  protected override extraRepr(): string {
    return `${String(this.numGroups)}, ${String(this.numChannels)}, eps=${String(this.eps)}`;
  }
}

/** Options of the layers that can keep running statistics. */
export interface BatchNormLayerOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Share of the newest batch in the running statistics, 0.1 by default; null averages over all batches alike. */
  readonly momentum?: number | null;
  /** Whether the layer has a weight and a bias. */
  readonly affine?: boolean;
  /** Whether it keeps running statistics, for evaluation. */
  readonly trackRunningStats?: boolean;
}

/** What the layers with running statistics share: parameters, buffers, and how they count. */
abstract class RunningNorm extends Module {
  readonly numFeatures: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  /** Numbers of dimensions that the input may have. */
  protected readonly ranks: readonly number[];
  declare running_mean?: Tensor;
  declare running_var?: Tensor;
  declare num_batches_tracked?: Tensor;

  constructor(
    numFeatures: number,
    options: BatchNormLayerOptions,
    own: { readonly ranks: readonly number[]; readonly affine: boolean; readonly tracks: boolean },
  ) {
    super();
    const { eps = 1e-5, momentum = 0.1, affine = own.affine, trackRunningStats = own.tracks } = options;
    this.numFeatures = checkSize(`${this.constructor.name}: numFeatures`, numFeatures);
    this.eps = eps;
    this.momentum = momentum;
    this.ranks = own.ranks;
    this.weight = affine ? new Parameter(ones([numFeatures])) : null;
    this.bias = affine ? new Parameter(zeros([numFeatures])) : null;
    if (!trackRunningStats) return;
    this.registerBuffer('running_mean', zeros([numFeatures]));
    this.registerBuffer('running_var', ones([numFeatures]));
    this.registerBuffer('num_batches_tracked', zeros([], { dtype: 'i32' }));
  }

  /** Mean of each channel over the batches so far; [numFeatures]. */
  get runningMean(): Tensor | null {
    return this.running_mean ?? null;
  }
  /** Variance of each channel over the batches so far; [numFeatures]. */
  get runningVar(): Tensor | null {
    return this.running_var ?? null;
  }

  /** The share of this batch in the running statistics, once it is counted. */
  protected count(): number | Tensor {
    const batches = this.num_batches_tracked;
    if (batches === undefined) return 0;
    batches.value = batches.detach().add(1).value;
    keep(batches);
    return this.momentum ?? batches.to('f32').reciprocal();
  }

  protected checkRank(x: Tensor): void {
    if (this.ranks.includes(x.ndim)) return;
    throw new ShapeError(`${this.constructor.name}: the input has the wrong number of dimensions`, {
      expected: this.ranks.join(' or '),
      got: `[${x.shape.join(', ')}]`,
    });
  }

  protected override extraRepr(): string {
    return `${String(this.numFeatures)}, eps=${String(this.eps)}, momentum=${String(this.momentum)}`;
  }
}

abstract class BatchNorm extends RunningNorm {
  forward(x: Tensor): Tensor {
    this.checkRank(x);
    const { weight, bias, eps, runningMean, runningVar, training } = this;
    const momentum = training ? this.count() : 0;
    return batchNorm(x, runningMean, runningVar, { weight, bias, eps, training, momentum });
  }
}

/** Batch normalisation of [N, C] or [N, C, L]. */
export class BatchNorm1d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, { ranks: [2, 3], affine: true, tracks: true });
  }
}
/** Batch normalisation of [N, C, H, W]. */
export class BatchNorm2d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, { ranks: [4], affine: true, tracks: true });
  }
}
/** Batch normalisation of [N, C, D, H, W]. */
export class BatchNorm3d extends BatchNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, { ranks: [5], affine: true, tracks: true });
  }
}

abstract class InstanceNorm extends RunningNorm {
  forward(x: Tensor): Tensor {
    this.checkRank(x);
    const { weight, bias, eps, runningMean, runningVar, training } = this;
    // Without a batch the channels come first.
    const single = x.ndim === this.ranks[0];
    const useInputStats = training || runningMean === null;
    const momentum = training ? this.count() : 0;
    const options = { weight, bias, eps, runningMean, runningVar, useInputStats, momentum };
    const y = instanceNorm(single ? x.unsqueeze(0) : x, options);
    return single ? y.squeeze(0) : y;
  }
}

/** Normalisation over each channel of each example of [N, C, L], or of [C, L]. */
export class InstanceNorm1d extends InstanceNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, { ranks: [2, 3], affine: false, tracks: false });
  }
}
/** Normalisation over each channel of each example of [N, C, H, W], or of [C, H, W]. */
export class InstanceNorm2d extends InstanceNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, { ranks: [3, 4], affine: false, tracks: false });
  }
}
/** Normalisation over each channel of each example of [N, C, D, H, W], or of [C, D, H, W]. */
export class InstanceNorm3d extends InstanceNorm {
  constructor(numFeatures: number, options: BatchNormLayerOptions = {}) {
    super(numFeatures, options, { ranks: [4, 5], affine: false, tracks: false });
  }
}
