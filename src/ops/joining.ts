// Pieces put together and taken apart: cat, stack, split, and the transpose of a slice.
import { promote } from '../core/dtype.ts';
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CoreOp } from '../core/op.ts';
import { formatShape, normalizeDim, sameShape, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { cast } from './cast.ts';
import { constant, disconnected } from './create.ts';
import { narrow, slice, unsqueeze } from './movement.ts';

interface EmbedAttrs {
  readonly dim: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
}
export const embedOp: CoreOp<EmbedAttrs> = {
  name: 'embed',
  tapeName: 'SliceBackward',
  kind: 'core',
  infer: ([x], { dim, length }) => ({
    shape: x.shape.map((n, i) => (i === dim ? length : n)),
    dtype: x.dtype,
  }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [x], output, attrs: { dim, start, step, length } }) => {
    const inner = sizeOf(x.shape.slice(dim + 1));
    const size = sizeOf(output.shape);
    return [
      {
        shader: 'embed',
        aliases: { T: output.dtype === 'bool' ? 'u32' : output.dtype },
        params: { size, inner, length, count: x.shape[dim], start, step },
        workgroups: Math.ceil(size / 64),
        reads: { a: 0 },
      },
    ];
  },
  cpu: ([x], output, { dim, start, step, length }) => {
    const inner = sizeOf(x.shape.slice(dim + 1));
    const count = x.shape[dim];
    for (let i = 0; i < x.data.length; i++) {
      const k = i % inner;
      const j = Math.floor(i / inner) % count;
      const outer = Math.floor(i / (inner * count));
      output.data[(outer * length + start + j * step) * inner + k] = x.data[i];
    }
  },
  grad: (g, { inputs: [x], attrs: { dim, start, step } }) => [
    slice(g, dim, start, start + (x.shape[dim] - 1) * step + 1, step),
  ],
  batch: 'shift',
};
/** Zeros of `length` along `dim`, with x at start, start + step, …: the transpose of slice. */
export function embed(x: Value, dim: number, start: number, step: number, length: number): Value {
  if (x.size === 0)
    return disconnected(
      constant(
        0,
        x.shape.map((n, i) => (i === dim ? length : n)),
        x.dtype,
      ),
      [x],
    );
  if (start === 0 && step === 1 && length === x.shape[dim]) return x;
  return applyCore(embedOp, [x], { dim, start, step, length });
}

