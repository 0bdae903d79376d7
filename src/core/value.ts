// A Value: the record of one computation. Immutable; what it means never changes, whether or not it has been run.
import type { DType } from './dtype.ts';
import type { ConstantOp, CoreOp, CompositeOp, ElementwiseOp, IndexOp, Op, ViewOp } from './op.ts';
import { type Shape, sizeOf } from './shape.ts';

/** What the engine notes about a Value; nothing here changes what the Value means. */
export interface Notes {
  /** Where its elements are, once it has been run and kept. Owned by the engine. */
  storage: object | null;
  /** Whether another Value or a read has used it: an unused pending Value is a result somebody may still want. */
  used: boolean;
  /** `backward()` went through it and was not asked to retain the graph. */
  freed: boolean;
  /** Its history was given up, because its elements were kept. */
  emptied: boolean;
  /** Why its elements are gone, when they are. */
  stale: string | null;
  /** The plan that computed it without keeping it, and its place there. */
  origin: object | null;
  originPlace: number;
  /** The line of the program that asked for it, where the backend wants to know. */
  site: string | null;
}

const serial = { next: 1 };
const attrsKeys = new Map<string, number>();

/** A small number that stands for the attributes in a plan's key: equal numbers, equal attributes. */
function keyOfAttrs(attrs: object): number {
  const text = JSON.stringify(attrs);
  const known = attrsKeys.get(text);
  if (known !== undefined) return known;
  const key = attrsKeys.size + 1;
  attrsKeys.set(text, key);
  return key;
}

export class Value {
  /** Creation order: every input has a smaller id. */
  readonly id: number;
  readonly op: Op;
  /** Emptied when the history is given up (see Notes.emptied). */
  inputs: readonly Value[];
  readonly attrs: object;
  /** Equal for equal attributes; 0 where the plan does not depend on them. */
  readonly attrsKey: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly size: number;
  /** Whether a gradient can flow through it: set at leaves that require one, inherited by what is computed of them. */
  readonly tracked: boolean;
  /** Whether gradients stop, and are gathered, here: it requires one, and nothing before it does. */
  readonly leaf: boolean;
  /** Of a composite: the Value that computes it. */
  body: Value | null;
  readonly notes: Notes = {
    storage: null,
    used: false,
    freed: false,
    emptied: false,
    stale: null,
    origin: null,
    originPlace: -1,
    site: null,
  };

  constructor(
    op: Op,
    inputs: readonly Value[],
    attrs: object,
    shape: Shape,
    dtype: DType,
    options: { readonly tracked?: boolean; readonly body?: Value } = {},
  ) {
    this.id = serial.next++;
    this.op = op;
    this.inputs = inputs;
    this.attrs = attrs;
    this.attrsKey = (op.kind === 'view' || op.kind === 'core') && attrs !== none ? keyOfAttrs(attrs) : 0;
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape);
    this.body = options.body ?? null;
    this.tracked =
      options.tracked ?? (dtype === 'f32' && op.grad !== null && inputs.some((input) => input.tracked));
    this.leaf = this.tracked && this.body === null && !inputs.some((input) => input.tracked);
    for (const input of inputs) input.notes.used = true;
    if (this.body) this.body.notes.used = true;
  }
}

/** The attributes of an operation that has none. */
export const none: object = Object.freeze({});

export function applyElementwise(op: ElementwiseOp, inputs: readonly [Value, ...Value[]]): Value {
  return new Value(op, inputs, none, inputs[0].shape, op.infer(inputs));
}

export function applyView<A extends object>(op: ViewOp<A>, input: Value, attrs: A): Value {
  return new Value(op, [input], attrs, op.infer(input, attrs), input.dtype);
}

export function applyCore<A extends object>(op: CoreOp<A>, inputs: readonly Value[], attrs: A): Value {
  const { shape, dtype } = op.infer(inputs, attrs);
  return new Value(op, inputs, attrs, shape, dtype);
}

export function applyIndex<A extends object>(op: IndexOp<A>, attrs: A, shape: Shape, dtype: DType): Value {
  return new Value(op, [], attrs, shape, dtype);
}

export function applyConstant(op: ConstantOp, value: number, shape: Shape, dtype: DType): Value {
  return new Value(op, [], { value }, shape, dtype);
}

/** A Value named on the tape as `op` of `inputs`, computed by `body` (made of the same inputs). */
export function applyComposite<A extends object>(
  op: CompositeOp<A>,
  inputs: readonly Value[],
  attrs: A,
  body: Value,
): Value {
  const tracked = body.dtype === 'f32' && inputs.some((input) => input.tracked);
  return new Value(op, inputs, attrs, body.shape, body.dtype, { body, tracked });
}
