// The rarer activation functions as modules, for use in Sequential.
import {
  Parameter,
  type Tensor,
  celu,
  full,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  logsigmoid,
  mish,
  prelu,
  relu6,
  rrelu,
  selu,
  softmin,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
} from '../tensor.ts';
import { Module } from './module.ts';

/** x limited to [0, 6]. */
export class ReLU6 extends Module {
  forward(x: Tensor): Tensor {
    return relu6(x);
  }
}

/** x limited to [minVal, maxVal]. */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;

  constructor(options: { readonly minVal?: number; readonly maxVal?: number } = {}) {
    super();
    this.minVal = options.minVal ?? -1;
    this.maxVal = options.maxVal ?? 1;
  }

  forward(x: Tensor): Tensor {
    return hardtanh(x, { minVal: this.minVal, maxVal: this.maxVal });
  }

  protected override extraRepr(): string {
    return `minVal=${String(this.minVal)}, maxVal=${String(this.maxVal)}`;
  }
}

/** x · hardsigmoid(x). */
export class Hardswish extends Module {
  forward(x: Tensor): Tensor {
    return hardswish(x);
  }
}

/** A straight line from 0 at −3 to 1 at 3, flat beyond. */
export class Hardsigmoid extends Module {
  forward(x: Tensor): Tensor {
    return hardsigmoid(x);
  }
}

/** x · tanh(softplus(x)). */
export class Mish extends Module {
  forward(x: Tensor): Tensor {
    return mish(x);
  }
}

/** A scaled ELU that keeps mean 0 and variance 1. */
export class SELU extends Module {
  forward(x: Tensor): Tensor {
    return selu(x);
  }
}

/** x where positive, alpha · (e^(x / alpha) − 1) elsewhere. */
export class CELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return celu(x, { alpha: this.alpha });
  }

  protected override extraRepr(): string {
    return `alpha=${String(this.alpha)}`;
  }
}

/** x / (1 + |x|). */
export class Softsign extends Module {
  forward(x: Tensor): Tensor {
    return softsign(x);
  }
}

/** x − tanh(x). */
export class Tanhshrink extends Module {
  forward(x: Tensor): Tensor {
    return tanhshrink(x);
  }
}

/** x, and 0 where |x| ≤ lambd. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(lambd = 0.5) {
    super();
    this.lambd = lambd;
  }

  forward(x: Tensor): Tensor {
    return hardshrink(x, { lambd: this.lambd });
  }

  protected override extraRepr(): string {
    return `lambd=${String(this.lambd)}`;
  }
}

/** x moved towards 0 by lambd, and 0 where |x| ≤ lambd. */
export class Softshrink extends Module {
  readonly lambd: number;

  constructor(lambd = 0.5) {
    super();
    this.lambd = lambd;
  }

  forward(x: Tensor): Tensor {
    return softshrink(x, { lambd: this.lambd });
  }

  protected override extraRepr(): string {
    return `lambd=${String(this.lambd)}`;
  }
}

/** x where it is above `threshold`, else `value`. */
export class Threshold extends Module {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number) {
    super();
    this.threshold = threshold;
    this.value = value;
  }

  forward(x: Tensor): Tensor {
    return threshold(x, this.threshold, this.value);
  }

  protected override extraRepr(): string {
    return `threshold=${String(this.threshold)}, value=${String(this.value)}`;
  }
}

/** The first half of the dimension times the sigmoid of the other. [.., 2n, ..] → [.., n, ..] */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return glu(x, this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${String(this.dim)}`;
  }
}

/** x where positive, weight · x elsewhere, with a learned weight for all or for each channel (dimension 1). */
export class PReLU extends Module {
  readonly weight: Parameter;

  constructor(options: { readonly numParameters?: number; readonly init?: number } = {}) {
    super();
    this.weight = new Parameter(full([options.numParameters ?? 1], options.init ?? 0.25));
  }

  forward(x: Tensor): Tensor {
    return prelu(x, this.weight);
  }

  protected override extraRepr(): string {
    return `numParameters=${String(this.weight.shape[0])}`;
  }
}

/** x where positive, slope · x elsewhere, with slopes drawn from [lower, upper) while training, their middle otherwise. */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;

  constructor(options: { readonly lower?: number; readonly upper?: number } = {}) {
    super();
    this.lower = options.lower ?? 1 / 8;
    this.upper = options.upper ?? 1 / 3;
  }

  forward(x: Tensor): Tensor {
    return rrelu(x, { lower: this.lower, upper: this.upper, training: this.training });
  }

  protected override extraRepr(): string {
    return `lower=${String(this.lower)}, upper=${String(this.upper)}`;
  }
}

/** Softmax of −x: the smallest gets the most. */
export class Softmin extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return softmin(x, this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${String(this.dim)}`;
  }
}

/** log(sigmoid(x)). */
export class LogSigmoid extends Module {
  forward(x: Tensor): Tensor {
    return logsigmoid(x);
  }
}
