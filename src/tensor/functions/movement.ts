// Movement, padding, windows and tables of indices, as functions of tensors.
import type { TypedArray } from '../../core/dtype.ts';
import { engine } from '../../engine.ts';
import * as arrangement from '../../ops/arrangement.ts';
import * as construct from '../../ops/construct.ts';
import * as diagonals from '../../ops/diagonal.ts';
import { indexSelect } from '../../ops/indexing.ts';
import { normalizeDim } from '../../core/shape.ts';
import { reshape } from '../../ops/movement.ts';
import * as padding from '../../ops/pad.ts';
import * as windows from '../../ops/unfold.ts';
import { type TensorLike, engineOf } from '../call.ts';
import { Tensor } from '../tensor.ts';
import { first, many, unary } from './lift.ts';

export type { DiagonalOptions } from '../../ops/diagonal.ts';
export type { PadMode, PadOptions } from '../../ops/pad.ts';
export type { WindowOptions } from '../../ops/unfold.ts';

export const diagonal = /* @__PURE__ */ unary(diagonals.diagonal);
export const diagEmbed = /* @__PURE__ */ unary(diagonals.diagEmbed);
export const diag = /* @__PURE__ */ unary(diagonals.diag);
export const diagflat = /* @__PURE__ */ unary(diagonals.diagflat);
export const trace = /* @__PURE__ */ unary(diagonals.trace);

export const roll = /* @__PURE__ */ unary(arrangement.roll);
export const rot90 = /* @__PURE__ */ unary(arrangement.rot90);
export const fliplr = /* @__PURE__ */ unary(arrangement.fliplr);
export const flipud = /* @__PURE__ */ unary(arrangement.flipud);
export const tile = /* @__PURE__ */ unary(arrangement.tile);
export const unflatten = /* @__PURE__ */ unary(arrangement.unflatten);
export const tensorSplit = /* @__PURE__ */ unary(arrangement.tensorSplit);
export const hsplit = /* @__PURE__ */ unary(arrangement.hsplit);
export const vsplit = /* @__PURE__ */ unary(arrangement.vsplit);
export const dsplit = /* @__PURE__ */ unary(arrangement.dsplit);
export const unbind = /* @__PURE__ */ unary(arrangement.unbind);
export const atleast1d = /* @__PURE__ */ unary(arrangement.atleast1d);
export const atleast2d = /* @__PURE__ */ unary(arrangement.atleast2d);
export const atleast3d = /* @__PURE__ */ unary(arrangement.atleast3d);
export const pixelShuffle = /* @__PURE__ */ unary(arrangement.pixelShuffle);
export const pixelUnshuffle = /* @__PURE__ */ unary(arrangement.pixelUnshuffle);
export const channelShuffle = /* @__PURE__ */ unary(arrangement.channelShuffle);
export const broadcastTensors = /* @__PURE__ */ many(arrangement.broadcastTensors);
export const hstack = /* @__PURE__ */ many(arrangement.hstack);
export const vstack = /* @__PURE__ */ many(arrangement.vstack);
export const dstack = /* @__PURE__ */ many(arrangement.dstack);
export const columnStack = /* @__PURE__ */ many(arrangement.columnStack);
export const blockDiag = /* @__PURE__ */ many(arrangement.blockDiag);
export const meshgrid = /* @__PURE__ */ many(arrangement.meshgrid);
export const cartesianProd = /* @__PURE__ */ many(arrangement.cartesianProd);

/**
 * Each element `repeats` times in a row along `dim` (of the flat tensor where none is named). A tensor of counts, one for
 * each element, is read first: then the result is a promise.
 */
export function repeatInterleave(x: TensorLike, repeats: number, options?: { dim?: number }): Tensor;
export function repeatInterleave(x: TensorLike, repeats: Tensor, options?: { dim?: number }): Promise<Tensor>;
export function repeatInterleave(
  x: TensorLike,
  repeats: number | Tensor,
  options: { dim?: number } = {},
): Tensor | Promise<Tensor> {
  const on = engineOf([x]);
  const value = first(x, on);
  if (typeof repeats === 'number') {
    return Tensor.of(arrangement.repeatInterleave(value, repeats, options), on);
  }
  const { dim } = options;
  const line = dim === undefined || value.shape.length === 0 ? reshape(value, [value.size]) : value;
  const axis = dim === undefined ? 0 : normalizeDim(dim, value.shape.length, 'repeatInterleave');
  return repeats.data().then((counts: TypedArray) => {
    return Tensor.of(indexSelect(line, axis, construct.repeatedIndex(counts, line.shape[axis])), on);
  });
}

export const pad = /* @__PURE__ */ unary(padding.pad);
export const unfold = /* @__PURE__ */ unary(windows.unfold);
export const im2col = /* @__PURE__ */ unary(windows.im2col);
export const col2im = /* @__PURE__ */ unary(windows.col2im);

export const combinations = /* @__PURE__ */ unary(construct.combinations);
export const vander = /* @__PURE__ */ unary(construct.vander);

/** Rows and columns of the lower triangle of a matrix, `offset` diagonals above the main one included. → [2, count]; i32 */
export const trilIndices = (row: number, column: number, options?: { offset?: number }): Tensor =>
  Tensor.of(construct.trilIndices(row, column, options), engine());
/** Rows and columns of the upper triangle, from `offset` on. → [2, count]; i32 */
export const triuIndices = (row: number, column: number, options?: { offset?: number }): Tensor =>
  Tensor.of(construct.triuIndices(row, column, options), engine());
/** baseˢ for `steps` numbers s, evenly spaced from start to end, both included. f32 */
export const logspace = (start: number, end: number, steps: number, options?: { base?: number }): Tensor =>
  Tensor.of(construct.logspace(start, end, steps, options), engine());
