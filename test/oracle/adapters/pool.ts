// How pools are called.
import type { Tensor } from '../api.ts';
import { type Call, given } from '../call.ts';
import type { Adapter } from './adapter.ts';
import { all, real, result } from './whole.ts';

type Dims = '1d' | '2d' | '3d';

/** A stride of [] or None is the kernel's size. */
const strideOf = (c: Call, at: number): number | number[] | undefined => c.maybeDims(at, 'stride');
const flagOf = (c: Call, at: number, name: string): boolean | undefined => c.flag(at, name);

const both = (pooled: { output: unknown; indices: unknown }): Tensor[] => [
  pooled.output as Tensor,
  pooled.indices as Tensor,
];

const max =
  (dims: Dims): Adapter =>
  (w, c) => {
    const options = given({
      stride: strideOf(c, 2),
      padding: c.maybeDims(3, 'padding'),
      dilation: c.maybeDims(4, 'dilation'),
      ceilMode: flagOf(c, 5, 'ceil_mode'),
    });
    const kernel = c.dims(1, 'kernel_size');
    if (flagOf(c, 6, 'return_indices') !== true) {
      return result(all(w)[`maxPool${dims}`](real(c.x), kernel, options));
    }
    return both(all(w)[`maxPool${dims}WithIndices`](real(c.x), kernel, options));
  };

const avg =
  (dims: Dims): Adapter =>
  (w, c) =>
    result(
      all(w)[`avgPool${dims}`](
        real(c.x),
        c.dims(1, 'kernel_size'),
        given({
          stride: strideOf(c, 2),
          padding: c.maybeDims(3, 'padding'),
          ceilMode: flagOf(c, 4, 'ceil_mode'),
          countIncludePad: flagOf(c, 5, 'count_include_pad'),
          divisorOverride: c.maybeNumber(6, 'divisor_override'),
        }),
      ),
    );

/** Sizes among which None keeps a length; `numbers` would read it as 0. */
function sizes(c: Call, dims: number): number | (number | null)[] {
  const given_ = c.dims(1);
  if (typeof given_ === 'number') return given_;
  const lengths = c.x.shape.slice(-dims);
  return given_.map((n, d) => (n === 0 ? (lengths[d] ?? null) : n));
}

const adaptiveMax =
  (dims: 1 | 2 | 3): Adapter =>
  (w, c) => {
    const pooled = all(w)[`adaptiveMaxPool${dims}dWithIndices`](real(c.x), sizes(c, dims));
    return flagOf(c, 2, 'return_indices') === true
      ? both(pooled)
      : result(all(w)[`adaptiveMaxPool${dims}d`](real(c.x), sizes(c, dims)));
  };

/** PyTorch's name (with its variant) → the call in wgrad. */
export const pool: Readonly<Record<string, Adapter>> = {
  'nn.functional.max_pool1d': max('1d'),
  'nn.functional.max_pool2d': max('2d'),
  'nn.functional.max_pool3d': max('3d'),
  'nn.functional.avg_pool1d': avg('1d'),
  'nn.functional.avg_pool2d': avg('2d'),
  'nn.functional.avg_pool3d': avg('3d'),
  'nn.functional.adaptive_avg_pool1d': (w, c) => result(all(w).adaptiveAvgPool1d(real(c.x), sizes(c, 1))),
  'nn.functional.adaptive_avg_pool2d': (w, c) => result(all(w).adaptiveAvgPool2d(real(c.x), sizes(c, 2))),
  'nn.functional.adaptive_avg_pool3d': (w, c) => result(all(w).adaptiveAvgPool3d(real(c.x), sizes(c, 3))),
  'nn.functional.adaptive_max_pool1d': adaptiveMax(1),
  'nn.functional.adaptive_max_pool2d': adaptiveMax(2),
  'nn.functional.adaptive_max_pool3d': adaptiveMax(3),
};
