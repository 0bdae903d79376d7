// Reading and writing by places in the flat tensor, along broadcast indices, and by masks.
import { DtypeError, ShapeError, ValueError } from '../core/errors.ts';
import { broadcastShapes, formatShape, normalizeDim, sameShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { add, maximum, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { lt } from './comparison.ts';
import { constant } from './create.ts';
import { checkedIndex, gather, hostData, outOfRange } from './indexing.ts';
import { expand, reshape } from './movement.ts';
import { cumsum } from './scan.ts';
import { indexAdd, indexCopy } from './scatter.ts';

/** Integer indices of which negative ones count from the end, made 0 … length − 1; host data is checked at once. i32 */
export function wrappedIndex(name: string, index: Value, dim: number, length: number): Value {
  const known = hostData(index);
  let negative = known.length === 0 && index.dtype !== 'u32';
  for (const place of known) {
    if (place < -length || place >= length) throw outOfRange(place, dim, length);
    negative ||= place < 0;
  }
  if (!negative) return checkedIndex(name, index, dim, length);
  if (index.dtype !== 'i32') return checkedIndex(name, index, dim, length);
  return where(lt(index, 0), add(index, length), index);
}

/** The elements of x, read in row-major order, at the indices; negative ones count from the end. [..], [s] → [s] */
export function take(x: Value, index: Value): Value {
  const flat = reshape(x, [x.size]);
  const places = wrappedIndex('take', reshape(index, [index.size]), 0, x.size);
  return reshape(gather(flat, 0, places), index.shape);
}

/**
 * x with the elements of source at the places, counted in row-major order; negative ones count from the end. Where a
 * place is named twice the later one stays; with `accumulate` all are added.
 */
export function put(
  x: Value,
  index: Value,
  source: Value,
  { accumulate = false }: { accumulate?: boolean } = {},
): Value {
  if (index.size !== source.size) {
    throw new ShapeError('put: one element of the source for each index', {
      expected: `${index.size} elements`,
      got: `${source.size}, in ${formatShape(source.shape)}`,
    });
  }
  const places = wrappedIndex('put', reshape(index, [index.size]), 0, x.size);
  const flat = reshape(x, [x.size]);
  const given = reshape(source, [source.size]);
  return reshape((accumulate ? indexAdd : indexCopy)(flat, 0, places, given), x.shape);
}

/** gather with x and the indices broadcast in all other dimensions; of the flat tensors where no dimension is named. */
export function takeAlongDim(x: Value, indices: Value, { dim }: { dim?: number | undefined } = {}): Value {
  if (dim === undefined) {
    return gather(reshape(x, [x.size]), 0, reshape(indices, [indices.size]));
  }
  if (x.shape.length !== indices.shape.length) {
    throw new ShapeError('takeAlongDim: the index needs as many dimensions', {
      expected: `${x.shape.length}, as in ${formatShape(x.shape)}`,
      got: formatShape(indices.shape),
    });
  }
  const axis = normalizeDim(dim, x.shape.length, 'takeAlongDim');
  const others = (shape: readonly number[]): number[] => shape.map((n, d) => (d === axis ? 1 : n));
  const shape = broadcastShapes(others(x.shape), others(indices.shape), 'takeAlongDim');
  const spread = (v: Value): Value =>
    expand(
      v,
      shape.map((n, d) => (d === axis ? v.shape[d] : n)),
    );
  return gather(spread(x), axis, spread(indices));
}

/** The mask as bools over the shape that it and x broadcast to, and x over it too. */
function masked(name: string, x: Value, mask: Value): [Value, Value] {
  if (mask.dtype !== 'bool') {
    throw new DtypeError(`${name}: the mask is not made of bools`, { expected: 'bool', got: mask.dtype });
  }
  const shape = broadcastShapes(x.shape, mask.shape, name);
  return [expand(x, shape), expand(mask, shape)];
}

/** x with `value`, a number or a tensor of one, where the mask holds. */
export function maskedFill(x: Value, mask: Value, value: Value | number): Value {
  const [whole, places] = masked('maskedFill', x, mask);
  const fill = typeof value === 'number' ? constant(value, [], x.dtype) : cast(value, x.dtype);
  if (fill.shape.length > 0) {
    throw new ShapeError('maskedFill: the value is one number', {
      got: formatShape(fill.shape),
      fix: 'use where',
    });
  }
  return where(places, fill, whole);
}

/** x with the elements of source, in order, where the mask holds; source needs as many as the mask has. */
export function maskedScatter(x: Value, mask: Value, source: Value): Value {
  const [whole, places] = masked('maskedScatter', x, mask);
  if (source.dtype !== x.dtype) {
    throw new DtypeError('maskedScatter: element types differ', { expected: x.dtype, got: source.dtype });
  }
  if (whole.size === 0) return whole;
  const known = hostData(mask);
  const count = sameShape(mask.shape, whole.shape) ? Array.from(known).filter((m) => m !== 0).length : 0;
  if (count > source.size || source.size === 0) {
    throw new ValueError('maskedScatter: the source has too few elements', {
      expected: `as many as the mask holds at${count > 0 ? `: ${count}` : ''}`,
      got: String(source.size),
    });
  }
  const flat = reshape(places, [places.size]);
  const nth = maximum(sub(cumsum(cast(flat, 'i32'), 0), 1), 0);
  const taken = gather(reshape(source, [source.size]), 0, nth);
  return where(places, reshape(taken, whole.shape), whole);
}
