// Rows of a table by their numbers, and numbers as rows of the identity.
import { DtypeError, IndexError, ShapeError, ValueError } from '../core/errors.ts';
import { formatShape } from '../core/shape.ts';
import type { CompositeOp } from '../core/op.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq } from './comparison.ts';
import { iota } from './create.ts';
import { hostData, indexSelect } from './indexing.ts';
import { detach, expand, reshape } from './movement.ts';
import { composite } from './statistics.ts';

export const embeddingOp: CompositeOp = /* @__PURE__ */ composite('embedding');

/** The rows of weight [count, dim] that the indices name: [..] to [.., dim]. Row `paddingIdx` is read, but gets no gradient. */
export function embedding(
  indices: Value,
  weight: Value,
  { paddingIdx }: { readonly paddingIdx?: number | null | undefined } = {},
): Value {
  if (weight.shape.length !== 2) {
    throw new ShapeError('embedding: the weight must be a table', {
      expected: '[count, dim]',
      got: formatShape(weight.shape),
    });
  }
  const [count, dim] = weight.shape;
  const shape = [...indices.shape, dim];
  const rows = reshape(indexSelect(weight, 0, reshape(indices, [indices.size])), shape);
  const named = (body: Value): Value => applyComposite(embeddingOp, [indices, weight], none, body);
  if (paddingIdx === undefined || paddingIdx === null) return named(rows);
  if (!Number.isInteger(paddingIdx) || paddingIdx < -count || paddingIdx >= count) {
    throw new IndexError('embedding: paddingIdx is no row', {
      expected: `${-count} … ${count - 1}`,
      got: String(paddingIdx),
    });
  }
  const isPadding = eq(indices, paddingIdx < 0 ? paddingIdx + count : paddingIdx);
  return named(where(expand(reshape(isPadding, [...indices.shape, 1]), shape), detach(rows), rows));
}

/** 1 at the place of each number, 0 elsewhere: whole numbers [..] to i32 [.., numClasses]. */
export function oneHot(x: Value, numClasses: number): Value {
  if (x.dtype !== 'i32' && x.dtype !== 'u32') {
    throw new DtypeError('oneHot: classes are whole numbers', { expected: 'i32 or u32', got: x.dtype });
  }
  if (!Number.isSafeInteger(numClasses) || numClasses < 1) {
    throw new ValueError('oneHot: numClasses', { expected: 'a whole number ≥ 1', got: String(numClasses) });
  }
  for (const c of hostData(x)) {
    if (c < 0 || c >= numClasses) {
      throw new IndexError('oneHot: there is no such class', {
        expected: `0 … ${numClasses - 1}`,
        got: String(c),
      });
    }
  }
  const shape = [...x.shape, numClasses];
  const places = expand(cast(iota([numClasses]), 'i32'), shape);
  return cast(eq(expand(reshape(cast(x, 'i32'), [...x.shape, 1]), shape), places), 'i32');
}
