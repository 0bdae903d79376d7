// ONNX's convolutions, pools and normalisations in wgrad.
import { type Api, type Operator, type Reader, type Tensor, of } from './node.ts';

/** Padding in front and behind, by dimension: [before, after][]. */
function pads(
  r: Reader,
  size: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
): [number, number][] {
  const auto = r.text('auto_pad', 'NOTSET');
  const given = r.numbers('pads');
  const n = kernel.length;
  if (auto === 'NOTSET' || auto === 'VALID') {
    return kernel.map((_, d) => (given === null || auto === 'VALID' ? [0, 0] : [given[d], given[d + n]]));
  }
  return kernel.map((k, d) => {
    const total = Math.max(0, (Math.ceil(size[d] / strides[d]) - 1) * strides[d] + k - size[d]);
    const less = Math.floor(total / 2);
    return auto === 'SAME_UPPER' ? [less, total - less] : [total - less, less];
  });
}

/** As torch's pad takes it: the last dimension first. */
const padList = (by: readonly (readonly [number, number])[]): number[] => [...by].reverse().flat();

export const conv: Operator = of((w, r) => {
  const [x, weight, bias] = [r.x(0), r.x(1), r.maybe(2)];
  const kernel = weight.shape.slice(2);
  const strides = [...(r.numbers('strides') ?? kernel.map(() => 1))];
  const dilation = [...(r.numbers('dilations') ?? kernel.map(() => 1))];
  const padded = w.pad(x, padList(pads(r, x.shape.slice(2), kernel, strides)));
  const options = { stride: strides, dilation, groups: r.number('group', 1), ...(bias ? { bias } : {}) };
  const call = [w.conv1d, w.conv2d, w.conv3d][kernel.length - 1];
  return call(padded, weight, options);
});

/** What a pool or a transposed product of its own padding is cut to: `length` from `start` on, zeros beyond the end. */
const window = (w: Api, x: Tensor, dim: number, start: number, length: number): Tensor => {
  const end = Math.min(start + length, x.shape[dim]);
  const behind = start + length - end;
  const kept = x.slice(dim, start, end);
  return behind === 0 ? kept : w.pad(kept, [...x.shape.slice(dim + 1).flatMap(() => [0, 0]), 0, behind]);
};

export const convTranspose: Operator = of((w, r) => {
  const [x, weight] = [r.x(0), r.x(1)];
  const kernel = weight.shape.slice(2);
  const stride = [...(r.numbers('strides') ?? kernel.map(() => 1))];
  const dilation = [...(r.numbers('dilations') ?? kernel.map(() => 1))];
  const extra = r.numbers('output_padding') ?? kernel.map(() => 0);
  const call = [w.convTranspose1d, w.convTranspose2d, w.convTranspose3d][kernel.length - 1];
  const whole = call(x, weight, { stride, dilation });
  return kernel.reduce((y, _k, d) => {
    const full = whole.shape[d + 2] + extra[d];
    const given = r.numbers('pads');
    const wanted =
      r.numbers('output_shape')?.[d] ??
      (r.text('auto_pad', 'NOTSET') === 'SAME_UPPER' ? x.shape[d + 2] * stride[d] : null);
    if (wanted !== null) return window(w, y, d + 2, Math.floor(Math.max(0, full - wanted) / 2), wanted);
    const [before, after] = given === null ? [0, 0] : [given[d], given[d + kernel.length]];
    return window(w, y, d + 2, before, full - before - after);
  }, whole);
});

/** Pools pad alike on both sides in all of ONNX's tests. */
const poolOptions = (
  r: Reader,
): { kernel: number[]; stride: number[]; padding: number[]; ceilMode: boolean } => {
  const kernel = [...(r.numbers('kernel_shape') ?? [])];
  const stride = [...(r.numbers('strides') ?? kernel.map(() => 1))];
  const by = pads(r, r.x(0).shape.slice(2), kernel, stride);
  if (by.some(([a, b]) => a !== b)) throw new Error('a pool padded unequally');
  return { kernel, stride, padding: by.map(([a]) => a), ceilMode: r.number('ceil_mode', 0) === 1 };
};

export const averagePool: Operator = of((w, r) => {
  const { kernel, ...options } = poolOptions(r);
  const call = [w.avgPool1d, w.avgPool2d, w.avgPool3d][kernel.length - 1];
  return call(r.x(0), kernel, { ...options, countIncludePad: r.number('count_include_pad', 0) === 1 });
});

export const maxPool: Operator = of((w, r) => {
  const { kernel, ...options } = poolOptions(r);
  const dilation = [...(r.numbers('dilations') ?? kernel.map(() => 1))];
  const call = [w.maxPool1dWithIndices, w.maxPool2dWithIndices, w.maxPool3dWithIndices][kernel.length - 1];
  const { output, indices } = call(r.x(0), kernel, { ...options, dilation });
  if (r.number('storage_order', 0) === 0) return [output, indices];
  // Counted down the columns: [.., H, W] has its place in [.., W, H].
  const [height, width] = r.x(0).shape.slice(-2);
  const row = indices.div(width, { roundingMode: 'floor' });
  return [output, indices.sub(row.mul(width)).mul(height).add(row)];
});

export const layerNormalization: Operator = of((w, r) => {
  const x = r.x(0);
  const axis = r.number('axis', -1);
  const dims = x.shape.map((_, d) => d).slice(axis < 0 ? axis + x.ndim : axis);
  const mean = x.mean({ dim: dims, keepdim: true });
  const spread = x.var({ dim: dims, correction: 0, keepdim: true });
  const inverse = spread.add(r.number('epsilon', 1e-5)).rsqrt();
  const shape = dims.map((d) => x.shape[d]);
  const bias = r.maybe(2);
  const y = w.layerNorm(x, shape, {
    weight: r.x(1),
    ...(bias ? { bias } : {}),
    eps: r.number('epsilon', 1e-5),
  });
  return [y, mean, inverse];
});

export const batchNormalization: Operator = of((w, r) => {
  const [x, scale, bias, mean, variance] = [0, 1, 2, 3, 4].map((i) => r.x(i));
  if (r.number('training_mode', 0) === 1) {
    const dims = x.shape.map((_, d) => d).filter((d) => d !== 1);
    const kept = r.number('momentum', 0.9);
    const now = x.var({ dim: dims, correction: 0 });
    return [
      w.batchNorm(x, null, null, { training: true, weight: scale, bias, eps: r.number('epsilon', 1e-5) }),
      mean.mul(kept).add(x.mean({ dim: dims }).mul(1 - kept)),
      variance.mul(kept).add(now.mul(1 - kept)),
    ];
  }
  return w.batchNorm(x, mean, variance, {
    weight: scale,
    bias,
    training: false,
    eps: r.number('epsilon', 1e-5),
  });
});
