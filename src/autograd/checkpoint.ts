// Activation checkpointing: what a function computes on the way is computed again for the gradient instead of kept.
import { ValueError } from '../core/errors.ts';
import type { CompositeOp, GradRule } from '../core/op.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import { differentiate } from '../grad.ts';
import { constant } from '../ops/create.ts';
import { clone, detach } from '../ops/movement.ts';
import { engineOf } from '../tensor/call.ts';
import { Tensor } from '../tensor.ts';
import { recorded, repeat, sourcesOf, youngerThan } from './graph.ts';

/** A recorded function: its inputs (all that it reads and did not make), its steps and its results. */
interface Segment {
  readonly inputs: readonly Value[];
  readonly steps: readonly Value[];
  readonly outputs: readonly Value[];
}

function segmentOf(start: number, outputs: readonly Value[]): Segment {
  const steps = youngerThan(start, outputs);
  const inputs = new Set<Value>();
  for (const v of steps) for (const source of sourcesOf(v)) if (source.id <= start) inputs.add(source);
  return { inputs: [...inputs], steps, outputs };
}

/** Output i recorded once more, from other inputs. What is held all the same stays: host data, a result that was read. */
function copyOf({ inputs, steps, outputs }: Segment, i: number, others: readonly Value[]): Value {
  const made = new Map(inputs.map((v, k) => [v, others[k]]));
  for (const v of steps) {
    if (v.op.kind !== 'data' && !v.notes.emptied)
      made.set(
        v,
        repeat(v, (x) => made.get(x)),
      );
  }
  return made.get(outputs[i]) ?? outputs[i];
}

/** The gradient by way of a new copy of the segment, recorded now: it runs where the gradient does. */
const recompute =
  (segment: Segment, i: number): GradRule<object> =>
  (g, y, needs) => {
    const named = y.inputs.map((x, k) => (needs[k] ? clone(x) : detach(x)));
    const found = differentiate({
      outputs: [copyOf(segment, i, named)],
      gradients: [g],
      wanted: new Set(named.filter((_, k) => needs[k])),
      ends: true,
      retainGraph: true,
    });
    return named.map((v, k) => (needs[k] ? (found.get(v) ?? null) : null));
  };

/**
 * fn(…args), of which nothing but the arguments, what `fn` closes over and the results is held until the backward pass:
 * the rest is computed anew there. Costs one more forward pass of `fn`, saves the memory of all that it computes on the
 * way. `fn` is called once; what is computed again is what it recorded, random numbers included. Tensors that it closes
 * over get their gradients as well. With several results each recomputes what it needs.
 */
export function checkpoint<A extends readonly unknown[], R extends Tensor | readonly Tensor[]>(
  fn: (...args: A) => R,
  ...args: A
): R {
  const on = engineOf(args);
  const start = constant(0, [], 'f32').id;
  const result: unknown = recorded(on, () => fn(...args));
  const list = Array.isArray(result) ? (result as unknown[]) : [result];
  const outputs = list.map((t) => {
    if (t instanceof Tensor) return t.value;
    throw new ValueError('checkpoint: the function must return a tensor, or an array of them', {
      got: t instanceof Promise ? 'a promise' : typeof t,
    });
  });
  const segment = segmentOf(start, outputs);
  const tensors = outputs.map((v, i) => {
    if (!v.tracked || v.id <= start) return Tensor.of(v, on);
    const op: CompositeOp = { name: 'checkpoint', kind: 'composite', grad: recompute(segment, i) };
    return Tensor.of(applyComposite(op, segment.inputs, none, v), on);
  });
  return (Array.isArray(result) ? tensors : tensors[0]) as unknown as R;
}
