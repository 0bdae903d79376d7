// Dropout as modules: active in training, nothing in evaluation.
import { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { ValueError } from '../core/errors.ts';
import { Module } from './module.ts';

/** The probability of an element, or a channel, to go. */
abstract class DropoutLayer extends Module {
  readonly p: number;

  constructor(p = 0.5) {
    super();
    if (!(p >= 0 && p <= 1)) {
      throw new ValueError('dropout: p is no probability', { expected: '0 … 1', got: String(p) });
    }
    this.p = p;
  }

  protected override extraRepr(): string {
    return `p=${String(this.p)}`;
  }
}

/** Elements set to 0 with probability p (0.5), the others divided by 1 − p. */
export class Dropout extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training });
  }
}
/** Whole channels of [N, C, L] set to 0. */
export class Dropout1d extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout1d(x, { p: this.p, training: this.training });
  }
}
/** Whole channels of [N, C, H, W] set to 0. */
export class Dropout2d extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout2d(x, { p: this.p, training: this.training });
  }
}
/** Whole channels of [N, C, D, H, W] set to 0. */
export class Dropout3d extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return dropout3d(x, { p: this.p, training: this.training });
  }
}
/** Dropout that keeps the mean and variance of what SELU gives. */
export class AlphaDropout extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return alphaDropout(x, { p: this.p, training: this.training });
  }
}
/** The same for whole channels. */
export class FeatureAlphaDropout extends DropoutLayer {
  forward(x: Tensor): Tensor {
    return featureAlphaDropout(x, { p: this.p, training: this.training });
  }
}
