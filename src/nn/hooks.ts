// Hooks of modules: called before and after forward, and with the gradients on both sides.
import { Tensor } from '../tensor.ts';
import { type HookHandle, registered, watchTogether } from '../autograd/hooks.ts';
import type { CallHooks, Module } from './module.ts';

type Inputs = readonly unknown[];
type Gradients = (Tensor | null)[];

/** Sees the inputs before forward; what it returns is used instead: an array of inputs, or the one input. */
export type ForwardPreHook<M> = (module: M, inputs: Inputs) => unknown;
/** Sees the output; what it returns is used instead. */
export type ForwardHook<M> = (module: M, inputs: Inputs, output: unknown) => unknown;
/** Sees the gradients of the inputs and of the outputs; gradients of the inputs that it returns go on instead. */
export type BackwardHook<M> = (
  module: M,
  gradInput: readonly (Tensor | null)[],
  gradOutput: readonly (Tensor | null)[],
) => unknown;

/** The hooks of one module, in the order in which they were registered. */
class ModuleHooks implements CallHooks {
  readonly #before: ForwardPreHook<unknown>[] = [];
  readonly #after: ForwardHook<unknown>[] = [];
  readonly #backward: BackwardHook<unknown>[] = [];

  addBefore(hook: ForwardPreHook<unknown>): HookHandle {
    return registered(this.#before, hook);
  }
  addAfter(hook: ForwardHook<unknown>): HookHandle {
    return registered(this.#after, hook);
  }
  addBackward(hook: BackwardHook<unknown>): HookHandle {
    return registered(this.#backward, hook);
  }

  /** forward between the hooks. */
  run(module: unknown, inputs: Inputs, forward: (inputs: Inputs) => unknown): unknown {
    let given = inputs;
    for (const hook of [...this.#before]) {
      const result = hook(module, given);
      if (result !== undefined) given = Array.isArray(result) ? (result as Inputs) : [result];
    }
    let output = this.#backward.length > 0 ? this.#watched(module, given, forward) : forward(given);
    for (const hook of [...this.#after]) output = hook(module, given, output) ?? output;
    return output;
  }

  /** forward with tensors of names of their own on both sides, at which gradients are seen. */
  #watched(module: unknown, inputs: Inputs, forward: (inputs: Inputs) => unknown): unknown {
    const hooks = [...this.#backward];
    const tensors = inputs.filter((x) => x instanceof Tensor);
    let gradOutput: Gradients = [];
    const call = (gradInput: Gradients): Gradients =>
      hooks.reduce(
        (gradients, hook) => [
          ...((hook(module, gradients, gradOutput) as Gradients | undefined) ?? gradients),
        ],
        gradInput,
      );
    const named = watchTogether(tensors, call);
    let at = 0;
    const output = forward(inputs.map((x) => (x instanceof Tensor ? named[at++] : x)));
    const outputs: unknown[] = Array.isArray(output) ? (output as unknown[]) : [output];
    const floats = outputs.filter((t) => t instanceof Tensor);
    const seen = watchTogether(floats, (gradients) => {
      gradOutput = gradients;
      // Nothing will come to inputs that require no gradient.
      if (!tensors.some((t) => t.requiresGrad)) call(tensors.map(() => null));
    });
    at = 0;
    const results = outputs.map((t) => (t instanceof Tensor ? seen[at++] : t));
    return Array.isArray(output) ? results : results[0];
  }
}

type AnyModule = Module<never, unknown>;

function hooksOf(module: AnyModule): ModuleHooks {
  const hooks = module.callHooks instanceof ModuleHooks ? module.callHooks : new ModuleHooks();
  module.callHooks = hooks;
  return hooks;
}

/** Calls `hook(module, inputs)` before forward; what it returns is used instead of the inputs. Hooks hear of `call`. */
export function registerForwardPreHook<M extends AnyModule>(module: M, hook: ForwardPreHook<M>): HookHandle {
  return hooksOf(module).addBefore(hook as ForwardPreHook<unknown>);
}

/** Calls `hook(module, inputs, output)` after forward; what it returns is used instead of the output. */
export function registerForwardHook<M extends AnyModule>(module: M, hook: ForwardHook<M>): HookHandle {
  return hooksOf(module).addAfter(hook as ForwardHook<unknown>);
}

/**
 * Calls `hook(module, gradInput, gradOutput)` in the backward pass, with null where there is no gradient; gradients of
 * the inputs that it returns go on instead, all together.
 */
export function registerFullBackwardHook<M extends AnyModule>(module: M, hook: BackwardHook<M>): HookHandle {
  return hooksOf(module).addBackward(hook as BackwardHook<unknown>);
}
