// The contract of an operation: what an entry holds, and the only things other layers may ask about it.
import type { DType, TypedArray } from './dtype.ts';
import type { Shape } from './shape.ts';
import type { Value } from './value.ts';
import type { View } from './view.ts';

/** Shape and element type: all that is known of a value before it is computed. */
export interface Typed {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A row-major tensor of the reference backend. */
export interface HostTensor extends Typed {
  readonly data: TypedArray;
}

/**
 * Gradients of the inputs, given `g`, the gradient of the output `y`; written in operations, so that they can be
 * differentiated again. `needs[i]` tells whether input i's gradient is wanted; null stands for none.
 */
export type GradRule<A extends object> = {
  // A method's parameters are compared both ways, so that an operation with attributes of its own is still an Op.
  rule(g: Value, y: Value & { readonly attrs: A }, needs: readonly boolean[]): readonly (Value | null)[];
}['rule'];

/** The rule of a Value's operation, as the tape calls it, or null. */
export const gradRuleOf = (v: Value): GradRule<object> | null => v.op.grad;

interface OpBase<A extends object> {
  readonly name: string;
  /** null: the operation has no derivative, or it is zero everywhere. */
  readonly grad: GradRule<A> | null;
  /** What the operation is called on the tape, where that differs from its name. */
  readonly tapeName?: string;
  /** The whole name of its step on the tape, where that is not the name and 'Backward0'. */
  readonly nodeName?: string;
  /** Its gradient needs neither inputs nor output, so that a second backward pass through it is possible. */
  readonly linear?: true;
}

/** Data that is there: a host array, or a leaf whose buffer the engine holds. */
export interface DataOp extends OpBase<object> {
  readonly kind: 'data';
}

/** One number everywhere. The number is not part of a plan: it travels in the uniforms. */
export interface ConstantOp extends OpBase<{ readonly value: number }> {
  readonly kind: 'constant';
}

/** A function of the element's index and a few numbers that travel in the uniforms: iota, random bits. */
export interface IndexOp<A extends object = object> extends OpBase<A> {
  readonly kind: 'index';
  /** How many u32 words the formula takes. */
  readonly wordCount: number;
  words(attrs: A): readonly number[];
  /** Files in shaders/lib whose functions the formula calls, beside math and philox. */
  readonly libraries?: readonly string[];
  /** WGSL of the element, given the u32 expression of its index and of each word. */
  wgsl(index: string, words: readonly string[]): string;
  cpu(index: number, words: readonly number[]): number;
}

/** One formula an element. All inputs have the output's shape; broadcasting is a view before it. */
export interface ElementwiseOp extends OpBase<object> {
  readonly kind: 'elementwise';
  /** Files in shaders/lib whose functions the formula calls, beside math and philox. */
  readonly libraries?: readonly string[];
  /** WGSL of functions that come with the entry, under names that no other entry has. */
  readonly functions?: string;
  infer(inputs: readonly Typed[]): DType;
  wgsl(args: readonly string[], dtype: DType, inputs: readonly DType[]): string;
  cpu(args: readonly number[], dtype: DType, inputs: readonly DType[]): number;
}

/** Another reading of the same elements: no arithmetic and, where strides can express it, no kernel. */
export interface ViewOp<A extends object = object> extends OpBase<A> {
  readonly kind: 'view';
  infer(input: Typed, attrs: A): Shape;
  /** Whether `view` has an answer for every input; a reshape does not. */
  readonly total: boolean;
  /** null where the data must be copied into row-major order first. */
  view(input: View, attrs: A): View | null;
}

/** One pass of a core operation's kernel. */
export interface KernelPass {
  /** Name of the file in shaders/, without its extension. */
  readonly shader: string;
  /** The text itself, where the kernel comes with the operation and `shader` is only what it is called. */
  readonly source?: string;
  /** Structural choices, by the name of the `const` in the file. */
  readonly constants?: Readonly<Record<string, number | boolean>>;
  /** Types, by the name of the `alias` in the file. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Bodies of further functions of the file, by name (a combine step, say). */
  readonly functions?: Readonly<Record<string, string>>;
  /** Sizes, by the name of the field in the file's `struct Params`. */
  readonly params: Readonly<Record<string, number>>;
  /** Workgroups in all; folded into two dimensions where there are too many for one. */
  readonly workgroups: number;
  /** What each operand of the file (a storage variable with a `load_` hole) reads: an input, or the last pass's scratch. */
  readonly reads: Readonly<Record<string, number | 'scratch'>>;
  /** The last pass writes the output; one before it writes scratch elements of 4 bytes. */
  readonly scratchElements?: number;
}

/** How a core operation reads one of its inputs. */
export type Access =
  /** Through strides handed to `passes`: the input must lie in a buffer. */
  | { readonly kind: 'strided' }
  /**
   * By a flat index into the input's elements, the dimensions in the order `dims` (all of them, row-major, by
   * default): elementwise values before it become part of the load.
   */
  | { readonly kind: 'indexed'; readonly dims?: readonly number[] };

export interface PassContext<A extends object> {
  /** Views of the strided inputs; of an indexed one, its row-major view. */
  readonly inputs: readonly (View & { readonly dtype: DType })[];
  readonly output: Typed;
  readonly attrs: A;
  /** Software adapters want other kernels than GPUs: barriers are dear there. */
  readonly adapter: AdapterKind;
}

export type AdapterKind = 'cpu' | 'gpu';

/** A kernel of its own: a reduction, a product, a gather. Elementwise values after it become part of its store. */
export interface CoreOp<A extends object = object> extends OpBase<A> {
  readonly kind: 'core';
  infer(inputs: readonly Typed[], attrs: A): Typed;
  access(input: number, attrs: A, inputs: readonly Typed[]): Access;
  passes(context: PassContext<A>): readonly KernelPass[];
  cpu(inputs: readonly HostTensor[], output: HostTensor, attrs: A): void;
  /**
   * How many examples are computed at once, as `vmap` wants it. 'shift': the operation treats every dimension but its
   * attributes' `dim` or `dims` alike, so that with a batch dimension in front of all inputs those count from one
   * higher. A function is given inputs of which the `batched` ones have a batch dimension in front. Without either,
   * examples are computed one by one.
   */
  readonly batch?: 'shift' | BatchRule<A>;
}

export type BatchRule<A extends object> = {
  rule(inputs: readonly Value[], batched: readonly boolean[], attrs: A): Value;
}['rule'];

/** A name on the tape for a body of other operations. Without a rule of its own, its gradient is its body's. */
export interface CompositeOp<A extends object = object> extends OpBase<A> {
  readonly kind: 'composite';
}

export type Op = DataOp | ConstantOp | IndexOp | ElementwiseOp | ViewOp | CoreOp | CompositeOp;
