// Resizing as a module.
import { interpolate } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { Module } from './module.ts';

type Options = Parameters<typeof interpolate>[1];

/** [N, C, ..] resized to `size`, or by `scaleFactor`: to the nearest element, or (bi-)linearly. */
export class Upsample extends Module {
  readonly options: Options;

  constructor(options: Options) {
    super();
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return interpolate(x, this.options);
  }

  protected override extraRepr(): string {
    return Object.entries(this.options)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(', ');
  }
}
