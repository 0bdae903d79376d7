// Normalisation as functions; those with running statistics move them on.
import { AutogradError } from '../../core/errors.ts';
import type { Value } from '../../core/value.ts';
import { detach } from '../../ops/movement.ts';
import * as ops from '../../ops/normalization.ts';
import { type Lifted, call } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { unary } from './lift.ts';

export const layerNorm = /* @__PURE__ */ unary(ops.layerNorm);
export const rmsNorm = /* @__PURE__ */ unary(ops.rmsNorm);
export const groupNorm = /* @__PURE__ */ unary(ops.groupNorm);

type Affine = Lifted<ops.AffineOptions>;

/** The share of the newest batch in the running statistics, unless said otherwise. */
const MOMENTUM = 0.1;

/** Points the running statistic to its next value. Nothing runs for it alone: the next run computes and keeps it. */
function moveOn(running: Tensor, seen: Tensor, momentum: number | Tensor): void {
  if (running.requiresGrad) {
    throw new AutogradError('running statistics cannot require a gradient', {
      where: running.toString(),
      fix: 'make them with registerBuffer',
    });
  }
  const share = typeof momentum === 'number' ? momentum : detach(momentum.value);
  const next: Value = ops.averaged(detach(running.value), detach(seen.value), share);
  running.value = next;
  running.engine.want(next);
}

export interface BatchNormOptions extends Affine {
  /** Normalises with the batch's own mean and variance, and moves the running ones on. Default false. */
  readonly training?: boolean | undefined;
  /** The share of this batch in the running statistics, a number or a tensor of one. Default 0.1. */
  readonly momentum?: number | Tensor | undefined;
}
/**
 * Batch normalisation of [N, C, ..] over all dimensions but the channels. In training `runningMean` and `runningVar`
 * ([C], or null) are moved on in place; else they are what the input is normalised with.
 */
export function batchNorm(
  x: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  { training = false, momentum = MOMENTUM, ...affine }: BatchNormOptions = {},
): Tensor {
  if (!training && runningMean !== null && runningVar !== null) {
    return call(Tensor.of, ops.batchNormWith, [x, runningMean, runningVar, affine]);
  }
  const { output, mean, variance } = call(Tensor.of, ops.batchNormTraining, [x, affine]);
  if (training && runningMean !== null) moveOn(runningMean, mean, momentum);
  if (training && runningVar !== null) moveOn(runningVar, variance, momentum);
  return output;
}

export interface InstanceNormOptions extends Affine {
  readonly runningMean?: Tensor | null | undefined;
  readonly runningVar?: Tensor | null | undefined;
  /** Normalises with each example's own mean and variance, and moves the running ones on. Default true. */
  readonly useInputStats?: boolean | undefined;
  readonly momentum?: number | Tensor | undefined;
}
/** Normalisation of [N, C, L, ..] over each channel of each example. */
export function instanceNorm(x: Tensor, options: InstanceNormOptions = {}): Tensor {
  const {
    runningMean = null,
    runningVar = null,
    useInputStats = true,
    momentum = MOMENTUM,
    ...affine
  } = options;
  if (!useInputStats && runningMean !== null && runningVar !== null) {
    return call(Tensor.of, ops.instanceNormWith, [x, runningMean, runningVar, affine]);
  }
  const { output, mean, variance } = call(Tensor.of, ops.instanceNormTraining, [x, affine]);
  if (runningMean !== null) moveOn(runningMean, mean, momentum);
  if (runningVar !== null) moveOn(runningVar, variance, momentum);
  return output;
}
