// Losses beside the basic ones, as functions.
import type { Value } from '../../core/value.ts';
import * as margin from '../../ops/losses/margin.ts';
import * as regression from '../../ops/losses/regression.ts';
import { type LiftedArgs, call } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { binary } from './lift.ts';
import { pairwiseDistance } from './reduction.ts';

type Ternary<O> = (a: Value, b: Value, c: Value, options?: O) => Value;
/** A function of three tensors and options. */
const ternary =
  <O>(fn: Ternary<O>) =>
  (a: Tensor, b: Tensor, c: Tensor, ...options: LiftedArgs<[options?: O]>): Tensor =>
    call(Tensor.of, fn, [a, b, c, ...options]);

export const l1Loss = /* @__PURE__ */ binary(regression.l1Loss);
export const smoothL1Loss = /* @__PURE__ */ binary(regression.smoothL1Loss);
export const huberLoss = /* @__PURE__ */ binary(regression.huberLoss);
export const klDiv = /* @__PURE__ */ binary(regression.klDiv);
export const poissonNllLoss = /* @__PURE__ */ binary(regression.poissonNllLoss);
export const gaussianNllLoss = /* @__PURE__ */ ternary(regression.gaussianNllLoss);
export const hingeEmbeddingLoss = /* @__PURE__ */ binary(margin.hingeEmbeddingLoss);
export const marginRankingLoss = /* @__PURE__ */ ternary(margin.marginRankingLoss);
export const cosineEmbeddingLoss = /* @__PURE__ */ ternary(margin.cosineEmbeddingLoss);
export const softMarginLoss = /* @__PURE__ */ binary(margin.softMarginLoss);
export const multiMarginLoss = /* @__PURE__ */ binary(margin.multiMarginLoss);
export const multilabelMarginLoss = /* @__PURE__ */ binary(margin.multilabelMarginLoss);
export const multilabelSoftMarginLoss = /* @__PURE__ */ binary(margin.multilabelSoftMarginLoss);
export const tripletMarginLoss = /* @__PURE__ */ ternary(margin.tripletMarginLoss);

/**
 * max(0, margin + d(anchor, positive) − d(anchor, negative)) with a distance of your own (the Euclidean one by default):
 * `distanceFunction(a, b)` gives one number for each pair.
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: margin.TripletOptions & {
    readonly distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | undefined;
  } = {},
): Tensor {
  const distance = options.distanceFunction ?? pairwiseDistance;
  const { swap = false, margin: least, reduction } = options;
  const near = distance(anchor, positive);
  const direct = distance(anchor, negative);
  const far = swap ? direct.minimum(distance(positive, negative)) : direct;
  const name = 'tripletMarginWithDistanceLoss';
  return call(Tensor.of, margin.tripletLoss, [name, near, far, { margin: least, reduction }]);
}
