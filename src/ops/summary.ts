// Summaries of several numbers, or of those that are numbers: extremes, moments, counts.
import type { CompositeOp } from '../core/op.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { div, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { isnan, logicalNot, ne } from './comparison.ts';
import { type ReduceOptions, amax, amin, sum } from './reduce.ts';
import { type VarOptions, composite, floats, mean, std, variance } from './statistics.ts';

export const nansumOp: CompositeOp = composite('nansum');
/** Σ of what is not NaN along `dim`. */
export function nansum(x: Value, options: ReduceOptions = {}): Value {
  if (x.dtype !== 'f32') return sum(x, options);
  return applyComposite(nansumOp, [x], none, sum(where(isnan(x), 0, x), options));
}

export const nanmeanOp: CompositeOp = composite('nanmean');
/** Mean of what is not NaN along `dim`; NaN where there is nothing else. */
export function nanmean(x: Value, options: ReduceOptions = {}): Value {
  const count = sum(cast(logicalNot(isnan(floats('nanmean', x))), 'f32'), options);
  return applyComposite(nanmeanOp, [x], none, div(nansum(x, options), count));
}

/** How many elements are not zero, along `dim`; i32. */
export const countNonzero = (x: Value, options: Pick<ReduceOptions, 'dim'> = {}): Value =>
  sum(cast(ne(x, 0), 'i32'), { dim: options.dim });

/** The smallest and the largest element along `dim`, NaN where there is one; tied elements share the gradient. */
export const aminmax = (x: Value, options: ReduceOptions = {}): { min: Value; max: Value } => ({
  min: amin(x, options),
  max: amax(x, options),
});

/** Variance and mean along `dim`. */
export function varMean(x: Value, options: VarOptions = {}): { variance: Value; mean: Value } {
  const { dim, keepdim } = options;
  return { variance: variance(x, options), mean: mean(x, { dim, keepdim }) };
}
/** Standard deviation and mean along `dim`. */
export function stdMean(x: Value, options: VarOptions = {}): { std: Value; mean: Value } {
  const { dim, keepdim } = options;
  return { std: std(x, options), mean: mean(x, { dim, keepdim }) };
}
