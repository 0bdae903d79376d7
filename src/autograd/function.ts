// Functions with a gradient of the user's own: forward and backward as static methods of a class.
import { AutogradError, ShapeError } from '../core/errors.ts';
import type { CompositeOp, GradRule } from '../core/op.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import { type Value, applyComposite, none } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { detach } from '../ops/movement.ts';
import { engineOf } from '../tensor/call.ts';
import { valueOf } from '../tensor/handle.ts';
import { Tensor, enableGrad, noGrad } from '../tensor.ts';
import { recorded, zerosOf } from './graph.ts';

/** What forward leaves for backward. Further properties may be set, for what is no tensor. */
export class FunctionContext {
  [property: string]: unknown;
  /** Whether each argument's gradient is wanted. */
  readonly needsInputGrad: readonly boolean[];
  /** In backward: what forward saved, connected to the tape, so that backward can be differentiated again. */
  savedTensors: readonly Tensor[] = [];
  /** Results of which there is no gradient. */
  nonDifferentiable: readonly Tensor[] = [];

  constructor(needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  /** Keeps tensors for backward: arguments, results, or anything computed between. */
  saveForBackward(...tensors: Tensor[]): void {
    this.savedTensors = tensors;
  }

  markNonDifferentiable(...tensors: Tensor[]): void {
    this.nonDifferentiable = tensors;
  }
}

type Gradients = Tensor | null | readonly (Tensor | null | undefined)[];
type Results = Tensor | readonly Tensor[];

interface FunctionClass<A extends readonly unknown[], R extends Results> {
  readonly name: string;
  forward(ctx: FunctionContext, ...args: A): R;
  backward(ctx: FunctionContext, ...gradients: Tensor[]): Gradients;
}

/** Where a saved tensor is found when the gradient is asked for. */
type Place = readonly ['input' | 'output', number];

/** One call, with all that its gradient rules need. Rules take tensors from `y.inputs` alone, so that they can be batched. */
class Call {
  readonly #fn: FunctionClass<never[], Results>;
  readonly #on: Engine;
  readonly #ctx: FunctionContext;
  /** Positions of the tensors among the arguments. */
  readonly #tensorsAt: readonly number[];
  readonly #argCount: number;
  readonly #places: readonly Place[];
  /** How many inputs come before the results' bodies. */
  readonly #bodiesAt: number;
  readonly #outputs: readonly Value[];

  constructor(
    fn: FunctionClass<never[], Results>,
    on: Engine,
    ctx: FunctionContext,
    args: readonly unknown[],
    outputs: readonly Tensor[],
  ) {
    this.#fn = fn;
    this.#on = on;
    this.#ctx = ctx;
    this.#argCount = args.length;
    this.#tensorsAt = args.flatMap((x, i) => (x instanceof Tensor ? [i] : []));
    const given = this.#tensorsAt.map((i) => args[i] as Tensor);
    const inputs = given.map((t) => valueOf(t, on));
    this.#places = ctx.savedTensors.map((t): Place => {
      const output = outputs.indexOf(t);
      if (output >= 0 && !given.includes(t)) return ['output', output];
      const known = given.findIndex((other) => other === t || other.value === t.value);
      return ['input', known >= 0 ? known : inputs.push(t.value) - 1];
    });
    this.#bodiesAt = inputs.length;
    this.#outputs = outputs.map((t) => detach(t.value));
    this.inputs = [...inputs, ...this.#outputs];
  }

  readonly inputs: readonly Value[];

