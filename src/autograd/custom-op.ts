// Operations whose WGSL users write: formulas that fuse, and kernels of their own.
import type { DType } from '../core/dtype.ts';
import { AutogradError, ShapeError, ValueError } from '../core/errors.ts';
import type { CoreOp, ElementwiseOp, GradRule, HostTensor, Op } from '../core/op.ts';
import { type Shape, formatShape, sameShape, sizeOf } from '../core/shape.ts';
import { type Value, applyCore, applyElementwise, none } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { cast } from '../ops/cast.ts';
import { spread } from '../ops/family.ts';
import { type TensorLike, engineOf } from '../tensor/call.ts';
import { first } from '../tensor/functions/lift.ts';
import { Tensor, enableGrad } from '../tensor.ts';
import { recorded } from './graph.ts';

/** The gradient of each input, or null; one input's may stand alone. */
type Gradients = Tensor | null | readonly (Tensor | null)[];

interface CustomBase<A extends object> {
  /** What it is called on the tape, in plans and in errors. */
  readonly name: string;
  /** Element type of the result: f32 by default. */
  readonly dtype?: DType;
  /** Gradients in operations on tensors, custom ones among them, so that they have gradients of their own. */
  readonly backward?: (grad: Tensor, inputs: readonly Tensor[], output: Tensor, attrs: A) => Gradients;
}

/** One formula an element, of inputs that broadcast. */
export interface CustomElementwise extends CustomBase<object> {
  /** The WGSL expression of the result, given those of the inputs, which are f32. */
  readonly wgsl: (args: readonly string[]) => string;
  /** WGSL of functions that the formula calls. They may call one another, and those of shaders/lib/math.wgsl. */
  readonly functions?: string;
  /** The same in TypeScript, for the CPU backend and for `verify`. */
  readonly cpu?: (...args: number[]) => number | boolean;
}

/** How a kernel reads an input: by flat index through `load_NAME(i)`, or as a buffer, by the strides in `params`. */
export type CustomAccess = 'indexed' | 'strided';

/** What is known when a kernel is chosen. Strides and offsets count elements. */
export interface CustomSizes<A extends object> {
  readonly inputs: readonly {
    readonly shape: Shape;
    readonly strides: readonly number[];
    readonly offset: number;
  }[];
  /** Shape of the result. */
  readonly shape: Shape;
  /** Elements of the result. */
  readonly size: number;
  readonly attrs: A;
}

/** A kernel of its own: a WGSL module like those in shaders/. */
export interface CustomKernel<A extends object> extends CustomBase<A> {
  /** Shape of the result; throws where the inputs do not fit. */
  readonly shape: (inputs: readonly Shape[], attrs: A) => readonly number[];
  /** A module with `struct Params`, a storage variable for each input, `out`, `store(i, value)` and `main`. */
  readonly wgsl: string;
  /**
   * Each input in order, by the name of its storage variable. Inputs are converted to f32 where no other type is said.
   */
  readonly reads: Readonly<
    Record<string, CustomAccess | { readonly access: CustomAccess; readonly dtype: DType }>
  >;
  /** Values of the members of `struct Params` (u32 or i32). */
  readonly params: (sizes: CustomSizes<A>) => Readonly<Record<string, number>>;
  readonly workgroups: (sizes: CustomSizes<A>) => number;
  /** Fills `output.data`; all tensors are row-major. For the CPU backend and for `verify`. */
  readonly cpu?: (inputs: readonly HostTensor[], output: HostTensor, attrs: A) => void;
}

/** A custom operation with attributes takes them behind its tensors. */
export type CustomFunction<A extends object> = [keyof A] extends [never]
  ? (...inputs: TensorLike[]) => Tensor
  : (...args: [...inputs: TensorLike[], attrs: A]) => Tensor;

function noFormula(name: string): never {
  throw new ValueError(`${name} cannot be computed on the CPU`, {
    fix: "give customOp a 'cpu' function, or use WebGPU without verify",
  });
}

function checkedGradients(name: string, given: Gradients, inputs: readonly Value[]): (Value | null)[] {
  const list = given === null || given instanceof Tensor ? [given] : given;
  if (list.length !== inputs.length) {
    throw new AutogradError(`${name}.backward: ${list.length} gradients of ${inputs.length} inputs`);
  }
  return list.map((t, i) => {
    if (t === null || sameShape(t.shape, inputs[i].shape)) return t && t.value;
    throw new ShapeError(`${name}.backward: a gradient of another shape than its input`, {
      where: `input ${i}`,
      expected: formatShape(inputs[i].shape),
      got: formatShape(t.shape),
    });
  });
}

/** The rule refuses by name where there is no `backward`. */
function ruleOf<A extends object>({ name, backward }: CustomBase<A>, on: Engine): GradRule<A> {
  return (g, y) => {
    if (backward === undefined) {
      throw new AutogradError(`${name} has no gradient`, {
        fix: "give customOp a 'backward' function, or detach() its inputs",
      });
    }
    const tensor = (v: Value): Tensor => new Tensor(v, on);
    // Only recorded, in eager mode too, as the rules of other operations are.
    const gradients = recorded(on, () =>
      enableGrad(() => backward(tensor(g), y.inputs.map(tensor), tensor(y), y.attrs)),
    );
    return checkedGradients(name, gradients, y.inputs);
  };
}