/** As many tensors as one kernel joins; longer lists are joined in rounds. */
const CAT_INPUTS = 4;
export const catOp: CoreOp<{ dim: number }> = {
  name: 'cat',
  kind: 'core',
  infer: (inputs, { dim }) => ({
    shape: inputs[0].shape.map((n, i) =>
      i === dim ? inputs.reduce((total, x) => total + x.shape[dim], 0) : n,
    ),
    dtype: inputs[0].dtype,
  }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs, output, attrs: { dim } }) => {
    const size = sizeOf(output.shape);
    const lengths = Array.from({ length: CAT_INPUTS }, (_, i) => (inputs[i] ? inputs[i].shape[dim] : 0));
    return [
      {
        shader: 'cat',
        aliases: { T: output.dtype === 'bool' ? 'u32' : output.dtype },
        params: {
          size,
          inner: sizeOf(output.shape.slice(dim + 1)),
          length: output.shape[dim],
          n0: lengths[0],
          n1: lengths[1],
          n2: lengths[2],
          n3: lengths[3],
        },
        workgroups: Math.ceil(size / 64),
        reads: Object.fromEntries(
          Array.from({ length: CAT_INPUTS }, (_, i) => [`x${i}`, Math.min(i, inputs.length - 1)]),
        ),
      },
    ];
  },
  cpu: (inputs, output, { dim }) => {
    const inner = sizeOf(output.shape.slice(dim + 1));
    const outer = sizeOf(output.shape.slice(0, dim));
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (const x of inputs) {
        const run = x.shape[dim] * inner;
        for (let i = 0; i < run; i++) output.data[at++] = x.data[o * run + i];
      }
    }
  },
  grad: (g, { inputs, attrs: { dim } }) => {
    let start = 0;
    return inputs.map((x) => {
      const from = start;
      start += x.shape[dim];
      return slice(g, dim, from, start);
    });
  },
  batch: 'shift',
};
/** The tensors one after another along `dim`. */
export function cat(tensors: readonly Value[], dim = 0): Value {
  if (tensors.length === 0) throw new ValueError('cat: needs at least one tensor');
  // PyTorch lets an empty vector join anything.
  const parts = tensors.filter((t) => !(t.shape.length === 1 && t.shape[0] === 0));
  if (parts.length === 0) return disconnected(tensors[0], tensors.slice(1));
  const first = parts[0];
  const axis = normalizeDim(dim, first.shape.length, 'cat');
  if (first.shape.length === 0) throw new ShapeError('cat: scalars cannot be joined', { fix: 'use stack' });
  const dtype = parts.map((t) => t.dtype).reduce(promote);
  parts.forEach((t, i) => {
    if (t.shape.length !== first.shape.length || t.shape.some((n, d) => d !== axis && n !== first.shape[d])) {
      throw new ShapeError('cat: shapes may differ only along the joined dimension', {
        where: `tensor ${i}, dimension ${axis} joined`,
        expected: formatShape(first.shape),
        got: formatShape(t.shape),
      });
    }
  });
  let round = parts.filter((t) => t.size > 0).map((t) => cast(t, dtype));
  const empty = tensors.filter((t) => t.size === 0);
  if (round.length === 0)
    return disconnected(constant(0, catOp.infer(parts, { dim: axis }).shape, dtype), empty);
  while (round.length > 1) {
    const next: Value[] = [];
    for (let i = 0; i < round.length; i += CAT_INPUTS) {
      const group = round.slice(i, i + CAT_INPUTS);
      next.push(group.length === 1 ? group[0] : applyCore(catOp, group, { dim: axis }));
    }
    round = next;
  }
  return disconnected(round[0], empty);
}

/** The tensors, all of one shape, along a new dimension. */
export function stack(tensors: readonly Value[], dim = 0): Value {
  if (tensors.length === 0) throw new ValueError('stack: needs at least one tensor');
  const { shape } = tensors[0];
  for (const t of tensors) {
    if (!sameShape(t.shape, shape)) {
      throw new ShapeError('stack: all tensors must have one shape', {
        expected: formatShape(shape),
        got: formatShape(t.shape),
      });
    }
  }
  const at = normalizeDim(dim, shape.length + 1, 'stack');
  return cat(
    tensors.map((t) => unsqueeze(t, at)),
    at,
  );
}

/** Pieces of `sizes` along `dim`; one number means pieces of that length, the last one shorter. */
export function split(x: Value, sizes: number | readonly number[], dim = 0): Value[] {
  const axis = normalizeDim(dim, x.shape.length, 'split');
  const n = x.shape[axis] ?? 0;
  if (typeof sizes === 'number' && !(Number.isInteger(sizes) && (sizes > 0 || (sizes === 0 && n === 0)))) {
    throw new ValueError('split: the size of a piece must be a whole number > 0', { got: String(sizes) });
  }
  const lengths =
    typeof sizes === 'number'
      ? Array.from({ length: Math.max(1, Math.ceil(n / sizes)) }, (_, i) => Math.min(sizes, n - i * sizes))
      : sizes;
  if (lengths.reduce((a, b) => a + b, 0) !== n || lengths.some((length) => length < 0)) {
    throw new ValueError('split: the sizes must add up to the dimension', {
      expected: `a sum of ${n}`,
      got: formatShape(lengths),
    });
  }
  let start = 0;
  return lengths.map((length) => narrow(x, axis, (start += length) - length, length));
}

/** At most `chunks` pieces of equal length along `dim`, the last one shorter. */
export function chunk(x: Value, chunks: number, dim = 0): Value[] {
  if (!Number.isInteger(chunks) || chunks < 1) {
    throw new ValueError('chunk: the number of pieces must be a whole number > 0', { got: String(chunks) });
  }
  const n = x.shape[normalizeDim(dim, x.shape.length, 'chunk')];
  return n === 0 ? [x] : split(x, Math.ceil(n / chunks), dim);
}
