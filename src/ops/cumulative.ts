// Running products, extremes and log-sums along a dimension.
import type { DType } from '../core/dtype.ts';
import type { CompositeOp, GradRule } from '../core/op.ts';
import { normalizeDim } from '../core/shape.ts';
import { type Value, applyComposite } from '../core/value.ts';
import { add, maximum, minimum, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, isfinite, isinf, isnan, logicalAnd, logicalOr } from './comparison.ts';
import { constant, iota } from './create.ts';
import { cat } from './joining.ts';
import { abs, exp, log1p, neg } from './math.ts';
import { detach, expand, narrow, reshape } from './movement.ts';
import { backward, recurrence } from './recurrence.ts';
import { scanOp, scanned } from './scan.ts';
import { type ValuesAndIndices, composite } from './statistics.ts';

/** The place of each element along `dim`, over the shape; i32. */
function placesAlong(shape: readonly number[], dim: number): Value {
  const n = shape[dim];
  return expand(
    reshape(
      cast(iota([n]), 'i32'),
      shape.map((_, d) => (d === dim ? n : 1)),
    ),
    shape,
  );
}

export const cumprodOp = /* @__PURE__ */ scanOp('cumprod', {
  wgsl: () => 'return a * b;',
  cpu: (a, b) => a * b,
  integer: Math.imul,
  combine: (a, b) => mul(a, b),
  identity: () => 1,
});
/**
 * Product of the elements up to and including each, along `dim`. Of floats it is the recurrence h[j] = x[j]·h[j − 1],
 * whose derivatives divide by nothing: they are right where elements are zero.
 */
export function cumprod(x: Value, dim: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'cumprod');
  const input = x.dtype === 'bool' ? cast(x, 'i32') : x;
  if (x.shape.length === 0 || x.size === 0) return input;
  if (x.dtype !== 'f32' || !x.tracked) return scanned(cumprodOp, input, axis);
  const first = where(eq(placesAlong(x.shape, axis), 0), x, 0);
  return recurrence(x, first, axis);
}

interface Dim {
  readonly dim: number;
}
const LEAST: Readonly<Record<DType, number>> = { f32: -Infinity, i32: -(2 ** 31), u32: 0, bool: 0 };
const MOST: Readonly<Record<DType, number>> = { f32: Infinity, i32: 2 ** 31 - 1, u32: 2 ** 32 - 1, bool: 1 };

const runningMaxOp = /* @__PURE__ */ scanOp('runningMax', {
  wgsl: (dtype) => `return ${dtype === 'f32' ? 'max_' : 'max'}(a, b);`,
  cpu: Math.max,
  combine: (a, b) => maximum(a, b),
  identity: (dtype) => LEAST[dtype],
});
const runningMinOp = /* @__PURE__ */ scanOp('runningMin', {
  wgsl: (dtype) => `return ${dtype === 'f32' ? 'min_' : 'min'}(a, b);`,
  cpu: Math.min,
  combine: (a, b) => minimum(a, b),
  identity: (dtype) => MOST[dtype],
});
export { runningMaxOp, runningMinOp };

/** How far each element is behind the last one marked, along `dim`; i32. The first must be marked. */
export function distanceFromMark(mark: Value, dim: number): Value {
  const places = placesAlong(mark.shape, dim);
  return sub(places, scanned(runningMaxOp, where(mark, places, 0), dim));
}

/**
 * Each running extreme gives its gradient to the element it was taken from. The results taken from one element are
 * neighbours, and it is the first of them: a sum backwards that starts anew where the element changes.
 */
const toTaken: GradRule<Dim> = (g, { inputs: [x, indices], attrs: { dim } }) => {
  const n = x.shape[dim];
  const next = cat(
    [narrow(indices, dim, 1, n - 1), constant(-1, narrow(indices, dim, 0, 1).shape, 'i32')],
    dim,
  );
  const total = backward(cast(eq(next, indices), 'f32'), g, dim);
  return [where(eq(indices, placesAlong(x.shape, dim)), total, 0), null];
};
export const cummaxOp: CompositeOp<Dim> = /* @__PURE__ */ composite<Dim>('cummax', toTaken);
export const cumminOp: CompositeOp<Dim> = /* @__PURE__ */ composite<Dim>('cummin', toTaken);

function runningExtreme(kind: 'cummax' | 'cummin', x: Value, dim: number): ValuesAndIndices {
  const axis = normalizeDim(dim, x.shape.length, kind);
  if (x.shape.length === 0 || x.size === 0) return { values: x, indices: constant(0, x.shape, 'i32') };
  const input = x.dtype === 'bool' ? cast(x, 'u32') : detach(x);
  const running = scanned(kind === 'cummax' ? runningMaxOp : runningMinOp, input, axis);
  const equal = eq(input, running);
  // The latest element that reaches the extreme counts; from the first NaN on, the latest NaN.
  const reached = x.dtype === 'f32' ? logicalOr(equal, isnan(input)) : equal;
  const indices = scanned(runningMaxOp, where(reached, placesAlong(x.shape, axis), 0), axis);
  const op = kind === 'cummax' ? cummaxOp : cumminOp;
  return {
    values: applyComposite(op, [x, indices], { dim: axis }, cast(running, x.dtype)),
    indices,
  };
}
/** The largest element so far along `dim`, and where it was last met; NaN from the first NaN on. */
export const cummax = (x: Value, dim: number): ValuesAndIndices => runningExtreme('cummax', x, dim);
/** The smallest element so far along `dim`, and where it was last met; NaN from the first NaN on. */
export const cummin = (x: Value, dim: number): ValuesAndIndices => runningExtreme('cummin', x, dim);

const logSumScanOp = /* @__PURE__ */ scanOp('logSumScan', {
  wgsl: () =>
    'let most = max_(a, b); if (!is_finite(most)) { return most; } return most + log1p_(exp_(-abs(a - b)));',
  cpu: (a, b) => {
    const most = Math.max(a, b);
    return Number.isFinite(most) ? most + Math.log1p(Math.exp(-Math.abs(a - b))) : most;
  },
  combine: (a, b) => {
    const most = maximum(a, b);
    return where(isfinite(most), add(most, log1p(exp(neg(abs(sub(a, b)))))), most);
  },
  identity: () => -Infinity,
});
export { logSumScanOp };

/**
 * With y the result, the gradient is exp(x[i] − y[i])·t[i], t[i] = Σ g[j]·exp(y[i] − y[j]) over j ≥ i: a recurrence
 * backwards with factors exp(y[i] − y[i + 1]), none of which is above 1.
 */
export const logcumsumexpOp: CompositeOp<Dim> = /* @__PURE__ */ composite<Dim>('logcumsumexp', (g, y) => {
  const [x] = y.inputs;
  const { dim } = y.attrs;
  const n = x.shape[dim];
  const next = cat([narrow(y, dim, 1, n - 1), narrow(y, dim, n - 1, 1)], dim);
  // Two equal infinities have no difference, but nothing is lost between them.
  const ratio = (a: Value, b: Value): Value => exp(where(logicalAnd(eq(a, b), isinf(a)), 0, sub(a, b)));
  const total = backward(ratio(y, next), g, dim);
  return [mul(ratio(x, y), total)];
});
/** log Σ eˣ of the elements up to and including each, along `dim`, without overflow. */
export function logcumsumexp(x: Value, dim: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'logcumsumexp');
  const input = cast(x, 'f32');
  if (x.shape.length === 0 || x.size === 0) return input;
  return applyComposite(logcumsumexpOp, [input], { dim: axis }, scanned(logSumScanOp, detach(input), axis));
}
