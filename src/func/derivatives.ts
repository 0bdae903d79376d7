// Derivatives of functions, as functions: gradients, vector-Jacobian and Jacobian-vector products, linearisation.
import { AutogradError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import { Value, none } from '../core/value.ts';
import { constant } from '../ops/create.ts';
import { detach, variableOp } from '../ops/movement.ts';
import { Tensor } from '../tensor.ts';
import { zerosOf } from '../autograd/graph.ts';
import { type Recording, matching, outputsOf, pullBack, record, released, wrapped } from './record.ts';
import { leavesOf } from './tree.ts';

/** Argument N of a function; a list of arguments for a list of numbers. */
export type Chosen<A extends readonly unknown[], N> = N extends number
  ? A[N]
  : N extends readonly number[]
    ? { [K in keyof N]: A[N[K] & number] }
    : never;

type Argnums = number | readonly number[];

export interface GradOptions<N extends Argnums> {
  /** The argument, or list of arguments, to differentiate by; the first by default. */
  readonly argnums?: N;
}

const isList = (x: Argnums): x is readonly number[] => typeof x !== 'number';
export const listOf = (argnums: Argnums): readonly number[] => (isList(argnums) ? argnums : [argnums]);
/** What was made for each chosen argument, as one thing where one argument was named. */
export const asChosen = (argnums: Argnums, list: readonly unknown[]): unknown =>
  isList(argnums) ? list : list[0];

/** The one number that a gradient is taken of. */
function scalarOf(where: string, t: unknown): Value {
  if (t instanceof Tensor && t.numel() === 1 && t.dtype === 'f32') return t.value;
  throw new AutogradError(`${where}: the function must return one number`, {
    expected: 'a tensor of one f32',
    got: t instanceof Tensor ? `${t.dtype} ${formatShape(t.shape)}` : typeof t,
    fix: 'reduce the result, for example .sum(), or use jacrev',
  });
}

interface Graded {
  readonly gradient: unknown;
  readonly value: Tensor;
  readonly aux: unknown;
}

/** Gradient, value and what else the function returned. */
function graded(
  where: string,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  argnums: Argnums,
  hasAux: boolean,
): Graded {
  const chosen = listOf(argnums);
  const recording = record(where, fn, args, chosen);
  const { result, inputs, on } = recording;
  const [output, aux] = hasAux ? (result as readonly [unknown, unknown]) : [result, undefined];
  const y = scalarOf(where, output);
  const beside = leavesOf(aux).map(({ tensor }) => tensor.value);
  const gradients = pullBack([y], [constant(1, y.shape, 'f32')], inputs);
  const [value, ...rest] = released([y, ...beside, ...gradients], recording);
  const picked = chosen.map((i) => args[i]);
  return {
    gradient: asChosen(argnums, wrapped(picked, rest.slice(beside.length), on)),
    value: Tensor.of(value, on),
    aux: wrapped(aux, rest.slice(0, beside.length), on),
  };
}

/**
 * The gradient of a function that returns one number, as a function of the same arguments. An argument may be a tensor,
 * or tensors in arrays, objects and maps; its gradient is built alike. With `hasAux` the function returns
 * [number, anything], and the gradient function [gradient, anything].
 *
 * Gradients of gradients, of vmap and inside vmap work to any depth.
 */
export function grad<A extends readonly unknown[], const N extends Argnums = 0>(
  fn: (...args: A) => Tensor,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: A) => Chosen<A, N>;
export function grad<A extends readonly unknown[], X, const N extends Argnums = 0>(
  fn: (...args: A) => readonly [Tensor, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: A) => [Chosen<A, N>, X];
export function grad(
  fn: (...args: never[]) => unknown,
  { argnums = 0, hasAux = false }: GradOptions<Argnums> & { readonly hasAux?: boolean } = {},
): (...args: never[]) => unknown {
  return (...args) => {
    const { gradient, aux } = graded('grad', fn, args, argnums, hasAux);
    return hasAux ? [gradient, aux] : gradient;
  };
}

/** As `grad`, giving [gradient, value]; with `hasAux`, [gradient, [value, anything]]. */
export function gradAndValue<A extends readonly unknown[], const N extends Argnums = 0>(
  fn: (...args: A) => Tensor,
  options?: GradOptions<N> & { readonly hasAux?: false },
): (...args: A) => [Chosen<A, N>, Tensor];
export function gradAndValue<A extends readonly unknown[], X, const N extends Argnums = 0>(
  fn: (...args: A) => readonly [Tensor, X],
  options: GradOptions<N> & { readonly hasAux: true },
): (...args: A) => [Chosen<A, N>, [Tensor, X]];
export function gradAndValue(
  fn: (...args: never[]) => unknown,
  { argnums = 0, hasAux = false }: GradOptions<Argnums> & { readonly hasAux?: boolean } = {},
): (...args: never[]) => unknown {
  return (...args) => {
    const { gradient, value, aux } = graded('gradAndValue', fn, args, argnums, hasAux);
    return [gradient, hasAux ? [value, aux] : value];
  };
}

/** A function recorded at a point, with the Values of its results. */
interface Linearised<T> extends Recording<T> {
  readonly outputs: readonly Tensor[];
}

export function recordAll<A extends readonly unknown[], T>(
  where: string,
  fn: (...args: A) => T,
  primals: A,
): Linearised<T> {
  const recording = record(
    where,
    fn as unknown as (...args: never[]) => T,
    primals,
    primals.map((_, i) => i),
  );
  return { ...recording, outputs: outputsOf(where, recording.result) };
}

/** The results as the caller may have them. */
function resultsOf<T>(recording: Linearised<T>): T {
  const values = released(recording.outputs.map((t) => t.value), recording); // prettier-ignore
  return wrapped(recording.result, values, recording.on);
}

/** Gradients of the outputs·cotangents, built like the primals. */
export function pulledBack<A extends readonly unknown[]>(
  recording: Linearised<unknown>,
  primals: A,
  cotangents: readonly Value[],
): A {
  const outputs = recording.outputs.map((t) => t.value);
  const gradients = pullBack(outputs, cotangents, recording.inputs);
  return wrapped(primals, released(gradients, recording), recording.on);
}

/**
 * [f(…inputs), pull], where `pull(cotangents)` is the list of the gradients of Σ outputs·cotangents by each input. The
 * cotangents are built like the outputs. `pull` may be called again and again.
 */
export function vjp<A extends readonly unknown[], R>(
  fn: (...inputs: A) => R,
  ...inputs: A
): [R, (cotangents: R) => A] {
  const recording = recordAll('vjp', fn, inputs);
  const pull = (cotangents: R): A =>
    pulledBack(recording, inputs, matching('vjp', 'cotangents', cotangents, recording.outputs));
  return [resultsOf(recording), pull];
}

/**
 * [f(…primals), push], where `push(…tangents)` is the derivative of the outputs along the tangents. What it takes is
 * recorded once. Forward mode by two reverse passes: the vector-Jacobian product is linear in its cotangent, and its
 * derivative by that is the Jacobian-vector product, exactly. Nothing of the first pass is computed.
 */
export function linearize<A extends readonly unknown[], R>(
  fn: (...primals: A) => R,
  ...primals: A
): [R, (...tangents: A) => R] {
  const recording = recordAll('linearize', fn, primals);
  const pushed = pusher(recording);
  const push = (...tangents: A): R =>
    wrapped(recording.result, pushed(matching('linearize', 'tangents', tangents, recording.inputs)), recording.on); // prettier-ignore
  return [resultsOf(recording), push];
}

/** Derivatives of the outputs along tangents. */
export function pusher(recording: Linearised<unknown>): (tangents: readonly Value[]) => Value[] {
  const outputs = recording.outputs.map((t) => t.value);
  // Where the outputs are looked at from: variables, whose numbers have no part in the result.
  const weights = outputs.map(
    (v) => new Value(variableOp, [zerosOf(v)], none, v.shape, 'f32', { tracked: true }),
  );
  const gradients = pullBack(outputs, weights, recording.inputs);
  return (tangents) =>
    released(pullBack(gradients, tangents, weights).map(unlessInteger(outputs)), recording);
}

/** Integers and bools do not change with a small step. */
const unlessInteger =
  (outputs: readonly Value[]) =>
  (tangent: Value, i: number): Value =>
    outputs[i].dtype === 'f32' ? tangent : zerosOf(detach(outputs[i]));

/** [f(…primals), the derivative of the outputs along the tangents]; see `linearize` for how. */
export function jvp<A extends readonly unknown[], R>(
  fn: (...primals: A) => R,
  primals: A,
  tangents: A,
): [R, R] {
  const [outputs, push] = linearize(fn, ...primals);
  return [outputs, push(...tangents)];
}

/** H·v without forming H: the derivative of f's gradient along v. f returns one number. x and v are built alike. */
export function hvp<X>(fn: (x: X) => Tensor, x: X, v: X): X {
  const gradient = (input: X): X => grad(fn)(input);
  // Reverse over reverse: H is symmetric.
  const recording = recordAll('hvp', gradient, [x]);
  const along = matching('hvp', 'directions', v, recording.inputs);
  return pulledBack(recording, [x], along)[0];
}
