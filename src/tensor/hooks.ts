// Functions that users want called with gradients: on one tensor, after a gradient was gathered, or on several at once.
import { AutogradError, ShapeError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import type { TapeRequest } from '../grad.ts';
import { clone, detach } from '../ops/movement.ts';
import { Handle } from './handle.ts';

/** Takes a hook away again. */
export interface HookHandle {
  remove(): void;
}

type SumOf = (other: Value) => Value | undefined;
type Wrap = (v: Value) => Handle;

/** The hooks of one Value, which go over to the Value that replaces it. */
interface Hooks {
  /** Given the gradient and what others have got, the gradient that goes on. */
  readonly passing: ((g: Value, sumOf: SumOf, wrap: Wrap) => Value)[];
  readonly gathered: (() => void)[];
}

const hooksOf = (v: Value, on: Engine): Hooks | undefined => on.hooks.get(v) as Hooks | undefined;

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

function added(v: Value, on: Engine): Hooks {
  const hooks = hooksOf(v, on) ?? { passing: [], gathered: [] };
  on.hooks.set(v, hooks);
  return hooks;
}

function checkTracked(where: string, t: Handle): void {
  if (t.value.tracked) return;
  throw new AutogradError(`${where}: this tensor requires no gradient`, {
    where: t.toString(),
    fix: 'make it with { requiresGrad: true } before it is used',
  });
}

/** What a hook gave instead of the gradient, checked. */
function replaced(g: Value, result: unknown): Value {
  if (result === null || result === undefined) return g;
  const shape = result instanceof Handle ? result.shape : null;
  if (result instanceof Handle && sameShape(result.shape, g.shape)) return result.value;
  throw new ShapeError('a hook gave something else than a gradient of the same shape', {
    expected: formatShape(g.shape),
    got: shape === null ? typeof result : formatShape(shape),
  });
}

/** Calls `hook` with every gradient that comes to the tensor; what it returns goes on instead. */
export function addGradHook<T extends Handle>(t: T, hook: (g: T) => unknown): HookHandle {
  checkTracked('registerHook', t);
  return registered(added(t.value, t.engine).passing, (g: Value, _: SumOf, wrap: Wrap) =>
    replaced(g, hook(wrap(g) as T)),
  );
}

/** Calls `hook` each time a leaf's gradient has been gathered. */
export function addGatheredHook(t: Handle, hook: () => void): HookHandle {
  checkTracked('registerPostAccumulateGradHook', t);
  if (!t.isLeaf) {
    throw new AutogradError('registerPostAccumulateGradHook: gradients are gathered in leaves only', {
      where: t.toString(),
      fix: 'use registerHook',
    });
  }
  return registered(added(t.value, t.engine).gathered, hook);
}

/** Tells the hooks that a gradient has been gathered. */
export function gathered(v: Value, on: Engine): void {
  for (const hook of [...(hooksOf(v, on)?.gathered ?? [])]) hook();
}

/** The hooks of a Value go over to the one that its tensor points to now. */
export function handOver(before: Value, after: Value, on: Engine): void {
  const hooks = hooksOf(before, on);
  if (hooks !== undefined) on.hooks.set(after, hooks);
}

/** What a pass over the tape is to call. `make` makes tensors of gradients, off the tape unless the graph is kept. */
export function hooksFor(on: Engine, createGraph: boolean, make: Wrap): Pick<TapeRequest, 'hook' | 'told'> {
  const wrap = (g: Value): Handle => make(createGraph ? g : detach(g));
  return {
    hook: (v, g, sumOf) =>
      [...(hooksOf(v, on)?.passing ?? [])].reduce((sum, hook) => hook(sum, sumOf, wrap), g),
    ...(on.watcher === null ? {} : { told: on.watcher.gradient }),
  };
}

/**
 * The tensors under new names, and `hook` called once a pass with the gradients of all of them, null for those that get
 * none; what it returns goes on instead. Tensors that require no gradient come back as they are.
 */
export function watchTogether<T extends Handle>(
  tensors: readonly T[],
  make: (v: Value, on: Engine) => T,
  hook: (gradients: (T | null)[]) => unknown,
): T[] {
  const named = tensors.map((t) => (t.requiresGrad ? clone(t.value) : null));
  const waiting = new Map<Value, Value>();
  const collect = (own: Value, g: Value, sumOf: SumOf, wrap: Wrap): void => {
    waiting.clear();
    const sums = named.map((v) => (v === own ? g : v === null ? undefined : sumOf(v)));
    const given = hook(sums.map((sum) => (sum === undefined ? null : (wrap(sum) as T)))) as
      readonly unknown[] | null | undefined;
    named.forEach((v, i) => {
      const sum = sums[i];
      if (v !== null && sum !== undefined) waiting.set(v, replaced(sum, given?.[i]));
    });
  };
  return tensors.map((t, i) => {
    const v = named[i];
    if (v === null) return t;
    added(v, t.engine).passing.push((g, sumOf, wrap) => {
      // The youngest name comes first; by then all the others have their gradients, since only younger steps read them.
      if (!waiting.has(v)) collect(v, g, sumOf, wrap);
      const next = waiting.get(v) ?? g;
      waiting.delete(v);
      return next;
    });
    return make(v, t.engine);
  });
}
