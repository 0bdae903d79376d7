// Means, variances, softmax and their kin: reductions with a formula around them, under a name of their own on the tape.
import { DtypeError } from '../core/errors.ts';
import type { CompositeOp, GradRule } from '../core/op.ts';
import { normalizeDim, normalizeDims } from '../core/shape.ts';
import { type Value, applyComposite } from '../core/value.ts';
import { add, div, mul, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, isfinite } from './comparison.ts';
import { iota } from './create.ts';
import { detach, expand, reshape } from './movement.ts';
import { type ReduceOptions, amax, amin, argmax, argmin, spreadOver, sum } from './reduce.ts';
import { exp, log, sqrt } from './math.ts';

/** A composite's entry: its name, and its gradient where one formula beats its body's. */
export function composite<A extends object>(name: string, grad: GradRule<A> | null = null): CompositeOp<A> {
  return { name, kind: 'composite', grad };
}

interface Dims {
  readonly dims: readonly number[];
}
const countOf = (x: Value, dims: readonly number[]): number =>
  dims.reduce((product, d) => product * x.shape[d], 1);
/** The gradient as if the reduced dimensions had been kept, over x's shape. */
const over = (g: Value, x: Value, dims: readonly number[]): Value => spreadOver(g, x, dims);

/** x, if it is made of floats. */
export function floats(where_: string, x: Value): Value {
  if (x.dtype !== 'f32') {
    throw new DtypeError(`${where_}: element type`, {
      expected: 'f32',
      got: x.dtype,
      fix: 'convert with .to("f32")',
    });
  }
  return x;
}

export const meanOp: CompositeOp<Dims> = {
  ...composite<Dims>('mean', (g, y) => {
    const [x] = y.inputs;
    const { dims } = y.attrs;
    // Over no elements there is no gradient to be divided, but its own derivative has to stay 0.
    return [over(div(g, Math.max(1, countOf(x, dims))), x, dims)];
  }),
  linear: true,
};
/** Mean along `dim`; NaN over no elements. */
export function mean(x: Value, options: ReduceOptions = {}): Value {
  const dims = normalizeDims(options.dim, floats('mean', x).shape.length, 'mean');
  return applyComposite(meanOp, [x], { dims }, div(sum(x, options), countOf(x, dims)));
}

export interface VarOptions extends ReduceOptions {
  /** Divides by n − correction: 1 is the unbiased estimate, 0 the mean square deviation. */
  readonly correction?: number | undefined;
}
interface VarAttrs extends Dims {
  readonly divisor: number;
}
export const varOp: CompositeOp<VarAttrs> = {
  ...composite<VarAttrs>('variance', (g, y) => {
    const [x] = y.inputs;
    const { dims, divisor } = y.attrs;
    const deviation = sub(x, expand(mean(x, { dim: dims, keepdim: true }), x.shape));
    return [mul(over(g, x, dims), mul(deviation, 2 / divisor))];
  }),
  tapeName: 'Var',
};
/** Variance along `dim`, in two passes. */
export function variance(x: Value, options: VarOptions = {}): Value {
  const dims = normalizeDims(options.dim, floats('var', x).shape.length, 'var');
  const divisor = Math.max(0, countOf(x, dims) - (options.correction ?? 1));
  const deviation = sub(x, expand(mean(x, { dim: dims, keepdim: true }), x.shape));
  const body = div(sum(mul(deviation, deviation), { ...options, dim: dims }), divisor);
  return applyComposite(varOp, [x], { dims, divisor }, body);
}
export const stdOp = composite<VarAttrs>('std', (g, y) => {
  const [x] = y.inputs;
  const { dims, divisor } = y.attrs;
  const deviation = sub(x, expand(mean(x, { dim: dims, keepdim: true }), x.shape));
  const slope = where(eq(y, 0), 0, div(g, mul(y, divisor)));
  return [mul(over(slope, x, dims), deviation)];
});
/** Standard deviation along `dim`; its derivative where it is 0 is 0. */
export function std(x: Value, options: VarOptions = {}): Value {
  const dims = normalizeDims(options.dim, floats('std', x).shape.length, 'std');
  const divisor = Math.max(0, countOf(x, dims) - (options.correction ?? 1));
  return applyComposite(stdOp, [x], { dims, divisor }, sqrt(variance(x, options)));
}