const made = { count: 0 };

/** Gives the functions of one operation names of their own, so that two operations may both have a `helper`. */
function withOwnNames(entry: CustomElementwise): Pick<ElementwiseOp, 'wgsl' | 'functions'> {
  const { wgsl, functions = '' } = entry;
  const names = [...functions.matchAll(/\b(?:fn|struct|const|alias)\s+(\w+)(?=\s*[({:=])/g)].map((m) => m[1]);
  const suffix = `_op${made.count++}`;
  const rename = (text: string): string =>
    names.length === 0 ? text : text.replace(new RegExp(`\\b(?:${names.join('|')})\\b`, 'g'), `$&${suffix}`);
  return { wgsl: (args) => rename(wgsl(args)), functions: rename(functions) };
}

function elementwiseOp(entry: CustomElementwise, on: Engine): ElementwiseOp {
  const { name, dtype = 'f32', cpu } = entry;
  return {
    name,
    kind: 'elementwise',
    infer: () => dtype,
    ...withOwnNames(entry),
    cpu: (args) => (cpu === undefined ? noFormula(name) : Number(cpu(...args))),
    grad: ruleOf(entry, on),
  };
}

function kernelOp<A extends object>(entry: CustomKernel<A>, on: Engine): CoreOp<A> {
  const { name, dtype = 'f32', cpu } = entry;
  const reads = Object.entries(entry.reads);
  const accesses = reads.map(([, read]) => (typeof read === 'string' ? read : read.access));
  return {
    name,
    kind: 'core',
    infer: (inputs, attrs) => ({
      shape: entry.shape(
        inputs.map(({ shape }) => shape),
        attrs,
      ),
      dtype,
    }),
    access: (i) => ({ kind: accesses[i] }),
    passes: ({ inputs, output: { shape }, attrs }) => {
      const sizes = { inputs, shape, size: sizeOf(shape), attrs };
      return [
        {
          shader: name,
          source: entry.wgsl,
          params: entry.params(sizes),
          workgroups: entry.workgroups(sizes),
          reads: Object.fromEntries(reads.map(([variable], i) => [variable, i])),
        },
      ];
    },
    cpu: (inputs, output, attrs) => (cpu === undefined ? noFormula(name) : cpu(inputs, output, attrs)),
    grad: ruleOf(entry, on),
  };
}

/** A plan knows operations by identity: one for each engine, made when it is used there first. */
function perEngine<O extends Op>(make: (on: Engine) => O): (on: Engine) => O {
  const known = new WeakMap<Engine, O>();
  return (on) => {
    const op = known.get(on) ?? make(on);
    known.set(on, op);
    return op;
  };
}

function elementwiseFunction(entry: CustomElementwise): (...inputs: TensorLike[]) => Tensor {
  const opOn = perEngine((on) => elementwiseOp(entry, on));
  return (...inputs) => {
    const on = engineOf(inputs);
    const values = inputs.map((x) => cast(first(x, on), 'f32'));
    return Tensor.of(applyElementwise(opOn(on), spread(entry.name, values)), on);
  };
}

function kernelFunction<A extends object>(entry: CustomKernel<A>): (...args: unknown[]) => Tensor {
  const opOn = perEngine((on) => kernelOp(entry, on));
  const reads = Object.values(entry.reads);
  return (...args) => {
    if (args.length !== reads.length && args.length !== reads.length + 1) {
      throw new ValueError(`${entry.name} takes ${reads.length} inputs`);
    }
    const on = engineOf(args);
    const values = reads.map((read, i) =>
      cast(first(args[i] as TensorLike, on), typeof read === 'string' ? 'f32' : read.dtype),
    );
    return Tensor.of(applyCore(opOn(on), values, (args[reads.length] ?? none) as A), on);
  };
}

/**
 * An operation written in WGSL, as a function on tensors. With `shape` it is a kernel of its own (`CustomKernel`);
 * without, a formula for each element (`CustomElementwise`), which becomes part of the kernels around it:
 *
 *     const softsquare = customOp({
 *       name: 'softsquare',
 *       wgsl: ([x]) => `${x} * ${x} / (1.0 + abs(${x}))`,
 *       cpu: (x) => (x * x) / (1 + Math.abs(x)),
 *     });
 *
 * Make it once, outside of functions and loops: plans and pipelines belong to the operation, and one made anew compiles
 * anew. Attributes are numbers, strings, booleans and lists of them. Running it on the CPU without `cpu`, and asking for
 * a gradient without `backward`, are refused.
 */
export function customOp(entry: CustomElementwise): (...inputs: TensorLike[]) => Tensor;
export function customOp<A extends object = object>(entry: CustomKernel<A>): CustomFunction<A>;
export function customOp<A extends object>(entry: CustomElementwise | CustomKernel<A>): unknown {
  return 'shape' in entry ? kernelFunction(entry) : elementwiseFunction(entry);
}
