// Putting elements in order along a dimension, and taking some by their place in it.
import type { DType } from '../core/dtype.ts';
import { ValueError } from '../core/errors.ts';
import type { CompositeOp, CoreOp, KernelPass } from '../core/op.ts';
import { normalizeDim, sizeOf } from '../core/shape.ts';
import { type Value, applyComposite, applyCore } from '../core/value.ts';
import { constant } from './create.ts';
import { gather, gatherOp } from './indexing.ts';
import { detach, narrow, permute, reshape } from './movement.ts';
import { type ValuesAndIndices, composite } from './statistics.ts';

/** Elements that a workgroup puts in order at once; longer lines are merged from blocks of them. */
const BLOCK = 256;

/** Statements that return the u32 whose order is the elements' own: NaN last, and both zeros the same. */
function keyText(dtype: DType, descending: boolean): string {
  const not = descending ? '~' : '';
  if (dtype === 'i32') return `return ${not}(bitcast<u32>(x) ^ 0x80000000u);`;
  if (dtype !== 'f32') return `return ${not}x;`;
  return [
    'let bits = bitcast<u32>(x);',
    'let size = bits & 0x7fffffffu;',
    'let finite = select(bits | 0x80000000u, ~bits, bits > 0x80000000u);',
    `return ${not}select(finite, 0xffffffffu, size > 0x7f800000u);`,
  ].join('\n');
}

/** −1, 0 or 1 as a comes before b, with it, or after; NaN is the largest number. */
function compare(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : Number(a > b);
}

