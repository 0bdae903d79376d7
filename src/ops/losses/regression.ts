// Losses of numbers: distances to a target, and likelihoods of counts and of normal numbers.
import { ShapeError, ValueError } from '../../core/errors.ts';
import type { CompositeOp } from '../../core/op.ts';
import { formatShape, sameShape } from '../../core/shape.ts';
import { type Value, applyComposite, none } from '../../core/value.ts';
import { add, clamp, div, mul, sub, where } from '../arithmetic.ts';
import { cast } from '../cast.ts';
import { eq, gt, lt } from '../comparison.ts';
import { spread } from '../family.ts';
import { hostData } from '../indexing.ts';
import { type Reduction, reduced } from '../loss.ts';
import { abs, exp, log, square } from '../math.ts';
import { unsqueeze } from '../movement.ts';
import { sum } from '../reduce.ts';
import { composite } from '../statistics.ts';

export interface ReductionOptions {
  readonly reduction?: Reduction | undefined;
}

/** Both as f32 of one shape. */
const pair = (where_: string, x: Value, target: Value): [Value, Value] => {
  const [a, b] = spread(where_, [cast(x, 'f32'), cast(target, 'f32')]);
  return [a, b];
};

export const l1LossOp: CompositeOp = /* @__PURE__ */ composite('l1Loss');
/** |x − target|. */
export function l1Loss(x: Value, target: Value, { reduction = 'mean' }: ReductionOptions = {}): Value {
  const [a, b] = pair('l1Loss', x, target);
  return applyComposite(l1LossOp, [a, b], none, reduced('l1Loss', abs(sub(a, b)), reduction));
}

export const smoothL1LossOp: CompositeOp = /* @__PURE__ */ composite('smoothL1Loss');
/** d²/(2·beta) where d = |x − target| is below beta, d − beta/2 elsewhere. */
export function smoothL1Loss(
  x: Value,
  target: Value,
  { beta = 1, reduction = 'mean' }: ReductionOptions & { readonly beta?: number | undefined } = {},
): Value {
  if (!(beta >= 0)) throw new ValueError('smoothL1Loss: beta', { expected: 'at least 0', got: String(beta) });
  const [a, b] = pair('smoothL1Loss', x, target);
  const difference = sub(a, b);
  const distance = abs(difference);
  const losses =
    beta === 0
      ? distance
      : where(lt(distance, beta), mul(square(difference), 0.5 / beta), sub(distance, beta / 2));
  return applyComposite(smoothL1LossOp, [a, b], none, reduced('smoothL1Loss', losses, reduction));
}

export const huberLossOp: CompositeOp = /* @__PURE__ */ composite('huberLoss');
/** d²/2 where d = |x − target| is below delta, delta·(d − delta/2) elsewhere. */
export function huberLoss(
  x: Value,
  target: Value,
  { delta = 1, reduction = 'mean' }: ReductionOptions & { readonly delta?: number | undefined } = {},
): Value {
  if (!(delta > 0)) throw new ValueError('huberLoss: delta', { expected: 'above 0', got: String(delta) });
  const [a, b] = pair('huberLoss', x, target);
  const difference = sub(a, b);
  const distance = abs(difference);
  const far = mul(sub(distance, delta / 2), delta);
  const losses = where(lt(distance, delta), mul(square(difference), 0.5), far);
  return applyComposite(huberLossOp, [a, b], none, reduced('huberLoss', losses, reduction));
}

/** t·log t, 0 at 0 with a finite gradient there. */
function entropy(t: Value): Value {
  const isZero = eq(t, 0);
  return where(isZero, 0, mul(t, log(where(isZero, 1, t))));
}

export const klDivOp: CompositeOp = /* @__PURE__ */ composite('klDiv');
/**
 * target·(log target − x): the Kullback–Leibler divergence of x, which holds log-probabilities; with `logTarget` so
 * does the target. 'batchmean' divides the sum by the first dimension, as the definition has it.
 */
