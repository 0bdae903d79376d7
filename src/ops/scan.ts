// Running sums along a dimension.
import type { CoreOp } from '../core/op.ts';
import { normalizeDim, sizeOf } from '../core/shape.ts';
import { type Value, applyCore } from '../core/value.ts';
import { add } from './arithmetic.ts';
import { cast } from './cast.ts';
import { embed } from './joining.ts';
import { expand, flip, narrow, reshape } from './movement.ts';

/** Longest line that one invocation sums; longer ones are cut into blocks. */
const LINE = 512;

export const cumsumOp: CoreOp<{ dim: number }> = {
  name: 'cumsum',
  kind: 'core',
  infer: ([x]) => x,
  access: () => ({ kind: 'indexed' }),
  passes: ({ inputs: [x], attrs: { dim } }) => {
    const length = x.shape[dim];
    const inner = sizeOf(x.shape.slice(dim + 1));
    const lines = sizeOf(x.shape) / length;
    return [
      {
        shader: 'scan',
        aliases: { T: x.dtype },
        params: { lines, length, inner },
        workgroups: Math.ceil(lines / 64),
        reads: { a: 0 },
      },
    ];
  },
  cpu: ([x], output, { dim }) => {
    const inner = sizeOf(x.shape.slice(dim + 1));
    const length = x.shape[dim];
    for (let line = 0; line < x.data.length / length; line++) {
      const start = Math.floor(line / inner) * length * inner + (line % inner);
      let total = 0;
      for (let j = 0; j < length; j++) {
        total += x.data[start + j * inner];
        output.data[start + j * inner] = total;
      }
    }
  },
  grad: (g, { attrs: { dim } }) => [flip(cumsum(flip(g, dim), dim), dim)],
};

/** Sum of the elements up to and including each, along `dim`. */
export function cumsum(x: Value, dim: number): Value {
  const axis = normalizeDim(dim, x.shape.length, 'cumsum');
  const input = x.dtype === 'bool' ? cast(x, 'i32') : x;
  if (x.shape.length === 0 || x.size === 0) return input;
  const n = x.shape[axis];
  if (n <= LINE) return applyCore(cumsumOp, [input], { dim: axis });
  // Sums inside each block, plus the sum of all blocks before it.
  const blocks = Math.ceil(n / LINE);
  const before = x.shape.slice(0, axis);
  const after = x.shape.slice(axis + 1);
  const padded = embed(input, axis, 0, 1, blocks * LINE);
  const inside = applyCore(cumsumOp, [reshape(padded, [...before, blocks, LINE, ...after])], {
    dim: axis + 1,
  });
  const totals = reshape(narrow(inside, axis + 1, LINE - 1, 1), [...before, blocks, ...after]);
  const running = cumsum(narrow(totals, axis, 0, blocks - 1), axis);
  const offsets = reshape(embed(running, axis, 1, 1, blocks), [...before, blocks, 1, ...after]);
  const summed = add(inside, expand(offsets, inside.shape));
  return narrow(reshape(summed, padded.shape), axis, 0, n);
}
