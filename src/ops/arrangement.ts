// Other arrangements of the same elements: turned, rolled, cut up, put side by side; made of views and joins.
import { ShapeError, ValueError } from '../core/errors.ts';
import { broadcastShapes, formatShape, normalizeDim, sizeOf } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { constant } from './create.ts';
import { cat, stack } from './joining.ts';
import { expand, flip, narrow, permute, repeat, reshape, select, transpose } from './movement.ts';

/** The elements moved `shifts` places on along `dims`, what leaves at the end coming in at the start; of the flat tensor where no dimension is named. */
export function roll(
  x: Value,
  shifts: number | readonly number[],
  { dims }: { dims?: number | readonly number[] | undefined } = {},
): Value {
  const steps = [shifts].flat();
  const places = dims === undefined ? [] : [dims].flat();
  if (steps.some((s) => !Number.isInteger(s)) || steps.length !== (dims === undefined ? 1 : places.length)) {
    throw new ValueError('roll: as many shifts as dimensions, all whole numbers', {
      got: `${formatShape(steps)} and ${dims === undefined ? 'no dimensions' : formatShape(places)}`,
    });
  }
  if (dims === undefined) return reshape(rollAlong(reshape(x, [x.size]), steps[0], 0), x.shape);
  return places.reduce(
    (out, dim, i) => rollAlong(out, steps[i], normalizeDim(dim, x.shape.length, 'roll')),
    x,
  );
}
function rollAlong(x: Value, shift: number, dim: number): Value {
  const n = x.shape[dim] ?? 0;
  const first = n === 0 ? 0 : ((shift % n) + n) % n;
  if (first === 0) return x;
  return cat([narrow(x, dim, n - first, first), narrow(x, dim, 0, n - first)], dim);
}

/** Turned by k right angles, from the first of the two dimensions towards the second. */
export function rot90(
  x: Value,
  { k = 1, dims = [0, 1] }: { k?: number; dims?: readonly number[] } = {},
): Value {
  const rank = x.shape.length;
  if (rank < 2) throw new ShapeError('rot90: needs at least two dimensions', { got: formatShape(x.shape) });
  const [a, b] = dims.map((dim) => normalizeDim(dim, rank, 'rot90'));
  if (dims.length !== 2 || a === b || !Number.isInteger(k)) {
    throw new ValueError('rot90: a whole number of turns between two dimensions', {
      got: `k = ${k}, dims = ${formatShape(dims)}`,
    });
  }
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return x;
  if (turns === 2) return flip(x, [a, b]);
  return turns === 1 ? transpose(flip(x, b), a, b) : flip(transpose(x, a, b), b);
}

/** Left and right swapped: dimension 1 read backwards. */
export function fliplr(x: Value): Value {
  if (x.shape.length < 2) {
    throw new ShapeError('fliplr: needs at least two dimensions', { got: formatShape(x.shape) });
  }
  return flip(x, 1);
}
/** Top and bottom swapped: dimension 0 read backwards. */
export function flipud(x: Value): Value {
  if (x.shape.length < 1) {
    throw new ShapeError('flipud: needs at least one dimension', { got: formatShape(x.shape) });
  }
  return flip(x, 0);
}

/** The elements repeated sizes[i] times along dimension i, counted from the last where there are fewer sizes than dimensions. */
export function tile(x: Value, sizes: readonly number[]): Value {
  const lead = new Array<number>(Math.max(0, x.shape.length - sizes.length)).fill(1);
  return repeat(x, [...lead, ...sizes]);
}

/** Each element `repeats` times in a row along `dim` (of the flat tensor where none is named). */
export function repeatInterleave(x: Value, repeats: number, { dim }: { dim?: number } = {}): Value {
  if (!Number.isInteger(repeats) || repeats < 0) {
    throw new ValueError('repeatInterleave: the number of repeats must be a whole number ≥ 0', {
      got: String(repeats),
    });
  }
  if (dim === undefined || x.shape.length === 0) {
    const flat = reshape(x, [x.size]);
    return repeatInterleave(flat, repeats, {
      dim: dim === undefined ? 0 : normalizeDim(dim, 0, 'repeatInterleave'),
    });
  }
  const axis = normalizeDim(dim, x.shape.length, 'repeatInterleave');
  const before = x.shape.slice(0, axis + 1);
  const after = x.shape.slice(axis + 1);
  const wide = expand(reshape(x, [...before, 1, ...after]), [...before, repeats, ...after]);
  return reshape(wide, [...before.slice(0, -1), before[axis] * repeats, ...after]);
}

