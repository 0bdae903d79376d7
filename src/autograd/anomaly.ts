// Finding the step that made the first NaN: every result and every gradient is looked at while a function runs.
import { callLine } from '../core/caller.ts';
import { AutogradError } from '../core/errors.ts';
import { formatShape, unravel } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { type Engine, engine } from '../engine.ts';
import { tapeNameOf } from '../grad.ts';
import { where } from '../ops/arithmetic.ts';
import { cast } from '../ops/cast.ts';
import { isnan } from '../ops/comparison.ts';
import { iota } from '../ops/create.ts';
import { detach, reshape } from '../ops/movement.ts';
import { amin } from '../ops/reduce.ts';

interface Check {
  readonly what: string;
  readonly at: string;
  readonly shape: readonly number[];
  readonly size: number;
  /** Index of the first NaN, or the size where there is none; computed beside the value. */
  readonly first: Value;
}

/** The index of the first NaN of v. */
function firstNaN(v: Value): Value {
  const { used } = v.notes;
  const flat = reshape(detach(v), [v.size]);
  const first = amin(where(isnan(flat), cast(iota([v.size]), 'i32'), v.size));
  // Looking at a result is not using it: it may still be one that somebody wants.
  v.notes.used = used;
  return first;
}

/** Notes every result and gradient of the engine, until it is told to stop. */
function watch(on: Engine, checks: Check[]): () => void {
  const before = on.watcher;
  const lines = new WeakMap<Value, string>();
  const note = (v: Value, what: string, at: string): void => {
    if (on.recording || v.dtype !== 'f32' || v.size === 0) return;
    const first = firstNaN(v);
    on.want(first);
    checks.push({ what, at, shape: v.shape, size: v.size, first });
  };
  on.watcher = {
    result: (v) => {
      if (lines.has(v)) return;
      const at = callLine();
      lines.set(v, at);
      note(v, `the result of ${v.op.name}`, at);
    },
    gradient: (step, input, g) => {
      const what = `${tapeNameOf(step.op)}, the gradient of input ${step.inputs.indexOf(input)}`;
      note(g, what, lines.get(step) ?? 'recorded before detectAnomaly, or inside another operation');
    },
  };
  return () => {
    on.watcher = before;
  };
}

/**
 * Runs `fn`, which may be async, and throws AutogradError when anything it computed holds a NaN: the first result or
 * gradient that does, in the order in which they were recorded, with the line of the forward call and the index of the
 * first NaN. Returns what `fn` returned otherwise. Every value is looked at, so it is slow: for one or a few steps.
 */
export async function detectAnomaly<T>(fn: () => T | Promise<T>): Promise<T> {
  const on = engine();
  const checks: Check[] = [];
  const stop = watch(on, checks);
  let result: T;
  try {
    result = await fn();
  } finally {
    stop();
  }
  const found = await Promise.all(checks.map(({ first }) => on.read(first)));
  const hit = checks.findIndex(({ size }, i) => found[i][0] < size);
  if (hit < 0) return result;
  const { what, at, shape } = checks[hit];
  throw new AutogradError('detectAnomaly: a NaN was computed', {
    where: `${what}, of the call ${at}`,
    got: `NaN at [${unravel(found[hit][0], shape).join(', ')}] of shape ${formatShape(shape)}`,
  });
}
