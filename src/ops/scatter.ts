// Writing at places that a tensor of indices names: the last one there, a sum, a mean, a product or an extreme.
import { DtypeError, ValueError } from '../core/errors.ts';
import type { CoreOp, GradRule } from '../core/op.ts';
import { normalizeDim, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add, div, maximum, mul, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, ge, logicalAnd, logicalNot } from './comparison.ts';
import { constant, disconnected, iota } from './create.ts';
import { checkedIndex, forEachPlace, gatherOp, narrowTo, scatterSumOp } from './indexing.ts';
import { cat } from './joining.ts';
import { expand, narrow, reshape } from './movement.ts';

/** How what arrives at one place becomes one number; `last` is the one with the largest index. */
type Fold = 'last' | 'sum' | 'prod' | 'amax' | 'amin';
interface ScatterAttrs {
  readonly dim: number;
  readonly fold: Fold;
  /** Whether what was there before is one of the terms. */
  readonly includeSelf: boolean;
}

const folds: Readonly<
  Record<Fold, { wgsl: (dtype: string) => string; cpu: (a: number, b: number) => number }>
> = {
  last: { wgsl: () => 'b', cpu: (_, b) => b },
  sum: { wgsl: () => 'a + b', cpu: (a, b) => a + b },
  prod: { wgsl: () => 'a * b', cpu: (a, b) => a * b },
  amax: { wgsl: (dtype) => (dtype === 'f32' ? 'max_(a, b)' : 'max(a, b)'), cpu: Math.max },
  amin: { wgsl: (dtype) => (dtype === 'f32' ? 'min_(a, b)' : 'min(a, b)'), cpu: Math.min },
};

/** The rules read the fields of a call: x, source and index, the output, and its gradient. */
const grad: GradRule<ScatterAttrs> = (g, y, needs) => {
  const [, , index] = y.inputs;
  const { dim, fold, includeSelf } = y.attrs;
  const at = (v: Value): Value => applyCore(gatherOp, [v, index], { dim });
  if (fold === 'last' || fold === 'sum') {
    const kept = fold === 'sum' && includeSelf ? g : clearedAt(g, dim, index);
    return [needs[0] ? kept : null, needs[1] ? (fold === 'sum' ? at(g) : ofLast(g, dim, index)) : null, null];
  }
  return fold === 'prod' ? productGrad(g, y, at, needs) : extremeGrad(g, y, at, needs);
};

export const scatterFoldOp: CoreOp<ScatterAttrs> = {
  name: 'scatterReduce',
  kind: 'core',
  batch: 'shift',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [x, source], output, attrs: { dim, fold, includeSelf } }) => [
    {
      shader: 'scatter_fold',
      constants: { INCLUDE_SELF: includeSelf },
      aliases: { T: output.dtype === 'bool' ? 'u32' : output.dtype },
      functions: { combine: `return ${folds[fold].wgsl(output.dtype)};` },
      params: {
        size: sizeOf(output.shape),
        inner: sizeOf(x.shape.slice(dim + 1)),
        count: source.shape[dim],
        length: x.shape[dim],
      },
      workgroups: Math.ceil(sizeOf(output.shape) / 64),
      reads: { x: 0, a: 1, places: 2 },
    },
  ],
  cpu: ([x, source, index], output, { dim, fold, includeSelf }) => {
    const combine = x.dtype !== 'f32' && fold === 'prod' ? Math.imul : folds[fold].cpu;
    const started = new Uint8Array(output.data.length).fill(Number(includeSelf));
    output.data.set(x.data);
    forEachPlace(index, dim, x.shape[dim], (i, target) => {
      output.data[target] = started[target] ? combine(output.data[target], source.data[i]) : source.data[i];
      started[target] = 1;
    });
  },
  grad,
};

const fold = (x: Value, source: Value, index: Value, attrs: ScatterAttrs): Value =>
  applyCore(scatterFoldOp, [x, source, index], attrs);
/** The number of times that each place is named; f32. */
const countsOf = (flags: Value, dim: number, index: Value, length: number): Value =>
  applyCore(scatterSumOp, [cast(flags, 'f32'), index], { dim, length });

