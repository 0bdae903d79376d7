// Losses as modules: each holds the options of one function.
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropy,
  mseLoss,
  nllLoss,
} from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/** How the losses of the elements become one: their mean, their sum, or not at all. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options of the losses on probabilities or logits of two classes. */
export interface BCELossOptions {
  /** Factor of each element's loss; broadcasts. */
  readonly weight?: Tensor;
  readonly reduction?: Reduction;
}

/** Options of the losses over several classes. */
export interface ClassLossOptions {
  /** Factor of each class, [classes]. */
  readonly weight?: Tensor;
  /** Targets of this class count for nothing. Default -100. */
  readonly ignoreIndex?: number;
  readonly reduction?: Reduction;
}

/** A loss with a weight: the weight belongs to the module, and is not trained or saved. */
abstract class WeightedLoss<
  Options extends { readonly weight?: Tensor; readonly reduction?: Reduction },
> extends Module {
  readonly weight: Tensor | null;
  protected readonly options: Options;

  constructor(options: Options) {
    super();
    this.weight = options.weight ?? null;
    this.options = options;
  }

  protected override extraRepr(): string {
    return `reduction='${this.options.reduction ?? 'mean'}'`;
  }
}

/** −[y log p + (1 − y) log(1 − p)] of probabilities p, bounded at 100: input and target have one shape. */
export class BCELoss extends WeightedLoss<BCELossOptions> {
  constructor(options: BCELossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropy(input, target, this.options);
  }
}

/** Binary cross-entropy of logits, stable for any size of them; `posWeight` is the factor of positive examples. */
export class BCEWithLogitsLoss extends WeightedLoss<BCELossOptions & { readonly posWeight?: Tensor }> {
  constructor(options: BCELossOptions & { readonly posWeight?: Tensor } = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return binaryCrossEntropyWithLogits(input, target, this.options);
  }
}

/** −log softmax(logits) of the target's class: logits [N, C, …]; classes [N, …] in i32, or probabilities [N, C, …]. */
export class CrossEntropyLoss extends WeightedLoss<ClassLossOptions & { readonly labelSmoothing?: number }> {
  constructor(options: ClassLossOptions & { readonly labelSmoothing?: number } = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return crossEntropy(input, target, this.options);
  }
}

/** −x of the target's class: log-probabilities x [N, C, …], classes [N, …] in i32. */
export class NLLLoss extends WeightedLoss<ClassLossOptions> {
  constructor(options: ClassLossOptions = {}) {
    super(options);
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return nllLoss(input, target, this.options);
  }
}

/** The squared difference. */
export class MSELoss extends Module {
  readonly reduction: Reduction;

  constructor(options: { readonly reduction?: Reduction } = {}) {
    super();
    this.reduction = options.reduction ?? 'mean';
  }

  forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }

  protected override extraRepr(): string {
    return `reduction='${this.reduction}'`;
  }
}
