// How movement, padding, windows and tables of indices are called.
import type * as W from '../../../src/index.ts';
import type { Api, Tensor } from '../api.ts';
import { type Call, given } from '../call.ts';
import { type Adapter, NOT_AN_ARGUMENT } from './adapter.ts';

type Functions = typeof W;

/** An adapter on the functions by their own types; a tensor there is a tensor here. */
export const typed =
  (f: (w: Functions, c: Call, x: W.Tensor) => W.Tensor | readonly W.Tensor[]): Adapter =>
  (w: Api, c) =>
    f(w as unknown as Functions, c, c.at0 as unknown as W.Tensor) as unknown as Tensor | readonly Tensor[];

/** A list of tensors: the first argument, or all of them. */
const listOf = (c: Call): W.Tensor[] => c.allTensors() as unknown as W.Tensor[];
const splitAt = (c: Call): number | number[] => c.dims(1, 'indices_or_sections');

const diagonals: Readonly<Record<string, Adapter>> = {
  diagonal: typed((w, c, x) => w.diagonal(x, diagonalOptions(c))),
  diag_embed: typed((w, c, x) => w.diagEmbed(x, diagonalOptions(c))),
  diag: typed((w, c, x) => w.diag(x, given({ diagonal: c.maybeNumber(1, 'diagonal') }))),
  diagflat: typed((w, c, x) => w.diagflat(x, given({ offset: c.maybeNumber(1, 'offset') }))),
  trace: typed((w, _, x) => w.trace(x)),
};
function diagonalOptions(c: Call): W.DiagonalOptions {
  return given({
    offset: c.maybeNumber(1, 'offset'),
    dim1: c.maybeNumber(2, 'dim1'),
    dim2: c.maybeNumber(3, 'dim2'),
  });
}

const turned: Readonly<Record<string, Adapter>> = {
  roll: typed((w, c, x) => w.roll(x, c.dims(1, 'shifts'), given({ dims: c.maybeDims(2, 'dims') }))),
  rot90: typed((w, c, x) => {
    const dims = c.maybeDims(2, 'dims');
    return w.rot90(
      x,
      given({ k: c.maybeNumber(1, 'k'), dims: dims === undefined ? undefined : [dims].flat() }),
    );
  }),
  fliplr: typed((w, _, x) => w.fliplr(x)),
  flipud: typed((w, _, x) => w.flipud(x)),
  tile: typed((w, c, x) => w.tile(x, c.numbers(1, 'dims'))),
  repeat_interleave: typed((w, c, x) =>
    w.repeatInterleave(x, c.number(1, 'repeats'), given({ dim: c.maybeNumber(2, 'dim') })),
  ),
  unflatten: typed((w, c, x) => w.unflatten(x, c.number(1, 'dim'), c.numbers(2, 'sizes'))),
  atleast_1d: typed((w, c, x) => (c.isList(0) ? listOf(c).map((t) => w.atleast1d(t)) : w.atleast1d(x))),
  atleast_2d: typed((w, c, x) => (c.isList(0) ? listOf(c).map((t) => w.atleast2d(t)) : w.atleast2d(x))),
  atleast_3d: typed((w, c, x) => (c.isList(0) ? listOf(c).map((t) => w.atleast3d(t)) : w.atleast3d(x))),
  'nn.functional.pixel_shuffle': typed((w, c, x) => w.pixelShuffle(x, c.number(1, 'upscale_factor'))),
  'nn.functional.pixel_unshuffle': typed((w, c, x) => w.pixelUnshuffle(x, c.number(1, 'downscale_factor'))),
  'nn.functional.channel_shuffle': typed((w, c, x) => w.channelShuffle(x, c.number(1))),
};

