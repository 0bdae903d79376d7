// Reading and adding at places that a tensor of indices names.
import { DtypeError, IndexError, ShapeError } from '../core/errors.ts';
import type { CoreOp, HostTensor } from '../core/op.ts';
import { formatShape, normalizeDim, sizeOf } from '../core/shape.ts';
import type { TypedArray } from '../core/dtype.ts';
import { dataOp } from '../core/leaf.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add } from './arithmetic.ts';
import { cast } from './cast.ts';
import { constant, disconnected } from './create.ts';
import { embed } from './joining.ts';
import { expand, expandOp, narrow, permuteOp, reshape, reshapeOp } from './movement.ts';

/** Visits (output position, place along dim, inner and outer position) of every index. */
export function forEachPlace(
  index: HostTensor,
  dim: number,
  length: number,
  visit: (i: number, source: number, place: number) => void,
): void {
  const inner = sizeOf(index.shape.slice(dim + 1));
  const count = index.shape[dim];
  for (let i = 0; i < index.data.length; i++) {
    const place = index.data[i];
    if (!(place >= 0 && place < length)) throw outOfRange(place, dim, length);
    const outer = Math.floor(i / (inner * count));
    visit(i, (outer * length + place) * inner + (i % inner), place);
  }
}
export const outOfRange = (place: number, dim: number, length: number): IndexError =>
  new IndexError('index out of range', {
    where: `along dimension ${dim}`,
    expected: `0 … ${length - 1}`,
    got: String(place),
  });

export const gatherOp: CoreOp<{ dim: number }> = {
  name: 'gather',
  kind: 'core',
  infer: ([x, index]) => ({ shape: index.shape, dtype: x.dtype }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [x, index], output, attrs: { dim } }) => [
    {
      shader: 'gather',
      aliases: { T: output.dtype === 'bool' ? 'u32' : output.dtype },
      params: {
        size: sizeOf(output.shape),
        inner: sizeOf(index.shape.slice(dim + 1)),
        count: index.shape[dim],
        length: x.shape[dim],
      },
      workgroups: Math.ceil(sizeOf(output.shape) / 64),
      reads: { a: 0, places: 1 },
    },
  ],
  cpu: ([x, index], output, { dim }) =>
    forEachPlace(index, dim, x.shape[dim], (i, source) => (output.data[i] = x.data[source])),
  grad: (g, { inputs: [x, index], attrs: { dim } }) => [
    scatterSum(g, dim, index, x.shape[dim], x.shape),
    null,
  ],
  batch: 'shift',
};

export const scatterSumOp: CoreOp<{ dim: number; length: number }> = {
  name: 'scatterSum',
  kind: 'core',
  infer: ([source], { dim, length }) => ({
    shape: source.shape.map((n, d) => (d === dim ? length : n)),
    dtype: source.dtype,
  }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [source], output, attrs: { dim, length } }) => [
    {
      shader: 'scatter_sum',
      aliases: { T: output.dtype },
      params: {
        size: sizeOf(output.shape),
        inner: sizeOf(source.shape.slice(dim + 1)),
        count: source.shape[dim],
        length,
      },
      workgroups: Math.ceil(sizeOf(output.shape) / 64),
      reads: { a: 0, places: 1 },
    },
  ],
  cpu: ([source, index], output, { dim, length }) => {
    output.data.fill(0);
    forEachPlace(index, dim, length, (i, target) => (output.data[target] += source.data[i]));
  },
  grad: (g, { inputs: [, index], attrs: { dim } }) => [applyCore(gatherOp, [g, index], { dim }), null],
  batch: 'shift',
};

/** The host data of which the Value is another shape; nothing where it is computed. */
export function hostData(v: Value): TypedArray | readonly number[] {
  let from: Value | undefined = v;
  while (from?.op === reshapeOp || from?.op === permuteOp || from?.op === expandOp) [from] = from.inputs;
  return from?.op === dataOp && 'data' in from.attrs ? (from.attrs.data as TypedArray) : [];
}

