// Values as a graph to work on: placeholders for inputs that are not there yet, and recording a graph anew.
import type { DType } from '../core/dtype.ts';
import type { DataOp } from '../core/op.ts';
import type { Shape } from '../core/shape.ts';
import { Value, applyComposite, none } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { constant } from '../ops/create.ts';
import { detach, variableOp } from '../ops/movement.ts';

/** An input of a graph that is only recorded: it has a shape and no elements, and is never run. */
const placeholderOp: DataOp = { name: 'placeholder', kind: 'data', grad: null };

/** `why` is what somebody is told who asks for its elements. */
export function placeholder(shape: Shape, dtype: DType, tracked: boolean, why: string): Value {
  const v = new Value(placeholderOp, [], none, shape, dtype, { tracked });
  v.notes.stale = why;
  return v;
}

/** The result of an operation as a gradient rule sees it: inputs, attributes and shape, but no way to compute it. */
export function standIn(y: Value, shape: Shape, inputs: readonly Value[]): Value {
  return new Value(placeholderOp, inputs, y.attrs, shape, y.dtype, { tracked: y.tracked });
}

/** Runs `fn` with everything only recorded: in eager mode, too, nothing is computed. */
export function recorded<T>(on: Engine, fn: () => T): T {
  const before = on.recording;
  on.recording = true;
  try {
    return fn();
  } finally {
    on.recording = before;
  }
}

/** What a Value is computed from; of a composite, what its gradient goes to as well. */
export const sourcesOf = (v: Value): readonly Value[] => (v.body === null ? v.inputs : [v.body, ...v.inputs]);

/** Every Value from which the outputs are made and that is younger than `id`, up to `ends`, oldest first. */
export function youngerThan(
  id: number,
  outputs: readonly Value[],
  ends?: { has(v: Value): boolean },
): Value[] {
  const seen = new Set<Value>();
  const stack = outputs.filter((v) => v.id > id);
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (seen.has(v)) continue;
    seen.add(v);
    if (ends?.has(v) === true) continue;
    for (const source of sourcesOf(v)) if (source.id > id && !seen.has(source)) stack.push(source);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** Makes the image of a Value, given the images of what it depends on (undefined: it stays what it is). */
export type Step = (v: Value, image: (x: Value) => Value | undefined) => Value;

/**
 * The outputs with the Values of `images` replaced by their images, every Value in between made anew by `step`. An
 * output that depends on none of them comes out as undefined.
 */
export function rebuild(
  outputs: readonly Value[],
  images: ReadonlyMap<Value, Value>,
  step: Step,
): (Value | undefined)[] {
  const made = new Map(images);
  let oldest = Infinity;
  for (const v of images.keys()) oldest = Math.min(oldest, v.id);
  const image = (x: Value): Value | undefined => made.get(x);
  for (const v of youngerThan(oldest - 1, outputs, images)) {
    if (made.has(v) || !sourcesOf(v).some((x) => made.has(x))) continue;
    made.set(v, step(v, image));
  }
  return outputs.map((v) => made.get(v));
}

/** The step that repeats the same operation on the images. Leaves in between were differentiated to: their use is past. */
export const repeat: Step = (v, image) => {
  const inputs = v.inputs.map((x) => image(x) ?? x);
  if (v.op === (variableOp as unknown)) return detach(inputs[0]);
  if (v.op.kind === 'composite' && v.body !== null) {
    return applyComposite(v.op, inputs, v.attrs, image(v.body) ?? v.body);
  }
  return new Value(v.op, inputs, v.attrs, v.shape, v.dtype);
};

/** Zeros of the Value's shape: the gradient of what has no part in a result. */
export const zerosOf = (v: Value): Value => constant(0, v.shape, v.dtype);
