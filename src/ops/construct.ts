// Tables of indices, combinations and powers.
import { ValueError } from '../core/errors.ts';
import { fromHost } from '../core/leaf.ts';
import { checkShape, formatShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { atleast1d } from './arrangement.ts';
import { mul } from './arithmetic.ts';
import { constant } from './create.ts';
import { indexSelect } from './indexing.ts';
import { stack } from './joining.ts';
import { reshape } from './movement.ts';

const whole = (x: number): boolean => Number.isInteger(x) && x >= 0;

/** Row and column of every place of a matrix that `inside` holds, row by row. */
function places(
  name: string,
  [rows, columns]: readonly [number, number],
  inside: (row: number, column: number) => boolean,
): Value {
  checkShape([rows, columns], name);
  const found: [number[], number[]] = [[], []];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if (!inside(i, j)) continue;
      found[0].push(i);
      found[1].push(j);
    }
  }
  return fromHost(Int32Array.from(found.flat()), [2, found[0].length], 'i32');
}
/** Rows and columns of the lower triangle of a matrix, `offset` diagonals above the main one included. → [2, count]; i32 */
export const trilIndices = (row: number, column: number, { offset = 0 }: { offset?: number } = {}): Value =>
  places('trilIndices', [row, column], (i, j) => j - i <= offset);
/** Rows and columns of the upper triangle, from `offset` on. → [2, count]; i32 */
export const triuIndices = (row: number, column: number, { offset = 0 }: { offset?: number } = {}): Value =>
  places('triuIndices', [row, column], (i, j) => j - i >= offset);

/** baseˢ for `steps` numbers s, evenly spaced from start to end, both included: rounded once. */
export function logspace(
  start: number,
  end: number,
  steps: number,
  { base = 10 }: { base?: number } = {},
): Value {
  if (!whole(steps)) {
    throw new ValueError('logspace: the number of steps must be a whole number ≥ 0', { got: String(steps) });
  }
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  const powers = Float32Array.from({ length: steps }, (_, i) => base ** (start + i * step));
  return fromHost(powers, [steps], 'f32');
}

/** The index lists of all ways to choose r of n, in lexicographic order. */
function choices(n: number, r: number, withReplacement: boolean): number[] {
  const lists: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number): void => {
    if (chosen.length === r) {
      lists.push(...chosen);
      return;
    }
    for (let i = from; i < n; i++) {
      chosen.push(i);
      choose(withReplacement ? i : i + 1);
      chosen.pop();
    }
  };
  choose(0);
  return lists;
}
/** All choices of r elements of a vector, a row each, in the order of their places. [n] → [count, r] */
export function combinations(
  x: Value,
  { r = 2, withReplacement = false }: { r?: number; withReplacement?: boolean } = {},
): Value {
  if (x.shape.length !== 1 || !whole(r)) {
    throw new ValueError('combinations: needs a vector and a whole number ≥ 0', {
      got: `${formatShape(x.shape)} and r = ${r}`,
    });
  }
  if (r === 0) return constant(0, [0], x.dtype);
  const index = choices(x.shape[0], r, withReplacement);
  const chosen = indexSelect(x, 0, fromHost(Int32Array.from(index), [index.length], 'i32'));
  return reshape(chosen, [index.length / r, r]);
}

export interface VanderOptions {
  /** Number of powers; by default as many as x has elements in its last dimension. */
  readonly N?: number | undefined;
  /** Powers from 0 up rather than down to 0. */
  readonly increasing?: boolean | undefined;
}
/** The powers of every element, a row each. [.., n] → [.., n, N] */
export function vander(input: Value, options: VanderOptions = {}): Value {
  const x = atleast1d(input);
  const count = options.N ?? x.shape[x.shape.length - 1];
  if (!whole(count)) {
    throw new ValueError('vander: the number of powers must be a whole number ≥ 0', { got: String(count) });
  }
  if (count === 0) return constant(0, [...x.shape, 0], x.dtype);
  const powers = [constant(1, x.shape, x.dtype)];
  for (let k = 1; k < count; k++) powers.push(k === 1 ? x : mul(powers[k - 1], x));
  return stack(options.increasing === true ? powers : powers.reverse(), x.shape.length);
}

/** The index of each element of a vector, repeats[i] times in a row. */
export function repeatedIndex(repeats: ArrayLike<number>, length: number): Value {
  const counts = Array.from(repeats);
  if (counts.some((n) => !whole(n)) || (counts.length !== 1 && counts.length !== length)) {
    throw new ValueError('repeatInterleave: one whole number ≥ 0 for each element', {
      expected: `${length} numbers, or one`,
      got: formatShape(counts),
    });
  }
  const index = Array.from({ length }, (_, i) =>
    new Array<number>(counts[counts.length === 1 ? 0 : i]).fill(i),
  ).flat();
  return fromHost(Int32Array.from(index), [index.length], 'i32');
}
