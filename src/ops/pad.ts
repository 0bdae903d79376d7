// Padding: more elements around, of a constant or of what is inside.
import { ShapeError, ValueError } from '../core/errors.ts';
import { type Shape, formatShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { constant } from './create.ts';
import { cat } from './joining.ts';
import { expand, flip, narrow } from './movement.ts';

export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular';
export interface PadOptions {
  readonly mode?: PadMode | undefined;
  /** What a constant padding consists of. */
  readonly value?: number | undefined;
}

/** x with `before` and `after` more elements along dim; fewer where they are negative. */
function padAlong(x: Value, dim: number, before: number, after: number, mode: PadMode, value: number): Value {
  const n = x.shape[dim];
  const part = (start: number, length: number): Value => narrow(x, dim, start, length);
  const long = (length: number): Shape => x.shape.map((own, d) => (d === dim ? length : own));
  const inside = part(Math.max(0, -before), n + Math.min(before, 0) + Math.min(after, 0));
  const kept = inside.shape[dim];
  const side = (count: number, end: boolean): Value => {
    if (mode === 'constant') return constant(value, long(count), x.dtype);
    if (mode === 'replicate') return expand(part(end ? n - 1 : 0, 1), long(count));
    if (mode === 'reflect') return flip(part(end ? n - 1 - count : 1, count), dim);
    // What is taken away is not there to come round.
    return narrow(inside, dim, end ? 0 : kept - count, count);
  };
  return cat(
    [...(before > 0 ? [side(before, false)] : []), inside, ...(after > 0 ? [side(after, true)] : [])],
    dim,
  );
}

function checkPadding(x: Value, padding: readonly number[], mode: PadMode): void {
  const rank = x.shape.length;
  const dims = padding.length / 2;
  if (!Number.isInteger(dims) || dims > rank || padding.some((n) => !Number.isInteger(n))) {
    throw new ValueError('pad: two whole numbers for each padded dimension', {
      expected: `at most ${rank} pairs, the last dimension's first`,
      got: formatShape(padding),
    });
  }
  if (!['constant', 'reflect', 'replicate', 'circular'].includes(mode)) {
    throw new ValueError('pad: unknown mode', {
      expected: "'constant', 'reflect', 'replicate' or 'circular'",
      got: mode,
    });
  }
  if (mode !== 'constant' && (dims < 1 || dims > 3 || rank < dims + 1 || rank > dims + 2)) {
    throw new ShapeError(`pad: mode ${mode} pads the last 1 to 3 dimensions of [c, ..] or [n, c, ..]`, {
      got: `${dims} of ${formatShape(x.shape)}`,
    });
  }
}

/**
 * x with elements added (or, by negative numbers, taken away) around it: padding[0] before and padding[1] after the
 * last dimension, padding[2] and padding[3] around the one before it, and so on. Around it is `value`, or what is
 * inside: mirrored without the edge ('reflect'), the edge repeated ('replicate'), or the other end ('circular').
 */
export function pad(
  x: Value,
  padding: readonly number[],
  { mode = 'constant', value = 0 }: PadOptions = {},
): Value {
  checkPadding(x, padding, mode);
  const rank = x.shape.length;
  let out = x;
  for (let i = 0; i < padding.length / 2; i++) {
    const dim = rank - 1 - i;
    const [before, after] = padding.slice(2 * i, 2 * i + 2);
    const n = x.shape[dim];
    const most = mode === 'reflect' ? n - 1 : mode === 'circular' ? n : Infinity;
    const empty = mode === 'replicate' && n === 0;
    if (
      Math.max(before, after) > most ||
      empty ||
      n + before + after < 0 ||
      n + Math.min(before, 0) + Math.min(after, 0) < 0
    ) {
      throw new ShapeError('pad: more than the dimension allows', {
        where: `dimension ${dim} of ${formatShape(x.shape)}, mode ${mode}`,
        expected: `paddings from ${-n} to ${most === Infinity ? 'any number' : most}`,
        got: `${before} and ${after}`,
      });
    }
    if (before !== 0 || after !== 0) out = padAlong(out, dim, before, after, mode, value);
  }
  return out;
}
