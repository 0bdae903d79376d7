// Entries of pools: sums over windows along one dimension, and the largest element of windows over three.
import type { CoreOp, HostTensor, KernelPass } from '../core/op.ts';
import { type Shape, sizeOf } from '../core/shape.ts';
import { applyCore } from '../core/value.ts';

/** Windows along one dimension of `length`: `places` of them. Adaptive ones are equal parts, rounded outwards. */
export interface WindowAttrs {
  readonly dim: number;
  readonly length: number;
  readonly places: number;
  readonly adaptive: boolean;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** The first place of window p, and the first after it. */
export function windowOf(p: number, attrs: Omit<WindowAttrs, 'dim'>): [number, number] {
  const { length, places, adaptive, kernel, stride, padding } = attrs;
  if (adaptive) return [Math.floor((p * length) / places), Math.ceil(((p + 1) * length) / places)];
  const start = p * stride - padding;
  return [Math.max(start, 0), Math.min(start + kernel, length)];
}

function sumPass(output: Shape, attrs: WindowAttrs, transposed: boolean): KernelPass {
  const { dim, adaptive, length, places, kernel, stride, padding } = attrs;
  const size = sizeOf(output);
  return {
    shader: 'window_sum',
    constants: { TRANSPOSED: transposed, ADAPTIVE: adaptive },
    params: { size, inner: sizeOf(output.slice(dim + 1)), length, places, kernel, stride, padding },
    workgroups: Math.ceil(size / 64),
    reads: { a: 0 },
  };
}

/** Visits the flat indices (of the long tensor, of the short one) of every element of every window. */
function forEachPair(shape: Shape, attrs: WindowAttrs, visit: (long: number, short: number) => void): void {
  const { dim, length, places } = attrs;
  const inner = sizeOf(shape.slice(dim + 1));
  for (let outer = 0; outer < sizeOf(shape.slice(0, dim)); outer++) {
    for (let p = 0; p < places; p++) {
      const [start, end] = windowOf(p, attrs);
      for (let i = start; i < end; i++) {
        for (let k = 0; k < inner; k++)
          visit((outer * length + i) * inner + k, (outer * places + p) * inner + k);
      }
    }
  }
}
const withLength = (shape: Shape, dim: number, n: number): Shape => shape.map((m, d) => (d === dim ? n : m));

/** Σ over each window along a dimension. */
export const windowSumOp: CoreOp<WindowAttrs> = {
  name: 'windowSum',
  kind: 'core',
  infer: ([x], { dim, places }) => ({ shape: withLength(x.shape, dim, places), dtype: 'f32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ output, attrs }) => [sumPass(output.shape, attrs, false)],
  cpu: ([x], output, attrs) => {
    const totals = new Float64Array(output.data.length);
    forEachPair(x.shape, attrs, (i, o) => (totals[o] += x.data[i]));
    output.data.set(totals);
  },
  grad: (g, { attrs }) => [applyCore(windowSpreadOp, [g], attrs)],
  linear: true,
};
/** Its transpose: each element gathers what its windows were given. */
export const windowSpreadOp: CoreOp<WindowAttrs> = {
  name: 'windowSpread',
  kind: 'core',
  infer: ([g], { dim, length }) => ({ shape: withLength(g.shape, dim, length), dtype: 'f32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ output, attrs }) => [sumPass(output.shape, attrs, true)],
  cpu: ([g], output, attrs) => {
    const totals = new Float64Array(output.data.length);
    forEachPair(g.shape, attrs, (i, o) => (totals[i] += g.data[o]));
    output.data.set(totals);
  },
  grad: (v, { attrs }) => [applyCore(windowSumOp, [v], attrs)],
  linear: true,
};

/** Windows over three dimensions of `input`, `size` of them. */
export interface PoolAttrs {
  readonly input: readonly number[];
  readonly size: readonly number[];
  readonly adaptive: boolean;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}
const named = (prefix: string, numbers: readonly number[]): Record<string, number> =>
  Object.fromEntries(['d', 'h', 'w'].map((axis, i) => [`${prefix}_${axis}`, numbers[i]]));

function maxPass({ shape }: { shape: Shape }, attrs: PoolAttrs, index: boolean): KernelPass {
  const { adaptive, input, size, kernel, stride, padding, dilation } = attrs;
  return {
    shader: 'pool_max',
    constants: { INDEX: index, ADAPTIVE: adaptive },
    aliases: { T: index ? 'i32' : 'f32' },
    params: {
      size: sizeOf(shape),
      ...named('out', size),
      ...named('in', input),
      ...named('k', kernel),
      ...named('stride', stride),
      ...named('pad', padding),
      ...named('dilation', dilation),
    },
    workgroups: Math.ceil(sizeOf(shape) / 64),
    reads: { a: 0 },
  };
}

/** The places of the input along dimension d that window p covers. */
function coveredBy(p: number, d: number, attrs: PoolAttrs): number[] {
  const length = attrs.input[d];
  if (attrs.adaptive) {
    const start = Math.floor((p * length) / attrs.size[d]);
    const end = Math.ceil(((p + 1) * length) / attrs.size[d]);
    return Array.from({ length: end - start }, (_, i) => start + i);
  }
  const start = p * attrs.stride[d] - attrs.padding[d];
  const all = Array.from({ length: attrs.kernel[d] }, (_, k) => start + k * attrs.dilation[d]);
  return all.filter((i) => i >= 0 && i < length);
}

/** Visits each window with its largest element and where in the plane it lies. */
function forEachMax(
  x: HostTensor,
  attrs: PoolAttrs,
  visit: (window: number, best: number, at: number) => void,
): void {
  const [depth, height, width] = attrs.size;
  const [, h, w] = attrs.input;
  const spots = sizeOf(attrs.input);
  for (let o = 0; o < (x.data.length / spots) * depth * height * width; o++) {
    const place = [Math.floor(o / (height * width)) % depth, Math.floor(o / width) % height, o % width];
    const plane = Math.floor(o / (depth * height * width)) * spots;
    const [ds, hs, ws] = place.map((p, d) => coveredBy(p, d, attrs));
    let [best, at] = [-Infinity, -1];
    for (const i of ds.flatMap((d) => hs.flatMap((y) => ws.map((z) => (d * h + y) * w + z)))) {
      const value = x.data[plane + i];
      if (at < 0 || value > best || Number.isNaN(value)) [best, at] = [value, i];
    }
    visit(o, best, at);
  }
}

/** The largest element of each window: [planes, 3 dims] to [planes, 3 dims]. Its gradient is its composite's. */
export const poolMaxOp: CoreOp<PoolAttrs> = {
  name: 'poolMax',
  kind: 'core',
  infer: ([x], { size }) => ({ shape: [x.shape[0], ...size], dtype: 'f32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ output, attrs }) => [maxPass(output, attrs, false)],
  cpu: ([x], output, attrs) => {
    forEachMax(x, attrs, (o, best) => (output.data[o] = best));
  },
  grad: null,
};
/** Where in its plane the largest element of each window lies; i32. */
export const poolIndexOp: CoreOp<PoolAttrs> = {
  ...poolMaxOp,
  name: 'poolIndex',
  infer: ([x], { size }) => ({ shape: [x.shape[0], ...size], dtype: 'i32' }),
  passes: ({ output, attrs }) => [maxPass(output, attrs, true)],
  cpu: ([x], output, attrs) => {
    forEachMax(x, attrs, (o, _, at) => (output.data[o] = at));
  },
};

/** The elements at the places of each plane: [planes, 3 dims] and places [planes, 3 dims]. */
export const poolPickOp: CoreOp<PoolAttrs> = {
  name: 'poolPick',
  kind: 'core',
  infer: ([, places]) => ({ shape: places.shape, dtype: 'f32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ output, attrs: { input, size } }) => [
    {
      shader: 'gather',
      aliases: { T: 'f32' },
      params: { size: sizeOf(output.shape), inner: 1, count: sizeOf(size), length: sizeOf(input) },
      workgroups: Math.ceil(sizeOf(output.shape) / 64),
      reads: { a: 0, places: 1 },
    },
  ],
  cpu: ([x, places], output, { input, size }) => {
    const [spots, windows] = [sizeOf(input), sizeOf(size)];
    places.data.forEach((at, o) => (output.data[o] = x.data[Math.floor(o / windows) * spots + at]));
  },
  grad: (g, { inputs: [, places], attrs }) => [applyCore(poolPlaceOp, [g, places], attrs), null],
};
/** Its transpose: adds each window's number at its place. */
export const poolPlaceOp: CoreOp<PoolAttrs> = {
  name: 'poolPlace',
  kind: 'core',
  infer: ([g], { input }) => ({ shape: [g.shape[0], ...input], dtype: 'f32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ output, attrs }) => [
    {
      shader: 'pool_place',
      constants: { ADAPTIVE: attrs.adaptive },
      params: {
        size: sizeOf(output.shape),
        ...named('out', attrs.size),
        ...named('in', attrs.input),
        ...named(
          'reach',
          attrs.kernel.map((k, d) => attrs.dilation[d] * (k - 1) + 1),
        ),
        ...named('stride', attrs.stride),
        ...named('pad', attrs.padding),
      },
      workgroups: Math.ceil(sizeOf(output.shape) / 64),
      reads: { a: 0, places: 1 },
    },
  ],
  cpu: ([g, places], output, { input, size }) => {
    const totals = new Float64Array(output.data.length);
    const [spots, windows] = [sizeOf(input), sizeOf(size)];
    places.data.forEach((at, o) => (totals[Math.floor(o / windows) * spots + at] += g.data[o]));
    output.data.set(totals);
  },
  grad: (v, { inputs: [, places], attrs }) => [applyCore(poolPickOp, [v, places], attrs), null],
};
