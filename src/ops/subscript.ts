// Indexing as in Python: numbers, slices, new dimensions, an ellipsis and tensors of indices, for reading and writing.
import { DtypeError, IndexError, ValueError } from '../core/errors.ts';
import { type Shape, broadcastShapes, formatShape, sizeOf } from '../core/shape.ts';
import { fromHost } from '../core/leaf.ts';
import type { Value } from '../core/value.ts';
import { add, mul, where } from './arithmetic.ts';
import { constant } from './create.ts';
import { indexSelect } from './indexing.ts';
import { cat } from './joining.ts';
import { expand, narrow, permute, reshape, select, slice, squeeze, unsqueeze } from './movement.ts';
import { indexAdd, indexCopy } from './scatter.ts';
import { wrappedIndex } from './take.ts';

/** Elements start, start + step, … below end; bounds count from the end where they are negative, null is open. */
export interface Slice {
  readonly kind: 'slice';
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;
}

/** One item of an index: a number takes its dimension away, null makes one, '...' stands for all that are not named. */
export type Subscript = number | null | '...' | Slice | Value;

/** A view that an item stands for, and the way back: the whole with that part of it replaced. */
interface Step {
  readonly part: (x: Value) => Value;
  readonly replaced: (x: Value, part: Value) => Value;
}
/** What items come to: views one after another, then tensors of indices at some of the dimensions that are left. */
interface Plan {
  readonly steps: readonly Step[];
  readonly tensors: readonly { readonly dim: number; readonly index: Value }[];
}

const isSlice = (item: Subscript): item is Slice =>
  typeof item === 'object' && item !== null && 'kind' in item && item.kind === 'slice';
const isTensor = (item: Subscript): item is Value =>
  typeof item === 'object' && item !== null && !isSlice(item);

/** Dimensions of the tensor that an item names. */
const named = (item: Subscript): number => {
  if (item === null || item === '...') return 0;
  return isTensor(item) && item.dtype === 'bool' ? item.shape.length : 1;
};

const newDimension = (dim: number): Step => ({
  part: (x) => unsqueeze(x, dim),
  replaced: (_, part) => squeeze(part, dim),
});
const selected = (dim: number, index: number): Step => ({
  part: (x) => select(x, dim, index),
  replaced: (x, part) => {
    const at = index < 0 ? index + x.shape[dim] : index;
    return between(x, dim, at, at + 1, unsqueeze(part, dim));
  },
});
/** x with `part` in place of what lies from start to end. */
function between(x: Value, dim: number, start: number, end: number, part: Value): Value {
  const n = x.shape[dim];
  const pieces = [narrow(x, dim, 0, start), part, narrow(x, dim, end, n - end)];
  return cat(
    pieces.filter((piece) => piece.shape[dim] > 0),
    dim,
  );
}
function sliced(dim: number, { start, end, step }: Slice): Step {
  const part = (x: Value): Value => slice(x, dim, start ?? 0, end ?? undefined, step);
  return {
    part,
    replaced: (x, written) => {
      const length = written.shape[dim];
      if (length === 0) return x;
      const n = x.shape[dim];
      const first = start === null ? 0 : Math.max(0, start < 0 ? start + n : start);
      if (step === 1) return between(x, dim, first, first + length, written);
      const places = Int32Array.from({ length }, (_, i) => first + i * step);
      return indexCopy(x, dim, hostIndex(places), written);
    },
  };
}
const hostIndex = (places: Int32Array): Value => fromHost(places, [places.length], 'i32');

