// The affine map y = x Wᵀ + b.
import { linear, Parameter, zeros } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { uniform_ } from './init.ts';
import { Module } from './module.ts';
import { checkSize } from './check.ts';

/**
 * y = x Wᵀ + b for x of shape [..., inFeatures]; y has shape [..., outFeatures].
 *
 * `weight` is [outFeatures, inFeatures], `bias` [outFeatures]; both begin uniform in ±1/√inFeatures.
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: { readonly bias?: boolean } = {}) {
    super();
    this.inFeatures = checkSize('Linear: inFeatures', inFeatures);
    this.outFeatures = checkSize('Linear: outFeatures', outFeatures);
    this.weight = new Parameter(zeros([outFeatures, inFeatures]));
    this.bias = (options.bias ?? true) ? new Parameter(zeros([outFeatures])) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    // What PyTorch's Kaiming initialisation with a = √5 comes to: √(6 / ((1 + a²) · fan)) = 1/√fan.
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    uniform_(this.weight, -bound, bound);
    if (this.bias) uniform_(this.bias, -bound, bound);
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  protected override extraRepr(): string {
    const bias = this.bias ? 'true' : 'false';
    return `inFeatures=${String(this.inFeatures)}, outFeatures=${String(this.outFeatures)}, bias=${bias}`;
  }
}