export const logsumexpOp = composite<Dims>('logsumexp', (g, y) => {
  const [x] = y.inputs;
  const { dims } = y.attrs;
  return [mul(over(g, x, dims), exp(sub(x, over(y, x, dims))))];
});
/** log Σ eˣ along `dim`, without overflow. */
export function logsumexp(
  x: Value,
  dim?: number | readonly number[],
  { keepdim = false }: { keepdim?: boolean } = {},
): Value {
  const dims = normalizeDims(dim, x.shape.length, 'logsumexp');
  const input = cast(x, 'f32');
  if (input.size === 0) return log(sum(exp(input), { dim: dims, keepdim }));
  const most = detach(amax(input, { dim: dims, keepdim: true }));
  const shift = where(isfinite(most), most, 0);
  const kept = add(log(sum(exp(sub(input, expand(shift, x.shape))), { dim: dims, keepdim: true })), shift);
  const shape = keepdim ? kept.shape : x.shape.filter((_, d) => !dims.includes(d));
  return applyComposite(logsumexpOp, [input], { dims }, reshape(kept, shape));
}

interface Dim {
  readonly dim: number;
}
/** x minus its largest element along dim, so that no exponential overflows. */
function shifted(x: Value, dim: number): Value {
  return sub(x, expand(detach(amax(x, { dim, keepdim: true })), x.shape));
}
export const softmaxOp = composite<Dim>('softmax', (g, y) => {
  const weighted = mul(g, y);
  const total = sum(weighted, { dim: y.attrs.dim, keepdim: true });
  return [sub(weighted, mul(y, expand(total, y.shape)))];
});
/** eˣ / Σ eˣ along `dim`. */
export function softmax(x: Value, dim: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'softmax');
  const input = cast(x, 'f32');
  if (x.size === 0) return input;
  if (x.shape.length === 0) return applyComposite(softmaxOp, [input], { dim: 0 }, exp(sub(input, input)));
  const powers = exp(shifted(input, axis));
  const body = div(powers, expand(sum(powers, { dim: axis, keepdim: true }), x.shape));
  return applyComposite(softmaxOp, [input], { dim: axis }, body);
}
export const logSoftmaxOp = composite<Dim>('logSoftmax', (g, y) => {
  const total = sum(g, { dim: y.attrs.dim, keepdim: true });
  return [sub(g, mul(exp(y), expand(total, y.shape)))];
});
/** log(softmax(x)) along `dim`, without forming small probabilities. */
export function logSoftmax(x: Value, dim: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'logSoftmax');
  const input = cast(x, 'f32');
  if (x.size === 0) return input;
  if (x.shape.length === 0) return applyComposite(logSoftmaxOp, [input], { dim: 0 }, sub(input, input));
  const low = shifted(input, axis);
  const body = sub(low, expand(log(sum(exp(low), { dim: axis, keepdim: true })), x.shape));
  return applyComposite(logSoftmaxOp, [input], { dim: axis }, body);
}

export interface ValuesAndIndices {
  readonly values: Value;
  /** i32. */
  readonly indices: Value;
}
function extremeAlong(
  arg: typeof argmax,
  take: typeof amax,
  x: Value,
  dim: number,
  keepdim: boolean,
): ValuesAndIndices {
  if (x.shape.length === 0) return { values: x, indices: arg(x, { dim: 0 }) };
  const axis = normalizeDim(dim, x.shape.length, 'max');
  const indices = arg(x, { dim: axis, keepdim: true });
  // The extreme itself is one reduction; only its gradient needs to know where it stood.
  const op = take === amax ? maxOp : minOp;
  const values = applyComposite(
    op,
    [x, indices],
    { dim: axis },
    take(detach(x), { dim: axis, keepdim: true }),
  );
  const shape = keepdim ? values.shape : x.shape.filter((_, d) => d !== axis);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}
const placed: GradRule<Dim> = (g, y) => {
  const [x, indices] = y.inputs;
  const { dim } = y.attrs;
  const n = x.shape[dim];
  const places = expand(
    reshape(
      cast(iota([n]), 'i32'),
      x.shape.map((_, d) => (d === dim ? n : 1)),
    ),
    x.shape,
  );
  return [where(eq(places, expand(indices, x.shape)), expand(g, x.shape), 0), null];
};
export const maxOp = composite<Dim>('max', placed);
export const minOp = composite<Dim>('min', placed);
/** The largest element along `dim` and the index of the first such. */
export const maxAlong = (x: Value, dim: number, keepdim = false): ValuesAndIndices =>
  extremeAlong(argmax, amax, x, dim, keepdim);
/** The smallest element along `dim` and the index of the first such. */
export const minAlong = (x: Value, dim: number, keepdim = false): ValuesAndIndices =>
  extremeAlong(argmin, amin, x, dim, keepdim);