function planOf(name: string, x: Value, items: readonly Subscript[]): Plan {
  const rank = x.shape.length;
  const used = items.reduce((count: number, item) => count + named(item), 0);
  const dots = items.filter((item) => item === '...').length;
  if (used > rank || dots > 1) {
    throw new IndexError(`${name}: the items do not fit the tensor`, {
      expected: `at most ${rank} items that name a dimension of ${formatShape(x.shape)}, and one '...'`,
      got: `${used} and ${dots}`,
    });
  }
  const steps: Step[] = [];
  const tensors: { dim: number; index: Value }[] = [];
  let dim = 0;
  for (const item of items) {
    if (item === '...') dim += rank - used;
    else if (item === null) steps.push(newDimension(dim++));
    else if (typeof item === 'number') steps.push(selected(dim, item));
    else if (isSlice(item)) steps.push(sliced(dim++, item));
    else {
      tensors.push({ dim, index: item });
      dim += named(item);
    }
  }
  return { steps, tensors };
}

/** Several tensors of indices as one, along one dimension: x with those dimensions merged, and the way back. */
interface Merged {
  readonly x: Value;
  readonly dim: number;
  /** Flat; `shape` is what the tensors broadcast to. */
  readonly index: Value;
  readonly shape: Shape;
  readonly back: (merged: Value) => Value;
}
function merged(name: string, x: Value, tensors: Plan['tensors']): Merged {
  const dims = tensors.map(({ dim }) => dim);
  const together = dims.every((dim, i) => i === 0 || dim === dims[i - 1] + 1);
  const rest = x.shape.map((_, d) => d).filter((d) => !dims.includes(d));
  // Where others lie between them, PyTorch puts their dimensions first.
  const order = together ? x.shape.map((_, d) => d) : [...dims, ...rest];
  const moved = permute(x, order);
  const dim = together ? dims[0] : 0;
  const lengths = dims.map((d) => x.shape[d]);
  const shape = tensors.map(({ index }) => index.shape).reduce((a, b) => broadcastShapes(a, b, name));
  const flat = tensors
    .map(({ index }, i) => expand(wrappedIndex(name, index, dims[i], lengths[i]), shape))
    .reduce((sum, index, i) => add(mul(sum, lengths[i]), index));
  const { shape: full } = moved;
  const after = full.slice(dim + dims.length);
  const inverse = order.map((_, d) => order.indexOf(d));
  return {
    x: reshape(moved, [...full.slice(0, dim), sizeOf(lengths), ...after]),
    dim,
    index: reshape(flat, [sizeOf(shape)]),
    shape,
    back: (v) => permute(reshape(v, full), inverse),
  };
}

function checkTensors(name: string, tensors: Plan['tensors'], fix: string): void {
  for (const { index } of tensors) {
    if (index.dtype === 'bool') {
      throw new ValueError(`${name}: how many elements a mask chooses is known only once it is read`, {
        fix,
      });
    }
    if (index.dtype === 'f32') {
      throw new DtypeError(`${name}: an index is not made of integers`, {
        expected: 'i32 or u32',
        got: index.dtype,
      });
    }
  }
}

/**
 * The part of x that the items name, one for each dimension, as in Python: a number, a slice, null for a new dimension,
 * '...' for all dimensions that are not named, or a tensor of indices. Several tensors broadcast together; their
 * dimensions come where the first one stood, or first of all where others lie between them. All but tensors are views.
 */
export function index(x: Value, items: readonly Subscript[]): Value {
  const { steps, tensors } = planOf('index', x, items);
  checkTensors('index', tensors, 'use await indexMask(t, ...items), or where(mask, t, other)');
  const part = steps.reduce((v, step) => step.part(v), x);
  if (tensors.length === 0) return part;
  const one = merged('index', part, tensors);
  const { shape } = one.x;
  const chosen = indexSelect(one.x, one.dim, one.index);
  return reshape(chosen, [...shape.slice(0, one.dim), ...one.shape, ...shape.slice(one.dim + 1)]);
}

