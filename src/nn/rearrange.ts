// Rearrangements of pictures and channels as modules, for use in Sequential.
import {
  type Tensor,
  type WindowOptions,
  channelShuffle,
  col2im,
  im2col,
  pixelShuffle,
  pixelUnshuffle,
  unflatten,
} from '../tensor.ts';
import { Module } from './module.ts';

type Pair = number | readonly number[];

/** Channels in groups of r², each spread over r × r places. [.., c·r², h, w] → [.., c, h·r, w·r] */
export class PixelShuffle extends Module {
  readonly upscaleFactor: number;

  constructor(upscaleFactor: number) {
    super();
    this.upscaleFactor = upscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelShuffle(x, this.upscaleFactor);
  }

  protected override extraRepr(): string {
    return `upscaleFactor=${String(this.upscaleFactor)}`;
  }
}

/** The way back from PixelShuffle. */
export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number;

  constructor(downscaleFactor: number) {
    super();
    this.downscaleFactor = downscaleFactor;
  }

  forward(x: Tensor): Tensor {
    return pixelUnshuffle(x, this.downscaleFactor);
  }

  protected override extraRepr(): string {
    return `downscaleFactor=${String(this.downscaleFactor)}`;
  }
}

/** Channels dealt out in turn to the groups. */
export class ChannelShuffle extends Module {
  readonly groups: number;

  constructor(groups: number) {
    super();
    this.groups = groups;
  }

  forward(x: Tensor): Tensor {
    return channelShuffle(x, this.groups);
  }

  protected override extraRepr(): string {
    return `groups=${String(this.groups)}`;
  }
}

/** Dimension `dim` split into dimensions of the sizes. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly sizes: readonly number[];

  constructor(dim: number, sizes: readonly number[]) {
    super();
    this.dim = dim;
    this.sizes = [...sizes];
  }

  forward(x: Tensor): Tensor {
    return unflatten(x, this.dim, this.sizes);
  }

  protected override extraRepr(): string {
    return `dim=${String(this.dim)}, sizes=[${this.sizes.join(', ')}]`;
  }
}

/** Blocks of pictures as columns. [n, c, h, w] → [n, c·kh·kw, number of blocks] */
export class Unfold extends Module {
  readonly kernelSize: Pair;
  readonly options: WindowOptions;

  constructor(kernelSize: Pair, options: WindowOptions = {}) {
    super();
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return im2col(x, this.kernelSize, this.options);
  }
}

/** Columns added up as the blocks of pictures that they are. [n, c·kh·kw, blocks] → [n, c, h, w] */
export class Fold extends Module {
  readonly outputSize: Pair;
  readonly kernelSize: Pair;
  readonly options: WindowOptions;

  constructor(outputSize: Pair, kernelSize: Pair, options: WindowOptions = {}) {
    super();
    this.outputSize = outputSize;
    this.kernelSize = kernelSize;
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return col2im(x, this.outputSize, this.kernelSize, this.options);
  }
}