/** g, but zero at the places. */
const clearedAt = (g: Value, dim: number, index: Value): Value =>
  fold(g, constant(0, index.shape, g.dtype), index, { dim, fold: 'last', includeSelf: false });

/** j, the place along dim, of every element of `shape`; i32. */
function along(shape: readonly number[], dim: number): Value {
  const line = shape.map((n, d) => (d === dim ? n : 1));
  return expand(reshape(cast(iota([shape[dim]]), 'i32'), line), shape);
}
/** g at the places, for those elements that were the last to be written there. */
function ofLast(g: Value, dim: number, index: Value): Value {
  const own = along(index.shape, dim);
  const winner = fold(constant(-1, g.shape, 'i32'), own, index, { dim, fold: 'last', includeSelf: false });
  const isWinner = eq(applyCore(gatherOp, [winner, index], { dim }), own);
  return where(isWinner, applyCore(gatherOp, [g, index], { dim }), 0);
}

type Placed = Value & { readonly attrs: ScatterAttrs };
type At = (v: Value) => Value;

/** Where something arrives. */
function touched({ inputs: [x, , index], attrs: { dim } }: Placed): Value {
  const arrives = constant(1, index.shape, 'bool');
  return fold(constant(0, x.shape, 'bool'), arrives, index, { dim, fold: 'last', includeSelf: false });
}
/** Whether x itself counts: everywhere, or where nothing arrives. */
const selfCounts = (y: Placed): Value =>
  y.attrs.includeSelf ? constant(1, y.shape, 'bool') : logicalNot(touched(y));

/**
 * g times the product of all others: the product divided by the own factor, or where that is 0 (in the source, the only
 * 0) the product with 1 in its place. Both can be differentiated again; with two zeros at a place of the source, once.
 */
function productGrad(g: Value, y: Placed, at: At, needs: readonly boolean[]): (Value | null)[] {
  const [x, source, index] = y.inputs;
  const { dim, includeSelf } = y.attrs;
  const [xZero, sourceZero] = [eq(x, 0), eq(source, 0)];
  const zeros = countsOf(sourceZero, dim, index, x.shape[dim]);
  const sourceAlone = logicalAnd(sourceZero, eq(at(zeros), 1));
  const rest = (own: Value, others: Value): Value => mul(g, fold(own, others, index, y.attrs));
  const all = mul(g, y);
  const ofX = (): Value => {
    if (!includeSelf) return where(touched(y), 0, g);
    const own = where(xZero, rest(where(xZero, 1, x), source), div(all, where(xZero, 1, x)));
    return where(touched(y), own, g);
  };
  const ofSource = (): Value =>
    where(
      sourceAlone,
      at(rest(x, where(sourceAlone, 1, source))),
      div(at(all), where(sourceZero, 1, source)),
    );
  return [needs[0] ? ofX() : null, needs[1] ? ofSource() : null, null];
}

/** Tied extremes share the gradient. */
function extremeGrad(g: Value, y: Placed, at: At, needs: readonly boolean[]): (Value | null)[] {
  const [x, source, index] = y.inputs;
  const { dim } = y.attrs;
  const xIs = logicalAnd(eq(x, y), selfCounts(y));
  const sourceIs = eq(source, at(y));
  const ties = add(cast(xIs, 'f32'), countsOf(sourceIs, dim, index, x.shape[dim]));
  const share = div(g, ties);
  return [needs[0] ? where(xIs, share, 0) : null, needs[1] ? where(sourceIs, at(share), 0) : null, null];
}

