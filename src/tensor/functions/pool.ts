// Pools as functions: inputs [N, C, ..] or [C, ..] with one to three more dimensions.
import * as ops from '../../ops/pool.ts';
import type { PerDim } from '../../ops/window.ts';
import { call } from '../call.ts';
import { Tensor } from '../tensor.ts';

export type { AdaptiveSize, AvgPoolOptions, MaxPoolOptions } from '../../ops/pool.ts';

/** What a pool gives that says where each largest element was, counted over the pooled dimensions. */
export interface Pooled {
  readonly output: Tensor;
  readonly indices: Tensor;
}
type MaxPool<R> = (x: Tensor, kernelSize: PerDim, options?: ops.MaxPoolOptions) => R;
type AvgPool = (x: Tensor, kernelSize: PerDim, options?: ops.AvgPoolOptions) => Tensor;
type Adaptive<R> = (x: Tensor, outputSize: ops.AdaptiveSize) => R;

const maxWithIndices =
  (name: string, dims: number): MaxPool<Pooled> =>
  (x, kernelSize, options) =>
    call(Tensor.of, ops.maxPoolNd, [name, dims, x, kernelSize, options]);
const max =
  (name: string, dims: number): MaxPool<Tensor> =>
  (x, kernelSize, options) =>
    maxWithIndices(name, dims)(x, kernelSize, options).output;
const avg =
  (name: string, dims: number): AvgPool =>
  (x, kernelSize, options) =>
    call(Tensor.of, ops.avgPoolNd, [name, dims, x, kernelSize, options]);
const adaptiveMaxWithIndices =
  (name: string, dims: number): Adaptive<Pooled> =>
  (x, outputSize) =>
    call(Tensor.of, ops.adaptiveMaxPoolNd, [name, dims, x, outputSize]);
const adaptiveMax =
  (name: string, dims: number): Adaptive<Tensor> =>
  (x, outputSize) =>
    adaptiveMaxWithIndices(name, dims)(x, outputSize).output;
const adaptiveAvg =
  (name: string, dims: number): Adaptive<Tensor> =>
  (x, outputSize) =>
    call(Tensor.of, ops.adaptiveAvgPoolNd, [name, dims, x, outputSize]);

/** The largest element of each window. */
export const maxPool1d = /* @__PURE__ */ max('maxPool1d', 1);
export const maxPool2d = /* @__PURE__ */ max('maxPool2d', 2);
export const maxPool3d = /* @__PURE__ */ max('maxPool3d', 3);
/** The same, with where each lies in its plane. */
export const maxPool1dWithIndices = /* @__PURE__ */ maxWithIndices('maxPool1d', 1);
export const maxPool2dWithIndices = /* @__PURE__ */ maxWithIndices('maxPool2d', 2);
export const maxPool3dWithIndices = /* @__PURE__ */ maxWithIndices('maxPool3d', 3);
/** The mean of each window. */
export const avgPool1d = /* @__PURE__ */ avg('avgPool1d', 1);
export const avgPool2d = /* @__PURE__ */ avg('avgPool2d', 2);
export const avgPool3d = /* @__PURE__ */ avg('avgPool3d', 3);
/** The largest element of each of `outputSize` equal parts. */
export const adaptiveMaxPool1d = /* @__PURE__ */ adaptiveMax('adaptiveMaxPool1d', 1);
export const adaptiveMaxPool2d = /* @__PURE__ */ adaptiveMax('adaptiveMaxPool2d', 2);
export const adaptiveMaxPool3d = /* @__PURE__ */ adaptiveMax('adaptiveMaxPool3d', 3);
export const adaptiveMaxPool1dWithIndices = /* @__PURE__ */ adaptiveMaxWithIndices('adaptiveMaxPool1d', 1);
export const adaptiveMaxPool2dWithIndices = /* @__PURE__ */ adaptiveMaxWithIndices('adaptiveMaxPool2d', 2);
export const adaptiveMaxPool3dWithIndices = /* @__PURE__ */ adaptiveMaxWithIndices('adaptiveMaxPool3d', 3);
/** The mean of each of `outputSize` equal parts. */
export const adaptiveAvgPool1d = /* @__PURE__ */ adaptiveAvg('adaptiveAvgPool1d', 1);
export const adaptiveAvgPool2d = /* @__PURE__ */ adaptiveAvg('adaptiveAvgPool2d', 2);
export const adaptiveAvgPool3d = /* @__PURE__ */ adaptiveAvg('adaptiveAvgPool3d', 3);
