// Triangles of matrices.
import { ShapeError } from '../core/errors.ts';
import { type Shape, formatShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import { sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { ge, le } from './comparison.ts';
import { iota } from './create.ts';
import { expand, reshape } from './movement.ts';

/** column − row of every element of the last two dimensions; i32. */
export function diagonalOffset(shape: Shape, where: string): Value {
  if (shape.length < 2) {
    throw new ShapeError(`${where}: needs at least two dimensions`, { got: formatShape(shape) });
  }
  const [rows, columns] = shape.slice(-2);
  const row = expand(reshape(cast(iota([rows]), 'i32'), [rows, 1]), [rows, columns]);
  return expand(sub(expand(cast(iota([columns]), 'i32'), [rows, columns]), row), shape);
}

/** The lower triangle of the last two dimensions, `diagonal` above the main one included; zeros above. */
export const tril = (x: Value, diagonal = 0): Value =>
  where(le(diagonalOffset(x.shape, 'tril'), diagonal), x, 0);
/** The upper triangle of the last two dimensions, from `diagonal` on; zeros below. */
export const triu = (x: Value, diagonal = 0): Value =>
  where(ge(diagonalOffset(x.shape, 'triu'), diagonal), x, 0);
