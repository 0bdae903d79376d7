// Finding values in what is in order, and in what is not.
import { type DType, promote } from '../core/dtype.ts';
import { DtypeError, ShapeError, ValueError } from '../core/errors.ts';
import type { CoreOp } from '../core/op.ts';
import { formatShape, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { minimum } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, logicalNot } from './comparison.ts';
import { constant } from './create.ts';
import type { Operand } from './family.ts';
import { gather, indexSelect } from './indexing.ts';
import { detach, reshape } from './movement.ts';
import { sort } from './order.ts';

interface SearchAttrs {
  readonly right: boolean;
}
/** Statements that tell whether the place of b is behind a. PyTorch's search goes past NaN, and NaN goes past all. */
function beforeText(dtype: DType, right: boolean): string {
  const less = right ? 'a <= b' : 'a < b';
  return `return ${dtype === 'f32' ? `is_nan(a) || is_nan(b) || ${less}` : less};`;
}
export const searchsortedOp: CoreOp<SearchAttrs> = {
  name: 'searchsorted',
  kind: 'core',
  infer: ([, values]) => ({ shape: values.shape, dtype: 'i32' }),
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [sorted, values], output, attrs: { right } }) => {
    const size = sizeOf(output.shape);
    const isShared = sorted.shape.length === 1;
    const length = sorted.shape[sorted.shape.length - 1];
    return [
      {
        shader: 'search',
        aliases: { T: sorted.dtype },
        functions: { before: beforeText(sorted.dtype, right) },
        params: {
          size,
          length,
          count: isShared ? size : values.shape[values.shape.length - 1],
          step: isShared ? 0 : length,
        },
        workgroups: Math.ceil(size / 64),
        reads: { sorted: 0, values: 1 },
      },
    ];
  },
  cpu: ([sorted, values], output, { right }) => {
    const length = sorted.shape[sorted.shape.length - 1];
    const isShared = sorted.shape.length === 1;
    const count = isShared ? values.data.length : values.shape[values.shape.length - 1];
    for (let i = 0; i < values.data.length; i++) {
      const line = isShared ? 0 : Math.floor(i / count) * length;
      const value = values.data[i];
      let [low, high] = [0, length];
      while (low < high) {
        const middle = (low + high) >> 1;
        const there = sorted.data[line + middle];
        if (right ? !(there > value) : !(there >= value)) low = middle + 1;
        else high = middle;
      }
      output.data[i] = low;
    }
  },
  grad: null,
};

export interface SearchOptions {
  /** Behind all equal elements, else before them. */
  readonly right?: boolean | undefined;
  /** The same as a word. */
  readonly side?: 'left' | 'right' | undefined;
  /** The indices that put the sequence in order, where it is not. */
  readonly sorter?: Value | undefined;
}
/** A number as a scalar of the sequence's type, or of f32 where it has a fraction. */
function valuesFor(sorted: Value, values: Operand): Value {
  if (typeof values !== 'number') return values;
  return constant(values, [], Number.isInteger(values) ? sorted.dtype : 'f32');
}
/**
 * Where to put each value so that the sequence stays in order. The sequence's last dimension is in order; it is a vector,
 * or has the values' other dimensions: [.., n], [.., m] → [.., m] of i32, 0 … n.
 */
export function searchsorted(
  sequence: Value,
  values: Operand,
  { right, side, sorter }: SearchOptions = {},
): Value {
  const wanted = valuesFor(sequence, values);
  if (sequence.dtype !== wanted.dtype) {
    throw new DtypeError('searchsorted: element types differ', {
      expected: sequence.dtype,
      got: wanted.dtype,
    });
  }
  if (side !== undefined && side !== 'left' && side !== 'right') {
    throw new ValueError('searchsorted: unknown side', { expected: "'left' or 'right'", got: String(side) });
  }
  if (side === 'left' && right === true) {
    throw new ValueError('searchsorted: side and right contradict each other', { fix: 'give one of them' });
  }
  const rank = sequence.shape.length;
  const fits =
    rank === 1 ||
    (rank === wanted.shape.length &&
      rank > 0 &&
      sequence.shape.slice(0, -1).every((n, d) => n === wanted.shape[d]));
  if (!fits) {
    throw new ShapeError('searchsorted: the sequence does not fit the values', {
      expected: `a vector, or the values' shape ${formatShape(wanted.shape)} but for the last dimension`,
      got: formatShape(sequence.shape),
    });
  }
  if (
    sorter !== undefined &&
    (sorter.dtype === 'f32' || formatShape(sorter.shape) !== formatShape(sequence.shape))
  ) {
    throw new ShapeError('searchsorted: the sorter does not fit the sequence', {
      expected: `integers, ${formatShape(sequence.shape)}`,
      got: `${sorter.dtype}, ${formatShape(sorter.shape)}`,
    });
  }
  const flat = (x: Value): Value => detach(x.dtype === 'bool' ? cast(x, 'u32') : x);
  const line = sorter === undefined ? sequence : gather(sequence, rank - 1, sorter);
  if (wanted.size === 0 || sequence.size === 0) return constant(0, wanted.shape, 'i32');
  return applyCore(searchsortedOp, [flat(line), flat(wanted)], { right: right ?? side === 'right' });
}

/**
 * The number of the bin of each value, among boundaries in order: those below it are counted, with `right` those below or
 * equal. i32.
 */
export function bucketize(
  values: Operand,
  boundaries: Value,
  { right = false }: { right?: boolean } = {},
): Value {
  if (boundaries.shape.length !== 1) {
    throw new ShapeError('bucketize: the boundaries must be a vector', {
      got: formatShape(boundaries.shape),
    });
  }
  return searchsorted(boundaries, values, { right });
}

/** Whether each element is among the test elements. NaN is among none. */
export function isin(
  elements: Operand,
  testElements: Operand,
  { invert = false }: { invert?: boolean; assumeUnique?: boolean } = {},
): Value {
  const one = (x: Operand): Value =>
    typeof x === 'number' ? constant(x, [], Number.isInteger(x) ? 'i32' : 'f32') : x;
  const [wanted, given] = [one(elements), one(testElements)];
  const dtype = promote(wanted.dtype, given.dtype);
  const type = dtype === 'bool' ? 'u32' : dtype;
  const x = cast(wanted, type);
  if (x.size === 0 || given.size === 0) return constant(Number(invert), x.shape, 'bool');
  const sorted = sort(reshape(cast(given, type), [given.size])).values;
  const places = minimum(searchsorted(sorted, x), given.size - 1);
  const found = eq(reshape(indexSelect(sorted, 0, reshape(places, [x.size])), x.shape), x);
  return invert ? logicalNot(found) : found;
}
