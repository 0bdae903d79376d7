// Convolutions over one to three dimensions, and their transposes. All are one sum of products of an input, a weight and
// an output: each of the three entries gives one of them from the two others, so their gradients are each other.
import type { CoreOp, HostTensor } from '../core/op.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import { type Shape, formatShape, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add } from './arithmetic.ts';
import { type ConvAttrs, convPasses, convWeightPasses } from './conv-kernels.ts';
import { constant, disconnected } from './create.ts';
import { expand, reshape } from './movement.ts';
import { type PerDim, checkFloat, perDim, sameSide } from './window.ts';

/** The (input, tap, output) places that meet, as flat indices. */
function meetings(input: Shape, kernel: Shape, output: Shape, attrs: ConvAttrs): [number, number, number][] {
  const { stride, padding, dilation } = attrs;
  const perAxis = [0, 1, 2].map((d) => {
    const list: [number, number, number][] = [];
    for (let p = 0; p < output[d]; p++) {
      for (let k = 0; k < kernel[d]; k++) {
        const s = p * stride[d] - padding[d] + k * dilation[d];
        if (s >= 0 && s < input[d]) list.push([s, k, p]);
      }
    }
    return list;
  });
  return perAxis.reduce<[number, number, number][]>(
    (all, axis, d) =>
      all.flatMap(([s, k, p]) =>
        axis.map(([t, l, q]): [number, number, number] => [
          s * input[d] + t,
          k * kernel[d] + l,
          p * output[d] + q,
        ]),
      ),
    [[0, 0, 0]],
  );
}

/** Visits the flat indices of input, weight and output of every product. */
function forEachProduct(
  [x, w, y]: readonly Shape[],
  attrs: ConvAttrs,
  visit: (x: number, w: number, y: number) => void,
): void {
  const met = meetings(x.slice(2), w.slice(2), y.slice(2), attrs);
  const [spots, taps, places] = [x, w, y].map((shape) => sizeOf(shape.slice(2)));
  const rows = w[0] / attrs.groups;
  for (let n = 0; n < x[0]; n++) {
    for (let o = 0; o < w[0]; o++) {
      for (let c = 0; c < w[1]; c++) {
        const channel = Math.floor(o / rows) * w[1] + c;
        for (const [s, k, p] of met) {
          visit((n * x[1] + channel) * spots + s, (o * w[1] + c) * taps + k, (n * y[1] + o) * places + p);
        }
      }
    }
  }
}

/** The output, summed in double precision. */
function summed(output: HostTensor, sum: (totals: Float64Array) => void): void {
  const totals = new Float64Array(output.data.length);
  sum(totals);
  output.data.set(totals);
}

/** x [N, C, 3 dims] and w [O, C / groups, 3 dims] to [N, O, 3 dims]. */
export const convOp: CoreOp<ConvAttrs> = {
  name: 'conv',
  tapeName: 'Convolution',
  kind: 'core',
  infer: ([x, w], { size }) => ({ shape: [x.shape[0], w.shape[0], ...size], dtype: 'f32' }),
  access: () => ({ kind: 'strided' }),
  passes: ({ inputs: [x, w], output, attrs }) => convPasses(x, w, output.shape, attrs, false),
  cpu: ([x, w], output, attrs) => {
    summed(output, (y) => {
      forEachProduct([x.shape, w.shape, output.shape], attrs, (i, j, k) => (y[k] += x.data[i] * w.data[j]));
    });
  },
  grad: (g, { inputs: [x, w], attrs }, needs) => [
    needs[0] ? applyCore(convInputOp, [g, w], { ...attrs, size: x.shape.slice(2) }) : null,
    needs[1] ? applyCore(convWeightOp, [x, g], { ...attrs, size: w.shape.slice(2) }) : null,
  ],
};

/** The transpose in x: g [N, O, 3 dims] and w [O, C / groups, 3 dims] to [N, C, 3 dims]. */
export const convInputOp: CoreOp<ConvAttrs> = {
  name: 'convTranspose',
  tapeName: 'Convolution',
  kind: 'core',
  infer: ([g, w], { size, groups }) => ({
    shape: [g.shape[0], w.shape[1] * groups, ...size],
    dtype: 'f32',
  }),
  access: () => ({ kind: 'strided' }),
  passes: ({ inputs: [g, w], output, attrs }) => convPasses(g, w, output.shape, attrs, true),
  cpu: ([g, w], output, attrs) => {
    summed(output, (x) => {
      forEachProduct([output.shape, w.shape, g.shape], attrs, (i, j, k) => (x[i] += g.data[k] * w.data[j]));
    });
  },
  grad: (v, { inputs: [g, w], attrs }, needs) => [
    needs[0] ? applyCore(convOp, [v, w], { ...attrs, size: g.shape.slice(2) }) : null,
    needs[1] ? applyCore(convWeightOp, [v, g], { ...attrs, size: w.shape.slice(2) }) : null,
  ],
};

