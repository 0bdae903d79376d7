// What stands at a given part of the order: medians, quantiles; and what stands there most often.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp } from '../core/op.ts';
import { formatShape, normalizeDim } from '../core/shape.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { clamp, div, lerp, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, isnan, logicalAnd, logicalNot, logicalOr, lt } from './comparison.ts';
import { constant } from './create.ts';
import { distanceFromMark } from './cumulative.ts';
import { type Operand, spread } from './family.ts';
import { gather } from './indexing.ts';
import { cat } from './joining.ts';
import { ceil, floor, round } from './math.ts';
import { detach, expand, movedim, narrow, reshape } from './movement.ts';
import { argsort, reorder, taken } from './order.ts';
import { any, argmax, sum } from './reduce.ts';
import { type ValuesAndIndices, composite, floats } from './statistics.ts';

export interface AlongOptions {
  readonly dim?: number | undefined;
  readonly keepdim?: boolean | undefined;
}

/** How many elements along `dim` are no NaN, with the dimension kept; i32. */
const validAlong = (x: Value, dim: number): Value =>
  sum(cast(logicalNot(isnan(x)), 'i32'), { dim, keepdim: true });

/** Index of the lower median along `dim`, kept: of the first NaN where there is one, or of what is no NaN. */
function middle(x: Value, dim: number, ignoreNan: boolean): Value {
  const n = x.shape[dim];
  const order = argsort(x, { dim });
  const half = (count: Value): Value => div(clamp(sub(count, 1), { min: 0 }), 2, { roundingMode: 'trunc' });
  if (x.dtype !== 'f32') return narrow(order, dim, (n - 1) >> 1, 1);
  const valid = validAlong(x, dim);
  const place = ignoreNan ? half(valid) : where(lt(valid, n), valid, (n - 1) >> 1);
  return gather(order, dim, place);
}

/** Of all elements: those that equal the median share its gradient. */
const shared = (name: string): CompositeOp =>
  composite(name, (g, y) => {
    const [x] = y.inputs;
    const [value, gradient] = [expand(y, x.shape), expand(g, x.shape)];
    const hit = cast(logicalOr(eq(x, value), logicalAnd(isnan(x), isnan(value))), 'f32');
    return [mul(hit, div(gradient, expand(sum(hit), x.shape)))];
  });
export const medianOp: CompositeOp = /* @__PURE__ */ shared('median');
export const nanmedianOp: CompositeOp = /* @__PURE__ */ shared('nanmedian');

function medianOf(name: 'median' | 'nanmedian', x: Value, options: AlongOptions): Value | ValuesAndIndices {
  const { dim, keepdim = false } = options;
  const ignoreNan = name === 'nanmedian';
  if (dim === undefined) {
    if (x.size === 0) return constant(NaN, [], x.dtype);
    const flat = reshape(detach(x), [x.size]);
    const body = reshape(gather(flat, 0, middle(flat, 0, ignoreNan)), []);
    return x.dtype === 'f32' ? applyComposite(ignoreNan ? nanmedianOp : medianOp, [x], none, body) : body;
  }
  const axis = normalizeDim(dim, x.shape.length, name);
  if (x.shape.length === 0) return { values: x, indices: constant(0, [], 'i32') };
  if (x.shape[axis] === 0) {
    throw new ShapeError(`${name}: no elements along the dimension`, { got: formatShape(x.shape) });
  }
  return taken(x, middle(x, axis, ignoreNan), axis, keepdim);
}
/** The median of all elements: of an even number the lower one; NaN where there is one. */
export const median = (x: Value): Value => medianOf('median', x, {}) as Value;
/** The median of all elements that are not NaN. */
export const nanmedian = (x: Value): Value => medianOf('nanmedian', x, {}) as Value;
/** The median along `dim`, and its index. */
export const medianAlong = (x: Value, options: AlongOptions): ValuesAndIndices =>
  medianOf('median', x, { dim: -1, ...options }) as ValuesAndIndices;
/** The median of what is not NaN along `dim`, and its index. */
export const nanmedianAlong = (x: Value, options: AlongOptions): ValuesAndIndices =>
  medianOf('nanmedian', x, { dim: -1, ...options }) as ValuesAndIndices;

/** Whether each element but the first along `dim` is another than the one before it; the first is. */
export function changes(x: Value, dim: number): Value {
  const n = x.shape[dim];
  const first = constant(
    1,
    x.shape.map((length, d) => (d === dim ? 1 : length)),
    'bool',
  );
  if (n === 1) return first;
  return cat([first, logicalNot(eq(narrow(x, dim, 1, n - 1), narrow(x, dim, 0, n - 1)))], dim);
}

