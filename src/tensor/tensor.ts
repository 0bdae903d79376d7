// Tensor: a mutable handle on an immutable Value. A method is one line on an operation; see the operation for its meaning.
import type { DType } from '../core/dtype.ts';
import { AutogradError, DtypeError, ShapeError, ValueError } from '../core/errors.ts';
import { formatShape, sameShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { differentiate } from '../grad.ts';
import * as ops from '../ops/index.ts';
import { outputGradient, wantedOf } from './autograd.ts';
import { type TensorLike, type Wrapped, call, operand } from './call.ts';
import { Handle, valueOf } from './handle.ts';

type Sizes = readonly number[] | readonly [readonly number[]];
/** A shape given as numbers or as one array. */
const sizes = (list: Sizes): readonly number[] =>
  Array.isArray(list[0]) ? (list[0] as number[]) : (list as number[]);
type Dim = number | readonly number[];
type ReduceArg = Dim | ops.ReduceOptions;
const reduceOptions = (arg: ReduceArg | undefined, keepdim?: boolean): ops.ReduceOptions =>
  arg === undefined || typeof arg === 'number' || Array.isArray(arg)
    ? { dim: arg as Dim | undefined, keepdim }
    : (arg as ops.ReduceOptions);

export interface BackwardOptions {
  /** Keeps the graph for another pass; follows createGraph by default. */
  readonly retainGraph?: boolean;
  /** Records the gradients' own computation, so that they can be differentiated. */
  readonly createGraph?: boolean;
  /** The tensors whose gradients are gathered, inner ones too; all leaves by default. */
  readonly inputs?: readonly Tensor[];
}

// A method a line, so that the class reads as a table.
// prettier-ignore
export class Tensor extends Handle {
  /** The gradient gathered by backward(); null before, and after zeroGrad(). */
  grad: Tensor | null = null;
  #retains = false;

  /** The tensor of a Value, which the engine takes note of. */
  static readonly of = (value: Value, on: Engine): Tensor => {
    const t = new Tensor(value, on);
    on.noticed(value);
    return t;
  };

  #call<A extends readonly unknown[], R>(fn: (first: Value, ...args: A) => R, ...args: unknown[]): Wrapped<R> {
    return call(Tensor.of, fn as (...all: readonly unknown[]) => R, [this, ...args]);
  }
  /** The same with one operand that may be a number or an array. */
  #with<A extends readonly unknown[], R>(fn: (first: Value, ...args: A) => R, other: unknown, ...rest: unknown[]): Wrapped<R> {
    return this.#call(fn, operand(other, this.engine), ...rest);
  }

  // ── Autograd ──────────────────────────────────────────────────────────────────────────────────────────────────────
  /** Asks for a gradient (or no longer). Only leaves can be asked. */
  requiresGrad_(flag = true): this {
    if (flag === this.value.tracked) return this;
    if (!flag && !this.isLeaf) {
      throw new AutogradError('requiresGrad_: only leaves can stop requiring a gradient', { fix: 'use detach()' });
    }
    if (flag && this.dtype !== 'f32') {
      throw new DtypeError('requiresGrad_: only floats have gradients', { expected: 'f32', got: this.dtype });
    }
    this.value = flag ? ops.variable(this.value) : ops.detach(this.value);
    if (flag) this.engine.owners.set(this.value, this);
    return this;
  }
  /** Keeps the gradient of a tensor that is no leaf, too. */
  retainGrad(): void {
    if (!this.value.tracked) throw new AutogradError('retainGrad: this tensor requires no gradient', { where: this.toString() });
    if (this.isLeaf) return;
    this.#retains = true;
    this.engine.owners.set(this.value, this);
  }

  /**
   * Gathers in `.grad` of every leaf the gradient of this tensor (of Σ this·gradient where one is given). Nothing runs
   * until something is read or an optimiser steps.
   */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    const { createGraph = false, retainGraph = createGraph, inputs } = options;
    const on = this.engine;
    const seed = outputGradient(this, gradient ?? undefined, createGraph, 'backward');
    const results = differentiate({
      outputs: [this.value],
      gradients: [seed],
      ...(inputs === undefined ? {} : { wanted: wantedOf(inputs, 'backward') }),
      watched: (v) => {
        const owner = on.owners.get(v);
        return owner instanceof Tensor && owner.#retains;
      },
      hooks: on.hooks,
      createGraph,
      told: on.watcher?.gradient,
      retainGraph,
    });
    on.want(this.value);
    const asked = new Map((inputs ?? []).map((t) => [t.value, t]));
    for (const [v, g] of results) {
      const owner = asked.get(v) ?? on.owners.get(v);
      if (owner instanceof Tensor) owner.#gather(createGraph ? g : ops.detach(g));
    }
  }
  #gather(g: Value): void {
    const sum = this.grad === null ? g : ops.add(this.grad.value, g);
    this.grad = Tensor.of(sum, this.engine);
    this.engine.hooks?.gathered(this.value);
  }
  /** Forgets the gradient. */
  zeroGrad(): void {
    this.grad = null;
  }
  zero_grad(): void {
    this.zeroGrad();
  }
  requires_grad_(flag = true): this {
    return this.requiresGrad_(flag);
  }

  /** The same elements, off the tape. */
  detach(): Tensor {
    return Tensor.of(ops.detach(this.value), this.engine);
  }
  /** The same elements, one more step on the tape; off the tape, a copy that stays whatever this tensor becomes. */
  clone(): Tensor {
    const copy = this.#call(ops.clone);
    if (!copy.requiresGrad) this.engine.want(copy.value);
    return copy;
  }
  /** Points this handle to the elements of another tensor of its shape and dtype; the tape starts anew here. */
  assign(other: TensorLike): this {
    const value = operand(other, this.engine);
    const given = typeof value === 'number' ? ops.constant(value, this.shape, this.dtype) : (value as Value);
    applyUpdates([{ target: this, value: Tensor.of(given, this.engine) }], 'assign()');
    return this;
  }

  // ── Element type and device ───────────────────────────────────────────────────────────────────────────────────────
  /** The tensor with another element type; a device must be the one it is on. */
  to(target: DType | 'webgpu' | 'cpu'): Tensor {
    if (target === 'webgpu' || target === 'cpu') {
      if (target === this.device) return this;
      throw new ValueError('to: tensors do not move between devices by themselves', {
        expected: this.device,
        got: target,
        fix: 'read it with data(), call init({ device }), and make it anew',
      });
    }
    if (!['f32', 'i32', 'u32', 'bool'].includes(target)) {
      throw new DtypeError('to: unknown element type', { expected: "'f32', 'i32', 'u32' or 'bool'", got: target });
    }
    return target === this.dtype ? this : this.#call(ops.cast, target);
  }

  // ── Arithmetic ────────────────────────────────────────────────────────────────────────────────────────────────────
  add(other: TensorLike, options?: { alpha?: number }): Tensor { return this.#with(ops.add, other, options); }
  sub(other: TensorLike, options?: { alpha?: number }): Tensor { return this.#with(ops.sub, other, options); }
  mul(other: TensorLike): Tensor { return this.#with(ops.mul, other); }
  div(other: TensorLike, options?: { roundingMode?: 'trunc' | 'floor' | null }): Tensor { return this.#with(ops.div, other, options); }
  pow(exponent: TensorLike): Tensor { return this.#with(ops.pow, exponent); }
  fmod(other: TensorLike): Tensor { return this.#with(ops.fmod, other); }
  remainder(other: TensorLike): Tensor { return this.#with(ops.remainder, other); }
  maximum(other: TensorLike): Tensor { return this.#with(ops.maximum, other); }
  minimum(other: TensorLike): Tensor { return this.#with(ops.minimum, other); }
  lerp(end: TensorLike, weight: TensorLike): Tensor { return this.#with(ops.lerp, end, operand(weight, this.engine)); }
  clamp(bounds: { min?: TensorLike; max?: TensorLike }): Tensor {
    const { min, max } = bounds;
    const on = this.engine;
    return this.#call(ops.clamp, {
      ...(min === undefined || min === null ? {} : { min: operand(min, on) }),
      ...(max === undefined || max === null ? {} : { max: operand(max, on) }),
    });
  }
  /** This tensor where the condition holds, else `other`. */
  where(condition: Tensor, other: TensorLike): Tensor {
    const on = this.engine;
    return Tensor.of(ops.where(valueOf(condition, on), valueOf(this, on), operand(other, on) as Value | number), on);
  }

  // ── Elementary functions ──────────────────────────────────────────────────────────────────────────────────────────
  neg(): Tensor { return this.#call(ops.neg); }
  abs(): Tensor { return this.#call(ops.abs); }
  sign(): Tensor { return this.#call(ops.sign); }
  square(): Tensor { return this.#call(ops.square); }
  sqrt(): Tensor { return this.#call(ops.sqrt); }
  rsqrt(): Tensor { return this.#call(ops.rsqrt); }
  reciprocal(): Tensor { return this.#call(ops.reciprocal); }
  exp(): Tensor { return this.#call(ops.exp); }
  expm1(): Tensor { return this.#call(ops.expm1); }
  log(): Tensor { return this.#call(ops.log); }
  log1p(): Tensor { return this.#call(ops.log1p); }
  log2(): Tensor { return this.#call(ops.log2); }
  logit(options?: { eps?: number | null }): Tensor { return this.#call(ops.logit, options); }
  sin(): Tensor { return this.#call(ops.sin); }
  cos(): Tensor { return this.#call(ops.cos); }
  tan(): Tensor { return this.#call(ops.tan); }
  tanh(): Tensor { return this.#call(ops.tanh); }
  erf(): Tensor { return this.#call(ops.erf); }
  floor(): Tensor { return this.#call(ops.floor); }
  ceil(): Tensor { return this.#call(ops.ceil); }
  round(): Tensor { return this.#call(ops.round); }
  trunc(): Tensor { return this.#call(ops.trunc); }

  // ── Activations ───────────────────────────────────────────────────────────────────────────────────────────────────
  sigmoid(): Tensor { return this.#call(ops.sigmoid); }
  relu(): Tensor { return this.#call(ops.relu); }
  leakyRelu(negativeSlope?: number): Tensor { return this.#call(ops.leakyRelu, negativeSlope); }
  elu(options?: { alpha?: number }): Tensor { return this.#call(ops.elu, options); }
  softplus(options?: { beta?: number; threshold?: number }): Tensor { return this.#call(ops.softplus, options); }
  gelu(options?: { approximate?: 'none' | 'tanh' }): Tensor { return this.#call(ops.gelu, options); }
  silu(): Tensor { return this.#call(ops.silu); }
  logsigmoid(): Tensor { return this.#call(ops.logsigmoid); }
  softmax(dim: number): Tensor { return this.#call(ops.softmax, dim); }
  logSoftmax(dim: number): Tensor { return this.#call(ops.logSoftmax, dim); }

  // ── Comparison and logic ──────────────────────────────────────────────────────────────────────────────────────────
  eq(other: TensorLike): Tensor { return this.#with(ops.eq, other); }
  ne(other: TensorLike): Tensor { return this.#with(ops.ne, other); }
  lt(other: TensorLike): Tensor { return this.#with(ops.lt, other); }
  le(other: TensorLike): Tensor { return this.#with(ops.le, other); }
  gt(other: TensorLike): Tensor { return this.#with(ops.gt, other); }
  ge(other: TensorLike): Tensor { return this.#with(ops.ge, other); }
  logicalAnd(other: TensorLike): Tensor { return this.#with(ops.logicalAnd, other); }
  logicalOr(other: TensorLike): Tensor { return this.#with(ops.logicalOr, other); }
  logicalXor(other: TensorLike): Tensor { return this.#with(ops.logicalXor, other); }
  logicalNot(): Tensor { return this.#call(ops.logicalNot); }
  isnan(): Tensor { return this.#call(ops.isnan); }
  isinf(): Tensor { return this.#call(ops.isinf); }
  isfinite(): Tensor { return this.#call(ops.isfinite); }
  isclose(other: TensorLike, options?: { rtol?: number; atol?: number; equalNan?: boolean }): Tensor {
    return this.#with(ops.isclose, other, options);
  }

  // ── Reductions: of all elements, or of `dim`; options or (dim, keepdim) ───────────────────────────────────────────
  sum(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.sum, reduceOptions(dim, keepdim)); }
  mean(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.mean, reduceOptions(dim, keepdim)); }
  prod(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.prod, reduceOptions(dim, keepdim)); }
  amax(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.amax, reduceOptions(dim, keepdim)); }
  amin(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.amin, reduceOptions(dim, keepdim)); }
  any(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.any, reduceOptions(dim, keepdim)); }
  all(dim?: ReduceArg, keepdim?: boolean): Tensor { return this.#call(ops.all, reduceOptions(dim, keepdim)); }
  var(options?: Dim | ops.VarOptions): Tensor { return this.#call(ops.variance, reduceOptions(options)); }
  std(options?: Dim | ops.VarOptions): Tensor { return this.#call(ops.std, reduceOptions(options)); }
  argmax(options?: number | { dim?: number; keepdim?: boolean }): Tensor { return this.#call(ops.argmax, reduceOptions(options)); }
  argmin(options?: number | { dim?: number; keepdim?: boolean }): Tensor { return this.#call(ops.argmin, reduceOptions(options)); }
  logsumexp(dim?: Dim, options?: { keepdim?: boolean }): Tensor { return this.#call(ops.logsumexp, dim, options); }
  cumsum(dim: number): Tensor { return this.#call(ops.cumsum, dim); }
  /** The largest element; with a dimension, values and the indices of the first such; with a tensor, the larger of two. */
  max(other?: Tensor): Tensor;
  max(dim: number | { dim: number; keepdim?: boolean }, keepdim?: boolean): { values: Tensor; indices: Tensor };
  max(arg?: Tensor | number | { dim: number; keepdim?: boolean }, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    if (arg === undefined) return this.amax();
    if (arg instanceof Tensor) return this.maximum(arg);
    const options = typeof arg === 'number' ? { dim: arg, keepdim } : arg;
    return this.#call(ops.maxAlong, options.dim, options.keepdim);
  }
  /** The smallest element, likewise. */
  min(other?: Tensor): Tensor;
  min(dim: number | { dim: number; keepdim?: boolean }, keepdim?: boolean): { values: Tensor; indices: Tensor };
  min(arg?: Tensor | number | { dim: number; keepdim?: boolean }, keepdim = false): Tensor | { values: Tensor; indices: Tensor } {
    if (arg === undefined) return this.amin();
    if (arg instanceof Tensor) return this.minimum(arg);
    const options = typeof arg === 'number' ? { dim: arg, keepdim } : arg;
    return this.#call(ops.minAlong, options.dim, options.keepdim);
  }

  // ── Products ──────────────────────────────────────────────────────────────────────────────────────────────────────
  matmul(other: TensorLike): Tensor { return this.#with(ops.matmul, other); }
  mm(other: TensorLike): Tensor { return this.#with(ops.mm, other); }
  bmm(other: TensorLike): Tensor { return this.#with(ops.bmm, other); }
  dot(other: TensorLike): Tensor { return this.#with(ops.dot, other); }
  mv(other: TensorLike): Tensor { return this.#with(ops.mv, other); }
  outer(other: TensorLike): Tensor { return this.#with(ops.outer, other); }

  // ── Movement; shapes as numbers or as one array ───────────────────────────────────────────────────────────────────
  reshape(...shape: Sizes): Tensor { return this.#call(ops.reshape, sizes(shape)); }
  view(...shape: Sizes): Tensor { return this.#call(ops.reshape, sizes(shape)); }
  permute(...dims: Sizes): Tensor { return this.#call(ops.permute, sizes(dims)); }
  expand(...shape: Sizes): Tensor { return this.#call(ops.expand, sizes(shape)); }
  broadcastTo(...shape: Sizes): Tensor { return this.#call(ops.expand, sizes(shape)); }
  repeat(...counts: Sizes): Tensor { return this.#call(ops.repeat, sizes(counts)); }
  flip(...dims: Sizes): Tensor { return this.#call(ops.flip, sizes(dims)); }
  transpose(dim0: number, dim1: number): Tensor { return this.#call(ops.transpose, dim0, dim1); }
  /** Dimensions in reverse order: the transpose of a matrix. */
  get T(): Tensor { return this.permute(this.shape.map((_, i) => this.ndim - 1 - i)); }
  t(): Tensor {
    if (this.ndim > 2) throw new ShapeError('t: more than two dimensions', { got: formatShape(this.shape), fix: 'use transpose' });
    return this.T;
  }
  movedim(source: Dim, destination: Dim): Tensor { return this.#call(ops.movedim, source, destination); }
  squeeze(dim?: Dim): Tensor { return this.#call(ops.squeeze, dim); }
  unsqueeze(dim: number): Tensor { return this.#call(ops.unsqueeze, dim); }
  flatten(options?: { startDim?: number; endDim?: number }): Tensor { return this.#call(ops.flatten, options); }
  slice(dim: number, start?: number, end?: number, step?: number): Tensor { return this.#call(ops.slice, dim, start, end, step); }
  narrow(dim: number, start: number, length: number): Tensor { return this.#call(ops.narrow, dim, start, length); }
  select(dim: number, index: number): Tensor { return this.#call(ops.select, dim, index); }
  split(size: Dim, dim?: number): Tensor[] { return this.#call(ops.split, size, dim); }
  chunk(count: number, dim?: number): Tensor[] { return this.#call(ops.chunk, count, dim); }
  indexSelect(dim: number, index: TensorLike): Tensor { return this.#call(ops.indexSelect, dim, indices(index, this.engine)); }
  gather(dim: number, index: TensorLike): Tensor { return this.#call(ops.gather, dim, indices(index, this.engine)); }
  scatterAdd(dim: number, index: TensorLike, source: TensorLike): Tensor {
    return this.#call(ops.scatterAdd, dim, indices(index, this.engine), operand(source, this.engine));
  }
  tril(diagonal?: number): Tensor { return this.#call(ops.tril, diagonal); }
  triu(diagonal?: number): Tensor { return this.#call(ops.triu, diagonal); }
}

/** An index given as an array holds integers. */
function indices(index: TensorLike, on: Engine): unknown {
  const value = operand(index, on);
  return index instanceof Tensor || typeof value === 'number' ? value : ops.cast(value as Value, 'i32');
}

/** A tensor that requires a gradient and that modules find: what an optimiser changes. */
export class Parameter extends Tensor {
  constructor(data: Tensor, options: { requiresGrad?: boolean } = {}) {
    const { requiresGrad = true } = options;
    super(requiresGrad ? ops.variable(data.value) : ops.detach(data.value), data.engine);
    if (requiresGrad) this.engine.owners.set(this.value, this);
  }
}

export interface TensorUpdate {
  readonly target: Tensor;
  readonly value: Tensor;
}

/**
 * Rebinds the targets to their new values, all in one run: what an optimiser's step ends with. What was computed from
 * the old value of a target that requires a gradient can still be read until the update after this one.
 */
export function applyUpdates(updates: readonly TensorUpdate[], by = 'optimizer.step()'): void {
  const [first] = updates;
  if (updates.length === 0) return;
  const on = first.target.engine;
  const assignments = updates.map(({ target, value }) => {
    if (!sameShape(target.shape, value.shape) || target.dtype !== value.dtype) {
      throw new ShapeError('a new value must have the shape and element type of the old one', {
        expected: `${target.dtype} ${formatShape(target.shape)}`,
        got: `${value.dtype} ${formatShape(value.shape)}`,
      });
    }
    const tracked = target.requiresGrad;
    return {
      before: target.value,
      after: ops.detach(valueOf(value, on)),
      tracked,
      keepPrevious: tracked,
      held: target.grad?.value ?? null,
      by,
    };
  });
  on.assign(assignments).forEach((next, i) => {
    const { target } = updates[i];
    on.hooks?.handOver(target.value, next);
    target.value = next;
    if (next.tracked) on.owners.set(next, target);
  });
}
