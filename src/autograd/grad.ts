// Gradients of named outputs by named inputs.
import { AutogradError } from '../core/errors.ts';
import type { Value } from '../core/value.ts';
import { differentiate } from '../grad.ts';
import { detach } from '../ops/movement.ts';
import { Tensor } from '../tensor.ts';
import { outputGradient, wantedOf } from '../tensor/autograd.ts';

export interface GradOptions {
  /** Gradients of the outputs; ones for single numbers. */
  readonly gradOutputs?: readonly Tensor[];
  readonly retainGraph?: boolean;
  readonly createGraph?: boolean;
  /** Gives null for an input that no output depends on, instead of throwing. */
  readonly allowUnused?: boolean;
}

/** Gradients of Σ outputs·gradOutputs with respect to the inputs, without touching any `.grad`. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const { createGraph = false, retainGraph = createGraph, allowUnused = false, gradOutputs } = options;
  const outs = outputs instanceof Tensor ? [outputs] : outputs;
  const wanted = inputs instanceof Tensor ? [inputs] : inputs;
  const on = outs[0].engine;
  const results = differentiate({
    outputs: outs.map((t) => t.value),
    gradients: outs.map((t, i): Value => outputGradient(t, gradOutputs?.[i], createGraph, 'grad')),
    wanted: wantedOf(wanted, 'grad'),
    hooks: on.hooks,
    createGraph,
    told: on.watcher?.gradient,
    retainGraph,
  });
  return wanted.map((t, i) => {
    const g = results.get(t.value);
    if (g !== undefined) return Tensor.of(createGraph ? g : detach(g), on);
    if (allowUnused) return null;
    throw new AutogradError('grad: an input has no part in the outputs', {
      where: `input ${i}: ${t.toString()}`,
      fix: 'pass { allowUnused: true } to get null for it',
    });
  });
}
