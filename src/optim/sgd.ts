// Stochastic gradient descent.
import { ValueError } from '../core/errors.ts';
import type { Tensor } from '../tensor.ts';
import { checkNumber, Optimizer } from './optimizer.ts';
import type { Params, ParamState, Update } from './optimizer.ts';

/** Options of SGD, of each group. */
export interface SGDOptions {
  /** Learning rate: the factor of the step. */
  lr: number;
  /** Share of the last step's direction that stays. Default 0. */
  momentum: number;
  /** Share of the gradient that is left out of the direction. Default 0. */
  dampening: number;
  /** L2 penalty: this share of the parameter is added to its gradient. Default 0. */
  weightDecay: number;
  /** Looks one step ahead along the direction. Default false. */
  nesterov: boolean;
  /** Climbs instead of descending. Default false. */
  maximize: boolean;
}

const defaults = { momentum: 0, dampening: 0, weightDecay: 0, nesterov: false, maximize: false };

/**
 * Gradient descent with momentum, as PyTorch defines it: g ← ∇ + weightDecay·p; b ← momentum·b + (1 − dampening)·g
 * (the first time b ← g); p ← p − lr·b, or with Nesterov p − lr·(g + momentum·b).
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: Params<SGDOptions>, options: { readonly lr: number } & Partial<SGDOptions>) {
    super(params, { ...defaults, ...options });
  }

  protected check({ lr, momentum, dampening, weightDecay, nesterov }: SGDOptions): void {
    checkNumber('SGD: lr', lr);
    checkNumber('SGD: momentum', momentum);
    checkNumber('SGD: weightDecay', weightDecay);
    if (!Number.isFinite(dampening)) {
      throw new ValueError('SGD: dampening is not valid', {
        expected: 'a finite number',
        got: String(dampening),
      });
    }
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ValueError('SGD: Nesterov needs momentum and no dampening', {
        got: `momentum ${String(momentum)}, dampening ${String(dampening)}`,
        fix: 'set momentum above 0, for example 0.9, and leave dampening out',
      });
    }
  }

  protected update(
    parameter: Tensor,
    grad: Tensor,
    state: Readonly<ParamState>,
    options: SGDOptions,
  ): Update {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = options;
    let g = maximize ? grad.neg() : grad;
    if (weightDecay !== 0) g = g.add(parameter.mul(weightDecay));
    if (momentum === 0) return { value: parameter.sub(g.mul(lr)) };
    const { momentumBuffer: last } = state;
    const fresh = dampening === 0 ? g : g.mul(1 - dampening);
    // The first direction is the whole gradient: dampening begins with the second.
    const buffer = typeof last === 'object' ? last.mul(momentum).add(fresh) : g;
    const direction = nesterov ? g.add(buffer.mul(momentum)) : buffer;
    return { value: parameter.sub(direction.mul(lr)), state: { momentumBuffer: buffer } };
  }
}
