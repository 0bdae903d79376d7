// Adam and AdamW: steps scaled by running moments of the gradient.
import type { Tensor } from '../tensor.ts';
import { checkNumber, Optimizer } from './optimizer.ts';
import type { Params, ParamState, Update } from './optimizer.ts';

/** Options of Adam and AdamW, of each group. */
export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  lr: number;
  /** Decay of the running mean of the gradient and of its square. Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Keeps the quotient finite where the gradient is zero. Default 1e-8. */
  eps: number;
  /** Adam: L2 penalty added to the gradient, default 0. AdamW: shrinks the parameter itself, default 0.01. */
  weightDecay: number;
  /** Divides by the largest second moment so far. Default false. */
  amsgrad: boolean;
  /** Climbs instead of descending. Default false. */
  maximize: boolean;
}

const defaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/**
 * The numbers of step t that change from step to step: p ← p − rate · m / (√v + floor).
 *
 * With the bias corrections c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ this is p − lr · (m / c₁) / (√(v / c₂) + eps), the fraction
 * expanded by √c₂, which saves an operation on every element. The one place where lr and t enter.
 */
function schedule(options: AdamOptions, t: number): { rate: number; floor: number } {
  const [beta1, beta2] = options.betas;
  const root = Math.sqrt(1 - beta2 ** t);
  return { rate: (options.lr * root) / (1 - beta1 ** t), floor: options.eps * root };
}

/** What Adam and AdamW share: they differ in how weights decay. */
abstract class AdamBase extends Optimizer<AdamOptions> {
  protected check({ lr, betas, eps, weightDecay }: AdamOptions): void {
    const name = this.constructor.name;
    checkNumber(`${name}: lr`, lr);
    checkNumber(`${name}: eps`, eps);
    checkNumber(`${name}: betas[0]`, betas[0], 1);
    checkNumber(`${name}: betas[1]`, betas[1], 1);
    checkNumber(`${name}: weightDecay`, weightDecay);
  }

  /** The parameter and the gradient from which the moments' step is made. */
  protected abstract decay(parameter: Tensor, grad: Tensor, options: AdamOptions): readonly [Tensor, Tensor];

  protected update(
    parameter: Tensor,
    grad: Tensor,
    state: Readonly<ParamState>,
    options: AdamOptions,
  ): Update {
    const [beta1, beta2] = options.betas;
    const [p, g] = this.decay(parameter, options.maximize ? grad.neg() : grad, options);
    const step = (typeof state['step'] === 'number' ? state['step'] : 0) + 1;
    const mean = average(state['expAvg'], g.mul(1 - beta1), beta1);
    const square = average(state['expAvgSq'], g.mul(g).mul(1 - beta2), beta2);
    const next: ParamState = { step, expAvg: mean, expAvgSq: square };
    let bound = square;
    if (options.amsgrad) {
      const largest = state['maxExpAvgSq'];
      bound = typeof largest === 'object' ? largest.maximum(square) : square;
      next['maxExpAvgSq'] = bound;
    }
    const { rate, floor } = schedule(options, step);
    return { value: p.sub(mean.mul(rate).div(bound.sqrt().add(floor))), state: next };
  }
}

/** Running averages begin at zero, so the first is the fresh share alone. */
function average(last: Tensor | number | undefined, fresh: Tensor, beta: number): Tensor {
  return typeof last === 'object' ? last.mul(beta).add(fresh) : fresh;
}

/** Adam (Kingma and Ba), as PyTorch defines it; weight decay is an L2 penalty on the gradient. */
export class Adam extends AdamBase {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { ...defaults, ...options });
  }

  protected decay(parameter: Tensor, grad: Tensor, { weightDecay }: AdamOptions): readonly [Tensor, Tensor] {
    return [parameter, weightDecay === 0 ? grad : grad.add(parameter.mul(weightDecay))];
  }
}

/** AdamW (Loshchilov and Hutter): weight decay shrinks the parameter, apart from the gradient. */
export class AdamW extends AdamBase {
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { ...defaults, weightDecay: 1e-2, ...options });
  }

  protected decay(
    parameter: Tensor,
    grad: Tensor,
    { lr, weightDecay }: AdamOptions,
  ): readonly [Tensor, Tensor] {
    return [weightDecay === 0 ? parameter : parameter.mul(1 - lr * weightDecay), grad];
  }
}
