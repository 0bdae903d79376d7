// Distances between all pairs of rows.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { CompositeOp } from '../core/op.ts';
import { broadcastShapes, formatShape } from '../core/shape.ts';
import { type Value, applyComposite } from '../core/value.ts';
import { div, mul, pow, sub, where } from './arithmetic.ts';
import { cast } from './cast.ts';
import { eq, ne } from './comparison.ts';
import { constant, disconnected } from './create.ts';
import { abs, neg, sign, sqrt } from './math.ts';
import { expand, sumTo, unsqueeze } from './movement.ts';
import { amax, sum } from './reduce.ts';

/** x1 − x2 of all pairs. [.., p, m] and [.., r, m] → [.., p, r, m] */
const differences = (x1: Value, x2: Value): Value => sub(unsqueeze(x1, -2), unsqueeze(x2, -3));

/** The differences' share of the gradient: 0 where the distance is, as it has no derivative there. */
function slopes(g: Value, y: Value, d: Value, p: number): Value {
  const wide = (v: Value): Value => unsqueeze(v, -1);
  if (p === 0) return constant(0, d.shape, 'f32');
  if (p === 1) return mul(sign(d), wide(g));
  if (p === Infinity) return where(eq(abs(d), wide(y)), mul(sign(d), wide(g)), 0);
  const zero = eq(y, 0);
  const safe = where(zero, 1, y);
  if (p === 2) return mul(d, wide(where(zero, 0, div(g, safe))));
  const share = where(zero, 0, div(g, pow(safe, p - 1)));
  const flat = eq(d, 0);
  const size = pow(where(flat, 1, abs(d)), p - 1);
  return where(flat, 0, mul(mul(sign(d), size), wide(share)));
}

export const cdistOp: CompositeOp<{ p: number | 'inf' }> = {
  name: 'cdist',
  kind: 'composite',
  grad: (g, y, needs) => {
    const [x1, x2] = y.inputs;
    const p = y.attrs.p === 'inf' ? Infinity : y.attrs.p;
    const part = slopes(g, y, differences(x1, x2), p);
    return [
      needs[0] ? sumTo(sum(part, { dim: -2 }), x1.shape) : null,
      needs[1] ? sumTo(neg(sum(part, { dim: -3 })), x2.shape) : null,
    ];
  },
};

/**
 * The p-norms of the differences of all pairs of rows; p = 0 counts the differences, p = ∞ takes the largest. The
 * gradient where a distance is 0 is 0. [.., p, m] and [.., r, m] → [.., p, r]
 */
export function cdist(x1: Value, x2: Value, { p = 2 }: { p?: number } = {}): Value {
  const [a, b] = [cast(x1, 'f32'), cast(x2, 'f32')];
  if (
    a.shape.length < 2 ||
    b.shape.length < 2 ||
    a.shape[a.shape.length - 1] !== b.shape[b.shape.length - 1]
  ) {
    throw new ShapeError('cdist: rows of one length', {
      expected: '[.., p, m] and [.., r, m]',
      got: `${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    });
  }
  if (!(p >= 0)) throw new ValueError('cdist: the norm must be a number ≥ 0', { got: String(p) });
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2), 'cdist');
  const [rows, columns] = [a.shape[a.shape.length - 2], b.shape[b.shape.length - 2]];
  const shape = [...batch, rows, columns];
  if (a.size === 0 || b.size === 0) return disconnected(constant(0, shape, 'f32'), [a, b]);
  const body = normOf(differences(a, b), p);
  return applyComposite(cdistOp, [a, b], { p: p === Infinity ? 'inf' : p }, expand(body, shape));
}
function normOf(d: Value, p: number): Value {
  if (p === 0) return sum(cast(ne(d, 0), 'f32'), { dim: -1 });
  if (p === 1) return sum(abs(d), { dim: -1 });
  if (p === 2) return sqrt(sum(mul(d, d), { dim: -1 }));
  if (p === Infinity) return amax(abs(d), { dim: -1 });
  return pow(sum(pow(abs(d), p), { dim: -1 }), 1 / p);
}