/** The arguments of a scatter brought together: x and source narrowed to the index, and the way back to x. */
interface Prepared {
  readonly x: Value;
  readonly source: Value;
  readonly index: Value;
  readonly dim: number;
  readonly back: (part: Value) => Value;
}
function prepared(name: string, x: Value, dim: number, index: Value, source: Value): Prepared {
  if (x.dtype !== source.dtype) {
    throw new DtypeError(`${name}: element types differ`, { expected: x.dtype, got: source.dtype });
  }
  if (x.shape.length === 0) {
    const one = prepared(
      name,
      reshape(x, [1]),
      dim,
      reshape(index, [index.size]),
      reshape(source, [source.size]),
    );
    return { ...one, back: (part) => reshape(one.back(part), []) };
  }
  const axis = normalizeDim(dim, x.shape.length, name);
  const places = checkedIndex(name, index, axis, x.shape[axis]);
  const part = narrowTo(name, x, index, axis);
  const given = narrow(narrowTo(name, source, index, axis), axis, 0, index.shape[axis]);
  // What lies beyond the index is joined on again, dimension by dimension.
  const back = (written: Value): Value =>
    x.shape.reduceRight((whole, n, d) => {
      const own = whole.shape[d];
      if (own === n) return whole;
      const rest = x.shape.reduce(
        (v, _, e) => (e < d && e !== axis ? narrow(v, e, 0, index.shape[e]) : v),
        x,
      );
      return cat([whole, narrow(rest, d, own, n - own)], d);
    }, written);
  return { x: part, source: given, index: places, dim: axis, back };
}
function scattered(
  name: string,
  x: Value,
  dim: number,
  index: Value,
  source: Value,
  how: Omit<ScatterAttrs, 'dim'>,
): Value {
  const call = prepared(name, x, dim, index, source);
  if (index.size === 0) return disconnected(x, [source]);
  return call.back(fold(call.x, call.source, call.index, { dim: call.dim, ...how }));
}

/** A number stands for as many as there are indices. */
const sourceOf = (x: Value, index: Value, source: Value | number): Value =>
  typeof source === 'number' ? constant(source, index.shape, x.dtype) : source;

/**
 * x with source (a tensor or a number) written at the places that index names along `dim`. Where a place is named twice
 * the later one stays, and only it gets a gradient. `reduce` 'add' or 'multiply' keeps what was there as a term.
 */
export function scatter(
  x: Value,
  dim: number,
  index: Value,
  source: Value | number,
  { reduce }: { reduce?: 'add' | 'multiply' | undefined } = {},
): Value {
  if (reduce !== undefined && reduce !== 'add' && reduce !== 'multiply') {
    throw new ValueError('scatter: unknown reduction', {
      expected: "'add' or 'multiply'",
      got: String(reduce),
    });
  }
  const how = reduce === undefined ? 'last' : reduce === 'add' ? 'sum' : 'prod';
  return scattered('scatter', x, dim, index, sourceOf(x, index, source), {
    fold: how,
    includeSelf: how !== 'last',
  });
}

export type Reduce = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';
export interface ScatterReduceOptions {
  /** Whether what was there before is one of the terms. */
  readonly includeSelf?: boolean | undefined;
}
/**
 * x with, at the places that index names along `dim`, the sum, product, mean or extreme of what source has for them. Tied
 * extremes share the gradient.
 */
export function scatterReduce(
  x: Value,
  dim: number,
  index: Value,
  source: Value,
  reduce: Reduce,
  { includeSelf = true }: ScatterReduceOptions = {},
): Value {
  if (reduce === 'mean') return scatterMean(x, dim, index, source, includeSelf);
  if (!(reduce in folds) || (reduce as string) === 'last') {
    throw new ValueError('scatterReduce: unknown reduction', {
      expected: "'sum', 'prod', 'mean', 'amax' or 'amin'",
      got: reduce,
    });
  }
  return scattered('scatterReduce', x, dim, index, source, { fold: reduce, includeSelf });
}
function scatterMean(x: Value, dim: number, index: Value, source: Value, includeSelf: boolean): Value {
  const sum = scattered('scatterReduce', x, dim, index, source, { fold: 'sum', includeSelf });
  const ones = constant(1, index.shape, x.dtype);
  const start = constant(Number(includeSelf), x.shape, x.dtype);
  const counts = scattered('scatterReduce', start, dim, index, ones, { fold: 'sum', includeSelf: true });
  return div(sum, maximum(counts, 1), x.dtype === 'f32' ? {} : { roundingMode: 'floor' });
}