/** The integer index as i32; host data is checked against the dimension at once. */
export function checkedIndex(where: string, index: Value, dim: number, length: number): Value {
  if (index.dtype !== 'i32' && index.dtype !== 'u32') {
    throw new DtypeError(`${where}: the index is not made of integers`, {
      expected: 'i32 or u32',
      got: index.dtype,
    });
  }
  for (const place of hostData(index)) {
    if (place < 0 || place >= length) throw outOfRange(place, dim, length);
  }
  return cast(index, 'i32');
}

/** x narrowed to the index's shape in every dimension but `dim`. */
export function narrowTo(where: string, x: Value, index: Value, dim: number): Value {
  if (x.shape.length !== index.shape.length || index.shape.some((n, d) => d !== dim && n > x.shape[d])) {
    throw new ShapeError(`${where}: the index does not fit`, {
      expected: `as many dimensions as ${formatShape(x.shape)}, none longer but dimension ${dim}`,
      got: formatShape(index.shape),
    });
  }
  return index.shape.reduce((part, n, d) => (d === dim ? part : narrow(part, d, 0, n)), x);
}

/**
 * out[i][j] = x[i][index[i][j]] for dim = 1, and so on. x and index have as many dimensions; out has index's shape.
 * Indices out of range throw where they are known on the host or on the CPU, and read the nearest element on the GPU.
 */
export function gather(x: Value, dim: number, index: Value): Value {
  const axis = normalizeDim(dim, x.shape.length, 'gather');
  if (x.shape.length === 0 || index.shape.length === 0) {
    const flat = gather(reshape(x, [x.size]), 0, reshape(index, [index.size]));
    return reshape(flat, index.shape);
  }
  const places = checkedIndex('gather', index, axis, x.shape[axis]);
  if (index.size === 0) return disconnected(constant(0, index.shape, x.dtype), [x]);
  return applyCore(gatherOp, [narrowTo('gather', x, index, axis), places], { dim: axis });
}

/** Zeros of `shape` with source added at the places index names along dim. */
function scatterSum(
  source: Value,
  dim: number,
  index: Value,
  length: number,
  shape: readonly number[],
): Value {
  const part = applyCore(scatterSumOp, [source, index], { dim, length });
  return shape.reduce((whole, n, d) => (d === dim ? whole : embed(whole, d, 0, 1, n)), part);
}

/**
 * x with source added at the places that index names along `dim`. Places may repeat; the order of additions is fixed,
 * so the same input gives the same bits. Cost: each output element looks at every index of its line.
 */
export function scatterAdd(x: Value, dim: number, index: Value, source: Value): Value {
  const axis = normalizeDim(dim, x.shape.length, 'scatterAdd');
  if (x.dtype !== source.dtype) {
    throw new DtypeError('scatterAdd: element types differ', { expected: x.dtype, got: source.dtype });
  }
  if (x.shape.length === 0) {
    return reshape(
      scatterAdd(reshape(x, [1]), 0, reshape(index, [index.size]), reshape(source, [source.size])),
      [],
    );
  }
  const places = checkedIndex('scatterAdd', index, axis, x.shape[axis]);
  if (index.size === 0) return disconnected(x, [source]);
  narrowTo('scatterAdd', x, index, axis);
  const part = narrow(narrowTo('scatterAdd', source, index, axis), axis, 0, index.shape[axis]);
  return add(x, scatterSum(part, axis, places, x.shape[axis], x.shape));
}

/** The slices of x at the places of a vector (or scalar) of indices along `dim`. */
export function indexSelect(x: Value, dim: number, index: Value): Value {
  const axis = normalizeDim(dim, x.shape.length, 'indexSelect');
  if (index.shape.length > 1) {
    throw new ShapeError('indexSelect: the index must be a vector', { got: formatShape(index.shape) });
  }
  if (x.shape.length === 0) return reshape(indexSelect(reshape(x, [1]), 0, index), []);
  const lined = reshape(
    index,
    x.shape.map((_, d) => (d === axis ? index.size : 1)),
  );
  checkedIndex('indexSelect', index, axis, x.shape[axis]);
  return gather(
    x,
    axis,
    expand(
      lined,
      x.shape.map((n, d) => (d === axis ? index.size : n)),
    ),
  );
}