/** The value met most often along `dim`, of several the smallest, and the index where it was last met. */
export function mode(x: Value, { dim = -1, keepdim = false }: AlongOptions = {}): ValuesAndIndices {
  const axis = normalizeDim(dim, x.shape.length, 'mode');
  if (x.shape.length === 0) return { values: x, indices: constant(0, [], 'i32') };
  if (x.shape[axis] === 0) {
    throw new ShapeError('mode: no elements along the dimension', { got: formatShape(x.shape) });
  }
  const order = argsort(x, { dim: axis });
  const sinceChange = distanceFromMark(changes(reorder(detach(x), order, axis), axis), axis);
  return taken(x, gather(order, axis, argmax(sinceChange, { dim: axis, keepdim: true })), axis, keepdim);
}

export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest';
export interface QuantileOptions extends AlongOptions {
  /** What lies between two elements. */
  readonly interpolation?: Interpolation | undefined;
}
/** Element at fractional ranks of lines in order: [.., n], [.., m] → [.., m]. */
function atRank(sorted: Value, rank: Value, interpolation: Interpolation): Value {
  const last = sorted.shape.length - 1;
  const at = (place: Value): Value => gather(sorted, last, cast(detach(place), 'i32'));
  if (interpolation === 'lower') return at(floor(rank));
  if (interpolation === 'higher') return at(ceil(rank));
  if (interpolation === 'nearest') return at(round(rank));
  const below = detach(floor(rank));
  return lerp(at(below), at(ceil(rank)), interpolation === 'midpoint' ? 0.5 : sub(rank, below));
}
function quantileOf(
  name: 'quantile' | 'nanquantile',
  x: Value,
  q: Operand,
  { dim, keepdim = false, interpolation = 'linear' }: QuantileOptions,
): Value {
  const parts = typeof q === 'number' ? constant(q, [], 'f32') : q;
  if (parts.dtype !== 'f32' || parts.shape.length > 1) {
    throw new ShapeError(`${name}: q is no number or vector`, {
      expected: 'f32, at most one dimension',
      got: `${parts.dtype}, ${formatShape(parts.shape)}`,
    });
  }
  if (typeof q === 'number' && !(q >= 0 && q <= 1)) {
    throw new ValueError(`${name}: q is no part of the whole`, { expected: '0 … 1', got: String(q) });
  }
  if (!['linear', 'lower', 'higher', 'midpoint', 'nearest'].includes(interpolation)) {
    throw new ValueError(`${name}: unknown interpolation`, {
      expected: 'linear, lower, higher, midpoint or nearest',
      got: interpolation,
    });
  }
  const input = floats(name, x);
  const flat = dim === undefined || x.shape.length === 0;
  const axis = normalizeDim(dim ?? 0, x.shape.length, name);
  const lines = flat ? reshape(input, [x.size]) : movedim(input, axis, -1);
  const n = lines.shape[lines.shape.length - 1];
  if (n === 0) throw new ShapeError(`${name}: no elements to choose from`, { got: formatShape(x.shape) });
  const last = lines.shape.length - 1;
  const sorted = reorder(lines, argsort(lines), last);
  const parted = reshape(parts, [...lines.shape.slice(0, -1).map(() => 1), parts.size]);
  const count = validAlong(lines, last);
  const top =
    name === 'nanquantile' ? cast(clamp(sub(count, 1), { min: 0 }), 'f32') : constant(n - 1, [], 'f32');
  const ranks = mul(parted, top);
  const spoilt = any(isnan(lines), { dim: -1, keepdim: true });
  const [rank] = spread(name, [name === 'quantile' ? where(spoilt, n - 1, ranks) : ranks, count]);
  const result = atRank(sorted, rank, interpolation);
  // [.., q]: q comes first, or is no dimension; and the reduced dimension where it is kept.
  const front = movedim(result, -1, 0);
  const rest = flat && keepdim ? x.shape.map(() => 1) : lines.shape.slice(0, -1);
  const kept = keepdim && !flat ? [...rest.slice(0, axis), 1, ...rest.slice(axis)] : rest;
  return reshape(front, parts.shape.length === 0 ? kept : [parts.size, ...kept]);
}
/**
 * What stands at the part q (0 … 1, a number, scalar or vector) of the order of x along `dim`, or of all its elements;
 * between two elements as `interpolation` says. NaN where there is one. A vector q gives the result a first dimension.
 */
export const quantile = (x: Value, q: Operand, options: QuantileOptions = {}): Value =>
  quantileOf('quantile', x, q, options);
/** The quantile of what is not NaN. */
export const nanquantile = (x: Value, q: Operand, options: QuantileOptions = {}): Value =>
  quantileOf('nanquantile', x, q, options);
