// Makes functions of tensors from operations on Values: numbers and arrays stand for tensors.
import type { Value } from '../../core/value.ts';
import type { Engine } from '../../engine.ts';
import { constant } from '../../ops/create.ts';
import { type LiftedArgs, type TensorLike, type Wrapped, call, engineOf, operand, wrap } from '../call.ts';
import { Tensor } from '../tensor.ts';

/** Calls with a first argument that may be a number or an array. */
export function first(x: TensorLike, on: Engine): Value {
  const value = operand(x, on);
  return typeof value === 'number' ? constant(value, [], 'f32') : (value as Value);
}

/** A function of one tensor and options. */
export function unary<A extends readonly unknown[], R>(
  fn: (x: Value, ...rest: A) => R,
): (x: TensorLike, ...rest: LiftedArgs<A>) => Wrapped<R> {
  return (x, ...rest) =>
    call(Tensor.of, fn as (...all: readonly unknown[]) => R, [first(x, engineOf([x])), ...rest]);
}

/** A function of two operands and options. */
export function binary<A extends readonly unknown[], R>(
  fn: (a: Value, b: Value, ...rest: A) => R,
): (a: TensorLike, b: TensorLike, ...rest: LiftedArgs<A>) => Wrapped<R> {
  return (a, b, ...rest) => {
    const on = engineOf([a, b]);
    // Two numbers make a tensor, too.
    const left = typeof b === 'number' ? first(a, on) : operand(a, on);
    return call(Tensor.of, fn as (...all: readonly unknown[]) => R, [left, operand(b, on), ...rest]);
  };
}

/** A function of a list of tensors. */
export function joined(
  fn: (tensors: readonly Value[], dim?: number) => Value,
): (tensors: readonly TensorLike[], dim?: number) => Tensor {
  return (tensors, dim) => {
    const on = engineOf([tensors]);
    return Tensor.of(
      fn(
        tensors.map((x) => first(x, on)),
        dim,
      ),
      on,
    );
  };
}

/** A function of a list of tensors and options. */
export function many<A extends readonly unknown[], R>(
  fn: (tensors: readonly Value[], ...rest: A) => R,
): (tensors: readonly TensorLike[], ...rest: LiftedArgs<A>) => Wrapped<R> {
  return (tensors, ...rest) => {
    const on = engineOf([tensors]);
    const values = tensors.map((x) => first(x, on));
    return wrap(fn(values, ...(rest as unknown as A)), on, Tensor.of) as Wrapped<R>;
  };
}

/** A function of two tensors, numbers being tensors of f32, and options. */
export function two<A extends readonly unknown[], R>(
  fn: (a: Value, b: Value, ...rest: A) => R,
): (a: TensorLike, b: TensorLike, ...rest: A) => Wrapped<R> {
  return (a, b, ...rest) => {
    const on = engineOf([a, b]);
    return wrap(fn(first(a, on), first(b, on), ...rest), on, Tensor.of) as Wrapped<R>;
  };
}

/** A function of three tensors and options. */
export function three<A extends readonly unknown[], R>(
  fn: (a: Value, b: Value, c: Value, ...rest: A) => R,
): (a: TensorLike, b: TensorLike, c: TensorLike, ...rest: A) => Wrapped<R> {
  return (a, b, c, ...rest) => {
    const on = engineOf([a, b, c]);
    return wrap(fn(first(a, on), first(b, on), first(c, on), ...rest), on, Tensor.of) as Wrapped<R>;
  };
}

// Binary functions take numbers on either side; the operations' own types say `Value` for brevity.
export type Two = (a: Value, b: Value) => Value;
