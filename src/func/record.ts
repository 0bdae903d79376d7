// A function of tensors, recorded with inputs of its own to differentiate it by: what all transforms begin with.
import { AutogradError, ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import type { ViewOp } from '../core/op.ts';
import { Value, none } from '../core/value.ts';
import { type Engine, engine } from '../engine.ts';
import { differentiate, edgesOf } from '../grad.ts';
import { youngerThan, zerosOf } from '../autograd/graph.ts';
import { clone, detach, variableOp } from '../ops/movement.ts';
import { Tensor, enableGrad } from '../tensor.ts';
import { type Leaf, leavesOf, withLeaves } from './tree.ts';

/** A leaf made by a transform: to everyone outside it, what depends on nothing else needs no gradient. */
const inputOp: ViewOp = { ...variableOp, name: 'input' };

/** The same elements under a name of their own, so that derivatives stop here: linked to x where that is on the tape. */
function ownName(x: Value, on: Engine): Value {
  if (x.tracked && on.gradEnabled) return clone(x);
  return new Value(inputOp, [detach(x)], none, x.shape, x.dtype, { tracked: true });
}

/** The engine of the first tensor, or the current one. */
export const engineOfLeaves = (leaves: readonly Leaf[]): Engine => leaves.at(0)?.tensor.engine ?? engine();

/** What a function gave, synchronously. */
export function given<T>(where: string, result: T): T {
  if (!(result instanceof Promise)) return result;
  // Nobody will wait for it.
  result.catch(() => undefined);
  throw new ValueError(`${where}: the function is async`, {
    expected: 'a function that returns tensors at once',
    got: 'a promise',
    fix: 'read elements outside the function: inside it they are only recorded',
  });
}

export interface Recording<T> {
  readonly on: Engine;
  /** The inputs' own names. */
  readonly inputs: readonly Value[];
  readonly result: T;
}

function checkFloat(where: string, { tensor, path }: Leaf): void {
  if (tensor.dtype === 'f32') return;
  throw new AutogradError(`${where}: only floats have derivatives`, {
    where: `input ${path}`,
    expected: 'f32',
    got: tensor.dtype,
    fix: 'name the inputs to differentiate by in argnums, or close over the others',
  });
}

/** Calls the function with new names for the tensors of the arguments that `chosen` names. */
export function record<T>(
  where: string,
  fn: (...args: never[]) => T,
  args: readonly unknown[],
  chosen: readonly number[],
): Recording<T> {
  for (const i of chosen) {
    if (Number.isInteger(i) && i >= 0 && i < args.length) continue;
    throw new ValueError(`${where}: there is no argument ${i}`, {
      expected: `argnums within 0 … ${args.length - 1}`,
      got: String(i),
    });
  }
  const picked = chosen.map((i) => args[i]);
  const leaves = leavesOf(picked);
  for (const leaf of leaves) checkFloat(where, leaf);
  const on = engineOfLeaves(leaves);
  const inputs = leaves.map(({ tensor }) => ownName(tensor.value, on));
  const named = withLeaves(
    picked,
    inputs.map((v) => new Tensor(v, on)),
  );
  const all = args.map((x, i) => (chosen.includes(i) ? named[chosen.indexOf(i)] : x));
  const result = given(
    where,
    enableGrad(() => fn(...(all as never[]))),
  );
  return { on, inputs, result };
}

/** Gradients of Σ outputs·cotangents by the inputs; zeros where an input has no part. */
export function pullBack(
  outputs: readonly Value[],
  cotangents: readonly Value[],
  inputs: readonly Value[],
): Value[] {
  const found = differentiate({
    outputs,
    gradients: cotangents,
    wanted: new Set(inputs),
    ends: true,
    retainGraph: true,
  });
  return inputs.map((v) => found.get(v) ?? zerosOf(v));
}

/**
 * The Values off the tape, unless they depend on something tracked besides the recording's own inputs: a parameter that
 * the function closes over, or an input that somebody else differentiates by.
 */
export function released(values: readonly Value[], { inputs, on }: Recording<unknown>): Value[] {
  if (!on.gradEnabled) return values.map(detach);
  const first = inputs.reduce((least, v) => Math.min(least, v.id), Infinity);
  const anchored = new Set<Value>();
  const isOutside = (v: Value): boolean =>
    v.tracked && (v.id < first || (v.leaf ? v.op !== inputOp : anchored.has(v)));
  for (const v of youngerThan(first - 1, values)) if (edgesOf(v).some(isOutside)) anchored.add(v);
  return values.map((v) => (isOutside(v) ? v : detach(v)));
}

/** Tensors of results, in the places of a tree's tensors. */
export function wrapped<T>(tree: T, values: readonly Value[], on: Engine): T {
  return withLeaves(
    tree,
    values.map((v) => Tensor.of(v, on)),
  );
}

/** The tensors of what a function returned; there must be some. */
export function outputsOf(where: string, result: unknown): Tensor[] {
  const outputs = leavesOf(result).map(({ tensor }) => tensor);
  if (outputs.length > 0) return outputs;
  throw new ValueError(`${where}: the function returned no tensor`, {
    expected: 'a tensor, or tensors in arrays or objects',
    got: result === null ? 'null' : typeof result,
  });
}

/** The Values of tensors given beside others (tangents, cotangents), one for each and of the same shape. */
export function matching(
  where: string,
  what: string,
  tree: unknown,
  beside: readonly { readonly shape: readonly number[] }[],
): Value[] {
  const values = leavesOf(tree).map(({ tensor }) => tensor.value);
  if (values.length !== beside.length) {
    throw new ValueError(`${where}: ${what} of another number`, {
      expected: String(beside.length),
      got: String(values.length),
    });
  }
  values.forEach((v, i) => {
    if (sameShape(v.shape, beside[i].shape)) return;
    throw new ShapeError(`${where}: ${what} of another shape`, {
      where: `number ${i}`,
      expected: formatShape(beside[i].shape),
      got: formatShape(v.shape),
    });
  });
  return values;
}
