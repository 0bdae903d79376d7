// Elements that a mask picks, and what is met once: the parts of them whose sizes are known.
import type { CompositeOp } from '../core/op.ts';
import { sizeOf } from '../core/shape.ts';
import { type Value, applyComposite, applyCore } from '../core/value.ts';
import { clamp, div, remainder, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { ne } from './comparison.ts';
import { constant, disconnected, iota } from './create.ts';
import { gatherOp, indexSelect } from './indexing.ts';
import { cat, stack } from './joining.ts';
import { detach, movedim, narrow, reshape, select } from './movement.ts';
import { argsort, reorder } from './order.ts';
import { changes } from './quantile.ts';
import { any } from './reduce.ts';
import { cumsum } from './scan.ts';
import { searchsorted } from './search.ts';
import { composite } from './statistics.ts';

const flat = (x: Value): Value => reshape(x, [x.size]);
const pick = (x: Value, places: Value): Value => applyCore(gatherOp, [x, places], { dim: 0 });

/** How many elements are not zero up to and including each, row-major; i32. Its last number is how many there are. */
export const countUpTo = (x: Value): Value => cumsum(cast(ne(flat(x), 0), 'i32'), 0);
/** The last of a vector, a scalar: what has to be read to know the size. */
export const lastOf = (running: Value): Value => select(running, 0, running.size - 1);
/** The places at which a running count goes up, `count` of them; i32. */
export function placesOf(running: Value, count: number): Value {
  if (count === 0) return constant(0, [0], 'i32');
  return searchsorted(running, cast(iota([count]), 'i32'), { right: true });
}

interface Count {
  readonly count: number;
}
/** [n] → [count]: the elements at which the running count goes up. */
export const maskedSelectOp: CompositeOp<Count> = composite<Count>('maskedSelect', (g, y) => {
  const [, mask, running] = y.inputs;
  return [spreadOut(g, mask, running), null, null];
});
/** [count] → [n]: its transpose, with zeros elsewhere. Each element looks up its own place: nothing is searched. */
export const maskedSpreadOp: CompositeOp = composite('maskedSpread', (g, y) => {
  const [x, mask, running] = y.inputs;
  return [selectMasked(g, mask, running, x.size), null, null];
});
/** The elements of a vector where the mask holds, of which there are `count`. */
export function selectMasked(x: Value, mask: Value, running: Value, count: number): Value {
  if (count === 0) return disconnected(constant(0, [0], x.dtype), [x]);
  return applyComposite(
    maskedSelectOp,
    [x, mask, running],
    { count },
    pick(detach(x), placesOf(running, count)),
  );
}
function spreadOut(g: Value, mask: Value, running: Value): Value {
  const body = where(mask, pick(detach(g), clamp(sub(running, 1), { min: 0 })), 0);
  return applyComposite(maskedSpreadOp, [g, mask, running], {}, body);
}

/** The index in each dimension of flat places: [count] → [count, dimensions]. */
export function unravel(places: Value, shape: readonly number[]): Value {
  if (shape.length === 0 || places.size === 0) return constant(0, [places.size, shape.length], 'i32');
  const coordinates = shape.map((n, d) =>
    remainder(div(places, sizeOf(shape.slice(d + 1)), { roundingMode: 'trunc' }), n),
  );
  return stack(coordinates, 1);
}

/** What `unique` has found out before it knows how many there are. */
export interface Distinct {
  /** The slices, one after another in the order in which equal ones are neighbours: [n, slice]. */
  readonly rows: Value;
  /** How many different ones up to and including each. */
  readonly running: Value;
  /** The number of each slice among the different ones, in x's own order. */
  readonly inverse: Value;
}
/** Slices of x along `dim` (elements where none is named), neighbours compared; put in order first unless `consecutive`. */
export function distinct(x: Value, dim: number | undefined, consecutive: boolean): Distinct {
  const data = detach(x);
  const front = dim === undefined ? flat(data) : movedim(data, dim, 0);
  const n = front.shape[0];
  const width = front.size / n;
  const rows = reshape(front, [n, width]);
  const order = consecutive ? null : rowOrder(rows);
  const sorted = order === null ? rows : indexSelect(rows, 0, order);
  const different = any(changes(sorted, 0), { dim: 1 });
  const running = cumsum(cast(different, 'i32'), 0);
  const number = sub(running, 1);
  return { rows: sorted, running, inverse: order === null ? number : pick(number, argsort(order)) };
}
/** The order of rows, the first column counting most: by stable sorts from the last column on. */
function rowOrder(rows: Value): Value {
  const width = rows.shape[1];
  let order = argsort(select(rows, 1, width - 1));
  for (let column = width - 2; column >= 0; column--) {
    const next = argsort(reorder(select(rows, 1, column), order, 0));
    order = pick(order, next);
  }
  return order;
}
/** The first slice of each kind, and how many there are of each. */
export function firsts({ rows, running }: Distinct, count: number): { rows: Value; counts: Value } {
  const places = placesOf(running, count);
  const ends = cat([narrow(places, 0, 1, count - 1), constant(running.size, [1], 'i32')]);
  return { rows: indexSelect(rows, 0, places), counts: sub(ends, places) };
}
