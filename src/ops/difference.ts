// Differences of neighbours, and areas under lines through points.
import { ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, normalizeDim } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { add, mul, sub } from './arithmetic.ts';
import { ne } from './comparison.ts';
import { cat } from './joining.ts';
import { narrow, reshape } from './movement.ts';
import { sum } from './reduce.ts';
import { cumsum } from './scan.ts';

export interface DiffOptions {
  /** How often differences are taken. */
  readonly n?: number | undefined;
  readonly dim?: number | undefined;
  /** Joined before or behind x first. */
  readonly prepend?: Value | undefined;
  readonly append?: Value | undefined;
}
/** x[i + 1] − x[i] along `dim`, n times over. */
export function diff(x: Value, { n = 1, dim = -1, prepend, append }: DiffOptions = {}): Value {
  if (!Number.isInteger(n) || n < 0) {
    throw new ValueError('diff: the order is not a whole number ≥ 0', { got: String(n) });
  }
  if (x.shape.length === 0) {
    throw new ShapeError('diff: a scalar has no neighbours', {
      expected: 'at least one dimension',
      got: '[]',
    });
  }
  const axis = normalizeDim(dim, x.shape.length, 'diff');
  if (n === 0) return x;
  const parts = [prepend, x, append].filter((part) => part !== undefined);
  let out = parts.length === 1 ? x : cat(parts, axis);
  for (let k = 0; k < n; k++) {
    const length = out.shape[axis];
    const [ahead, behind] = [Math.min(1, length), Math.max(0, length - 1)];
    const [a, b] = [narrow(out, axis, ahead, behind), narrow(out, axis, 0, behind)];
    out = x.dtype === 'bool' ? ne(a, b) : sub(a, b);
  }
  return out;
}

export interface TrapezoidOptions {
  /** Where y was taken: y's shape, or a vector along `dim`. */
  readonly x?: Value | undefined;
  /** The distance between neighbours where `x` is not given. */
  readonly dx?: number | undefined;
  readonly dim?: number | undefined;
}
/** The area of each trapezoid under two neighbours of y. */
function areas(
  where_: string,
  y: Value,
  { x, dx = 1, dim = -1 }: TrapezoidOptions,
): { areas: Value; axis: number } {
  const axis = normalizeDim(dim, y.shape.length, where_);
  const n = y.shape[axis] ?? 0;
  if (y.shape.length === 0) {
    throw new ShapeError(`${where_}: a scalar has no neighbours`, {
      expected: 'at least one dimension',
      got: '[]',
    });
  }
  const length = Math.max(0, n - 1);
  const mean = mul(add(narrow(y, axis, Math.min(1, n), length), narrow(y, axis, 0, length)), 0.5);
  if (x === undefined) return { areas: mul(mean, dx), axis };
  const places =
    x.shape.length === 1
      ? reshape(
          x,
          y.shape.slice(axis).map((_, d) => (d === 0 ? x.size : 1)),
        )
      : x;
  const at = places.shape.length - (y.shape.length - axis);
  if (at < 0 || (places.shape[at] !== n && places.shape[at] !== 1)) {
    throw new ShapeError(`${where_}: there must be one x for each y along the dimension`, {
      expected: `${n} along dimension ${axis} of ${formatShape(y.shape)}`,
      got: formatShape(x.shape),
    });
  }
  return { areas: mul(mean, diff(places, { dim: at })), axis };
}
/** The area under the line through the points along `dim`, by trapezoids. */
export function trapezoid(y: Value, options: TrapezoidOptions = {}): Value {
  const { areas: parts, axis } = areas('trapezoid', y, options);
  return sum(parts, { dim: axis - y.shape.length });
}
/** That area from the first point up to each but the first: one element less along `dim`. */
export function cumulativeTrapezoid(y: Value, options: TrapezoidOptions = {}): Value {
  const { areas: parts, axis } = areas('cumulativeTrapezoid', y, options);
  return cumsum(parts, axis - y.shape.length);
}