interface OrderAttrs {
  readonly descending: boolean;
}
/** Along the last dimension: for each place the index of the element that belongs there. Equal elements keep their order. */
export const argsortOp: CoreOp<OrderAttrs> = {
  name: 'argsort',
  kind: 'core',
  infer: ([x]) => ({ shape: x.shape, dtype: 'i32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [x], attrs: { descending } }) => {
    const length = x.shape[x.shape.length - 1];
    const size = sizeOf(x.shape);
    const lines = size / length;
    const block = Math.min(length, BLOCK);
    const together = Math.floor(BLOCK / block);
    const chunks = Math.ceil(length / block);
    const passes: Omit<KernelPass, 'aliases' | 'constants'>[] = [
      {
        shader: 'sort',
        functions: { key: keyText(x.dtype, descending) },
        params: { size, lines, length, block, together, chunks },
        workgroups: Math.ceil((lines * chunks) / together),
        reads: { a: 0 },
      },
    ];
    for (let width = block; width < length; width *= 2) {
      passes.push({
        shader: 'merge',
        params: { size, length, width },
        workgroups: Math.ceil(size / 64),
        reads: { pairs: 'scratch' },
      });
    }
    return passes.map((pass, p) => {
      const LAST = p === passes.length - 1;
      const T = x.dtype === 'bool' ? 'u32' : x.dtype;
      const types = { Stored: LAST ? 'i32' : 'u32', ...(p === 0 ? { T } : {}) };
      const rest = LAST ? {} : { scratchElements: 2 * size };
      return { ...pass, aliases: types, constants: { LAST }, ...rest };
    });
  },
  cpu: ([x], output, { descending }) => {
    const length = x.shape[x.shape.length - 1];
    const sign = descending ? -1 : 1;
    for (let start = 0; start < x.data.length; start += length) {
      const order = Array.from({ length }, (_, j) => j);
      order.sort((a, b) => sign * compare(x.data[start + a], x.data[start + b]));
      output.data.set(order, start);
    }
  },
  grad: null,
};

export interface SortOptions {
  /** −1, the last, if none is named. */
  readonly dim?: number | undefined;
  readonly descending?: boolean | undefined;
  /** Order is always stable here; for PyTorch's sake. */
  readonly stable?: boolean | undefined;
}

/** The dimensions with `axis` and the last one exchanged. */
function swapped(rank: number, axis: number): number[] {
  const dims = Array.from({ length: rank }, (_, d) => d);
  [dims[axis], dims[rank - 1]] = [rank - 1, axis];
  return dims;
}

/**
 * The indices that put x in order along `dim`; i32, x's shape. NaN comes last (first where `descending`), and equal
 * elements keep their order.
 */
export function argsort(x: Value, { dim = -1, descending = false }: SortOptions = {}): Value {
  const axis = normalizeDim(dim, x.shape.length, 'argsort');
  if (x.size === 0 || x.shape.length === 0 || x.shape[axis] === 1) return constant(0, x.shape, 'i32');
  const dims = swapped(x.shape.length, axis);
  return permute(applyCore(argsortOp, [permute(detach(x), dims)], { descending }), dims);
}

/** x in another order along a dimension. The gradient goes back by the inverse order, without any search. */
export const reorderOp: CompositeOp<{ dim: number }> = composite<{ dim: number }>('reorder', (g, y) => {
  const { dim } = y.attrs;
  return [reorder(g, argsort(y.inputs[1], { dim }), dim), null];
});
/** out[i] = x[order[i]] along `dim`; each line of order holds every index once. */
export function reorder(x: Value, order: Value, dim: number): Value {
  if (x.size === 0 || x.shape.length === 0) return x;
  return applyComposite(reorderOp, [x, order], { dim }, applyCore(gatherOp, [detach(x), order], { dim }));
}

/** x in order along `dim`, and the indices that put it so. Ordered as by `argsort`. */
export function sort(x: Value, options: SortOptions = {}): ValuesAndIndices {
  const dim = normalizeDim(options.dim ?? -1, x.shape.length, 'sort');
  const indices = argsort(x, { ...options, dim });
  return { values: reorder(x, indices, dim), indices };
}

/** x in order along its first dimension. */
export const msort = (x: Value): Value => sort(x, { dim: 0 }).values;

/** Up to so many elements taken from a line, their gradient looks at each of them for each element. */
const FEW = 64;

export interface TopkOptions {
  readonly dim?: number | undefined;
  /** The largest elements, else the smallest. */
  readonly largest?: boolean | undefined;
  /** They are always in order here; for PyTorch's sake. */
  readonly sorted?: boolean | undefined;
}
/** The k largest (or smallest) elements along `dim`, in order, and their indices. NaN counts as the largest. */
export function topk(x: Value, k: number, { dim = -1, largest = true }: TopkOptions = {}): ValuesAndIndices {
  const axis = normalizeDim(dim, x.shape.length, 'topk');
  const n = x.shape[axis] ?? 1;
  if (!Number.isInteger(k) || k < 0 || k > n) {
    throw new ValueError('topk: there are not so many elements', {
      expected: `0 … ${n}, the length of dimension ${axis}`,
      got: String(k),
    });
  }
  const order = argsort(x, { dim: axis, descending: largest });
  if (x.shape.length === 0) return { values: x, indices: order };
  const indices = narrow(order, axis, 0, k);
  const values = k <= FEW ? gather(x, axis, indices) : narrow(reorder(x, order, axis), axis, 0, k);
  return { values, indices };
}

/** The element of each line that `index` (of length 1 along `dim`) names, and the index. */
export function taken(x: Value, index: Value, dim: number, keepdim: boolean): ValuesAndIndices {
  const values = gather(x, dim, index);
  const shape = keepdim ? index.shape : index.shape.filter((_, d) => d !== dim);
  return { values: reshape(values, shape), indices: reshape(index, shape) };
}

/** The k-th smallest element along `dim`, counted from 1, and its index. */
export function kthvalue(
  x: Value,
  k: number,
  { dim = -1, keepdim = false }: { dim?: number; keepdim?: boolean } = {},
): ValuesAndIndices {
  const axis = normalizeDim(dim, x.shape.length, 'kthvalue');
  const n = x.shape[axis] ?? 1;
  if (!Number.isInteger(k) || k < 1 || k > n) {
    throw new ValueError('kthvalue: there is no such element', {
      expected: `1 … ${n}, the length of dimension ${axis}`,
      got: String(k),
    });
  }
  if (x.shape.length === 0) return { values: x, indices: constant(0, [], 'i32') };
  return taken(x, narrow(argsort(x, { dim: axis }), axis, k - 1, 1), axis, keepdim);
}
