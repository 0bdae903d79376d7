// The tape, read backwards: Values in creation order, newest first, each asked for the gradients of its inputs.
import { AutogradError } from './core/errors.ts';
import type { TapeHooks } from './core/hooks.ts';
import { type Op, gradRuleOf } from './core/op.ts';
import { formatShape, sameShape } from './core/shape.ts';
import type { Value } from './core/value.ts';
import { add } from './ops/arithmetic.ts';

/** The Values a gradient flows on to: a composite without a rule of its own passes it to its body. */
export const edgesOf = (v: Value): readonly Value[] =>
  v.body !== null && v.op.grad === null ? [v.body] : v.inputs;

/** Name of the step on the tape, as PyTorch prints it: 'MulBackward0'. */
export function tapeNameOf(op: Op): string {
  const name = op.tapeName ?? op.name;
  if (op.nodeName !== undefined) return op.nodeName;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Backward0`;
}

/** Every Value that a gradient reaches from the outputs, up to `ends`, newest first. Iterative: chains may be long. */
function reach(outputs: readonly Value[], ends?: ReadonlySet<Value>): Value[] {
  const seen = new Set<Value>();
  const stack = outputs.filter((v) => v.tracked);
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (seen.has(v)) continue;
    seen.add(v);
    if (ends?.has(v) === true) continue;
    for (const input of edgesOf(v)) if (input.tracked && !seen.has(input)) stack.push(input);
  }
  return [...seen].sort((a, b) => b.id - a.id);
}

function checkAlive(order: readonly Value[]): void {
  for (const v of order) {
    if (v.leaf || !v.notes.freed) continue;
    // Without inputs not even a rule that needs no elements can go on.
    if (v.notes.emptied || (v.op.linear !== true && v.op.kind !== 'view')) {
      throw new AutogradError('backward through a graph that has been freed', {
        where: `${tapeNameOf(v.op)} of shape ${formatShape(v.shape)}`,
        got: 'a second backward() or grad() over the same operations',
        fix: 'pass { retainGraph: true } to the first one',
      });
    }
  }
}

/** Of `order`, the Values from which a wanted one can be reached. */
function leadingTo(order: readonly Value[], wanted: ReadonlySet<Value>): Set<Value> {
  const useful = new Set<Value>();
  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i];
    if (wanted.has(v) || edgesOf(v).some((input) => useful.has(input))) useful.add(v);
  }
  return useful;
}

export interface TapeRequest {
  readonly outputs: readonly Value[];
  /** One gradient an output, of its shape. */
  readonly gradients: readonly Value[];
  /** Whose gradients are asked for; all leaves by default. */
  readonly wanted?: ReadonlySet<Value>;
  /** Nothing wanted leads to another thing wanted, so that the tape need not be gone through beyond them. */
  readonly ends?: boolean;
  /** Further Values whose gradients are reported on the way. */
  readonly watched?: (v: Value) => boolean;
  readonly hooks?: TapeHooks | null;
  /** Whether the gradients' own computation is kept. */
  readonly createGraph?: boolean;
  /** Told of each step's gradient of one of its inputs. */
  readonly told?: ((v: Value, input: Value, g: Value) => void) | undefined;
  /** Keeps the graph for another pass. */
  readonly retainGraph: boolean;
}

/**
 * Gradients of Σ outputs·gradients with respect to the wanted Values (and the watched ones on the way).
 * What none of them needs is not recorded. Throws AutogradError where the graph was freed.
 */
export function differentiate(request: TapeRequest): Map<Value, Value> {
  const { outputs, gradients, wanted, watched, retainGraph } = request;
  const reached = reach(outputs, request.ends === true ? wanted : undefined);
  const useful = wanted === undefined ? null : leadingTo(reached, wanted);
  const order = useful === null ? reached : reached.filter((v) => useful.has(v));
  checkAlive(order);
  const sums = new Map<Value, Value>();
  const results = new Map<Value, Value>();
  const gather = (v: Value, g: Value): void => {
    const sum = sums.get(v);
    sums.set(v, sum === undefined ? g : add(sum, g));
  };
  outputs.forEach((v, i) => {
    if (v.tracked) gather(v, gradients[i]);
  });
  for (const v of order) {
    const sum = sums.get(v);
    sums.delete(v);
    if (sum === undefined) continue;
    const g = request.hooks?.pass(v, sum, (other) => sums.get(other), request.createGraph === true) ?? sum;
    const leaf = v.leaf;
    if (wanted === undefined ? leaf : wanted.has(v)) results.set(v, g);
    else if (watched?.(v) === true) results.set(v, g);
    if (leaf || (request.ends === true && wanted?.has(v) === true)) continue;
    propagate(v, g, useful, (input, part) => {
      request.told?.(v, input, part);
      gather(input, part);
    });
  }
  if (!retainGraph) for (const v of order) if (!v.leaf) v.notes.freed = true;
  return results;
}

function propagate(
  v: Value,
  g: Value,
  useful: ReadonlySet<Value> | null,
  gather: (v: Value, g: Value) => void,
): void {
  const edges = edgesOf(v);
  const needs = edges.map((input) => input.tracked && (useful === null || useful.has(input)));
  if (!needs.includes(true)) return;
  const rule = gradRuleOf(v);
  const parts = rule === null ? [g] : rule(g, v, needs);
  edges.forEach((input, i) => {
    const part = parts[i];
    if (!needs[i] || part === null || part === undefined) return;
    if (!sameShape(part.shape, input.shape)) {
      throw new AutogradError(`this is a bug in wgrad: the gradient of ${v.op.name} has the wrong shape`, {
        expected: formatShape(input.shape),
        got: formatShape(part.shape),
      });
    }
    gather(input, part);
  });
}
