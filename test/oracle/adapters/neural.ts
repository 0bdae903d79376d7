// How layers of networks are called: convolutions, pools, normalisation, dropout, embedding, attention.
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT } from './adapter.ts';
import { type Real, all, maybe, real, result } from './whole.ts';

const bias = (c: Call): Real | undefined => maybe(c.maybeTensor(2, 'bias'));

const convolution =
  (name: 'conv1d' | 'conv2d' | 'conv3d'): Adapter =>
  (w, c) =>
    result(
      all(w)[name](
        real(c.x),
        real(c.tensor(1)),
        given({
          bias: bias(c),
          stride: c.maybeDims(3, 'stride'),
          padding: c.word(4, 'padding', 'same', 'valid') ?? c.maybeDims(4, 'padding'),
          dilation: c.maybeDims(5, 'dilation'),
          groups: c.maybeNumber(6, 'groups'),
        }),
      ),
    );

const transposed =
  (name: 'convTranspose1d' | 'convTranspose2d' | 'convTranspose3d'): Adapter =>
  (w, c) =>
    result(
      all(w)[name](
        real(c.x),
        real(c.tensor(1)),
        given({
          bias: bias(c),
          stride: c.maybeDims(3, 'stride'),
          padding: c.maybeDims(4, 'padding'),
          outputPadding: c.maybeDims(5, 'output_padding'),
          groups: c.maybeNumber(6, 'groups'),
          dilation: c.maybeDims(7, 'dilation'),
        }),
      ),
    );

const convolutions: Readonly<Record<string, Adapter>> = {
  'nn.functional.conv1d': convolution('conv1d'),
  'nn.functional.conv2d': convolution('conv2d'),
  'nn.functional.conv3d': convolution('conv3d'),
  'nn.functional.conv_transpose1d': transposed('convTranspose1d'),
  'nn.functional.conv_transpose2d': transposed('convTranspose2d'),
  'nn.functional.conv_transpose3d': transposed('convTranspose3d'),
};

const affine = (
  c: Call,
  at: number,
): { weight?: Real | undefined; bias?: Real | undefined; eps?: number | undefined } =>
  given({
    weight: maybe(c.maybeTensor(at, 'weight')),
    bias: maybe(c.maybeTensor(at + 1, 'bias')),
    eps: c.maybeNumber(NOT_AN_ARGUMENT, 'eps'),
  });
const momentum = (c: Call): number | undefined => c.maybeNumber(NOT_AN_ARGUMENT, 'momentum');

const normalization: Readonly<Record<string, Adapter>> = {
  'nn.functional.layer_norm': (w, c) => result(all(w).layerNorm(real(c.x), c.numbers(1), affine(c, 2))),
  'nn.functional.rms_norm': (w, c) => {
    const { weight, eps } = affine(c, 2);
    return result(all(w).rmsNorm(real(c.x), c.numbers(1), given({ weight, eps })));
  },
  'nn.functional.group_norm': (w, c) => result(all(w).groupNorm(real(c.x), c.number(1), affine(c, 2))),
  'nn.functional.instance_norm': (w, c) =>
    result(
      all(w).instanceNorm(
        real(c.x),
        given({
          ...affine(c, NOT_AN_ARGUMENT),
          runningMean: maybe(c.maybeTensor(NOT_AN_ARGUMENT, 'running_mean')),
          runningVar: maybe(c.maybeTensor(NOT_AN_ARGUMENT, 'running_var')),
          useInputStats: c.flag(NOT_AN_ARGUMENT, 'use_input_stats'),
          momentum: momentum(c),
        }),
      ),
    ),
  'nn.functional.batch_norm': (w, c) =>
    result(
      all(w).batchNorm(
        real(c.x),
        maybe(c.maybeTensor(1)) ?? null,
        maybe(c.maybeTensor(2)) ?? null,
        given({ ...affine(c, 3), training: c.flag(NOT_AN_ARGUMENT, 'training'), momentum: momentum(c) }),
      ),
    ),
};

const lookup: Readonly<Record<string, Adapter>> = {
  'nn.functional.embedding': (w, c) =>
    result(
      all(w).embedding(
        real(c.tensor(1)),
        real(c.x),
        given({ paddingIdx: c.maybeNumber(NOT_AN_ARGUMENT, 'padding_idx') }),
      ),
    ),
  'nn.functional.one_hot': (w, c) => result(all(w).oneHot(real(c.x), c.number(1))),
  'nn.functional.scaled_dot_product_attention': (w, c) =>
    result(
      all(w).scaledDotProductAttention(
        real(c.x),
        real(c.tensor(1)),
        real(c.tensor(2)),
        given({
          attnMask: maybe(c.maybeTensor(3, 'attn_mask')),
          isCausal: c.flag(NOT_AN_ARGUMENT, 'is_causal'),
          scale: c.maybeNumber(NOT_AN_ARGUMENT, 'scale'),
        }),
      ),
    ),
};

type Mode = 'nearest' | 'linear' | 'bilinear';
const resized: Adapter = (w, c) =>
  result(
    all(w).interpolate(
      real(c.x),
      given({
        size: c.maybeDims(1, 'size'),
        scaleFactor: c.maybeDims(2, 'scale_factor'),
        mode: c.text(3, 'mode') as Mode | undefined,
        alignCorners: c.flag(4, 'align_corners'),
      }),
    ),
  );
const resizing: Readonly<Record<string, Adapter>> = {
  'nn.functional.interpolate.nearest': resized,
  'nn.functional.interpolate.linear': resized,
  'nn.functional.interpolate.bilinear': resized,
};

/** PyTorch's name (with its variant) → the call in wgrad. */
export const neural: Readonly<Record<string, Adapter>> = {
  ...convolutions,
  ...normalization,
  ...lookup,
  ...resizing,
};