const joined: Readonly<Record<string, Adapter>> = {
  tensor_split: typed((w, c, x) => w.tensorSplit(x, splitAt(c), given({ dim: c.maybeNumber(2, 'dim') }))),
  hsplit: typed((w, c, x) => w.hsplit(x, splitAt(c))),
  vsplit: typed((w, c, x) => w.vsplit(x, splitAt(c))),
  dsplit: typed((w, c, x) => w.dsplit(x, splitAt(c))),
  unbind: typed((w, c, x) => w.unbind(x, given({ dim: c.maybeNumber(1, 'dim') }))),
  broadcast_tensors: typed((w, c) => w.broadcastTensors(listOf(c))),
  hstack: typed((w, c) => w.hstack(listOf(c))),
  vstack: typed((w, c) => w.vstack(listOf(c))),
  dstack: typed((w, c) => w.dstack(listOf(c))),
  column_stack: typed((w, c) => w.columnStack(listOf(c))),
  block_diag: typed((w, c) => w.blockDiag(listOf(c))),
  cartesian_prod: typed((w, c) => w.cartesianProd(listOf(c))),
  'meshgrid.list_of_tensors': typed((w, c) => w.meshgrid(listOf(c), indexing(c))),
  'meshgrid.variadic_tensors': typed((w, c) => w.meshgrid(listOf(c), indexing(c))),
};
function indexing(c: Call): { indexing?: 'ij' | 'xy' } {
  return given({ indexing: c.word(NOT_AN_ARGUMENT, 'indexing', 'ij', 'xy') });
}

const constructed: Readonly<Record<string, Adapter>> = {
  combinations: typed((w, c, x) =>
    w.combinations(x, given({ r: c.maybeNumber(1, 'r'), withReplacement: c.flag(2, 'with_replacement') })),
  ),
  // The newer of PyTorch's two, whose powers go up.
  'linalg.vander': typed((w, c, x) =>
    w.vander(x, { increasing: true, ...given({ N: c.maybeNumber(NOT_AN_ARGUMENT, 'N') }) }),
  ),
  tril_indices: typed((w, c) => w.trilIndices(c.number(0), c.number(1), offset(c))),
  triu_indices: typed((w, c) => w.triuIndices(c.number(0), c.number(1), offset(c))),
  logspace: typed((w, c) =>
    w.logspace(c.number(0), c.number(1), c.number(2), given({ base: c.maybeNumber(3, 'base') })),
  ),
};
const offset = (c: Call): { offset?: number } => given({ offset: c.maybeNumber(2, 'offset') });

const padded =
  (mode: W.PadMode): Adapter =>
  (w, c) =>
    typed((f, _, x) =>
      f.pad(x, c.numbers(1, 'pad'), {
        mode: c.word(2, 'mode', 'constant', 'reflect', 'replicate', 'circular') ?? mode,
        ...given({ value: c.maybeNumber(3, 'value') }),
      }),
    )(w, c);
const windowsOf = (c: Call, at: number): W.WindowOptions =>
  given({
    dilation: c.maybeDims(at, 'dilation'),
    padding: c.maybeDims(at + 1, 'padding'),
    stride: c.maybeDims(at + 2, 'stride'),
  });
const windows: Readonly<Record<string, Adapter>> = {
  'nn.functional.pad.constant': padded('constant'),
  'nn.functional.pad.reflect': padded('reflect'),
  'nn.functional.pad.replicate': padded('replicate'),
  'nn.functional.pad.circular': padded('circular'),
  unfold: typed((w, c, x) => w.unfold(x, c.number(1, 'dimension'), c.number(2, 'size'), c.number(3, 'step'))),
  'nn.functional.unfold': typed((w, c, x) => w.im2col(x, c.dims(1, 'kernel_size'), windowsOf(c, 2))),
  'nn.functional.fold': typed((w, c, x) =>
    w.col2im(x, c.dims(1, 'output_size'), c.dims(2, 'kernel_size'), windowsOf(c, 3)),
  ),
};

export const arrangement: Readonly<Record<string, Adapter>> = {
  ...diagonals,
  ...turned,
  ...joined,
  ...constructed,
  ...windows,
};