export function klDiv(
  x: Value,
  target: Value,
  options: {
    readonly reduction?: Reduction | 'batchmean' | undefined;
    readonly logTarget?: boolean | undefined;
  } = {},
): Value {
  const { reduction = 'mean', logTarget = false } = options;
  const [a, t] = pair('klDiv', x, target);
  const losses = logTarget ? mul(exp(t), sub(t, a)) : sub(entropy(t), mul(t, a));
  const body =
    reduction === 'batchmean'
      ? div(sum(losses), Math.max(a.shape[0] ?? 1, 1))
      : reduced('klDiv', losses, reduction);
  return applyComposite(klDivOp, [a, t], none, body);
}

export interface PoissonOptions extends ReductionOptions {
  /** Whether x is the logarithm of the rate. */
  readonly logInput?: boolean | undefined;
  /** Adds Stirling's approximation of log target! where the target is above 1. */
  readonly full?: boolean | undefined;
  /** Added to a rate before its logarithm is taken. */
  readonly eps?: number | undefined;
}
export const poissonNllLossOp: CompositeOp = /* @__PURE__ */ composite('poissonNllLoss');
/** −log p of counts whose rate is eˣ (or x): eˣ − target·x. */
export function poissonNllLoss(x: Value, target: Value, options: PoissonOptions = {}): Value {
  const { logInput = true, full = false, eps = 1e-8, reduction = 'mean' } = options;
  const [a, t] = pair('poissonNllLoss', x, target);
  let losses = logInput ? sub(exp(a), mul(t, a)) : sub(a, mul(t, log(add(a, eps))));
  if (full) {
    const counted = where(gt(t, 1), t, 1);
    const stirling = add(sub(mul(counted, log(counted)), counted), mul(log(mul(counted, 2 * Math.PI)), 0.5));
    losses = add(losses, where(gt(t, 1), stirling, 0));
  }
  return applyComposite(poissonNllLossOp, [a, t], none, reduced('poissonNllLoss', losses, reduction));
}

/** No lower than a floor; the gradient goes through, as PyTorch lets it. */
export const flooredOp: CompositeOp = /* @__PURE__ */ composite('floored', (g) => [g]);

export interface GaussianOptions extends ReductionOptions {
  /** Adds the constant log 2π / 2. */
  readonly full?: boolean | undefined;
  /** The least variance, for stability. */
  readonly eps?: number | undefined;
}
export const gaussianNllLossOp: CompositeOp = /* @__PURE__ */ composite('gaussianNllLoss');
/**
 * −log p of targets that are normal with mean x and variance `variance`: (log v + (x − target)² / v) / 2. The variance
 * has x's shape, or the same with a last dimension of 1 or without it.
 */
export function gaussianNllLoss(
  x: Value,
  target: Value,
  variance: Value,
  { full = false, eps = 1e-6, reduction = 'mean' }: GaussianOptions = {},
): Value {
  const { shape } = x;
  const lead = shape.slice(0, -1);
  if (!(eps > 0)) throw new ValueError('gaussianNllLoss: eps', { expected: 'above 0', got: String(eps) });
  let wide = variance;
  if (!sameShape(wide.shape, shape)) {
    if (sameShape(wide.shape, lead)) wide = unsqueeze(wide, -1);
    if (!sameShape(wide.shape, [...lead, 1]) || shape.length === 0) {
      throw new ShapeError('gaussianNllLoss: the variance does not fit', {
        expected: `${formatShape(shape)}, the same with a last dimension of 1, or without it`,
        got: formatShape(variance.shape),
      });
    }
  }
  if ([...hostData(variance)].some((v) => v < 0)) {
    throw new ValueError('gaussianNllLoss: a variance is negative');
  }
  const floored = applyComposite(flooredOp, [wide], none, clamp(wide, { min: eps }));
  const [a, t, v] = spread('gaussianNllLoss', [x, cast(target, 'f32'), floored]);
  const plain = mul(add(log(v), div(square(sub(a, t)), v)), 0.5);
  const losses = full ? add(plain, 0.5 * Math.log(2 * Math.PI)) : plain;
  const body = reduced('gaussianNllLoss', losses, reduction);
  return applyComposite(gaussianNllLossOp, [x, target, variance], none, body);
}
