// Pools: the largest element or the mean of windows over one to three dimensions.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp } from '../core/op.ts';
import { formatShape, sizeOf } from '../core/shape.ts';
import { type Value, applyComposite, applyCore } from '../core/value.ts';
import { add, div, maximum, minimum, mul, sub } from './arithmetic.ts';
import { cast } from './cast.ts';
import { constant, disconnected, iota } from './create.ts';
import { detach, expand, reshape } from './movement.ts';
import {
  type PoolAttrs,
  type WindowAttrs,
  poolIndexOp,
  poolMaxOp,
  poolPlaceOp,
  windowSumOp,
} from './pool-kernels.ts';
import { composite } from './statistics.ts';
import { type PerDim, checkFloat, perDim } from './window.ts';

export interface PoolOptions {
  /** The kernel's size by default. */
  readonly stride?: PerDim | null | undefined;
  readonly padding?: PerDim | undefined;
  /** Whether a last window that begins inside, but ends outside, counts. */
  readonly ceilMode?: boolean | undefined;
}
export interface MaxPoolOptions extends PoolOptions {
  readonly dilation?: PerDim | undefined;
}
export interface AvgPoolOptions extends PoolOptions {
  /** Whether zeros of the padding count as elements. Default true. */
  readonly countIncludePad?: boolean | undefined;
  /** What to divide by, in place of the number of elements. */
  readonly divisorOverride?: number | null | undefined;
}

interface Windows {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly adaptive: boolean;
  readonly size: readonly number[];
}

function checkInput(where: string, dims: number, x: Value): void {
  checkFloat(where, x);
  const rank = x.shape.length;
  if ((rank !== dims + 1 && rank !== dims + 2) || x.shape.slice(-dims - 1).includes(0)) {
    throw new ShapeError(`${where}: the input does not fit`, {
      expected: `${dims + 2} dimensions, or ${dims + 1} without the batch, none but the batch empty`,
      got: formatShape(x.shape),
    });
  }
}

/** The number of windows along a dimension; with `ceilMode` a last one that begins inside counts too. */
function placesOf(length: number, reach: number, stride: number, padding: number, ceilMode: boolean): number {
  const room = length + 2 * padding - reach;
  if (!ceilMode) return Math.floor(room / stride) + 1;
  const places = Math.ceil(room / stride) + 1;
  return (places - 1) * stride >= length + padding ? places - 1 : places;
}

function windowsOf(
  where: string,
  x: Value,
  dims: number,
  kernelSize: PerDim,
  options: MaxPoolOptions,
): Windows {
  const kernel = perDim(where, 'kernelSize', kernelSize, dims, 1);
  const given = options.stride ?? [];
  const stride =
    typeof given !== 'number' && given.length === 0 ? kernel : perDim(where, 'stride', given, dims, 1);
  const padding = perDim(where, 'padding', options.padding ?? 0, dims, 0);
  const dilation = perDim(where, 'dilation', options.dilation ?? 1, dims, 1);
  if (padding.some((n, d) => n > kernel[d] / 2)) {
    throw new ValueError(`${where}: the padding is more than half of the kernel`, {
      expected: `at most half of ${formatShape(kernel)}`,
      got: formatShape(padding),
    });
  }
  const lengths = x.shape.slice(-dims);
  const size = lengths.map((n, d) =>
    placesOf(n, dilation[d] * (kernel[d] - 1) + 1, stride[d], padding[d], options.ceilMode ?? false),
  );
  if (size.some((n) => n < 1)) {
    throw new ShapeError(`${where}: the kernel is longer than the padded input`, {
      where: `kernel ${formatShape(kernel)}, padding ${formatShape(padding)}`,
      got: formatShape(x.shape),
    });
  }
  return { kernel, stride, padding, dilation, adaptive: false, size };
}

/** One number for all dimensions or one for each; null keeps a length. */
export type AdaptiveSize = number | readonly (number | null)[];
function adaptiveWindows(where: string, x: Value, dims: number, outputSize: AdaptiveSize): Windows {
  const lengths = x.shape.slice(-dims);
  const list = typeof outputSize === 'number' ? [outputSize] : outputSize;
  const full = list.length === 1 ? lengths.map(() => list[0]) : list;
  const size = perDim(
    where,
    'outputSize',
    full.map((n, d) => n ?? lengths[d]),
    dims,
    1,
  );
  const one = lengths.map(() => 1);
  return { kernel: one, stride: one, padding: lengths.map(() => 0), dilation: one, adaptive: true, size };
}

export interface PooledWithIndices {
  readonly output: Value;
  /** Where in its plane each came from, counted over the pooled dimensions; i32. */
  readonly indices: Value;
}
/** The largest elements, given them and where they lie. */
export const maxPoolOp: CompositeOp<PoolAttrs> = /* @__PURE__ */ composite<PoolAttrs>('maxPool', (g, y) => [
  applyCore(poolPlaceOp, [g, y.inputs[1]], y.attrs),
  null,
]);
const three = (list: readonly number[], fill: number): number[] => [
  ...new Array<number>(3 - list.length).fill(fill),
  ...list,
];

