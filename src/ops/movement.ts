// Movement of elements: other readings of the same data. All cost nothing, but for reshapes of uneven strides.
import { IndexError, ShapeError, ValueError } from '../core/errors.ts';
import type { ViewOp } from '../core/op.ts';
import {
  type Shape,
  checkShape,
  formatShape,
  normalizeDim,
  normalizeDims,
  resolveReshape,
  sameShape,
  sizeOf,
} from '../core/shape.ts';
import { type Value, applyView, none, Value as ValueClass } from '../core/value.ts';
import { expandView, permuteView, reshapeView, sliceView } from '../core/view.ts';
import { constant, constantOp } from './create.ts';
import { embed } from './joining.ts';
import { sum } from './reduce.ts';

export const reshapeOp: ViewOp<{ shape: Shape }> = {
  name: 'reshape',
  tapeName: 'View',
  kind: 'view',
  total: false,
  infer: (_, { shape }) => shape,
  view: (input, { shape }) => reshapeView(input, shape),
  grad: (g, { inputs: [x] }) => [reshape(g, x.shape)],
};
/** The same elements in row-major order under another shape; one dimension may be −1. */
export function reshape(x: Value, shape: Shape): Value {
  const resolved = resolveReshape(x.shape, shape, 'reshape');
  if (sameShape(resolved, x.shape)) return x;
  if (x.op === constantOp) return constant((x.attrs as { value: number }).value, resolved, x.dtype);
  // A reshape of a reshape reads the first one's input (but the tape keeps every step that somebody may ask for).
  const source = x.op === (reshapeOp as unknown) && x.inputs.length === 1 && !x.tracked ? x.inputs[0] : x;
  return sameShape(source.shape, resolved) ? source : applyView(reshapeOp, source, { shape: resolved });
}

export const permuteOp: ViewOp<{ dims: readonly number[] }> = {
  name: 'permute',
  kind: 'view',
  total: true,
  infer: (input, { dims }) => dims.map((dim) => input.shape[dim]),
  view: (input, { dims }) => permuteView(input, dims),
  grad: (g, { attrs }) => {
    const inverse = new Array<number>(attrs.dims.length);
    attrs.dims.forEach((dim, i) => (inverse[dim] = i));
    return [permute(g, inverse)];
  },
};
/** Dimension i of the result is dimension dims[i] of x. */
export function permute(x: Value, dims: readonly number[]): Value {
  if (dims.length !== x.shape.length) {
    throw new ShapeError('permute: every dimension must be named once', {
      expected: `${x.shape.length} dimensions, as in ${formatShape(x.shape)}`,
      got: formatShape(dims),
    });
  }
  const order = dims.map((dim) => normalizeDim(dim, x.shape.length, 'permute'));
  normalizeDims(order, x.shape.length, 'permute');
  if (order.every((dim, i) => dim === i)) return x;
  if (x.op === (permuteOp as unknown) && x.inputs.length === 1 && !x.tracked) {
    const first = (x.attrs as { dims: readonly number[] }).dims;
    return permute(
      x.inputs[0],
      order.map((dim) => first[dim]),
    );
  }
  return applyView(permuteOp, x, { dims: order });
}

