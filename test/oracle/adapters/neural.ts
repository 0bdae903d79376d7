// How layers of networks are called: convolutions, pools, normalisation, dropout, embedding, attention.
import { type Call, given } from '../call.ts';
import type { Adapter } from './adapter.ts';
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

/** PyTorch's name (with its variant) → the call in wgrad. */
export const neural: Readonly<Record<string, Adapter>> = { ...convolutions };