function maxPooled(x: Value, dims: number, windows: Windows): PooledWithIndices {
  const shape = [...x.shape.slice(0, -dims), ...windows.size];
  if (sizeOf(shape) === 0) {
    return {
      output: disconnected(constant(0, shape, 'f32'), [x]),
      indices: constant(0, shape, 'i32'),
    };
  }
  const attrs: PoolAttrs = {
    input: three(x.shape.slice(-dims), 1),
    size: three(windows.size, 1),
    adaptive: windows.adaptive,
    kernel: three(windows.kernel, 1),
    stride: three(windows.stride, 1),
    padding: three(windows.padding, 0),
    dilation: three(windows.dilation, 1),
  };
  const planes = reshape(x, [x.size / sizeOf(attrs.input), ...attrs.input]);
  // The largest element itself is one kernel; only its gradient, or somebody who asks, needs to know where it lies.
  const indices = applyCore(poolIndexOp, [detach(planes)], attrs);
  const body = applyCore(poolMaxOp, [detach(planes)], attrs);
  const output = applyComposite(maxPoolOp, [planes, indices], attrs, body);
  return { output: reshape(output, shape), indices: reshape(indices, shape) };
}

/** How many elements window p has, as the mean divides by. */
function countOf(p: number, w: Omit<WindowAttrs, 'dim'>, includePad: boolean): number {
  if (w.adaptive) return Math.ceil(((p + 1) * w.length) / w.places) - Math.floor((p * w.length) / w.places);
  const start = p * w.stride - w.padding;
  if (includePad) return Math.min(start + w.kernel, w.length + w.padding) - start;
  return Math.min(start + w.kernel, w.length) - Math.max(start, 0);
}
/** The same as a vector [places], or a number where all are equal. */
function counts(w: Omit<WindowAttrs, 'dim'>, includePad: boolean): Value | number {
  const list = Array.from({ length: w.places }, (_, p) => countOf(p, w, includePad));
  if (list.every((n) => n === list[0])) return list[0];
  const p = cast(iota([w.places]), 'i32');
  if (w.adaptive) {
    const floor = { roundingMode: 'floor' } as const;
    const end = div(add(mul(add(p, 1), w.length), w.places - 1), w.places, floor);
    return cast(sub(end, div(mul(p, w.length), w.places, floor)), 'f32');
  }
  const start = sub(mul(p, w.stride), w.padding);
  const end = minimum(add(start, w.kernel), includePad ? w.length + w.padding : w.length);
  return cast(sub(end, includePad ? start : maximum(start, 0)), 'f32');
}

function avgPooled(
  x: Value,
  dims: number,
  windows: Windows,
  { countIncludePad = true, divisorOverride = null }: AvgPoolOptions,
): Value {
  const lead = x.shape.length - dims;
  const shape = [...x.shape.slice(0, lead), ...windows.size];
  if (sizeOf(shape) === 0) return disconnected(constant(0, shape, 'f32'), [x]);
  let total = x;
  let divisor = divisorOverride ?? 1;
  const vectors: Value[] = [];
  for (let d = 0; d < dims; d++) {
    const attrs: WindowAttrs = {
      dim: lead + d,
      length: x.shape[lead + d],
      places: windows.size[d],
      adaptive: windows.adaptive,
      kernel: windows.kernel[d],
      stride: windows.stride[d],
      padding: windows.padding[d],
    };
    total = applyCore(windowSumOp, [total], attrs);
    if (divisorOverride !== null) continue;
    const count = counts(attrs, countIncludePad);
    if (typeof count === 'number') divisor *= count;
    else vectors.push(reshape(count, [attrs.places, ...new Array<number>(dims - 1 - d).fill(1)]));
  }
  const even = divisor === 1 ? total : div(total, divisor);
  return vectors.reduce((y, vector) => div(y, expand(vector, y.shape)), even);
}

export const maxPoolNd = (
  where: string,
  dims: number,
  x: Value,
  kernelSize: PerDim,
  options: MaxPoolOptions = {},
): PooledWithIndices => {
  checkInput(where, dims, x);
  return maxPooled(x, dims, windowsOf(where, x, dims, kernelSize, options));
};
export const adaptiveMaxPoolNd = (
  where: string,
  dims: number,
  x: Value,
  outputSize: AdaptiveSize,
): PooledWithIndices => {
  checkInput(where, dims, x);
  return maxPooled(x, dims, adaptiveWindows(where, x, dims, outputSize));
};
export const avgPoolNd = (
  where: string,
  dims: number,
  x: Value,
  kernelSize: PerDim,
  options: AvgPoolOptions = {},
): Value => {
  checkInput(where, dims, x);
  if (options.divisorOverride === 0) throw new ValueError(`${where}: the divisor is 0`);
  return avgPooled(x, dims, windowsOf(where, x, dims, kernelSize, options), options);
};
export const adaptiveAvgPoolNd = (where: string, dims: number, x: Value, outputSize: AdaptiveSize): Value => {
  checkInput(where, dims, x);
  return avgPooled(x, dims, adaptiveWindows(where, x, dims, outputSize), {});
};
