// Operations on Values called with tensors: operands are unwrapped, results wrapped, nothing else.
import { Value } from '../core/value.ts';
import { type Engine, engine } from '../engine.ts';
import { Handle, valueOf } from './handle.ts';
import { type HostData, hostValue } from './host.ts';
import type { Tensor } from './tensor.ts';

/** What stands for a tensor in a call: itself, a number, or an array to make one of. */
export type TensorLike = Tensor | HostData;

/** Arguments of a function on Values, as the function on tensors takes them. */
export type Lifted<T> = T extends Value
  ? TensorLike
  : T extends readonly Value[]
    ? readonly TensorLike[]
    : T extends readonly unknown[] | number | string | boolean | null | undefined
      ? T
      : T extends object
        ? { [K in keyof T]: Lifted<T[K]> }
        : T;

/** Results likewise. */
export type Wrapped<T> = T extends Value
  ? Tensor
  : T extends readonly Value[]
    ? Tensor[]
    : T extends object
      ? { [K in keyof T]: Wrapped<T[K]> }
      : T;

export type LiftedArgs<A extends readonly unknown[]> = { [K in keyof A]: Lifted<A[K]> };

/** Makes the tensor of a Value. */
export type Make = (value: Value, on: Engine) => Tensor;

const isPlain = (x: object): boolean => Object.getPrototypeOf(x) === Object.prototype;
/** A list of tensors, which may hold arrays to make tensors of; a list of numbers is an argument as it is. */
const isTensorList = (x: readonly unknown[]): boolean => x.some((item) => item instanceof Handle);

function unwrap(x: unknown, on: Engine): unknown {
  if (x instanceof Handle) return valueOf(x, on);
  if (Array.isArray(x)) return isTensorList(x) ? x.map((item) => unwrap(item, on)) : x;
  if (typeof x === 'object' && x !== null && isPlain(x)) {
    return Object.fromEntries(Object.entries(x).map(([key, item]) => [key, unwrap(item, on)]));
  }
  return x;
}

/** The tensors of Values, alone or in lists and objects. */
export function wrap(result: unknown, on: Engine, make: Make): unknown {
  if (result instanceof Value) return make(result, on);
  if (Array.isArray(result)) return result.map((item) => wrap(item, on, make));
  if (typeof result === 'object' && result !== null) {
    return Object.fromEntries(Object.entries(result).map(([key, item]) => [key, wrap(item, on, make)]));
  }
  return result;
}

/** The engine of the first tensor among the arguments, or the current one. */
export function engineOf(args: readonly unknown[]): Engine {
  for (const x of args) {
    if (x instanceof Handle) return x.engine;
    const first: unknown = Array.isArray(x) ? x.find((item) => item instanceof Handle) : undefined;
    if (first instanceof Handle) return first.engine;
  }
  return engine();
}

/** An operand that may be an array: its Value. Numbers stay numbers, so that they take the other operand's type. */
export const operand = (x: unknown, on: Engine): unknown => {
  if (typeof x === 'boolean') return Number(x);
  return (Array.isArray(x) && !isTensorList(x)) || ArrayBuffer.isView(x)
    ? hostValue(x as HostData, {})
    : unwrap(x, on);
};

/** Calls a function on Values with tensors. */
export function call<A extends readonly unknown[], R>(
  make: Make,
  fn: (...args: A) => R,
  args: readonly unknown[],
): Wrapped<R> {
  const on = engineOf(args);
  const values = args.map((x) => (x instanceof Value ? x : unwrap(x, on)));
  return wrap(fn(...(values as unknown as A)), on, make) as Wrapped<R>;
}
