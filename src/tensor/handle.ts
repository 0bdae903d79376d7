// The handle on a Value: what it is, and reading it. Knows no operation.
import type { DType, TypedArray } from '../core/dtype.ts';
import { DeviceMismatchError, ShapeError, ValueError } from '../core/errors.ts';
import { type Shape, formatShape } from '../core/shape.ts';
import type { Value } from '../core/value.ts';
import type { Engine } from '../engine.ts';
import { tapeNameOf } from '../grad.ts';
import { detach } from '../ops/movement.ts';
import { type Nested, nest } from './host.ts';

/** A step of the tape, as PyTorch shows it. */
export interface TapeNode {
  /** 'MulBackward0', or 'AccumulateGrad' for a leaf. */
  readonly name: string;
  /** Where the gradient goes on to, and to which of its outputs; null where no gradient is wanted. */
  readonly nextFunctions: readonly (readonly [TapeNode | null, number])[];
  /** Of a leaf: the tensor in which the gradient is gathered. */
  readonly variable?: unknown;
}

function tapeNode(v: Value, engine: Engine): TapeNode {
  if (v.leaf) return { name: 'AccumulateGrad', nextFunctions: [], variable: engine.owners.get(v) };
  const inputs = v.body !== null && v.op.grad === null ? [v.body] : v.inputs;
  return {
    name: tapeNameOf(v.op),
    get nextFunctions() {
      return inputs.map((input) => [input.tracked ? tapeNode(input, engine) : null, 0] as const);
    },
  };
}

export class Handle {
  readonly engine: Engine;
  /** The Value it points to. Assigning rebinds the handle; the Value itself never changes. */
  value: Value;

  constructor(value: Value, engine: Engine) {
    this.value = value;
    this.engine = engine;
  }

  get shape(): Shape {
    return this.value.shape;
  }
  get dtype(): DType {
    return this.value.dtype;
  }
  /** Number of dimensions. */
  get ndim(): number {
    return this.value.shape.length;
  }
  get device(): 'webgpu' | 'cpu' {
    return this.engine.backend.type;
  }
  /** Number of elements. */
  numel(): number {
    return this.value.size;
  }
  /** Length of dimension `dim`, or all lengths. */
  size(): Shape;
  size(dim: number): number;
  size(dim?: number): Shape | number {
    if (dim === undefined) return this.shape;
    const length = this.shape.at(dim);
    if (length === undefined)
      throw new ShapeError('size: no such dimension', { got: `${dim} of ${formatShape(this.shape)}` });
    return length;
  }

  /** Whether gradients are gathered in it or flow through it. */
  get requiresGrad(): boolean {
    return this.value.tracked;
  }
  /** Whether it was made by the user rather than computed from tensors that require a gradient. */
  get isLeaf(): boolean {
    return this.gradFn === null;
  }
  /** The step of the tape that made it; null for leaves. */
  get gradFn(): TapeNode | null {
    if (!this.value.tracked) return null;
    const node = tapeNode(this.value, this.engine);
    return node.name === 'AccumulateGrad' ? null : node;
  }
  get grad_fn(): TapeNode | null {
    return this.gradFn;
  }
  get requires_grad(): boolean {
    return this.requiresGrad;
  }

  /** The elements in row-major order: a copy. Runs what it takes. bool gives 0 and 1 as bytes. */
  data(): Promise<TypedArray> {
    return this.engine.read(this.value);
  }

  /** The elements as nested arrays; a number for a scalar. */
  async tolist(): Promise<Nested> {
    const { shape, dtype } = this;
    return nest(await this.data(), shape, dtype);
  }

  /** The one element. Throws for any other number of elements. */
  async item(): Promise<number> {
    this.#checkOne();
    return (await this.data())[0];
  }

  #checkOne(): void {
    if (this.value.size !== 1) {
      throw new ShapeError('item: only a tensor of one element is a number', {
        got: `${this.value.size} elements, shape ${formatShape(this.shape)}`,
        fix: 'use tolist() or data(), or reduce first: mean(), sum()',
      });
    }
  }

  /** The elements at once. Only on the CPU: a GPU is never waited for. */
  dataSync(): TypedArray {
    const data = this.engine.readSync(this.value);
    if (data === null) {
      throw new ValueError('dataSync: a GPU cannot be read without waiting', { fix: 'use await t.data()' });
    }
    return data;
  }

  /** The one element at once. Only on the CPU. */
  itemSync(): number {
    this.#checkOne();
    return this.dataSync()[0];
  }

  /** What it is, in one line; for the elements, `await t.tolist()`. */
  toString(): string {
    const made =
      this.gradFn !== null
        ? `, gradFn=<${this.gradFn.name}>`
        : this.requiresGrad
          ? ', requiresGrad=true'
          : '';
    return `Tensor(${this.dtype} ${formatShape(this.shape)}, ${this.device}${made})`;
  }

  /** Gives its buffer back now. Never needed; later uses throw or compute it again. */
  dispose(): void {
    this.engine.release(this.value);
  }
}

/** The Value of a tensor on this engine; off the tape while gradients are disabled. */
export function valueOf(t: Handle, on: Engine): Value {
  if (t.engine !== on) {
    throw new DeviceMismatchError('tensors of two engines in one operation', {
      expected: `${on.backend.type}: ${on.backend.name}`,
      got: `${t.engine.backend.type}: ${t.engine.backend.name}`,
      fix: 'make both after the last init(), or read one with data() and make it anew',
    });
  }
  return on.gradEnabled ? t.value : detach(t.value);
}
