// Pools as modules.
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from '../tensor.ts';
import type { AdaptiveSize, AvgPoolOptions, MaxPoolOptions, Tensor } from '../tensor.ts';
import type { PerDim } from './conv.ts';
import { Module } from './module.ts';

const text = (x: unknown): string => (Array.isArray(x) ? `[${x.map(String).join(', ')}]` : String(x));

/** A window and its options. */
abstract class Pool<Options extends object> extends Module {
  readonly kernelSize: PerDim;
  protected readonly options: Options;

  constructor(kernelSize: PerDim, options?: Options) {
    super();
    this.kernelSize = kernelSize;
    this.options = options ?? ({} as Options);
  }

  protected override extraRepr(): string {
    const given = Object.entries(this.options).map(([key, value]) => `, ${key}=${text(value)}`);
    return `kernelSize=${text(this.kernelSize)}${given.join('')}`;
  }
}

/** Parts in place of windows. */
abstract class AdaptivePool extends Module {
  readonly outputSize: AdaptiveSize;

  constructor(outputSize: AdaptiveSize) {
    super();
    this.outputSize = outputSize;
  }

  protected override extraRepr(): string {
    return `outputSize=${text(this.outputSize)}`;
  }
}

/** The largest element of each window of [N, C, L]. */
export class MaxPool1d extends Pool<MaxPoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/** The largest element of each window of [N, C, H, W]. */
export class MaxPool2d extends Pool<MaxPoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The largest element of each window of [N, C, D, H, W]. */
export class MaxPool3d extends Pool<MaxPoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of [N, C, L]. */
export class AvgPool1d extends Pool<AvgPoolOptions> {
  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of [N, C, H, W]. */
export class AvgPool2d extends Pool<AvgPoolOptions> {
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of [N, C, D, H, W]. */
export class AvgPool3d extends Pool<AvgPoolOptions> {
  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options);
  }
}

/** The largest element of each of `outputSize` equal parts of [N, C, L]. */
export class AdaptiveMaxPool1d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/** The largest element of each of `outputSize` equal parts of [N, C, H, W]. */
export class AdaptiveMaxPool2d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/** The largest element of each of `outputSize` equal parts of [N, C, D, H, W]. */
export class AdaptiveMaxPool3d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this.outputSize);
  }
}

/** The mean of each of `outputSize` equal parts of [N, C, L]. */
export class AdaptiveAvgPool1d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/** The mean of each of `outputSize` equal parts of [N, C, H, W]. */
export class AdaptiveAvgPool2d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** The mean of each of `outputSize` equal parts of [N, C, D, H, W]. */
export class AdaptiveAvgPool3d extends AdaptivePool {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}
