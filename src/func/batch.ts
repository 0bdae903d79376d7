// A graph of Values for one example, made into the graph for many: every step gets a batch dimension in front.
import type { CoreOp, GradRule, Op, ViewOp } from '../core/op.ts';
import { type Value, applyComposite, applyCore, applyElementwise, applyView } from '../core/value.ts';
import type { View } from '../core/view.ts';
import { type Step, placeholder, rebuild, standIn } from '../autograd/graph.ts';
import { constant, disconnected } from '../ops/create.ts';
import { stack } from '../ops/joining.ts';
import {
  clone,
  cloneOp,
  detach,
  detachOp,
  expand,
  expandOp,
  flipOp,
  permute,
  permuteOp,
  reshape,
  reshapeOp,
  select,
  sliceOp,
  variableOp,
} from '../ops/movement.ts';
import { sum } from '../ops/reduce.ts';

/** What somebody is told who asks for the elements of an example. */
export const NO_ELEMENTS = 'inside vmap an example has no elements: nothing can be read or assigned there';

/** The same for every example. */
export const spreadOut = (v: Value, size: number): Value => expand(v, [size, ...v.shape]);

const up = (dims: readonly number[]): number[] => dims.map((d) => d + 1);

/** Views whose attributes are easily told of the batch dimension; any other is wrapped. */
const viewRules = new Map<unknown, (x: Value, v: Value, size: number) => Value>([
  [reshapeOp, (x, v, size) => reshape(x, [size, ...v.shape])],
  [
    expandOp,
    (x, v, size) => {
      const lead = v.shape.length + 1 - x.shape.length;
      const own = reshape(x, [size, ...new Array<number>(lead).fill(1), ...x.shape.slice(1)]);
      return expand(own, [size, ...v.shape]);
    },
  ],
  [permuteOp, (x, v) => permute(x, [0, ...up((v.attrs as { dims: number[] }).dims)])],
  [
    sliceOp,
    (x, v) => {
      const attrs = v.attrs as Parameters<typeof sliceOp.view>[1];
      return applyView(sliceOp, x, { ...attrs, dim: attrs.dim + 1 });
    },
  ],
  [flipOp, (x, v) => applyView(flipOp, x, { dims: up((v.attrs as { dims: number[] }).dims) })],
  [detachOp, (x) => detach(x)],
  // A leaf inside the function was differentiated to there: its use is past.
  [variableOp, (x) => detach(x)],
  [cloneOp, (x) => clone(x)],
]);

const wrapped = new WeakMap<Op, ViewOp>();

/** Any view, of each example by itself. */
function eachView(op: ViewOp): ViewOp {
  const known = wrapped.get(op);
  if (known !== undefined) return known;
  const inner = (view: View): View => ({
    shape: view.shape.slice(1),
    strides: view.strides.slice(1),
    offset: view.offset,
  });
  const made: ViewOp = {
    ...op,
    infer: (x, attrs) => [x.shape[0], ...op.infer({ shape: x.shape.slice(1), dtype: x.dtype }, attrs)],
    view: (input, attrs) => {
      const part = op.view(inner(input), attrs);
      if (part === null) return null;
      return {
        shape: [input.shape[0], ...part.shape],
        strides: [input.strides[0], ...part.strides],
        offset: part.offset,
      };
    },
    grad: eachGrad(op.grad, [true]),
  };
  wrapped.set(op, made);
  return made;
}

/** The gradient rule for one example, used on all: recorded on placeholders, then made into a graph for many. */
function eachGrad(rule: GradRule<object> | null, batched: readonly boolean[]): GradRule<object> | null {
  if (rule === null) return null;
  return (g, y, needs) => {
    const size = g.shape[0];
    const one = (x: Value): Value => placeholder(x.shape.slice(1), x.dtype, x.tracked, NO_ELEMENTS);
    const inputs = y.inputs.map((x, i) => (batched[i] ? one(x) : x));
    const gradient = one(g);
    const result = standIn(y, y.shape.slice(1), inputs);
    const images = new Map([
      [gradient, g],
      [result, y],
    ]);
    inputs.forEach((x, i) => {
      if (batched[i]) images.set(x, y.inputs[i]);
    });
    const parts = rule(gradient, result, needs);
    const present = parts.filter((part) => part !== null);
    const many = rebuild(present, images, eachStep(size));
    const found = new Map(present.map((part, k) => [part, many[k] ?? spreadOut(part, size)]));
    return parts.map((part, i) => {
      const whole = part === null ? undefined : found.get(part);
      if (whole === undefined) return null;
      return batched[i] ? whole : sum(whole, { dim: 0 });
    });
  };
}

/** What the operation gives for each example by itself, put together: right for all, as slow as it is long. */
function oneByOne(op: CoreOp, inputs: readonly Value[], attrs: object, size: number): Value {
  const parts = Array.from({ length: size }, (_, i) =>
    applyCore(
      op,
      inputs.map((x) => select(x, 0, i)),
      attrs,
    ),
  );
  return stack(parts);
}

/** The attributes of an operation along dimensions, counted with one more in front. */
function shifted(attrs: object): object {
  const { dim, dims } = attrs as { dim?: number; dims?: readonly number[] };
  return {
    ...attrs,
    ...(dim === undefined ? {} : { dim: dim + 1 }),
    ...(dims === undefined ? {} : { dims: up(dims) }),
  };
}

/** The step that turns a Value of one example into that of `size` examples; what depends on no example stays as it is. */
export function eachStep(size: number): Step {
  return (v, image) => {
    const { op } = v;
    const images = v.inputs.map(image);
    const given = v.inputs.map((x, i) => images[i] ?? x);
    const full = (): Value[] => v.inputs.map((x, i) => images[i] ?? spreadOut(x, size));
    if (op.kind === 'composite' && v.body !== null) {
      const body = image(v.body) ?? spreadOut(v.body, size);
      if (op.grad === null) return body;
      const grad = eachGrad(op.grad, images.map((x) => x !== undefined)); // prettier-ignore
      return applyComposite({ ...op, grad }, given, v.attrs, body);
    }
    if (size * v.size === 0) return disconnected(constant(0, [size, ...v.shape], v.dtype), given);
    if (op.kind === 'elementwise') return applyElementwise(op, full() as [Value, ...Value[]]);
    if (op.kind === 'view') {
      const rule = viewRules.get(op);
      return rule === undefined ? applyView(eachView(op), given[0], v.attrs) : rule(given[0], v, size);
    }
    const core = op as CoreOp;
    if (core.batch === undefined) return oneByOne(core, full(), v.attrs, size);
    if (core.batch === 'shift') return applyCore(core, full(), shifted(v.attrs));
    return reshape(core.batch(given, images.map((x) => x !== undefined), v.attrs), [size, ...v.shape]); // prettier-ignore
  };
}
