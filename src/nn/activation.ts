// Activation functions and reshaping as modules, for use in Sequential.
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

/** 1 / (1 + e⁻ˣ). */
export class Sigmoid extends Module {
  forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/** max(x, 0). */
export class ReLU extends Module {
  forward(x: Tensor): Tensor {
    return x.relu();
  }
}

export class Tanh extends Module {
  forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/** x where positive, negativeSlope · x elsewhere. */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = negativeSlope;
  }

  forward(x: Tensor): Tensor {
    return x.leakyRelu(this.negativeSlope);
  }

  protected override extraRepr(): string {
    return `negativeSlope=${String(this.negativeSlope)}`;
  }
}

/** x where positive, alpha · (eˣ - 1) elsewhere. */
export class ELU extends Module {
  readonly alpha: number;

  constructor(alpha = 1) {
    super();
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    return x.elu({ alpha: this.alpha });
  }

  protected override extraRepr(): string {
    return `alpha=${String(this.alpha)}`;
  }
}

/** log(1 + e^(beta·x)) / beta; x itself where beta · x is above `threshold`. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(options: { readonly beta?: number; readonly threshold?: number } = {}) {
    super();
    this.beta = options.beta ?? 1;
    this.threshold = options.threshold ?? 20;
  }

  forward(x: Tensor): Tensor {
    return x.softplus({ beta: this.beta, threshold: this.threshold });
  }

  protected override extraRepr(): string {
    return `beta=${String(this.beta)}, threshold=${String(this.threshold)}`;
  }
}

/** x · Φ(x) with the normal distribution's Φ, or its approximation by tanh. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options: { readonly approximate?: 'none' | 'tanh' } = {}) {
    super();
    this.approximate = options.approximate ?? 'none';
  }

  forward(x: Tensor): Tensor {
    return x.gelu({ approximate: this.approximate });
  }

  protected override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** x · sigmoid(x). */
export class SiLU extends Module {
  forward(x: Tensor): Tensor {
    return x.silu();
  }
}

/** Shares along `dim` that are positive and sum to 1. */
export class Softmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return x.softmax(this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${String(this.dim)}`;
  }
}

/** The logarithm of Softmax, computed without its rounding. */
export class LogSoftmax extends Module {
  readonly dim: number;

  constructor(dim: number) {
    super();
    this.dim = dim;
  }

  forward(x: Tensor): Tensor {
    return x.logSoftmax(this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${String(this.dim)}`;
  }
}

/** Gives its input back. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** Joins the dimensions from `startDim` to `endDim` into one; by default all but the first. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  forward(x: Tensor): Tensor {
    return x.flatten({ startDim: this.startDim, endDim: this.endDim });
  }

  protected override extraRepr(): string {
    return `startDim=${String(this.startDim)}, endDim=${String(this.endDim)}`;
  }
}