export function transpose(x: Value, dim0: number, dim1: number): Value {
  const rank = x.shape.length;
  const a = normalizeDim(dim0, rank, 'transpose');
  const b = normalizeDim(dim1, rank, 'transpose');
  return permute(
    x,
    x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

/** x with dimension `source` at place `destination`. */
export function movedim(
  x: Value,
  source: number | readonly number[],
  destination: number | readonly number[],
): Value {
  const rank = x.shape.length;
  const from = [source].flat().map((dim) => normalizeDim(dim, rank, 'movedim'));
  const to = [destination].flat().map((dim) => normalizeDim(dim, rank, 'movedim'));
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new ValueError('movedim: sources and destinations must be distinct and as many', {
      got: `${formatShape(from)} and ${formatShape(to)}`,
    });
  }
  const order = new Array<number>(rank).fill(-1);
  to.forEach((place, i) => (order[place] = from[i]));
  const rest = x.shape.map((_, i) => i).filter((i) => !from.includes(i));
  return permute(
    x,
    order.map((dim) => (dim >= 0 ? dim : (rest.shift() ?? 0))),
  );
}

export const expandOp: ViewOp<{ shape: Shape }> = {
  name: 'expand',
  kind: 'view',
  total: true,
  infer: (_, { shape }) => shape,
  view: (input, { shape }) => expandView(input, shape),
  grad: (g, { inputs: [x] }) => [sumTo(g, x.shape)],
};
/** x repeated along dimensions of length 1 and new leading ones, without a copy; −1 keeps a length. */
export function expand(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = shape.length - x.shape.length;
  const full = shape.map((length, i) => (length === -1 && i >= lead ? x.shape[i - lead] : length));
  checkShape(full, 'expand');
  if (lead < 0 || x.shape.some((length, i) => length !== 1 && length !== full[i + lead])) {
    throw new ShapeError('expand: only dimensions of length 1 can be repeated', {
      expected: `a shape that ${formatShape(x.shape)} broadcasts to`,
      got: formatShape(shape),
    });
  }
  if (sameShape(x.shape, full)) return x;
  if (x.op === constantOp) return constant((x.attrs as { value: number }).value, full, x.dtype);
  return applyView(expandOp, x, { shape: full });
}

/** Sums x over what was repeated to reach its shape from `shape`: the transpose of expand. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const dims = x.shape.flatMap((length, i) =>
    i < lead || (shape[i - lead] === 1 && length !== 1) ? [i] : [],
  );
  return reshape(dims.length === 0 ? x : sum(x, { dim: dims }), shape);
}

interface SliceAttrs {
  readonly dim: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
}
export const sliceOp: ViewOp<SliceAttrs> = {
  name: 'slice',
  kind: 'view',
  total: true,
  infer: (input, { dim, length }) => input.shape.map((n, i) => (i === dim ? length : n)),
  view: (input, { dim, start, step, length }) => sliceView(input, dim, start, step, length),
  grad: (g, { inputs: [x], attrs: { dim, start, step } }) => [embed(g, dim, start, step, x.shape[dim])],
};
/** Elements start, start + step, … below `end` along `dim`; negative bounds count from the end, as in Python. */
export function slice(x: Value, dim: number, start = 0, end?: number, step = 1): Value {
  const axis = normalizeDim(dim, x.shape.length, 'slice');
  if (x.shape.length === 0) throw new IndexError('slice: a scalar has no dimension to slice');
  if (!Number.isInteger(step) || step < 1) {
    throw new ValueError('slice: step must be a whole number ≥ 1', {
      got: String(step),
      fix: 'use flip to go backwards',
    });
  }
  const n = x.shape[axis];
  const bound = (i: number): number => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  const from = bound(start);
  const length = Math.max(0, Math.ceil((bound(end ?? n) - from) / step));
  if (from === 0 && step === 1 && length === n) return x;
  return applyView(sliceOp, x, { dim: axis, start: from, step, length });
}

export function narrow(x: Value, dim: number, start: number, length: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'narrow');
  const n = x.shape[axis] ?? 0;
  const from = start < 0 ? start + n : start;
  if (!(from >= 0 && length >= 0 && from + length <= n)) {
    throw new IndexError('narrow: range outside the dimension', {
      expected: `start and start + length within 0 … ${n}`,
      got: `start ${start}, length ${length}`,
    });
  }
  return slice(x, axis, from, from + length);
}

/** Index i along `dim`; the dimension goes. */
export function select(x: Value, dim: number, index: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'select');
  const n = x.shape[axis] ?? 0;
  const i = index < 0 ? index + n : index;
  if (x.shape.length === 0 || !Number.isInteger(i) || i < 0 || i >= n) {
    throw new IndexError('select: index out of range', {
      expected: `${-n} … ${n - 1} along dimension ${axis} of ${formatShape(x.shape)}`,
      got: String(index),
    });
  }
  return squeeze(slice(x, axis, i, i + 1), axis);
}