/** Dimension `dim` split into dimensions of the sizes, one of which may be −1. */
export function unflatten(x: Value, dim: number, sizes: readonly number[]): Value {
  if (x.shape.length === 0 || sizes.length === 0) {
    throw new ShapeError('unflatten: a dimension, and sizes to split it into, are needed', {
      got: `${formatShape(x.shape)} into ${formatShape(sizes)}`,
    });
  }
  const axis = normalizeDim(dim, x.shape.length, 'unflatten');
  const known = sizes.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const resolved = sizes.map((n) => (n === -1 ? x.shape[axis] / known : n));
  if (
    sizes.filter((n) => n === -1).length > 1 ||
    !resolved.every(Number.isInteger) ||
    sizeOf(resolved) !== x.shape[axis]
  ) {
    throw new ShapeError('unflatten: the sizes do not make up the dimension', {
      where: `dimension ${axis} of ${formatShape(x.shape)}`,
      expected: `a product of ${x.shape[axis]}`,
      got: formatShape(sizes),
    });
  }
  return reshape(x, [...x.shape.slice(0, axis), ...resolved, ...x.shape.slice(axis + 1)]);
}

/**
 * Pieces of x along `dim`: a number of nearly equal ones, the first ones longer by one, or those between the places of a
 * list, which are bounds as in a slice.
 */
export function tensorSplit(
  x: Value,
  indicesOrSections: number | readonly number[],
  { dim = 0 }: { dim?: number } = {},
): Value[] {
  if (x.shape.length === 0) throw new ShapeError('tensorSplit: a scalar cannot be split');
  const axis = normalizeDim(dim, x.shape.length, 'tensorSplit');
  const n = x.shape[axis];
  const given = indicesOrSections;
  if (typeof given === 'number') {
    if (!Number.isInteger(given) || given < 1) {
      throw new ValueError('tensorSplit: the number of pieces must be a whole number > 0', {
        got: String(given),
      });
    }
    const [least, more] = [Math.floor(n / given), n % given];
    const start = (i: number): number => i * least + Math.min(i, more);
    return Array.from({ length: given }, (_, i) => narrow(x, axis, start(i), start(i + 1) - start(i)));
  }
  const bound = (i: number): number => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  const bounds = [0, ...given.map(bound), n];
  return bounds.slice(1).map((end, i) => narrow(x, axis, bounds[i], Math.max(0, end - bounds[i])));
}

/** tensorSplit along one dimension, where a number of pieces has to divide it. */
function splitEvenly(
  name: string,
  x: Value,
  given: number | readonly number[],
  dim: number,
  least: number,
): Value[] {
  if (x.shape.length < least) {
    throw new ShapeError(`${name}: too few dimensions`, {
      expected: `at least ${least}`,
      got: formatShape(x.shape),
    });
  }
  if (typeof given === 'number' && !(given > 0 && x.shape[dim] % given === 0)) {
    throw new ValueError(`${name}: the pieces are not of one length`, {
      expected: `a number that divides ${x.shape[dim]}`,
      got: String(given),
      fix: 'use tensorSplit',
    });
  }
  return tensorSplit(x, given, { dim });
}
/** Pieces side by side: along dimension 1, or 0 of a vector. */
export const hsplit = (x: Value, indicesOrSections: number | readonly number[]): Value[] =>
  splitEvenly('hsplit', x, indicesOrSections, x.shape.length === 1 ? 0 : 1, 1);
/** Pieces one below the other: along dimension 0. */
export const vsplit = (x: Value, indicesOrSections: number | readonly number[]): Value[] =>
  splitEvenly('vsplit', x, indicesOrSections, 0, 2);
