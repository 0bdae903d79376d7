// Dropout: elements, or whole channels, set to zero at random in training.
import { ShapeError, ValueError } from '../core/errors.ts';
import type { Stream } from '../core/philox.ts';
import { formatShape } from '../core/shape.ts';
import type { CompositeOp } from '../core/op.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { add, mul, where } from './arithmetic.ts';
import { lt } from './comparison.ts';
import { constant } from './create.ts';
import { expand } from './movement.ts';
import { rand } from './random.ts';
import { composite } from './statistics.ts';
import { checkFloat } from './window.ts';

export interface DropoutPlan {
  readonly name: string;
  /** The probability of an element to go. */
  readonly p: number;
  /** How many leading dimensions are drawn for; all following ones share the draw. */
  readonly drawn?: number;
}

/** Whether each element stays: drawn over the first dimensions, the same for all that follow. */
function kept(x: Value, { name, p, drawn = x.shape.length }: DropoutPlan, stream: Stream): Value {
  checkFloat(name, x);
  if (!(p >= 0 && p <= 1)) {
    throw new ValueError(`${name}: p is no probability`, { expected: '0 … 1', got: String(p) });
  }
  if (x.shape.length < drawn) {
    throw new ShapeError(`${name}: the input has too few dimensions`, {
      expected: `at least ${drawn}`,
      got: formatShape(x.shape),
    });
  }
  const shape = x.shape.map((n, d) => (d < drawn ? n : 1));
  return expand(lt(rand(shape, stream), 1 - p), x.shape);
}

export const dropoutOp: CompositeOp = /* @__PURE__ */ composite('dropout');
/** x where it stays, divided by the probability of that, and 0 elsewhere (Srivastava and others, 2014). */
export function dropoutWith(x: Value, plan: DropoutPlan, stream: Stream): Value {
  const stays = kept(x, plan, stream);
  const body = plan.p === 1 ? mul(x, constant(0, [], 'f32')) : where(stays, mul(x, 1 / (1 - plan.p)), 0);
  return applyComposite(dropoutOp, [x], none, body);
}

/** What SELU tends to far below zero: −λα. */
const SELU_FLOOR = -1.7580993408473766;

export const alphaDropoutOp: CompositeOp = /* @__PURE__ */ composite('alphaDropout');
/**
 * What goes is set to SELU's least value, and all is scaled and shifted so that mean and variance stay (Klambauer and
 * others, 2017).
 */
export function alphaDropoutWith(x: Value, plan: DropoutPlan, stream: Stream): Value {
  const stays = kept(x, plan, stream);
  const { p } = plan;
  if (p === 1) return mul(x, constant(0, [], 'f32'));
  const scale = 1 / Math.sqrt((1 - p) * (1 + p * SELU_FLOOR * SELU_FLOOR));
  const body = add(mul(where(stays, x, SELU_FLOOR), scale), -scale * p * SELU_FLOOR);
  return applyComposite(alphaDropoutOp, [x], none, body);
}
