// Indexing as in Python, scattering and masks, as functions of tensors.
import type { Value } from '../../core/value.ts';
import type { Engine } from '../../engine.ts';
import { cast } from '../../ops/cast.ts';
import * as scattering from '../../ops/scatter.ts';
import * as subscripts from '../../ops/subscript.ts';
import * as taking from '../../ops/take.ts';
import { type TensorLike, engineOf, operand } from '../call.ts';
import { valueOf } from '../handle.ts';
import { type NestedArray, hostValue } from '../host.ts';
import { Tensor } from '../tensor.ts';
import { first } from './lift.ts';

export type { IndexPutOptions, Slice } from '../../ops/subscript.ts';
export type { Reduce, ScatterReduceOptions } from '../../ops/scatter.ts';

/**
 * One item of an index: a number takes its dimension away, null makes one, '...' stands for all that are not named; a
 * slice keeps a range; a tensor or an array of integers chooses, a tensor or an array of booleans masks.
 */
export type IndexItem = number | null | '...' | subscripts.Slice | Tensor | NestedArray;

/** A range for `index`: start, start + step, … below end. Negative bounds count from the end; null is open. */
export const slice = (
  start: number | null = null,
  end: number | null = null,
  step = 1,
): subscripts.Slice => ({ kind: 'slice', start, end, step });

/** A tensor or an array of integers, or (where allowed) of booleans. */
function places(x: TensorLike, on: Engine): Value {
  if (x instanceof Tensor) return valueOf(x, on);
  const value = first(x, on);
  return value.dtype === 'f32' ? cast(value, 'i32') : value;
}
const subscriptOf = (item: IndexItem, on: Engine): subscripts.Subscript =>
  item instanceof Tensor || Array.isArray(item)
    ? places(item as TensorLike, on)
    : (item as subscripts.Subscript);

/**
 * The part of t that the items name, as t[…] in Python: `index(t, 0, slice(1, 3), null, '...', [2, 0])`. All but tensors
 * and arrays are views. A mask is refused: how many elements it chooses is known only once it is read (indexMask).
 */
export function index(t: Tensor, ...items: readonly IndexItem[]): Tensor {
  const on = t.engine;
  return Tensor.of(
    subscripts.index(
      valueOf(t, on),
      items.map((item) => subscriptOf(item, on)),
    ),
    on,
  );
}

/** The same with masks among the items, which are read first: each stands for the places where it holds. */
export async function indexMask(t: Tensor, ...items: readonly IndexItem[]): Promise<Tensor> {
  const on = t.engine;
  const chosen = items.map((item) => subscriptOf(item, on));
  const read = chosen.map(async (item) => {
    if (typeof item !== 'object' || item === null || !('dtype' in item) || item.dtype !== 'bool')
      return [item];
    return subscripts.indicesOfMask(await on.read(item), item.shape);
  });
  subscripts.checkMasks(valueOf(t, on), chosen);
  const flat = (await Promise.all(read)).flat();
  return Tensor.of(subscripts.index(valueOf(t, on), flat), on);
}

/**
 * t with `values` in the part that the items name, as t[…] = values in Python, or added to it. The values broadcast. A mask
 * takes the same values wherever it holds.
 */
export function indexPut(
  t: Tensor,
  items: readonly IndexItem[],
  values: TensorLike,
  options?: subscripts.IndexPutOptions,
): Tensor {
  const on = t.engine;
  const chosen = items.map((item) => subscriptOf(item, on));
  return Tensor.of(subscripts.indexPut(valueOf(t, on), chosen, operand(values, on) as Value, options), on);
}

/** A function of a tensor, a dimension, indices, a source and more. */
const placed =
  <S, A extends readonly unknown[]>(
    fn: (x: Value, dim: number, index: Value, source: S, ...rest: A) => Value,
  ): ((x: TensorLike, dim: number, index: TensorLike, source: TensorLike, ...rest: A) => Tensor) =>
  (x, dim, index, source, ...rest) => {
    const on = engineOf([x, index, source]);
    return Tensor.of(fn(first(x, on), dim, places(index, on), operand(source, on) as S, ...rest), on);
  };

export const scatter = /* @__PURE__ */ placed(scattering.scatter);
export const scatterReduce = /* @__PURE__ */ placed(scattering.scatterReduce);
export const indexAdd = /* @__PURE__ */ placed(scattering.indexAdd);
export const indexCopy = /* @__PURE__ */ placed(scattering.indexCopy);
export const indexFill = /* @__PURE__ */ placed(scattering.indexFill);
export const indexReduce = /* @__PURE__ */ placed(scattering.indexReduce);

/** The elements of x, read in row-major order, at the indices; negative ones count from the end. [..], [s] → [s] */
export function take(x: TensorLike, index: TensorLike): Tensor {
  const on = engineOf([x, index]);
  return Tensor.of(taking.take(first(x, on), places(index, on)), on);
}
/** gather with x and the indices broadcast in all other dimensions; of the flat tensors where no dimension is named. */
export function takeAlongDim(x: TensorLike, indices: TensorLike, options?: { dim?: number }): Tensor {
  const on = engineOf([x, indices]);
  return Tensor.of(taking.takeAlongDim(first(x, on), places(indices, on), options), on);
}
/** x with the elements of source at the places, counted in row-major order, or added there. */
export function put(
  x: TensorLike,
  index: TensorLike,
  source: TensorLike,
  options?: { accumulate?: boolean },
): Tensor {
  const on = engineOf([x, index, source]);
  return Tensor.of(taking.put(first(x, on), places(index, on), first(source, on), options), on);
}
/** x with `value`, one number, where the mask holds. */
export function maskedFill(x: TensorLike, mask: TensorLike, value: TensorLike): Tensor {
  const on = engineOf([x, mask, value]);
  return Tensor.of(
    taking.maskedFill(first(x, on), maskOf(mask, on), operand(value, on) as Value | number),
    on,
  );
}
/** x with the elements of source, in order, where the mask holds; source needs as many as the mask has. */
export function maskedScatter(x: TensorLike, mask: TensorLike, source: TensorLike): Tensor {
  const on = engineOf([x, mask, source]);
  return Tensor.of(taking.maskedScatter(first(x, on), maskOf(mask, on), first(source, on)), on);
}
/** An array as a mask is one of booleans. */
const maskOf = (mask: TensorLike, on: Engine): Value =>
  mask instanceof Tensor ? valueOf(mask, on) : hostValue(mask, { dtype: 'bool' });
