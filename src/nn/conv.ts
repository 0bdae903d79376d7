// Convolutions and their transposes as modules.
import { ValueError } from '../core/errors.ts';
import {
  Parameter,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  zeros,
} from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { checkSize } from './check.ts';
import { kaimingUniform_, uniform_ } from './init.ts';
import { Module } from './module.ts';

/** One number for all dimensions, or one for each. */
export type PerDim = number | readonly number[];

/** Options of the transposed convolutions, and but for `outputPadding` of the others. */
export interface ConvTransposeLayerOptions {
  readonly stride?: PerDim;
  readonly padding?: PerDim;
  readonly outputPadding?: PerDim;
  readonly dilation?: PerDim;
  /** Parts of the channels that do not see each other. */
  readonly groups?: number;
  readonly bias?: boolean;
}
/** Options of the convolutions. */
export interface ConvLayerOptions extends Omit<ConvTransposeLayerOptions, 'padding' | 'outputPadding'> {
  /** Zeros before and after each dimension; 'same' keeps its length, 'valid' is none. */
  readonly padding?: PerDim | 'same' | 'valid';
}

/** What a layer is made with: its name, dimensions, and whether it is a transpose. */
interface Kind {
  readonly name: string;
  readonly dims: number;
  readonly transposed: boolean;
}

/** The parameters and the printed form of all convolutions. */
abstract class Convolution<
  Options extends Omit<ConvTransposeLayerOptions, 'padding'> & { padding?: PerDim | 'same' | 'valid' },
> extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly groups: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  protected readonly options: Omit<Options, 'bias'>;

  constructor(kind: Kind, sizes: readonly [number, number, PerDim], options: Options) {
    super();
    const { name, dims, transposed } = kind;
    const [inChannels, outChannels, kernel] = sizes;
    const { bias = true, ...others } = options;
    const groups = options.groups ?? 1;
    this.inChannels = checkSize(`${name}: inChannels`, inChannels);
    this.outChannels = checkSize(`${name}: outChannels`, outChannels);
    this.kernelSize = (typeof kernel === 'number' ? new Array<number>(dims).fill(kernel) : kernel).map((n) =>
      checkSize(`${name}: kernelSize`, n),
    );
    if (!Number.isInteger(groups) || groups < 1 || inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ValueError(`${name}: the groups must divide the channels`, {
        expected: `a divisor of ${String(inChannels)} and ${String(outChannels)}`,
        got: String(groups),
      });
    }
    this.groups = groups;
    this.options = others;
    const channels = transposed ? [inChannels, outChannels / groups] : [outChannels, inChannels / groups];
    this.weight = new Parameter(zeros([...channels, ...this.kernelSize]));
    this.bias = bias ? new Parameter(zeros([outChannels])) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew, uniform in ±1/√(elements of one filter), as PyTorch does. */
  resetParameters(): void {
    if (this.weight.numel() > 0) kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    const [, ...filter] = this.weight.shape;
    const fan = filter.reduce((product, n) => product * n, 1);
    if (this.bias) uniform_(this.bias, fan > 0 ? -1 / Math.sqrt(fan) : 0, fan > 0 ? 1 / Math.sqrt(fan) : 0);
  }

  protected override extraRepr(): string {
    const text = (x: PerDim | string): string => (typeof x === 'object' ? `[${x.join(', ')}]` : String(x));
    const given = Object.entries(this.options).map(([key, value]) => `, ${key}=${text(value as PerDim)}`);
    const bias = this.bias ? '' : ', bias=false';
    return `${String(this.inChannels)}, ${String(this.outChannels)}, kernelSize=${text(this.kernelSize)}${given.join('')}${bias}`;
  }
}

/** Cross-correlation of [N, inChannels, L]; weight [outChannels, inChannels / groups, kernel], bias [outChannels]. */
export class Conv1d extends Convolution<ConvLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super({ name: 'Conv1d', dims: 1, transposed: false }, [inChannels, outChannels, kernelSize], options);
  }

  forward(x: Tensor): Tensor {
    return conv1d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/** Cross-correlation of [N, inChannels, H, W]; weight [outChannels, inChannels / groups, kernel…], bias [outChannels]. */
export class Conv2d extends Convolution<ConvLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super({ name: 'Conv2d', dims: 2, transposed: false }, [inChannels, outChannels, kernelSize], options);
  }

  forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/** Cross-correlation of [N, inChannels, D, H, W]; weight [outChannels, inChannels / groups, kernel…], bias [outChannels]. */
export class Conv3d extends Convolution<ConvLayerOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: PerDim, options: ConvLayerOptions = {}) {
    super({ name: 'Conv3d', dims: 3, transposed: false }, [inChannels, outChannels, kernelSize], options);
  }

  forward(x: Tensor): Tensor {
    return conv3d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/** The transpose of Conv1d: [N, inChannels, L]; weight [inChannels, outChannels / groups, kernel], bias [outChannels]. */
export class ConvTranspose1d extends Convolution<ConvTransposeLayerOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    options: ConvTransposeLayerOptions = {},
  ) {
    const kind = { name: 'ConvTranspose1d', dims: 1, transposed: true };
    super(kind, [inChannels, outChannels, kernelSize], options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose1d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/** The transpose of Conv2d: [N, inChannels, H, W]; weight [inChannels, outChannels / groups, kernel…]. */
export class ConvTranspose2d extends Convolution<ConvTransposeLayerOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    options: ConvTransposeLayerOptions = {},
  ) {
    const kind = { name: 'ConvTranspose2d', dims: 2, transposed: true };
    super(kind, [inChannels, outChannels, kernelSize], options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose2d(x, this.weight, { ...this.options, bias: this.bias });
  }
}

/** The transpose of Conv3d: [N, inChannels, D, H, W]; weight [inChannels, outChannels / groups, kernel…]. */
export class ConvTranspose3d extends Convolution<ConvTransposeLayerOptions> {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerDim,
    options: ConvTransposeLayerOptions = {},
  ) {
    const kind = { name: 'ConvTranspose3d', dims: 3, transposed: true };
    super(kind, [inChannels, outChannels, kernelSize], options);
  }

  forward(x: Tensor): Tensor {
    return convTranspose3d(x, this.weight, { ...this.options, bias: this.bias });
  }
}
