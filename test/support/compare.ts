// Compares numbers with numbers that are known to be right. Knows shapes and tolerances, and nothing of where either came from.

/** |actual − expected| ≤ atol + rtol·|expected|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** Row-major numbers of a shape; bools are 0 and 1. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What is expected. `alternative`, where given, holds a second right answer for each element. */
export interface Expected extends Numbers {
  readonly alternative?: ArrayLike<number> | undefined;
}

/** No difference at all; 0 and −0 are the same number. */
export const EXACT: Tolerance = { rtol: 0, atol: 0 };

/** Below this the GPU may flush a float32 to zero. */
export const SMALLEST_NORMAL = 1.1754943508222875e-38;

/** Above this (half a unit in the last place over the largest float32) a number rounds to Infinity. */
const OVERFLOW = 3.4028235677973366e38;

/** The index of a flat position, as in `[1, 0, 2]`. */
export function indexAt(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/**
 * How far apart two numbers are, in units of the tolerance: 0 for equal, at most 1 for close, Infinity where no tolerance
 * helps. NaN is close to NaN alone, each infinity to itself alone.
 */
export function distance(actual: number, expected: number, { rtol, atol }: Tolerance): number {
  if (Object.is(actual, expected) || actual === expected) return 0;
  if (!Number.isFinite(actual) || !Number.isFinite(expected)) return Infinity;
  const allowed = atol + rtol * Math.abs(expected);
  return allowed === 0 ? Infinity : Math.abs(actual - expected) / allowed;
}

/** The result of a comparison: the worst distance (in tolerances), and a message where it is over 1. */
export interface Comparison {
  readonly worst: number;
  readonly message: string | null;
  /** The largest error of an element, in units in the last place of the float32 that is expected. */
  readonly ulp: number;
  /** The largest error, relative to the largest number that is expected. */
  readonly relative: number;
}

/** Different in a way that has no size. */
const unlike = (message: string): Comparison => ({
  worst: Infinity,
  message,
  ulp: Infinity,
  relative: Infinity,
});

/** The gap between float32 numbers of this size. */
const unitInLastPlace = (x: number): number =>
  2 ** (Math.floor(Math.log2(Math.max(Math.abs(x), SMALLEST_NORMAL))) - 23);

/**
 * Compare all elements. The message names the shapes, or the first element out of tolerance with its index, both numbers,
 * and how many others there are.
 *
 * @param float32 expected numbers beyond the range of float32 stand for infinities
 */
export function compare(
  actual: Numbers,
  expected: Expected,
  tolerance: Tolerance,
  float32 = true,
): Comparison {
  const shapes = `shape [${actual.shape.join(', ')}], expected [${expected.shape.join(', ')}]`;
  const same =
    actual.shape.length === expected.shape.length && actual.shape.every((n, k) => n === expected.shape[k]);
  if (!same) return unlike(shapes);
  if (actual.data.length !== expected.data.length) {
    return unlike(`${actual.data.length} elements, expected ${expected.data.length} (${shapes})`);
  }
  const range = (x: number): number => (float32 && Math.abs(x) >= OVERFLOW ? Math.sign(x) * Infinity : x);
  let worst = 0;
  let wrong = 0;
  let ulp = 0;
  let gap = 0;
  let scale = 0;
  let first = '';
  for (let k = 0; k < expected.data.length; k++) {
    const got = actual.data[k] ?? NaN;
    const want = range(expected.data[k] ?? NaN);
    let far = distance(got, want, tolerance);
    if (far > 1 && expected.alternative !== undefined) {
      far = distance(got, range(expected.alternative[k] ?? NaN), tolerance);
    } else if (Number.isFinite(want) && Number.isFinite(got)) {
      gap = Math.max(gap, Math.abs(got - want));
      scale = Math.max(scale, Math.abs(want));
      ulp = Math.max(ulp, Math.abs(got - want) / unitInLastPlace(want));
    }
    worst = Math.max(worst, far);
    if (!(far > 1)) continue;
    wrong++;
    if (first === '') first = describe(k, expected.shape, got, want, tolerance);
  }
  const message = wrong === 0 ? null : `${first} (${wrong} of ${expected.data.length} elements)`;
  return { worst, message, ulp, relative: gap === 0 ? 0 : gap / scale };
}

function describe(
  k: number,
  shape: readonly number[],
  got: number,
  want: number,
  { rtol, atol }: Tolerance,
): string {
  const where = `element [${indexAt(k, shape).join(', ')}]`;
  const gap = Math.abs(got - want);
  const size = Number.isFinite(gap) ? `, off by ${gap.toExponential(3)}` : '';
  return `${where}: got ${got}, expected ${want}${size}, allowed ${atol} + ${rtol}·|expected|`;
}

/** Throw an Error with the message of `compare`, led by `what`, where the numbers are not close. */
export function assertClose(what: string, actual: Numbers, expected: Expected, tolerance: Tolerance): void {
  const { message } = compare(actual, expected, tolerance);
  if (message !== null) throw new Error(`${what}: ${message}`);
}