/** The gradient of the weight: x [N, C, 3 dims] and g [N, O, 3 dims] to [O, C / groups, 3 dims]. */
export const convWeightOp: CoreOp<ConvAttrs> = {
  name: 'convWeight',
  tapeName: 'Convolution',
  kind: 'core',
  infer: ([x, g], { size, groups }) => ({
    shape: [g.shape[1], x.shape[1] / groups, ...size],
    dtype: 'f32',
  }),
  access: () => ({ kind: 'strided' }),
  passes: ({ inputs: [x, g], output, attrs }) => convWeightPasses(x, g, output.shape, attrs),
  cpu: ([x, g], output, attrs) => {
    summed(output, (w) => {
      forEachProduct([x.shape, output.shape, g.shape], attrs, (i, j, k) => (w[j] += x.data[i] * g.data[k]));
    });
  },
  grad: (v, { inputs: [x, g], attrs }, needs) => [
    needs[0] ? applyCore(convInputOp, [g, v], { ...attrs, size: x.shape.slice(2) }) : null,
    needs[1] ? applyCore(convOp, [x, v], { ...attrs, size: g.shape.slice(2) }) : null,
  ],
};

export interface ConvOptions {
  /** [out channels] */
  readonly bias?: Value | null | undefined;
  readonly stride?: PerDim | undefined;
  /** Zeros before and after each dimension; 'same' keeps its length, 'valid' is none. */
  readonly padding?: PerDim | 'same' | 'valid' | undefined;
  readonly dilation?: PerDim | undefined;
  readonly groups?: number | undefined;
}
export interface ConvTransposeOptions extends Omit<ConvOptions, 'padding'> {
  /** What the convolution of this stride would have padded: cut off on both sides. */
  readonly padding?: PerDim | undefined;
  /** Added to the length, on the far side. */
  readonly outputPadding?: PerDim | undefined;
}

/** The input with a batch, and whether it was given one. */
function batched(where: string, dims: number, x: Value): { input: Value; single: boolean } {
  if (x.shape.length !== dims + 1 && x.shape.length !== dims + 2) {
    throw new ShapeError(`${where}: the input has the wrong number of dimensions`, {
      expected: `${dims + 2}: [batch, channels, ${dims} more], or ${dims + 1} without the batch`,
      got: formatShape(x.shape),
    });
  }
  const single = x.shape.length === dims + 1;
  return { input: single ? reshape(x, [1, ...x.shape]) : x, single };
}

/** Throws unless the weight fits: `channels` is how many of the input's one filter of it reads in all groups. */
function checkWeight(
  where: string,
  x: Value,
  w: Value,
  parts: { dims: number; groups: number; transposed: boolean; bias: Value | null | undefined },
): void {
  const { dims, groups, transposed, bias } = parts;
  if (!Number.isInteger(groups) || groups < 1) {
    throw new ValueError(`${where}: groups`, { expected: 'a whole number ≥ 1', got: String(groups) });
  }
  if (w.shape.length !== dims + 2) {
    throw new ShapeError(`${where}: the weight has the wrong number of dimensions`, {
      expected: `${dims + 2}: ${transposed ? '[in, out / groups' : '[out, in / groups'}, ${dims} more]`,
      got: formatShape(w.shape),
    });
  }
  const wanted = transposed ? w.shape[0] : w.shape[1] * groups;
  if (x.shape[1] !== wanted || w.shape[0] % groups !== 0) {
    throw new ShapeError(`${where}: the channels do not fit`, {
      where: `weight ${formatShape(w.shape)}, ${groups} groups`,
      expected: `${wanted} channels, and a first dimension of the weight that the groups divide`,
      got: formatShape(x.shape),
    });
  }
  const out = transposed ? w.shape[1] * groups : w.shape[0];
  if (bias && (bias.shape.length !== 1 || bias.shape[0] !== out)) {
    throw new ShapeError(`${where}: the bias does not fit`, {
      expected: `[${out}]`,
      got: formatShape(bias.shape),
    });
  }
}

/** The lengths as three, missing dimensions in front. */
const three = (list: readonly number[], fill: number): number[] => [
  ...new Array<number>(3 - list.length).fill(fill),
  ...list,
];
const spatial = (x: Value): Value => reshape(x, [...x.shape.slice(0, 2), ...three(x.shape.slice(2), 1)]);

interface Problem {
  readonly op: CoreOp<ConvAttrs>;
  readonly x: Value;
  readonly w: Value;
  readonly bias: Value | null | undefined;
  readonly channels: number;
  readonly size: readonly number[];
  readonly single: boolean;
  readonly attrs: Omit<ConvAttrs, 'size'>;
}

function solve({ op, x, w, bias, channels, size, single, attrs }: Problem): Value {
  const shape = [x.shape[0], channels, ...size];
  let y: Value;
  if (x.size === 0 || w.size === 0 || sizeOf(shape) === 0) {
    y = disconnected(constant(0, shape, 'f32'), [x, w]);
  } else {
    const { stride, padding, dilation, groups } = attrs;
    y = applyCore(op, [spatial(x), spatial(w)], {
      stride: three(stride, 1),
      padding: three(padding, 0),
      dilation: three(dilation, 1),
      groups,
      size: three(size, 1),
    });
    y = reshape(y, shape);
  }
  if (bias) y = add(y, expand(reshape(bias, [channels, ...size.map(() => 1)]), shape));
  return single ? reshape(y, shape.slice(1)) : y;
}

