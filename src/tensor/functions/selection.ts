// Functions whose result has a size that only the data tells: they read it, and so are asynchronous.
import { IndexError, ShapeError } from '../../core/errors.ts';
import { formatShape, normalizeDim } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import type { Engine } from '../../engine.ts';
import { constant } from '../../ops/create.ts';
import { spread } from '../../ops/family.ts';
import { binSums, checkBincount, histc as histcOf } from '../../ops/histogram.ts';
import { movedim, reshape, select } from '../../ops/movement.ts';
import { amax, amin } from '../../ops/reduce.ts';
import * as selection from '../../ops/selection.ts';
import { type TensorLike, engineOf } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { first, unary } from './lift.ts';

export const histc = /* @__PURE__ */ unary(histcOf);

const countOf = async (running: Value, on: Engine): Promise<number> =>
  (await on.read(selection.lastOf(running)))[0];

/** The indices of all elements that are not zero, row-major: [count, dimensions], i32. Reads their number. */
export async function nonzero(x: TensorLike): Promise<Tensor> {
  const on = engineOf([x]);
  const value = first(x, on);
  if (value.size === 0) return Tensor.of(constant(0, [0, value.shape.length], 'i32'), on);
  const running = selection.countUpTo(value);
  const count = await countOf(running, on);
  return Tensor.of(selection.unravel(selection.placesOf(running, count), value.shape), on);
}
export const argwhere = nonzero;

/**
 * The elements of x where the mask holds, row-major: [count]. x and mask broadcast. Reads their number. The gradient goes
 * back to where they were.
 */
export async function maskedSelect(x: TensorLike, mask: TensorLike): Promise<Tensor> {
  const on = engineOf([x, mask]);
  const given = first(mask, on);
  if (given.dtype !== 'bool') {
    throw new ShapeError('maskedSelect: the mask is not made of truth values', {
      expected: 'bool',
      got: given.dtype,
      fix: 'compare first, for example x.gt(0)',
    });
  }
  const [value, held] = spread('maskedSelect', [first(x, on), given]);
  const [data, picked] = [value, held].map((v) => reshape(v, [v.size]));
  if (value.size === 0) return Tensor.of(data, on);
  const running = selection.countUpTo(picked);
  return Tensor.of(selection.selectMasked(data, picked, running, await countOf(running, on)), on);
}

export interface Unique {
  /** What is met, each once. */
  readonly values: Tensor;
  /** For each element (or slice) of the input, the index of its like among `values`; i32. */
  readonly inverse: Tensor;
  /** How often each is met; i32. */
  readonly counts: Tensor;
}
async function uniqueOf(
  x: TensorLike,
  dim: number | undefined,
  where: string,
  consecutive: boolean,
): Promise<Unique> {
  const on = engineOf([x]);
  const value = first(x, on);
  const axis = dim === undefined ? undefined : normalizeDim(dim, value.shape.length, where);
  const wrap = (v: Value): Tensor => Tensor.of(v, on);
  if (value.size === 0) {
    if (axis !== undefined && value.shape.some((n, d) => n === 0 && d !== axis)) {
      throw new ShapeError(`${where}: the slices have no elements to compare`, {
        where: `along dimension ${axis}`,
        got: formatShape(value.shape),
      });
    }
    const none = constant(0, [0], 'i32');
    if (axis !== undefined) return { values: wrap(value), inverse: wrap(none), counts: wrap(none) };
    return {
      values: wrap(reshape(value, [0])),
      inverse: wrap(reshape(none, value.shape)),
      counts: wrap(none),
    };
  }
  const found = selection.distinct(value, axis, consecutive);
  const { rows, counts } = selection.firsts(found, await countOf(found.running, on));
  if (axis === undefined) {
    return {
      values: wrap(select(rows, 1, 0)),
      inverse: wrap(reshape(found.inverse, value.shape)),
      counts: wrap(counts),
    };
  }
  const rest = value.shape.filter((_, d) => d !== axis);
  const values = movedim(reshape(rows, [rows.shape[0], ...rest]), 0, axis);
  return { values: wrap(values), inverse: wrap(found.inverse), counts: wrap(counts) };
}
/**
 * The different elements of x in order (slices along `dim`, the first element counting most); NaN is like nothing else.
 * Reads their number. `inverse` and `counts` cost nothing where they are not used.
 */
export const unique = (x: TensorLike, { dim }: { dim?: number } = {}): Promise<Unique> =>
  uniqueOf(x, dim, 'unique', false);
/** The elements of x (slices along `dim`) that differ from the one before them. Reads their number. */
export const uniqueConsecutive = (x: TensorLike, { dim }: { dim?: number } = {}): Promise<Unique> =>
  uniqueOf(x, dim, 'uniqueConsecutive', true);

/**
 * How often each of 0, 1, … is met in a vector of whole numbers, or the sums of the weights met with it; as many as the
 * largest needs, at least `minlength`. Reads the extremes.
 */
export async function bincount(
  x: TensorLike,
  { weights, minlength = 0 }: { weights?: TensorLike; minlength?: number } = {},
): Promise<Tensor> {
  const on = engineOf([x, weights]);
  const [value, weight] = [first(x, on), weights === undefined ? undefined : first(weights, on)];
  checkBincount(value, weight, minlength);
  let bins = minlength;
  if (value.size > 0) {
    const [[least], [most]] = await Promise.all([on.read(amin(value)), on.read(amax(value))]);
    if (least < 0) {
      throw new IndexError('bincount: a number is negative', {
        expected: 'whole numbers ≥ 0',
        got: String(least),
      });
    }
    bins = Math.max(minlength, most + 1);
  }
  return Tensor.of(binSums(value, weight, bins), on);
}
