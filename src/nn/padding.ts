// Padding as modules, for use in Sequential.
import { ValueError } from '../core/errors.ts';
import { type PadMode, type Tensor, pad } from '../tensor.ts';
import { Module } from './module.ts';

/** One number for all sides, or two for each dimension: before and after the last one first. */
export type Padding = number | readonly number[];

/** Pads the last `dims` dimensions of [n, c, ..] or [c, ..]. */
class Pad extends Module {
  readonly padding: readonly number[];
  readonly #mode: PadMode;
  readonly #value: number;

  constructor(dims: number, padding: Padding, mode: PadMode, value = 0) {
    super();
    this.padding = typeof padding === 'number' ? new Array<number>(2 * dims).fill(padding) : [...padding];
    if (this.padding.length !== 2 * dims) {
      throw new ValueError('a padding of another number of dimensions', {
        expected: `one number, or ${2 * dims}`,
        got: `${this.padding.length}: ${this.padding.join(', ')}`,
      });
    }
    this.#mode = mode;
    this.#value = value;
  }

  forward(x: Tensor): Tensor {
    return pad(x, this.padding, { mode: this.#mode, value: this.#value });
  }

  protected override extraRepr(): string {
    const sides = `padding=[${this.padding.join(', ')}]`;
    return this.#mode === 'constant' && this.#value !== 0 ? `${sides}, value=${String(this.#value)}` : sides;
  }
}

/** `value` around the last dimension. */
export class ConstantPad1d extends Pad {
  constructor(padding: Padding, value: number) {
    super(1, padding, 'constant', value);
  }
}
/** `value` around the last two dimensions. */
export class ConstantPad2d extends Pad {
  constructor(padding: Padding, value: number) {
    super(2, padding, 'constant', value);
  }
}
/** `value` around the last three dimensions. */
export class ConstantPad3d extends Pad {
  constructor(padding: Padding, value: number) {
    super(3, padding, 'constant', value);
  }
}
/** Zeros around the last dimension. */
export class ZeroPad1d extends Pad {
  constructor(padding: Padding) {
    super(1, padding, 'constant');
  }
}
/** Zeros around the last two dimensions. */
export class ZeroPad2d extends Pad {
  constructor(padding: Padding) {
    super(2, padding, 'constant');
  }
}
/** Zeros around the last three dimensions. */
export class ZeroPad3d extends Pad {
  constructor(padding: Padding) {
    super(3, padding, 'constant');
  }
}
/** The last dimension mirrored at the edges, without the edge itself. */
export class ReflectionPad1d extends Pad {
  constructor(padding: Padding) {
    super(1, padding, 'reflect');
  }
}
/** The last two dimensions mirrored at the edges, without the edge itself. */
export class ReflectionPad2d extends Pad {
  constructor(padding: Padding) {
    super(2, padding, 'reflect');
  }
}
/** The last three dimensions mirrored at the edges, without the edge itself. */
export class ReflectionPad3d extends Pad {
  constructor(padding: Padding) {
    super(3, padding, 'reflect');
  }
}
/** The edges of the last dimension repeated. */
export class ReplicationPad1d extends Pad {
  constructor(padding: Padding) {
    super(1, padding, 'replicate');
  }
}
/** The edges of the last two dimensions repeated. */
export class ReplicationPad2d extends Pad {
  constructor(padding: Padding) {
    super(2, padding, 'replicate');
  }
}
/** The edges of the last three dimensions repeated. */
export class ReplicationPad3d extends Pad {
  constructor(padding: Padding) {
    super(3, padding, 'replicate');
  }
}
/** The last dimension continued from the other end. */
export class CircularPad1d extends Pad {
  constructor(padding: Padding) {
    super(1, padding, 'circular');
  }
}
/** The last two dimensions continued from the other end. */
export class CircularPad2d extends Pad {
  constructor(padding: Padding) {
    super(2, padding, 'circular');
  }
}
/** The last three dimensions continued from the other end. */
export class CircularPad3d extends Pad {
  constructor(padding: Padding) {
    super(3, padding, 'circular');
  }
}