export const flipOp: ViewOp<{ dims: readonly number[] }> = {
  name: 'flip',
  kind: 'view',
  total: true,
  infer: (input) => input.shape,
  view: (input, { dims }) =>
    dims.reduce((v, dim) => sliceView(v, dim, v.shape[dim] - 1, -1, v.shape[dim]), input),
  grad: (g, { attrs }) => [flip(g, attrs.dims)],
};
/** x read backwards along the dimensions. */
export function flip(x: Value, dims: number | readonly number[]): Value {
  const list = [dims].flat();
  if (list.length === 0 || x.shape.length === 0 || x.size === 0) return x;
  return applyView(flipOp, x, { dims: normalizeDims(list, x.shape.length, 'flip') });
}

/** Without dimension(s) `dim` where they have length 1; without any such dimension where none is named. */
export function squeeze(x: Value, dim?: number | readonly number[]): Value {
  const rank = x.shape.length;
  if (rank === 0) return x;
  const dims =
    dim === undefined
      ? normalizeDims(undefined, rank, 'squeeze')
      : normalizeDims([dim].flat(), rank, 'squeeze');
  return reshape(
    x,
    x.shape.filter((length, i) => length !== 1 || !dims.includes(i)),
  );
}

/** With a new dimension of length 1 at `dim`. */
export function unsqueeze(x: Value, dim: number): Value {
  const at = normalizeDim(dim, x.shape.length + 1, 'unsqueeze');
  return reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** Dimensions startDim … endDim merged into one. */
export function flatten(
  x: Value,
  { startDim = 0, endDim = -1 }: { startDim?: number; endDim?: number } = {},
): Value {
  const from = normalizeDim(startDim, x.shape.length, 'flatten');
  const to = normalizeDim(endDim, x.shape.length, 'flatten');
  if (from > to)
    throw new ValueError('flatten: startDim comes after endDim', { got: `${startDim} and ${endDim}` });
  return reshape(x, [
    ...x.shape.slice(0, from),
    sizeOf(x.shape.slice(from, to + 1)),
    ...x.shape.slice(to + 1),
  ]);
}

/** The elements repeated sizes[i] times along dimension i; more sizes than dimensions add leading ones. */
export function repeat(x: Value, sizes: Shape): Value {
  checkShape(sizes, 'repeat');
  const lead = sizes.length - x.shape.length;
  if (lead < 0) {
    throw new ShapeError('repeat: fewer repetitions than dimensions', {
      expected: `at least ${x.shape.length}`,
      got: formatShape(sizes),
    });
  }
  const shape = [...new Array<number>(lead).fill(1), ...x.shape];
  const doubled = expand(
    reshape(
      x,
      shape.flatMap((length) => [1, length]),
    ),
    shape.flatMap((n, i) => [sizes[i], n]),
  );
  return reshape(
    doubled,
    shape.map((length, i) => length * sizes[i]),
  );
}

const identity = (name: string, tapeName?: string): ViewOp => ({
  name,
  ...(tapeName === undefined ? {} : { tapeName }),
  kind: 'view',
  total: true,
  infer: (input) => input.shape,
  view: (input) => input,
  grad: (g) => [g],
});
export const detachOp: ViewOp = { ...identity('detach'), grad: null };
/** The same elements, without a gradient. */
export function detach(x: Value): Value {
  return x.tracked ? applyView(detachOp, x, none) : x;
}

export const variableOp: ViewOp = { ...identity('variable'), grad: null };
/** The same elements as a leaf of the tape: gradients stop, and are gathered, here. */
export function variable(x: Value): Value {
  return new ValueClass(variableOp, [detach(x)], none, x.shape, x.dtype, { tracked: true });
}

export const cloneOp: ViewOp = identity('clone');
/** The same elements under a name of their own on the tape. Values never change, so nothing is copied. */
export const clone = (x: Value): Value => applyView(cloneOp, x, none);
