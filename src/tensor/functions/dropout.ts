// Dropout and attention as functions: what draws at random takes its numbers from the engine or from a generator.
import { alphaDropoutWith, dropoutWith, type DropoutPlan } from '../../ops/dropout.ts';
import * as attention from '../../ops/attention.ts';
import type { Stream } from '../../core/philox.ts';
import { type Lifted, call } from '../call.ts';
import type { Generator } from '../creation.ts';
import { Tensor } from '../tensor.ts';

export interface DropoutOptions {
  /** The probability of an element to go. Default 0.5. */
  readonly p?: number | undefined;
  /** Off, the input comes back as it is. Default true. */
  readonly training?: boolean | undefined;
  readonly generator?: Generator | undefined;
}

type Drop = typeof dropoutWith;
/** `drawn`: how many dimensions the draws differ over; all where it is null. */
const dropper =
  (fn: Drop, name: string, drawn: ((x: Tensor) => number) | null) =>
  (x: Tensor, { p = 0.5, training = true, generator }: DropoutOptions = {}): Tensor => {
    if (!training || p === 0) return x;
    const stream: Stream = generator?.next() ?? x.engine.nextStream();
    const plan: DropoutPlan = { name, p, ...(drawn === null ? {} : { drawn: drawn(x) }) };
    return call(Tensor.of, fn, [x, plan, stream]);
  };

/** Elements set to 0 with probability p, the others divided by 1 − p. */
export const dropout = /* @__PURE__ */ dropper(dropoutWith, 'dropout', null);
/** Whole channels set to 0: of [N, C, L], or of [C, L]. */
export const dropout1d = /* @__PURE__ */ dropper(dropoutWith, 'dropout1d', (x) => (x.ndim === 2 ? 1 : 2));
/** Whole channels set to 0: of [N, C, H, W], or of [C, H, W]. */
export const dropout2d = /* @__PURE__ */ dropper(dropoutWith, 'dropout2d', (x) => (x.ndim === 3 ? 1 : 2));
/** Whole channels set to 0: of [N, C, D, H, W], or of [C, D, H, W]. */
export const dropout3d = /* @__PURE__ */ dropper(dropoutWith, 'dropout3d', (x) => (x.ndim === 4 ? 1 : 2));
/** Elements set to SELU's least value, with mean and variance kept. */
export const alphaDropout = /* @__PURE__ */ dropper(alphaDropoutWith, 'alphaDropout', null);
/** The same for whole channels of [N, C, ..]. */
export const featureAlphaDropout = /* @__PURE__ */ dropper(alphaDropoutWith, 'featureAlphaDropout', () => 2);

export interface AttentionOptions extends Lifted<attention.AttentionOptions> {
  /** The probability of a weight to be dropped. Default 0. */
  readonly dropoutP?: number | undefined;
}
/** softmax(scale · query·keyᵀ + mask) · value. [.., L, E], [.., S, E] and [.., S, V] to [.., L, V] */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  { dropoutP = 0, ...options }: AttentionOptions = {},
): Tensor {
  if (dropoutP === 0) {
    return call(Tensor.of, attention.scaledDotProductAttention, [query, key, value, options]);
  }
  const weights = call(Tensor.of, attention.attentionWeights, [query, key, options]);
  return dropout(weights, { p: dropoutP }).matmul(value);
}
