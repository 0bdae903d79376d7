// Functions that users want called with gradients: on one tensor, after a gradient was gathered, or on several at once.
import { AutogradError, ShapeError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import type { TapeHooks } from '../core/hooks.ts';
import type { Engine } from '../engine.ts';
import { clone, detach } from '../ops/movement.ts';
import { Tensor } from '../tensor.ts';

/** Takes a hook away again. */
export interface HookHandle {
  remove(): void;
}

type SumOf = (other: Value) => Value | undefined;
type Wrap = (v: Value) => Tensor;

/** The hooks of one Value, which go over to the Value that replaces it. */
interface Hooks {
  /** Given the gradient and what others have got, the gradient that goes on. */
  readonly passing: ((g: Value, sumOf: SumOf, wrap: Wrap) => Value)[];
  readonly gathered: (() => void)[];
}

/** All hooks of an engine. */
class EngineHooks implements TapeHooks {
  readonly #hooks = new WeakMap<Value, Hooks>();
  readonly #on: Engine;

  constructor(on: Engine) {
    this.#on = on;
  }

  of(v: Value): Hooks {
    const hooks = this.#hooks.get(v) ?? { passing: [], gathered: [] };
    this.#hooks.set(v, hooks);
    return hooks;
  }

  pass(v: Value, g: Value, sumOf: SumOf, createGraph: boolean): Value {
    const wrap: Wrap = (x) => Tensor.of(createGraph ? x : detach(x), this.#on);
    return [...(this.#hooks.get(v)?.passing ?? [])].reduce((sum, hook) => hook(sum, sumOf, wrap), g);
  }

  gathered(v: Value): void {
    for (const hook of [...(this.#hooks.get(v)?.gathered ?? [])]) hook();
  }

  handOver(before: Value, after: Value): void {
    const hooks = this.#hooks.get(before);
    if (hooks !== undefined) this.#hooks.set(after, hooks);
  }
}

function hooksOf(v: Value, on: Engine): Hooks {
  const all = on.hooks instanceof EngineHooks ? on.hooks : new EngineHooks(on);
  on.hooks = all;
  return all.of(v);
}

/** A hook is told apart from one that is registered twice by the place it gets. */
export function registered<T>(list: T[], hook: T): HookHandle {
  list.push(hook);
  return {
    remove: () => {
      const at = list.indexOf(hook);
      if (at >= 0) list.splice(at, 1);
    },
  };
}

function checkTracked(where: string, t: Tensor): void {
  if (t.value.tracked) return;
  throw new AutogradError(`${where}: this tensor requires no gradient`, {
    where: t.toString(),
    fix: 'make it with { requiresGrad: true } before it is used',
  });
}

/** What a hook gave instead of the gradient, checked. */
function replaced(g: Value, result: unknown): Value {
  if (result === null || result === undefined) return g;
  const shape = result instanceof Tensor ? result.shape : null;
  if (result instanceof Tensor && sameShape(result.shape, g.shape)) return result.value;
  throw new ShapeError('a hook gave something else than a gradient of the same shape', {
    expected: formatShape(g.shape),
    got: shape === null ? typeof result : formatShape(shape),
  });
}

/**
 * Calls `hook` with every gradient that comes to the tensor, as it is recorded; a tensor that it returns goes on instead.
 * A parameter keeps its hooks when an optimiser changes it.
 */
export function registerHook(t: Tensor, hook: (grad: Tensor) => unknown): HookHandle {
  checkTracked('registerHook', t);
  return registered(hooksOf(t.value, t.engine).passing, (g, _, wrap) => replaced(g, hook(wrap(g))));
}

/** Calls `hook` each time backward() has gathered the gradient of the leaf. */
export function registerPostAccumulateGradHook<T extends Tensor>(t: T, hook: (t: T) => unknown): HookHandle {
  checkTracked('registerPostAccumulateGradHook', t);
  if (!t.isLeaf) {
    throw new AutogradError('registerPostAccumulateGradHook: gradients are gathered in leaves only', {
      where: t.toString(),
      fix: 'use registerHook',
    });
  }
  return registered(hooksOf(t.value, t.engine).gathered, () => void hook(t));
}

/**
 * The tensors under new names, and `hook` called once a pass with the gradients of all of them, null for those that get
 * none; what it returns goes on instead. Tensors that require no gradient come back as they are.
 */
export function watchTogether(
  tensors: readonly Tensor[],
  hook: (gradients: (Tensor | null)[]) => unknown,
): Tensor[] {
  const named = tensors.map((t) => (t.requiresGrad ? clone(t.value) : null));
  const waiting = new Map<Value, Value>();
  const collect = (own: Value, g: Value, sumOf: SumOf, wrap: Wrap): void => {
    waiting.clear();
    const sums = named.map((v) => (v === own ? g : v === null ? undefined : sumOf(v)));
    const given = hook(sums.map((sum) => (sum === undefined ? null : wrap(sum)))) as
      readonly unknown[] | null | undefined;
    named.forEach((v, i) => {
      const sum = sums[i];
      if (v !== null && sum !== undefined) waiting.set(v, replaced(sum, given?.[i]));
    });
  };
  return tensors.map((t, i) => {
    const v = named[i];
    if (v === null) return t;
    hooksOf(v, t.engine).passing.push((g, sumOf, wrap) => {
      // The youngest name comes first; by then all the others have their gradients, since only younger steps read them.
      if (!waiting.has(v)) collect(v, g, sumOf, wrap);
      const next = waiting.get(v) ?? g;
      waiting.delete(v);
      return next;
    });
    return Tensor.of(v, t.engine);
  });
}