/** Pieces one behind the other: along dimension 2. */
export const dsplit = (x: Value, indicesOrSections: number | readonly number[]): Value[] =>
  splitEvenly('dsplit', x, indicesOrSections, 2, 3);

/** All slices of length 1 along `dim`, without the dimension. */
export function unbind(x: Value, { dim = 0 }: { dim?: number } = {}): Value[] {
  if (x.shape.length === 0) throw new ShapeError('unbind: a scalar has no dimension to take apart');
  const axis = normalizeDim(dim, x.shape.length, 'unbind');
  return Array.from({ length: x.shape[axis] }, (_, i) => select(x, axis, i));
}

/** The tensors expanded to the shape that all of them broadcast to. */
export function broadcastTensors(tensors: readonly Value[]): Value[] {
  if (tensors.length === 0) return [];
  const shape = tensors.map((t) => t.shape).reduce((a, b) => broadcastShapes(a, b, 'broadcastTensors'));
  return tensors.map((t) => expand(t, shape));
}

/** With at least one dimension. [] → [1] */
export const atleast1d = (x: Value): Value => (x.shape.length === 0 ? reshape(x, [1]) : x);
/** With at least two dimensions. [n] → [1, n] */
export const atleast2d = (x: Value): Value => (x.shape.length < 2 ? reshape(x, [1, x.size]) : x);
/** With at least three dimensions. [n] → [1, n, 1], [m, n] → [m, n, 1] */
export function atleast3d(x: Value): Value {
  if (x.shape.length < 2) return reshape(x, [1, x.size, 1]);
  return x.shape.length === 2 ? reshape(x, [...x.shape, 1]) : x;
}

function some(name: string, tensors: readonly Value[]): readonly Value[] {
  if (tensors.length > 0) return tensors;
  throw new ValueError(`${name}: needs at least one tensor`);
}
/** Side by side: along dimension 1, or 0 of vectors. */
export function hstack(tensors: readonly Value[]): Value {
  const parts = some('hstack', tensors).map(atleast1d);
  return cat(parts, parts[0].shape.length === 1 ? 0 : 1);
}
/** One below the other: along dimension 0, vectors being rows. */
export const vstack = (tensors: readonly Value[]): Value => cat(some('vstack', tensors).map(atleast2d), 0);
/** One behind the other: along dimension 2. */
export const dstack = (tensors: readonly Value[]): Value => cat(some('dstack', tensors).map(atleast3d), 2);
/** Side by side, vectors being columns. */
export const columnStack = (tensors: readonly Value[]): Value =>
  hstack(some('columnStack', tensors).map((t) => (t.shape.length < 2 ? reshape(t, [t.size, 1]) : t)));

/** The matrices on the diagonal of one, zeros elsewhere; vectors are rows. */
export function blockDiag(tensors: readonly Value[]): Value {
  const blocks = some('blockDiag', tensors).map(atleast2d);
  for (const t of blocks) {
    if (t.shape.length !== 2)
      throw new ShapeError('blockDiag: more than two dimensions', { got: formatShape(t.shape) });
  }
  const width = blocks.reduce((total, t) => total + t.shape[1], 0);
  let left = 0;
  const rows = blocks.map((t) => {
    const [height, own] = t.shape;
    const right = width - left - own;
    const row = cat([constant(0, [height, left], t.dtype), t, constant(0, [height, right], t.dtype)], 1);
    left += own;
    return row;
  });
  return cat(rows, 0);
}

