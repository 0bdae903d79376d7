// Drawing among several: with given probabilities, and in random order.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { Stream } from '../core/philox.ts';
import { checkShape, formatShape } from '../core/shape.ts';
import { type Value, applyIndex } from '../core/value.ts';
import { add, div, minimum, mul } from './arithmetic.ts';
import { log, neg } from './math.ts';
import { detach, expand, narrow } from './movement.ts';
import { argsort } from './order.ts';
import { rand, randomBitsOp } from './random.ts';
import { cumsum } from './scan.ts';
import { searchsorted } from './search.ts';
import { floats } from './statistics.ts';

/**
 * Indices drawn with probabilities in proportion to each line's weights: [n] → [count], [m, n] → [m, count]; i32. Without
 * `replacement` no index comes twice (by the order of weights over exponential variates: Efraimidis and Spirakis, 2006),
 * and those of weight 0 come last.
 */
export function multinomial(weights: Value, count: number, replacement: boolean, stream: Stream): Value {
  const rank = floats('multinomial', weights).shape.length;
  const n = weights.shape[rank - 1] ?? 0;
  if (rank < 1 || rank > 2 || n === 0) {
    throw new ShapeError('multinomial: the weights are no vector or matrix', {
      expected: 'one or two dimensions, the last one not empty',
      got: formatShape(weights.shape),
    });
  }
  if (!Number.isInteger(count) || count < 1 || (!replacement && count > n)) {
    throw new ValueError('multinomial: so many cannot be drawn', {
      expected: replacement ? 'a whole number > 0' : `1 … ${n}`,
      got: String(count),
      fix: 'draw with { replacement: true }',
    });
  }
  const p = detach(weights);
  if (!replacement) {
    // Off both ends of [0, 1), so that no variate is 0.
    const variates = neg(log(add(rand(p.shape, stream), 2 ** -25)));
    return narrow(argsort(div(p, variates), { descending: true }), rank - 1, 0, count);
  }
  const running = cumsum(p, -1);
  const shape = [...p.shape.slice(0, -1), count];
  const total = expand(narrow(running, rank - 1, n - 1, 1), shape);
  return minimum(searchsorted(running, mul(rand(shape, stream), total), { right: true }), n - 1);
}

/** 0 … n − 1 in random order; i32. */
export function randperm(n: number, stream: Stream): Value {
  checkShape([n], 'randperm');
  return argsort(applyIndex(randomBitsOp, { ...stream, word: 0 }, [n], 'u32'));
}
