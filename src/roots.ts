// What a run of some Values takes: which of them must be computed, and all that they need. Runs nothing.
import { StaleValueError } from './core/errors.ts';
import { formatShape } from './core/shape.ts';
import type { Value } from './core/value.ts';
import { contiguousView, isIdentity } from './core/view.ts';
import type { Residence } from './residence.ts';

export interface Collected {
  /** Every Value that the roots need and that is not there, inputs first; and what is there that those read. */
  readonly order: readonly Value[];
  readonly place: ReadonlyMap<Value, number>;
  /** Whether order[i] is there. */
  readonly external: readonly boolean[];
}

/** Throws StaleValueError where something that the roots need is gone. */
export function collect(roots: readonly Value[], residence: Residence): Collected {
  const found = new Map<Value, boolean>();
  for (const root of roots) {
    const stack = [root];
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (found.has(v)) continue;
      const there = residence.has(v);
      found.set(v, there);
      if (there) continue;
      if (v.body !== null) stack.push(v.body);
      else if (v.op.kind === 'data' || v.notes.emptied) throw staleError(root, v);
      else for (const input of v.inputs) stack.push(input);
    }
  }
  const order = [...found.keys()].sort((a, b) => a.id - b.id);
  return {
    order,
    place: new Map(order.map((v, i) => [v, i])),
    external: order.map((v) => found.get(v) === true),
  };
}

function staleError(asked: Value, missing: Value): StaleValueError {
  return new StaleValueError('a value can no longer be had', {
    where: `${asked.op.name} of shape ${formatShape(asked.shape)}`,
    got: missing.notes.stale ?? `an input of shape ${formatShape(missing.shape)} was disposed of`,
    fix: 'read it, or keep(tensor), before the parameters change a second time',
  });
}

/** A Value that is there and of which v is but another name; null where there is none. */
function sourceOf(v: Value, residence: Residence): Value | null {
  for (let at = v; ;) {
    if (residence.has(at)) return at;
    if (at.body !== null) {
      at = at.body;
      continue;
    }
    const { op } = at;
    const input = at.inputs.at(0);
    if (op.kind !== 'view' || input === undefined) return null;
    if (!isIdentity(op.view(contiguousView(input.shape), at.attrs), input.size)) return null;
    at = input;
  }
}

/** Of the Values, those that must be computed; other names of what is there are given it. */
function missing(values: Iterable<Value>, residence: Residence): Value[] {
  return [...values].filter((v) => {
    if (v.size === 0 || residence.has(v)) return false;
    const source = sourceOf(v, residence);
    if (source !== null) residence.share(source, v);
    return source === null;
  });
}

/**
 * The roots of a run that is to leave the asked Values there. Leaves that it has to make become roots too: a parameter
 * has elements of its own, else every run would go back to what it was made from.
 */
export function prepareRoots(
  asked: Iterable<Value>,
  residence: Residence,
): { roots: Value[]; collected: Collected } {
  const roots = missing(asked, residence);
  const collected = collect(roots, residence);
  const leaves = collected.order.filter((v, i) => v.leaf && !collected.external[i]);
  if (leaves.length === 0) return { roots, collected };
  const all = [...new Set([...roots, ...missing(leaves, residence)])];
  return { roots: all, collected: collect(all, residence) };
}