/** Channels in groups of r², each spread over r × r places. [.., c·r², h, w] → [.., c, h·r, w·r] */
export function pixelShuffle(x: Value, upscaleFactor: number): Value {
  const r = upscaleFactor;
  const lead = imageOf('pixelShuffle', x, r);
  const [channels, height, width] = x.shape.slice(-3);
  if (channels % (r * r) !== 0) {
    throw new ShapeError('pixelShuffle: the channels do not come in squares of the factor', {
      expected: `a multiple of ${r * r}`,
      got: `${channels}, in ${formatShape(x.shape)}`,
    });
  }
  const c = channels / (r * r);
  const d = lead.length;
  const parts = reshape(x, [...lead, c, r, r, height, width]);
  const order = [...lead.keys(), d, d + 3, d + 1, d + 4, d + 2];
  return reshape(permute(parts, order), [...lead, c, height * r, width * r]);
}
/** The way back from pixelShuffle. [.., c, h·r, w·r] → [.., c·r², h, w] */
export function pixelUnshuffle(x: Value, downscaleFactor: number): Value {
  const r = downscaleFactor;
  const lead = imageOf('pixelUnshuffle', x, r);
  const [channels, height, width] = x.shape.slice(-3);
  if (height % r !== 0 || width % r !== 0) {
    throw new ShapeError('pixelUnshuffle: the picture does not come in squares of the factor', {
      expected: `height and width that ${r} divides`,
      got: formatShape(x.shape),
    });
  }
  const d = lead.length;
  const parts = reshape(x, [...lead, channels, height / r, r, width / r, r]);
  const order = [...lead.keys(), d, d + 2, d + 4, d + 1, d + 3];
  return reshape(permute(parts, order), [...lead, channels * r * r, height / r, width / r]);
}
function imageOf(name: string, x: Value, factor: number): readonly number[] {
  if (x.shape.length < 3) {
    throw new ShapeError(`${name}: a picture has at least three dimensions`, { got: formatShape(x.shape) });
  }
  if (!Number.isInteger(factor) || factor < 1) {
    throw new ValueError(`${name}: the factor must be a whole number > 0`, { got: String(factor) });
  }
  return x.shape.slice(0, -3);
}

/** Channels dealt out in turn: channel i of group j becomes channel j of group i. [n, groups·c, ..] → the same */
export function channelShuffle(x: Value, groups: number): Value {
  const [n, channels, ...rest] = x.shape;
  if (x.shape.length < 3 || !Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new ShapeError('channelShuffle: the channels cannot be dealt out', {
      expected: `[n, channels, ..] with channels a multiple of ${groups}`,
      got: formatShape(x.shape),
    });
  }
  return reshape(transpose(reshape(x, [n, groups, channels / groups, ...rest]), 1, 2), x.shape);
}

/** Vectors as coordinates: each along a dimension of its own, expanded over all others'; 'xy' swaps the first two. */
export function meshgrid(
  tensors: readonly Value[],
  { indexing = 'ij' }: { indexing?: 'ij' | 'xy' } = {},
): Value[] {
  some('meshgrid', tensors);
  if (indexing !== 'ij' && indexing !== 'xy') {
    throw new ValueError('meshgrid: unknown order of dimensions', {
      expected: "'ij' or 'xy'",
      got: String(indexing),
    });
  }
  for (const t of tensors) {
    if (t.shape.length > 1)
      throw new ShapeError('meshgrid: only vectors span a grid', { got: formatShape(t.shape) });
    if (t.dtype !== tensors[0].dtype) {
      throw new ValueError('meshgrid: element types differ', { expected: tensors[0].dtype, got: t.dtype });
    }
  }
  const swapped = indexing === 'xy' && tensors.length > 1;
  const shape = tensors.map((t) => t.size);
  const grids = tensors.map((t, k) =>
    expand(
      reshape(
        t,
        shape.map((n, d) => (d === k ? n : 1)),
      ),
      shape,
    ),
  );
  return swapped ? grids.map((t) => transpose(t, 0, 1)) : grids;
}

/** Every combination of one element of each vector, a row each. [a], [b], .. → [a·b·.., number of vectors] */
export function cartesianProd(tensors: readonly Value[]): Value {
  for (const t of some('cartesianProd', tensors)) {
    if (t.shape.length !== 1)
      throw new ShapeError('cartesianProd: not a vector', { got: formatShape(t.shape) });
  }
  if (tensors.length === 1) return tensors[0];
  const grids = meshgrid(tensors);
  return stack(
    grids.map((t) => reshape(t, [t.size])),
    1,
  );
}
