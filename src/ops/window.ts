// What operations that slide a window share: options of one number for all dimensions or one for each, and sizes.
import { DtypeError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';

/** One number for all dimensions, or one for each. */
export type PerDim = number | readonly number[];

export function checkFloat(where: string, x: Value): void {
  if (x.dtype !== 'f32') {
    throw new DtypeError(`${where}: only f32 can be computed with here`, {
      expected: 'f32',
      got: x.dtype,
      fix: 'convert with .to("f32")',
    });
  }
}

/** One number for each of `dims` dimensions, whole and at least `least`. */
export function perDim(where: string, name: string, given: PerDim, dims: number, least: number): number[] {
  const list = typeof given === 'number' ? [given] : given;
  const full = list.length === 1 ? new Array<number>(dims).fill(list[0]) : [...list];
  if (full.length !== dims || !full.every((n) => Number.isSafeInteger(n) && n >= least)) {
    throw new ValueError(`${where}: ${name}`, {
      expected: `one or ${dims} whole numbers ≥ ${least}`,
      got: typeof given === 'number' ? String(given) : formatShape(given),
    });
  }
  return full;
}

/** The padding before and after each dimension; 'same' keeps the length, with the odd zero at the end. */
export function sameSide(
  where: string,
  padding: PerDim | 'same' | 'valid',
  { reach, stride, dims }: { reach: readonly number[]; stride: readonly number[]; dims: number },
): { before: number[]; after: number[] } {
  if (padding === 'valid') return { before: reach.map(() => 0), after: reach.map(() => 0) };
  if (padding === 'same') {
    if (stride.some((n) => n !== 1)) {
      throw new ValueError(`${where}: padding 'same' needs a stride of 1`, { got: formatShape(stride) });
    }
    return {
      before: reach.map((r) => Math.floor((r - 1) / 2)),
      after: reach.map((r) => Math.ceil((r - 1) / 2)),
    };
  }
  if (typeof padding === 'string') {
    throw new ValueError(`${where}: unknown padding`, {
      expected: "numbers, 'same' or 'valid'",
      got: padding,
    });
  }
  const before = perDim(where, 'padding', padding, dims, 0);
  return { before, after: before };
}
