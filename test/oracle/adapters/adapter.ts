// What an adapter is: one of PyTorch's operations, called in wgrad.
import type { Api, Tensor } from '../api.ts';
import type { Call } from '../call.ts';

export type Adapter = (w: Api, c: Call) => Tensor | readonly Tensor[];

/** The position of what can only be given by name. */
export const NOT_AN_ARGUMENT = 99;

export function mapped<N>(
  names: Readonly<Record<string, N>>,
  f: (name: N) => Adapter,
): Record<string, Adapter> {
  return Object.fromEntries(Object.entries(names).map(([torch, name]) => [torch, f(name)]));
}

/** A function of the package by its name. Of a result with several tensors, those of `parts`, in this order. */
export function named(
  w: Api,
  name: string,
  parts?: readonly string[],
): (...args: readonly unknown[]) => Tensor | readonly Tensor[] {
  return (...args) => {
    const fn = (w as unknown as Record<string, (...all: readonly unknown[]) => unknown>)[name];
    const result = fn(...args);
    return parts === undefined
      ? (result as Tensor)
      : parts.map((part) => (result as Record<string, Tensor>)[part]);
  };
}
