// The losses beside the basic ones as modules: each holds the options of one function.
import {
  cosineEmbeddingLoss,
  gaussianNllLoss,
  hingeEmbeddingLoss,
  huberLoss,
  klDiv,
  l1Loss,
  marginRankingLoss,
  multiMarginLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  poissonNllLoss,
  smoothL1Loss,
  softMarginLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import type { Reduction } from './loss.ts';
import { Module } from './module.ts';

interface ReductionOptions {
  readonly reduction?: Reduction;
}
interface MarginOptions extends ReductionOptions {
  readonly margin?: number;
}

/** A loss with options. */
abstract class OptionLoss<Options extends { readonly reduction?: string }> extends Module {
  protected readonly options: Options;

  constructor(options: Options) {
    super();
    this.options = options;
  }

  protected override extraRepr(): string {
    return `reduction='${this.options.reduction ?? 'mean'}'`;
  }
}

/** |input − target|. */
export class L1Loss extends OptionLoss<ReductionOptions> {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, this.options);
  }
}

type SmoothL1Options = ReductionOptions & { readonly beta?: number };
/** The square of distances below `beta` (1), divided by 2·beta; distances less beta/2 above. */
export class SmoothL1Loss extends OptionLoss<SmoothL1Options> {
  constructor(options: SmoothL1Options = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return smoothL1Loss(input, target, this.options);
  }
}

type HuberOptions = ReductionOptions & { readonly delta?: number };
/** Half the square of distances below `delta` (1), their multiple above. */
export class HuberLoss extends OptionLoss<HuberOptions> {
  constructor(options: HuberOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return huberLoss(input, target, this.options);
  }
}

interface KLDivOptions {
  readonly reduction?: Reduction | 'batchmean';
  readonly logTarget?: boolean;
}
/** The Kullback–Leibler divergence of log-probabilities from a target of probabilities (or their logarithms). */
export class KLDivLoss extends OptionLoss<KLDivOptions> {
  constructor(options: KLDivOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return klDiv(input, target, this.options);
  }
}

type PoissonOptions = ReductionOptions & {
  readonly logInput?: boolean;
  readonly full?: boolean;
  readonly eps?: number;
};
/** −log p of counts whose rate (or its logarithm, by default) the input holds. */
export class PoissonNLLLoss extends OptionLoss<PoissonOptions> {
  constructor(options: PoissonOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return poissonNllLoss(input, target, this.options);
  }
}

type GaussianOptions = ReductionOptions & { readonly full?: boolean; readonly eps?: number };
/** −log p of targets that are normal with mean `input` and variance `variance`. */
export class GaussianNLLLoss extends OptionLoss<GaussianOptions> {
  constructor(options: GaussianOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    return gaussianNllLoss(input, target, variance, this.options);
  }
}

/** The input where the target is 1, max(0, margin − input) where it is −1. */
export class HingeEmbeddingLoss extends OptionLoss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return hingeEmbeddingLoss(input, target, this.options);
  }
}

/** max(0, margin − target·(a − b)). */
export class MarginRankingLoss extends OptionLoss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(a: Tensor, b: Tensor, target: Tensor): Tensor {
    return marginRankingLoss(a, b, target, this.options);
  }
}

/** 1 − cos(a, b) where the target is 1, max(0, cos(a, b) − margin) where it is −1. */
export class CosineEmbeddingLoss extends OptionLoss<MarginOptions> {
  constructor(options: MarginOptions = {}) {
    super(options);
  }

  forward(a: Tensor, b: Tensor, target: Tensor): Tensor {
    return cosineEmbeddingLoss(a, b, target, this.options);
  }
}

/** log(1 + e^(−target·input)) of targets 1 and −1. */
export class SoftMarginLoss extends OptionLoss<ReductionOptions> {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return softMarginLoss(input, target, this.options);
  }
}

type MultiMarginOptions = MarginOptions & { readonly p?: number; readonly weight?: Tensor };
/** The margins by which other classes come near the target's: input [N, C], classes [N] in i32. */
export class MultiMarginLoss extends OptionLoss<MultiMarginOptions> {
  constructor(options: MultiMarginOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multiMarginLoss(input, target, this.options);
  }
}

/** The same for several classes: the target lists them, up to the first −1. */
export class MultiLabelMarginLoss extends OptionLoss<ReductionOptions> {
  constructor(options: ReductionOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelMarginLoss(input, target, this.options);
  }
}

type MultiLabelSoftOptions = ReductionOptions & { readonly weight?: Tensor };
/** The mean over the classes of the binary cross-entropy of logits. */
export class MultiLabelSoftMarginLoss extends OptionLoss<MultiLabelSoftOptions> {
  constructor(options: MultiLabelSoftOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return multilabelSoftMarginLoss(input, target, this.options);
  }
}

type TripletOptions = MarginOptions & { readonly p?: number; readonly eps?: number; readonly swap?: boolean };
/** max(0, margin + ‖anchor − positive‖ − ‖anchor − negative‖). */
export class TripletMarginLoss extends OptionLoss<TripletOptions> {
  constructor(options: TripletOptions = {}) {
    super(options);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginLoss(anchor, positive, negative, this.options);
  }
}

type DistanceOptions = MarginOptions & {
  readonly distanceFunction?: (a: Tensor, b: Tensor) => Tensor;
  readonly swap?: boolean;
};
/** The same with a distance of your own. */
export class TripletMarginWithDistanceLoss extends OptionLoss<DistanceOptions> {
  constructor(options: DistanceOptions = {}) {
    super(options);
  }

  forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    return tripletMarginWithDistanceLoss(anchor, positive, negative, this.options);
  }
}