  /** Result i as a step on the tape. */
  output(i: number, inputs: readonly Value[]): Value {
    const { name } = this.#fn;
    const grad: GradRule<object> = (g, y, needs) => this.#gradients(i, g, y, needs);
    const op: CompositeOp = { name, nodeName: `${name}Backward`, kind: 'composite', grad };
    return applyComposite(op, inputs, none, inputs[this.#bodiesAt + i]);
  }

  #gradients(i: number, g: Value, y: Value, needs: readonly boolean[]): (Value | null)[] {
    const tensor = (v: Value): Tensor => new Tensor(v, this.#on);
    const saved = this.#places.map(([kind, k]) => {
      if (kind === 'input') return tensor(y.inputs[k]);
      return tensor(k === i ? y : this.output(k, y.inputs));
    });
    const ctx = new FunctionContext(this.#ctx.needsInputGrad);
    Object.assign(ctx, this.#ctx, { savedTensors: saved });
    // The gradient is linear in what comes in: each result's share is asked for alone.
    const incoming = this.#outputs.map((v, k) => tensor(k === i ? g : zerosOf(v)));
    // Only recorded, in eager mode too: what is asked for is run, and a batching rule has nothing to run yet.
    const outgoing = recorded(this.#on, () => enableGrad(() => this.#fn.backward(ctx, ...incoming)));
    const list = this.#checked(Array.isArray(outgoing) ? outgoing : [outgoing as Tensor | null]);
    return y.inputs.map((x, k) => {
      const t = k < this.#tensorsAt.length && needs[k] ? list[this.#tensorsAt[k]] : null;
      if (t === null || t === undefined) return null;
      if (sameShape(t.shape, x.shape)) return t.value;
      throw new ShapeError(`${this.#fn.name}.backward: a gradient of another shape than its argument`, {
        where: `argument ${this.#tensorsAt[k]}`,
        expected: formatShape(x.shape),
        got: formatShape(t.shape),
      });
    });
  }

  #checked(list: readonly (Tensor | null | undefined)[]): readonly (Tensor | null | undefined)[] {
    if (list.length === this.#argCount) return list;
    throw new AutogradError(`${this.#fn.name}.backward: not one gradient for each argument of forward`, {
      expected: `${this.#argCount}, with null where there is none`,
      got: String(list.length),
    });
  }
}

/**
 * A function whose gradient is written by hand:
 *
 *     class Square extends autograd.Function {
 *       static override forward(ctx: autograd.FunctionContext, x: Tensor) {
 *         ctx.saveForBackward(x);
 *         return x.mul(x);
 *       }
 *       static override backward(ctx: autograd.FunctionContext, g: Tensor) {
 *         const [x] = ctx.savedTensors;
 *         return g.mul(x).mul(2);
 *       }
 *     }
 *     Square.apply(x);
 *
 * forward runs off the tape and returns a tensor or several. backward is given the gradient of each result and returns
 * one for each argument of forward, null where there is none. Written in operations on tensors, it is differentiated
 * like any other for higher derivatives. With several results backward is called for each in turn, with zeros for the
 * others.
 */
// eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a class of static methods, as PyTorch users write it
export class CustomFunction {
  static forward(_ctx: FunctionContext, ..._args: never[]): Results {
    throw new AutogradError(`${this.name}: the class has no forward`);
  }

  static backward(_ctx: FunctionContext, ..._gradients: Tensor[]): Gradients {
    throw new AutogradError(`${this.name}: the class has no backward`);
  }

  /** Calls the function. On the tape it is one step, named after the class: 'SquareBackward'. */
  static apply<A extends readonly unknown[], R extends Results>(this: FunctionClass<A, R>, ...args: A): R {
    const on = engineOf(args);
    const needs = args.map((x) => x instanceof Tensor && valueOf(x, on).tracked);
    const ctx = new FunctionContext(needs);
    const result = noGrad(() => this.forward(ctx, ...args));
    if (!needs.includes(true)) return result;
    const outputs: readonly Tensor[] = result instanceof Tensor ? [result] : result;
    const call = new Call(this as unknown as FunctionClass<never[], Results>, on, ctx, args, outputs);
    const tracked = outputs.map((t, i) =>
      t.dtype !== 'f32' || ctx.nonDifferentiable.includes(t)
        ? Tensor.of(detach(t.value), on)
        : Tensor.of(call.output(i, call.inputs), on),
    );
    return (result instanceof Tensor ? tracked[0] : tracked) as unknown as R;
  }
}
