// Tensors and what is done with them: the part of the public interface that the rest of the library is written in.
import { engine } from './engine.ts';
import { constant } from './ops/create.ts';
import { withGrad } from './tensor/autograd.ts';
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

/** The next run keeps the tensor's elements, so that they can be read whenever. Returns it. */
export function keep<T extends Tensor>(t: T): T {
  t.engine.demand(t.value);
  return t;
}

/** A tensor of one number on the engine at hand. */
export const scalar = (x: number): Tensor => Tensor.of(constant(x, [], 'f32'), engine());
