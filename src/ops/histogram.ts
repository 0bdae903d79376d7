// Counting what falls into bins.
import { DtypeError, ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add, clamp, div, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, ge, le, logicalAnd, lt } from './comparison.ts';
import { constant, iota } from './create.ts';
import { scatterSumOp } from './indexing.ts';
import { embed } from './joining.ts';
import { floor } from './math.ts';
import { detach, narrow, reshape } from './movement.ts';
import { sort } from './order.ts';
import { amax, amin, sum } from './reduce.ts';
import { searchsorted } from './search.ts';
import { floats } from './statistics.ts';

/** Up to so many bins every element is looked at for each of them; above, the elements are put in order. */
const FEW = 64;
/** Elements that one invocation looks through. */
const CHUNK = 256;
/** Most partial sums. */
const PARTIALS = 2 ** 20;

/** The weights of the places 0 … bins − 1 added up for each; places and weights are vectors. The order is fixed. */
function weighed(places: Value, weights: Value, bins: number): Value {
  const n = places.size;
  const chunk = Math.max(CHUNK, Math.ceil(n / Math.max(1, Math.floor(PARTIALS / bins))));
  const rows = Math.ceil(n / chunk);
  const cut = (x: Value): Value => reshape(embed(x, 0, 0, 1, rows * chunk), [rows, chunk]);
  // What fills up the last row weighs nothing.
  const parts = applyCore(scatterSumOp, [cut(weights), cut(places)], { dim: 1, length: bins });
  return sum(parts, { dim: 0 });
}

/** How many of the places are 0 … bins − 1 each; places outside count nowhere. i32. */
export function tally(places: Value, bins: number): Value {
  if (places.size === 0) return constant(0, [bins], 'i32');
  if (bins <= FEW) {
    const inside = logicalAnd(ge(places, 0), lt(places, bins));
    return weighed(where(inside, places, 0), cast(inside, 'i32'), bins);
  }
  const sorted = sort(places).values;
  const edges = searchsorted(sorted, cast(iota([bins + 1]), 'i32'));
  return sub(narrow(edges, 0, 1, bins), narrow(edges, 0, 0, bins));
}

/** Sums of weights by place; see `bincount`. */
export function binSums(places: Value, weights: Value | undefined, bins: number): Value {
  if (weights === undefined) return tally(cast(places, 'i32'), bins);
  if (places.size === 0) return constant(0, [bins], 'f32');
  return weighed(cast(places, 'i32'), cast(detach(weights), 'f32'), bins);
}

/** Throws unless `bincount` takes these. */
export function checkBincount(x: Value, weights: Value | undefined, minlength: number): void {
  if (x.dtype === 'f32' || x.shape.length !== 1) {
    throw new DtypeError('bincount: not a vector of whole numbers', {
      expected: 'i32 or u32, one dimension',
      got: `${x.dtype}, ${formatShape(x.shape)}`,
    });
  }
  if (weights !== undefined && !sameShape(weights.shape, x.shape)) {
    throw new ShapeError('bincount: there must be one weight for each number', {
      expected: formatShape(x.shape),
      got: formatShape(weights.shape),
    });
  }
  if (!Number.isInteger(minlength) || minlength < 0) {
    throw new ValueError('bincount: the least number of bins is none', { got: String(minlength) });
  }
}

export interface HistcOptions {
  readonly bins?: number | undefined;
  /** Where the first bin begins and the last one ends; the extremes of x where both are the same. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}
/** How many elements fall into each of `bins` equal intervals from `min` to `max`, both included; f32. */
export function histc(x: Value, { bins = 100, min = 0, max = 0 }: HistcOptions = {}): Value {
  if (!Number.isInteger(bins) || bins < 1) {
    throw new ValueError('histc: the number of bins must be a whole number > 0', { got: String(bins) });
  }
  if (min > max || !Number.isFinite(min) || !Number.isFinite(max)) {
    throw new ValueError('histc: the range is none', {
      expected: 'finite, min ≤ max',
      got: `${min}, ${max}`,
    });
  }
  const data = reshape(detach(floats('histc', x)), [x.size]);
  if (x.size === 0) return constant(0, [bins], 'f32');
  const ends = (): [Value, Value] => {
    const [low, high] =
      min === max ? [amin(data), amax(data)] : [min, max].map((end) => constant(end, [], 'f32'));
    const flat = eq(low, high);
    return [where(flat, sub(low, 1), low), where(flat, add(high, 1), high)];
  };
  const [low, high] = ends();
  const place = floor(mul(div(sub(data, low), sub(high, low)), bins));
  const inside = logicalAnd(ge(data, low), le(data, high));
  return cast(tally(cast(where(inside, clamp(place, { max: bins - 1 }), -1), 'i32'), bins), 'f32');
}
