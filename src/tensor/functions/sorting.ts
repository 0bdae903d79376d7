// Functions that put elements in order, and find them there.
import type { Value } from '../../core/value.ts';
import * as order from '../../ops/order.ts';
import * as quantiles from '../../ops/quantile.ts';
import * as search from '../../ops/search.ts';
import type { TensorLike } from '../call.ts';
import type { Tensor } from '../tensor.ts';
import { binary, unary } from './lift.ts';

export const argsort = /* @__PURE__ */ unary(order.argsort);
export const sort = /* @__PURE__ */ unary(order.sort);
export const msort = /* @__PURE__ */ unary(order.msort);
export const topk = /* @__PURE__ */ unary(order.topk);
export const kthvalue = /* @__PURE__ */ unary(order.kthvalue);
export const mode = /* @__PURE__ */ unary(quantiles.mode);
export const quantile = /* @__PURE__ */ binary(quantiles.quantile);
export const nanquantile = /* @__PURE__ */ binary(quantiles.nanquantile);
export const searchsorted = /* @__PURE__ */ binary(search.searchsorted);
export const bucketize = /* @__PURE__ */ binary(search.bucketize);
export const isin = /* @__PURE__ */ binary(search.isin);

/** An element of each line, and its index. */
export interface TensorAndIndices {
  readonly values: Tensor;
  readonly indices: Tensor;
}
export interface MedianOptions {
  readonly dim: number;
  readonly keepdim?: boolean;
}
type Median = {
  (x: TensorLike): Tensor;
  (x: TensorLike, options: MedianOptions): TensorAndIndices;
};
const medianOf = (
  whole: (x: Value) => Value,
  along: (x: Value, options: MedianOptions) => { values: Value; indices: Value },
): Median =>
  ((x: TensorLike, options?: MedianOptions) =>
    options === undefined ? unary(whole)(x) : unary(along)(x, options)) as Median;

/** The median of all elements, or along `dim` with its index; of an even number the lower one. NaN where there is one. */
export const median = /* @__PURE__ */ medianOf(quantiles.median, quantiles.medianAlong);
/** The median of what is not NaN. */
export const nanmedian = /* @__PURE__ */ medianOf(quantiles.nanmedian, quantiles.nanmedianAlong);
