// What a pass over the tape calls on its way, where somebody asked for it. Types alone: a program without hooks pays nothing.
import type { Value } from './value.ts';

export interface TapeHooks {
  /** The gradient that goes on from v, given its own; `sumOf` gives what another Value has got so far. */
  pass(v: Value, g: Value, sumOf: (other: Value) => Value | undefined, createGraph: boolean): Value;
  /** A leaf's gradient has been gathered. */
  gathered(v: Value): void;
  /** A tensor points to another Value now. */
  handOver(before: Value, after: Value): void;
}
