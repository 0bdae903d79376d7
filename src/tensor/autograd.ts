// What `backward` and `autograd.grad` check and hand to the tape.
import { AutogradError, ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { constant } from '../ops/create.ts';
import { detach } from '../ops/movement.ts';
import type { Handle } from './handle.ts';

/** A gradient of an output is given, or the output is one number. */
export function outputGradient(
  output: Handle,
  gradient: Handle | undefined,
  keepTracked: boolean,
  where: string,
): Value {
  const { shape, dtype, size, tracked } = output.value;
  if (!tracked) {
    throw new AutogradError(`${where}: this tensor requires no gradient`, {
      where: output.toString(),
      expected: 'a result of at least one tensor with requiresGrad',
      got: 'no gradFn: it was computed without such a tensor, detached, or under noGrad',
      fix: 'make the parameters with { requiresGrad: true }',
    });
  }
  if (gradient === undefined) {
    if (size !== 1) {
      throw new AutogradError(`${where}: a gradient can be implied only for one number`, {
        got: `shape ${formatShape(shape)}`,
        fix: `reduce first, for example loss.mean().${where}(), or pass a gradient of that shape`,
      });
    }
    return constant(1, shape, dtype);
  }
  if (!sameShape(gradient.shape, shape)) {
    throw new ShapeError(`${where}: the gradient does not have the output's shape`, {
      expected: formatShape(shape),
      got: formatShape(gradient.shape),
    });
  }
  return keepTracked ? gradient.value : detach(gradient.value);
}

/** The Values of tensors whose gradients are asked for by name. */
export function wantedOf(inputs: readonly Handle[], where: string): Set<Value> {
  if (inputs.length === 0) {
    throw new ValueError(`${where}: no inputs are named`, {
      expected: 'at least one tensor that requires a gradient',
      fix: 'leave `inputs` out to gather the gradients of all leaves',
    });
  }
  for (const [i, t] of inputs.entries()) {
    if (t.requiresGrad) continue;
    throw new AutogradError(`${where}: an input requires no gradient`, {
      where: `input ${i}: ${t.toString()}`,
      fix: 'make it with { requiresGrad: true } before it is used',
    });
  }
  return new Set(inputs.map((t) => t.value));
}

/** Runs a function with the tape on or off; a promise keeps the setting until it settles. */
export function withGrad<T>(on: Engine, enabled: boolean, fn: () => T): T {
  const restore = on.openGradScope(enabled);
  let result: T;
  try {
    result = fn();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}
