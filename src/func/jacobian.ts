// Jacobians and Hessians: the rows or columns of a derivative, all at once.
import { sizeOf } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { cast } from '../ops/cast.ts';
import { eq } from '../ops/comparison.ts';
import { constant, iota } from '../ops/create.ts';
import { expand, movedim, reshape, slice } from '../ops/movement.ts';
import { Tensor } from '../tensor.ts';
import { type Chosen, type GradOptions, asChosen, grad, listOf, pusher } from './derivatives.ts';
import { type Recording, outputsOf, pullBack, record, released, wrapped } from './record.ts';
import { withLeaves } from './tree.ts';
import { vmap } from './vmap.ts';

type Argnums = number | readonly number[];

/** A Jacobian for each tensor of R: a tensor for a tensor, and what is built like the argument in each place of R. */
export type Jacobian<R, X> = R extends Tensor
  ? X
  : R extends object
    ? { [K in keyof R]: Jacobian<R[K], X> }
    : R;

/** The directions of all elements of the values, one after another: for each, a stack of directions over `total`. */
function basis(values: readonly Value[]): Value[] {
  const total = values.reduce((n, v) => n + v.size, 0);
  const row = expand(reshape(iota([total]), [total, 1]), [total, total]);
  const identity = cast(eq(row, expand(iota([total]), [total, total])), 'f32');
  let start = 0;
  return values.map((v) => {
    const own = slice(identity, 1, start, start + v.size);
    start += v.size;
    return reshape(own, [total, ...v.shape]);
  });
}

/** `fn` of directions, for a stack of them at once. */
function forAll(
  fn: (directions: readonly Value[]) => Value[],
  stacks: readonly Value[],
  recording: Recording<unknown>,
): Value[] {
  const { on } = recording;
  const each = (...tensors: Tensor[]): Tensor[] =>
    fn(tensors.map((t) => t.value)).map((v) => new Tensor(v, on));
  return vmap(each)(...stacks.map((v) => new Tensor(v, on))).map((t) => t.value);
}

/** Rows start … of the stack, as a tensor of shape [...outer, ...inner]. */
const rows = (stack: Value, start: number, outer: readonly number[], inner: readonly number[]): Value =>
  reshape(slice(stack, 0, start, start + sizeOf(outer)), [...outer, ...inner]);

/** The Jacobians of every output by every input, as lists. */
function reverseJacobians(outputs: readonly Value[], recording: Recording<unknown>): Value[][] {
  const { inputs } = recording;
  const pull = (cotangents: readonly Value[]): Value[] =>
    released(pullBack(outputs, cotangents, inputs), recording);
  const total = outputs.reduce((n, v) => n + v.size, 0);
  // A single number needs no stack.
  const stacks =
    total === 1 && outputs.length === 1
      ? pull([constant(1, outputs[0].shape, 'f32')]).map((v) => reshape(v, [1, ...v.shape]))
      : forAll(pull, basis(outputs), recording);
  let start = 0;
  return outputs.map((y) => {
    const list = stacks.map((stack, k) => rows(stack, start, y.shape, inputs[k].shape));
    start += y.size;
    return list;
  });
}

/** The same by forward mode: a column at a time, all at once. */
function forwardJacobians(outputs: readonly Tensor[], recording: Recording<unknown>): Value[][] {
  const { inputs } = recording;
  const push = pusher({ ...recording, outputs });
  const stacks = forAll(push, basis(inputs), recording);
  return outputs.map((y, k) => {
    let start = 0;
    return inputs.map((x) => {
      const columns = slice(stacks[k], 0, start, start + x.size);
      start += x.size;
      return reshape(movedim(columns, 0, -1), [...y.shape, ...x.shape]);
    });
  });
}

type Jacobians = (outputs: readonly Tensor[], recording: Recording<unknown>) => Value[][];

function jacobian(
  where: string,
  fn: (...args: never[]) => unknown,
  args: readonly unknown[],
  argnums: Argnums,
  jacobians: Jacobians,
): unknown {
  const chosen = listOf(argnums);
  const recording = record(where, fn, args, chosen);
  const outputs = outputsOf(where, recording.result);
  const picked = chosen.map((i) => args[i]);
  const lists = jacobians(outputs, recording);
  const trees = lists.map((list) => asChosen(argnums, wrapped(picked, list, recording.on)));
  return withLeaves(recording.result, trees);
}

/**
 * The Jacobian of a function, by reverse mode: as many gradients as the outputs have elements, computed at once. For an
 * output of shape [..m] and an argument of shape [..n] it is of shape [..m, ..n]. Outputs and arguments may be tensors in
 * arrays and objects: then there is one Jacobian for each pair, built like the outputs, and in each place like the
 * argument. Use it where there are fewer outputs than inputs, else `jacfwd`.
 */
export function jacrev<A extends readonly unknown[], R, const N extends Argnums = 0>(
  fn: (...args: A) => R,
  { argnums = 0 as N }: GradOptions<N> = {},
): (...args: A) => Jacobian<R, Chosen<A, N>> {
  const jacobians: Jacobians = (outputs, recording) =>
    reverseJacobians(
      outputs.map((t) => t.value),
      recording,
    );
  return (...args) => jacobian('jacrev', fn, args, argnums, jacobians) as Jacobian<R, Chosen<A, N>>;
}

/** As `jacrev`, by forward mode: as many passes as the argument has elements, computed at once. */
export function jacfwd<A extends readonly unknown[], R, const N extends Argnums = 0>(
  fn: (...args: A) => R,
  { argnums = 0 as N }: GradOptions<N> = {},
): (...args: A) => Jacobian<R, Chosen<A, N>> {
  return (...args) => jacobian('jacfwd', fn, args, argnums, forwardJacobians) as Jacobian<R, Chosen<A, N>>;
}

/**
 * Second derivatives of a function that returns one number, by one argument: the Jacobian of the gradient. For a tensor
 * of shape [..n] it is of shape [..n, ..n].
 */
export function hessian<A extends readonly unknown[], const N extends number = 0>(
  fn: (...args: A) => Tensor,
  { argnums = 0 as N }: GradOptions<N> = {},
): (...args: A) => Jacobian<Chosen<A, N>, Chosen<A, N>> {
  return jacrev(grad<A, N>(fn, { argnums }), { argnums });
}
