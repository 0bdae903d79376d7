// What the gradient rule of a step reads: found out by asking the rule, not by a list kept by hand.
import { AutogradError } from '../core/errors.ts';
import { gradRuleOf } from '../core/op.ts';
import type { Value } from '../core/value.ts';
import { edgesOf, tapeNameOf } from '../grad.ts';
import { Tensor } from '../tensor.ts';
import { placeholder, sourcesOf, youngerThan } from './graph.ts';

/** A tensor that a gradient needs. */
export interface SavedTensor {
  /** 'input 0' … of the operation, 'result', or 'inner' for what only its composition knows. */
  readonly name: string;
  /** Its elements, off the tape. */
  readonly tensor: Tensor;
}

/**
 * What the gradient rule of the operation that made `t` reads: what has to be there, or be computed again, for the
 * backward pass. A step without a rule of its own (a composition whose gradient is that of its parts) reads nothing itself.
 * Throws AutogradError for leaves.
 */
export function saved(t: Tensor): SavedTensor[] {
  const y = t.value;
  if (t.gradFn === null) {
    throw new AutogradError('saved: no operation made this tensor', { where: t.toString() });
  }
  const rule = gradRuleOf(y);
  if (rule === null || y.inputs.length === 0) return [];
  const needs = edgesOf(y).map((x) => x.tracked);
  const g = placeholder(y.shape, 'f32', false, `the gradient of ${tapeNameOf(y.op)} is not there`);
  const parts = rule(g, y, needs).filter((part) => part !== null);
  const read = new Set<Value>();
  const visit = (v: Value): void => {
    if (v !== g && v.id <= g.id && v.op.kind !== 'constant') read.add(v);
  };
  parts.forEach(visit);
  for (const v of youngerThan(g.id, parts)) sourcesOf(v).forEach(visit);
  const nameOf = (v: Value): string => {
    const k = y.inputs.indexOf(v);
    return v === y ? 'result' : k >= 0 ? `input ${k}` : 'inner';
  };
  return [...read]
    .sort((a, b) => a.id - b.id)
    .map((v) => ({ name: nameOf(v), tensor: new Tensor(v, t.engine).detach() }));
}
