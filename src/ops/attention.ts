// Attention: every query's mixture of the values whose keys are like it.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp } from '../core/op.ts';
import { formatShape } from '../core/shape.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { add, mul, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { ge } from './comparison.ts';
import { iota } from './create.ts';
import { matmul } from './matmul.ts';
import { expand, reshape, transpose } from './movement.ts';
import { composite, softmax } from './statistics.ts';
import { checkFloat } from './window.ts';

export interface AttentionOptions {
  /** Broadcasts to [.., queries, keys]: bools that say which keys a query sees, or numbers added to its scores. */
  readonly attnMask?: Value | null | undefined;
  /** A query sees the keys up to its own place. */
  readonly isCausal?: boolean | undefined;
  /** Factor of the scores; 1/√(last dimension) by default. */
  readonly scale?: number | undefined;
}

export const scaledDotProductAttentionOp: CompositeOp =
  /* @__PURE__ */ composite('scaledDotProductAttention');

/** softmax(scale · query·keyᵀ + mask): how much each query takes of each value; [.., queries, keys]. */
export function attentionWeights(query: Value, key: Value, options: AttentionOptions = {}): Value {
  const { attnMask, isCausal = false } = options;
  const name = 'scaledDotProductAttention';
  for (const v of [query, key]) checkFloat(name, v);
  if (query.shape.length < 2 || key.shape.length < 2 || query.shape.at(-1) !== key.shape.at(-1)) {
    throw new ShapeError(`${name}: query and key do not fit`, {
      expected: '[.., queries, dim] and [.., keys, dim]',
      got: `${formatShape(query.shape)} and ${formatShape(key.shape)}`,
    });
  }
  if (attnMask && isCausal) {
    throw new ValueError(`${name}: a mask and isCausal exclude each other`, {
      fix: 'put the causal part into the mask',
    });
  }
  const scale = options.scale ?? 1 / Math.sqrt(query.shape.at(-1) ?? 1);
  const scores = matmul(mul(query, scale), transpose(key, -2, -1));
  const hidden = -Infinity;
  const [queries, keys] = scores.shape.slice(-2);
  let masked = scores;
  if (isCausal) {
    const row = expand(reshape(iota([queries]), [queries, 1]), [queries, keys]);
    const seen = ge(row, expand(iota([keys]), [queries, keys]));
    masked = where(expand(seen, scores.shape), scores, hidden);
  } else if (attnMask) {
    masked = attnMask.dtype === 'f32' ? add(scores, attnMask) : where(cast(attnMask, 'bool'), scores, hidden);
  }
  return softmax(masked, -1);
}

/** softmax(scale · query·keyᵀ + mask) · value. [.., L, E], [.., S, E] and [.., S, V] to [.., L, V] */
export function scaledDotProductAttention(
  query: Value,
  key: Value,
  value: Value,
  options: AttentionOptions = {},
): Value {
  const weights = attentionWeights(query, key, options);
  if (value.shape.length < 2 || value.shape.at(-2) !== key.shape.at(-2)) {
    throw new ShapeError('scaledDotProductAttention: one value a key is needed', {
      where: `key ${formatShape(key.shape)}`,
      got: formatShape(value.shape),
    });
  }
  const { attnMask } = options;
  const inputs = [query, key, value, ...(attnMask ? [attnMask] : [])];
  return applyComposite(scaledDotProductAttentionOp, inputs, none, matmul(weights, value));
}
