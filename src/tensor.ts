// Tensors and what is done with them: the part of the public interface that the rest of the library is written in.
import type { Value } from './core/value.ts';
import { engine } from './engine.ts';
import { differentiate } from './grad.ts';
import { AutogradError } from './core/errors.ts';
import { constant } from './ops/create.ts';
import { detach } from './ops/movement.ts';
import { outputGradient, wantedOf, withGrad } from './tensor/autograd.ts';
import { Tensor } from './tensor/tensor.ts';

export type { TapeNode } from './tensor/handle.ts';
export type { HostData, Nested, NestedArray } from './tensor/host.ts';
export type { TensorLike } from './tensor/call.ts';
export * from './tensor/creation.ts';
export * from './tensor/functions/index.ts';
export { type BackwardOptions, Parameter, Tensor, type TensorUpdate, applyUpdates } from './tensor/tensor.ts';

/** Runs `fn` without recording operations on the tape. An async function stays off the tape until it settles. */
export const noGrad = <T>(fn: () => T): T => withGrad(engine(), false, fn);
/** Runs `fn` with the tape on, inside a noGrad. */
export const enableGrad = <T>(fn: () => T): T => withGrad(engine(), true, fn);
export { noGrad as no_grad, noGrad as inferenceMode };

export interface GradOptions {
  /** Gradients of the outputs; ones for single numbers. */
  readonly gradOutputs?: readonly Tensor[];
  readonly retainGraph?: boolean;
  readonly createGraph?: boolean;
  /** Gives null for an input that no output depends on, instead of throwing. */
  readonly allowUnused?: boolean;
}

/** Gradients of Σ outputs·gradOutputs with respect to the inputs, without touching any `.grad`. */
function grad(
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

export const autograd = { grad } as const;

/** The next run keeps the tensor's elements, so that they can be read whenever. Returns it. */
export function keep<T extends Tensor>(t: T): T {
  t.engine.demand(t.value);
  return t;
}

/** A tensor of one number on the engine at hand. */
export const scalar = (x: number): Tensor => Tensor.of(constant(x, [], 'f32'), engine());