export interface IndexPutOptions {
  /** Adds the values to what is there, each as often as its place is named. */
  readonly accumulate?: boolean | undefined;
}
/** x with `values`, which broadcast to index(x, ...items), in that part. A single mask takes the same values wherever it holds. */
export function indexPut(
  x: Value,
  items: readonly Subscript[],
  values: Value | number,
  { accumulate = false }: IndexPutOptions = {},
): Value {
  const plan = planOf('indexPut', x, items);
  const given = typeof values === 'number' ? constant(values, [], x.dtype) : values;
  if (given.dtype !== x.dtype) {
    throw new DtypeError('indexPut: element types differ', { expected: x.dtype, got: given.dtype });
  }
  const write = (v: Value, steps: readonly Step[]): Value => {
    if (steps.length === 0) return written(v, plan.tensors, given, accumulate);
    const [first, ...rest] = steps;
    return first.replaced(v, write(first.part(v), rest));
  };
  return write(x, plan.steps);
}

function written(x: Value, tensors: Plan['tensors'], values: Value, accumulate: boolean): Value {
  if (tensors.length === 0) {
    const whole = expand(values, x.shape);
    return accumulate ? add(x, whole) : whole;
  }
  if (tensors.length === 1 && tensors[0].index.dtype === 'bool') {
    return whereMasked(x, tensors[0].dim, tensors[0].index, values, accumulate);
  }
  checkTensors('indexPut', tensors, 'use one mask alone, maskedScatter, or indices');
  const one = merged('indexPut', x, tensors);
  const shape = one.x.shape.map((n, d) => (d === one.dim ? one.index.size : n));
  const full = [...shape.slice(0, one.dim), ...one.shape, ...shape.slice(one.dim + 1)];
  const source = reshape(expand(values, full), shape);
  return one.back((accumulate ? indexAdd : indexCopy)(one.x, one.dim, one.index, source));
}

/** Values that are the same for all elements of the mask, written where it holds. */
function whereMasked(x: Value, dim: number, mask: Value, values: Value, accumulate: boolean): Value {
  checkMask('indexPut', x, dim, mask);
  const after = x.shape.slice(dim + mask.shape.length);
  const before = x.shape.slice(0, dim);
  const place = values.shape.length - after.length - 1;
  if (place >= 0 && values.shape[place] !== 1) {
    throw new ValueError(
      'indexPut: the values of a mask must be the same for all elements that it holds at',
      {
        expected: `a shape that broadcasts to ${formatShape([...before, 1, ...after])}`,
        got: formatShape(values.shape),
        fix: 'use maskedScatter',
      },
    );
  }
  const one = expand(values, [...before, 1, ...after]);
  const spread = reshape(one, [...before, ...mask.shape.map(() => 1), ...after]);
  const holds = reshape(mask, [...before.map(() => 1), ...mask.shape, ...after.map(() => 1)]);
  return where(holds, accumulate ? add(x, spread) : spread, x);
}

/** A mask must have the shape of the dimensions that it stands for. */
export function checkMask(name: string, x: Value, dim: number, mask: Value): void {
  const own = x.shape.slice(dim, dim + mask.shape.length);
  if (mask.shape.some((n, d) => n !== own[d])) {
    throw new IndexError(`${name}: the mask has another shape than the dimensions it stands for`, {
      expected: formatShape(own),
      got: formatShape(mask.shape),
    });
  }
}

/** Throws where a mask among the items does not have the shape of its dimensions. */
export function checkMasks(x: Value, items: readonly Subscript[]): void {
  const { steps, tensors } = planOf('indexMask', x, items);
  const part = steps.reduce((v, step) => step.part(v), x);
  for (const { dim, index: item } of tensors) {
    if (item.dtype === 'bool') checkMask('indexMask', part, dim, item);
  }
}

/** A mask that has been read, as one vector of indices for each of its dimensions. */
export function indicesOfMask(data: ArrayLike<number>, shape: Shape): Value[] {
  const places = Array.from(data).flatMap((holds, i) => (holds === 0 ? [] : [i]));
  return shape.map((n, d) => {
    const inner = sizeOf(shape.slice(d + 1));
    return hostIndex(Int32Array.from(places, (i) => Math.floor(i / inner) % n));
  });
}
