/** What the autograd suites share: reading gradients, and catching errors as objects. */
import type { Tensor } from '../../src/index.ts';

/** Elements of a gradient; an error where there is none. */
export async function gradient(t: Tensor): Promise<unknown> {
  if (t.grad === null) throw new Error(`${t.toString()} has no gradient`);
  return t.grad.tolist();
}

/** The gradient, where one must have been gathered. */
export function gradOf(t: Tensor): Tensor {
  if (t.grad === null) throw new Error(`${t.toString()} has no gradient`);
  return t.grad;
}

/** The tensor of a list that may hold null. */
export function present(t: Tensor | null | undefined): Tensor {
  if (t === null || t === undefined) throw new Error('no tensor');
  return t;
}

/** Name and text of what a call throws; fails where it throws nothing. */
export function thrown(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Lets what the last run asked of the event loop happen. */
export const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