/** A vector of indices along one dimension of x, checked; and the source, with that many slices. */
function sliceIndex(name: string, x: Value, dim: number, index: Value, source: Value): Prepared {
  const axis = normalizeDim(dim, x.shape.length, name);
  const line = x.shape.length === 0 ? reshape(x, [1]) : x;
  const count = index.size;
  const shape = line.shape.map((n, d) => (d === axis ? count : n));
  const given = x.shape.length === 0 ? reshape(source, [source.size]) : source;
  if (
    index.shape.length > 1 ||
    given.shape.length !== shape.length ||
    given.shape.some((n, d) => n !== shape[d])
  ) {
    throw new ValueError(`${name}: one slice for each index`, {
      expected: `a vector of indices, and a source of [${shape.join(', ')}]`,
      got: `indices of [${index.shape.join(', ')}], and a source of [${source.shape.join(', ')}]`,
    });
  }
  if (x.dtype !== source.dtype) {
    throw new DtypeError(`${name}: element types differ`, { expected: x.dtype, got: source.dtype });
  }
  const places = reshape(checkedIndex(name, index, axis, line.shape[axis]), [count]);
  return { x: line, source: given, index: places, dim: axis, back: (part) => reshape(part, x.shape) };
}
/** The vector along dim of something of this rank, over the shape. */
const lined = (v: Value, shape: readonly number[], dim: number): Value =>
  expand(
    reshape(
      v,
      shape.map((_, d) => (d === dim ? v.size : 1)),
    ),
    shape,
  );

/** x with alpha·source added to the slices that index names along `dim`; they may repeat, and are added in order. */
export function indexAdd(
  x: Value,
  dim: number,
  index: Value,
  source: Value,
  { alpha = 1 }: { alpha?: number } = {},
): Value {
  const call = sliceIndex('indexAdd', x, dim, index, source);
  if (call.source.size === 0) return disconnected(x, [source]);
  const terms = alpha === 1 ? call.source : mul(call.source, alpha);
  const places = lined(call.index, terms.shape, call.dim);
  const sums = applyCore(scatterSumOp, [terms, places], { dim: call.dim, length: call.x.shape[call.dim] });
  return call.back(add(call.x, sums));
}

/** For each place of a dimension the last j that index names it with, or −1. [count] → [length]; i32 */
function lastOf(index: Value, length: number): Value {
  return fold(constant(-1, [length], 'i32'), along(index.shape, 0), index, {
    dim: 0,
    fold: 'last',
    includeSelf: false,
  });
}

/** x with the slices of source in the places that index names along `dim`; the later of two stays. */
export function indexCopy(x: Value, dim: number, index: Value, source: Value): Value {
  const call = sliceIndex('indexCopy', x, dim, index, source);
  if (call.source.size === 0) return disconnected(x, [source]);
  const last = lastOf(call.index, call.x.shape[call.dim]);
  const from = lined(maximum(last, 0), call.x.shape, call.dim);
  const copied = applyCore(gatherOp, [call.source, from], { dim: call.dim });
  return call.back(where(lined(ge(last, 0), call.x.shape, call.dim), copied, call.x));
}

/** x with `value` in the slices that index names along `dim`. */
export function indexFill(x: Value, dim: number, index: Value, value: Value | number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'indexFill');
  const fill = typeof value === 'number' ? constant(value, [], x.dtype) : cast(value, x.dtype);
  if (fill.shape.length > 0 || index.shape.length > 1) {
    throw new ValueError('indexFill: a vector of indices and one number', {
      got: `indices of [${index.shape.join(', ')}], a value of [${fill.shape.join(', ')}]`,
    });
  }
  const line = x.shape.length === 0 ? reshape(x, [1]) : x;
  const places = reshape(checkedIndex('indexFill', index, axis, line.shape[axis]), [index.size]);
  if (index.size === 0 || x.size === 0) return disconnected(x, [fill]);
  const named = ge(lastOf(places, line.shape[axis]), 0);
  return reshape(where(lined(named, line.shape, axis), fill, line), x.shape);
}

/** scatterReduce of whole slices: a product, mean or extreme for each place that index names along `dim`. */
export function indexReduce(
  x: Value,
  dim: number,
  index: Value,
  source: Value,
  reduce: 'prod' | 'mean' | 'amax' | 'amin',
  options: ScatterReduceOptions = {},
): Value {
  const call = sliceIndex('indexReduce', x, dim, index, source);
  const places = lined(call.index, call.source.shape, call.dim);
  return call.back(scatterReduce(call.x, call.dim, places, call.source, reduce, options));
}