function convolve(where: string, dims: number, given: Value, w: Value, options: ConvOptions): Value {
  const { bias, groups = 1 } = options;
  for (const v of [given, w, ...(bias ? [bias] : [])]) checkFloat(where, v);
  const { input: x, single } = batched(where, dims, given);
  checkWeight(where, x, w, { dims, groups, transposed: false, bias });
  const stride = perDim(where, 'stride', options.stride ?? 1, dims, 1);
  const dilation = perDim(where, 'dilation', options.dilation ?? 1, dims, 1);
  const kernel = w.shape.slice(2);
  const reach = kernel.map((k, d) => dilation[d] * (k - 1) + 1);
  const sides = sameSide(where, options.padding ?? 0, { reach, stride, dims });
  const size = reach.map((r, d) =>
    Math.floor((x.shape[2 + d] + sides.before[d] + sides.after[d] - r) / stride[d] + 1),
  );
  if (reach.some((r, d) => r < 1 || x.shape[2 + d] + sides.before[d] + sides.after[d] < r)) {
    throw new ShapeError(`${where}: the kernel reaches further than the padded input`, {
      where: `kernel ${formatShape(kernel)}, padding ${formatShape(sides.before)}`,
      got: formatShape(given.shape),
    });
  }
  const attrs = { stride, padding: sides.before, dilation, groups };
  return solve({ op: convOp, x, w, bias, channels: w.shape[0], size, single, attrs });
}

function convolveTranspose(
  where: string,
  dims: number,
  given: Value,
  w: Value,
  options: ConvTransposeOptions,
): Value {
  const { bias, groups = 1 } = options;
  for (const v of [given, w, ...(bias ? [bias] : [])]) checkFloat(where, v);
  const { input: x, single } = batched(where, dims, given);
  checkWeight(where, x, w, { dims, groups, transposed: true, bias });
  const stride = perDim(where, 'stride', options.stride ?? 1, dims, 1);
  const padding = perDim(where, 'padding', options.padding ?? 0, dims, 0);
  const dilation = perDim(where, 'dilation', options.dilation ?? 1, dims, 1);
  const more = perDim(where, 'outputPadding', options.outputPadding ?? 0, dims, 0);
  if (more.some((n, d) => n >= stride[d] && n >= dilation[d])) {
    throw new ValueError(`${where}: the output padding must be less than the stride or the dilation`, {
      expected: `less than ${formatShape(stride)} or ${formatShape(dilation)}`,
      got: formatShape(more),
    });
  }
  const size = w.shape
    .slice(2)
    .map((k, d) => (x.shape[2 + d] - 1) * stride[d] - 2 * padding[d] + dilation[d] * (k - 1) + more[d] + 1);
  if (size.some((n) => n < 1)) {
    throw new ShapeError(`${where}: the padding leaves nothing of the output`, {
      where: `input ${formatShape(given.shape)}, weight ${formatShape(w.shape)}`,
      got: formatShape(size),
    });
  }
  const attrs = { stride, padding, dilation, groups };
  return solve({ op: convInputOp, x, w, bias, channels: w.shape[1] * groups, size, single, attrs });
}

/** Cross-correlation of x [N, in, L] (or [in, L]) with weight [out, in / groups, k] to [N, out, L']. */
export const conv1d = (x: Value, weight: Value, options: ConvOptions = {}): Value =>
  convolve('conv1d', 1, x, weight, options);
/** Cross-correlation of x [N, in, H, W] (or without N) with weight [out, in / groups, kH, kW] to [N, out, H', W']. */
export const conv2d = (x: Value, weight: Value, options: ConvOptions = {}): Value =>
  convolve('conv2d', 2, x, weight, options);
/** Cross-correlation of x [N, in, D, H, W] (or without N) with weight [out, in / groups, kD, kH, kW]. */
export const conv3d = (x: Value, weight: Value, options: ConvOptions = {}): Value =>
  convolve('conv3d', 3, x, weight, options);
/** The transpose of conv1d: x [N, in, L], weight [in, out / groups, k] to [N, out, (L − 1)·stride − 2·padding + …]. */
export const convTranspose1d = (x: Value, weight: Value, options: ConvTransposeOptions = {}): Value =>
  convolveTranspose('convTranspose1d', 1, x, weight, options);
/** The transpose of conv2d: x [N, in, H, W], weight [in, out / groups, kH, kW]. */
export const convTranspose2d = (x: Value, weight: Value, options: ConvTransposeOptions = {}): Value =>
  convolveTranspose('convTranspose2d', 2, x, weight, options);
/** The transpose of conv3d: x [N, in, D, H, W], weight [in, out / groups, kD, kH, kW]. */
export const convTranspose3d = (x: Value, weight: Value, options: ConvTransposeOptions = {}): Value =>
  convolveTranspose('convTranspose3d', 3, x, weight, options);
