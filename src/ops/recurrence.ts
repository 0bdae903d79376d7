// Linear recurrences along a dimension: what running products, their derivatives, and those of other scans are made of.
import { ShapeError } from '../core/errors.ts';
import type { CoreOp } from '../core/op.ts';
import { formatShape, normalizeDim, sameShape } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add, mul } from './arithmetic.ts';
import { embed } from './joining.ts';
import { expand, flip, narrow, reshape } from './movement.ts';
import { LINE, linesAlong } from './scan.ts';

/** The elements one place further along `dim` (back where `by` is −1), with 0 at the end that becomes free. */
function moved(x: Value, dim: number, by: 1 | -1): Value {
  const n = x.shape[dim];
  return embed(narrow(x, dim, by === 1 ? 0 : 1, n - 1), dim, by === 1 ? 1 : 0, 1, n);
}

/** Its transpose is a recurrence that runs backwards, so that it has derivatives of every order. */
export const recurrenceOp: CoreOp<{ dim: number }> = {
  name: 'recurrence',
  kind: 'core',
  infer: ([, b]) => b,
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [, b], attrs: { dim } }) => {
    const params = linesAlong(b.shape, dim);
    return [
      {
        shader: 'recurrence',
        params,
        workgroups: Math.ceil(params.lines / 64),
        reads: { a: 0, b: 1 },
      },
    ];
  },
  cpu: ([a, b], output, { dim }) => {
    const { lines, length, inner } = linesAlong(b.shape, dim);
    for (let line = 0; line < lines; line++) {
      const start = Math.floor(line / inner) * length * inner + (line % inner);
      let h = b.data[start];
      output.data[start] = h;
      for (let i = start + inner; i < start + length * inner; i += inner) {
        h = a.data[i] * h + b.data[i];
        output.data[i] = h;
      }
    }
  },
  grad: (g, y, needs) => {
    const [a] = y.inputs;
    const { dim } = y.attrs;
    const toB = backward(moved(a, dim, -1), g, dim);
    return [needs[0] ? mul(toB, moved(y, dim, 1)) : null, needs[1] ? toB : null];
  },
  batch: 'shift',
};

/** h[j] = a[j]·h[j + 1] + b[j], from the end on. */
export const backward = (a: Value, b: Value, dim: number): Value =>
  flip(recurrence(flip(a, dim), flip(b, dim), dim), dim);

/**
 * h[j] = a[j]·h[j − 1] + b[j] along `dim`, with h[0] = b[0]. a and b are f32 and have one shape, which is the result's.
 * Long lines go in blocks: h inside each, the product of the factors so far, and the blocks' own recurrence.
 */
export function recurrence(a: Value, b: Value, dim: number): Value {
  const axis = normalizeDim(dim, b.shape.length, 'recurrence');
  if (!sameShape(a.shape, b.shape)) {
    throw new ShapeError('recurrence: factors and terms have different shapes', {
      expected: formatShape(b.shape),
      got: formatShape(a.shape),
    });
  }
  if (b.shape.length === 0 || b.size === 0) return b;
  const n = b.shape[axis];
  if (n <= LINE) return applyCore(recurrenceOp, [a, b], { dim: axis });
  const blocks = Math.ceil(n / LINE);
  const before = b.shape.slice(0, axis);
  const after = b.shape.slice(axis + 1);
  const cut = (x: Value): Value =>
    reshape(embed(x, axis, 0, 1, blocks * LINE), [...before, blocks, LINE, ...after]);
  const [factors, terms] = [cut(a), cut(b)];
  const apply = (first: Value): Value => applyCore(recurrenceOp, [factors, first], { dim: axis + 1 });
  const local = apply(terms);
  const product = apply(embed(narrow(factors, axis + 1, 0, 1), axis + 1, 0, 1, LINE));
  const last = (x: Value): Value => reshape(narrow(x, axis + 1, LINE - 1, 1), [...before, blocks, ...after]);
  const carried = moved(recurrence(last(product), last(local), axis), axis, 1);
  const offsets = expand(reshape(carried, [...before, blocks, 1, ...after]), local.shape);
  const whole = add(local, mul(product, offsets));
  return narrow(reshape(whole, [...before, blocks * LINE, ...after]), axis, 0, n);
}
