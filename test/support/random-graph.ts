// Random programs of tensor operations, a function of a seed: the same on every backend. Knows the public API only.
import type { Tensor } from '../../src/index.ts';
import { cat, manualSeed, rand, tensor, where } from '../../src/index.ts';
import { hash32 } from '../oracle/hashed.ts';

type Shape = readonly number[];

interface Step {
  readonly text: string;
  readonly shape: Shape;
  /** Makes the value from those of the inputs and of the steps before. */
  readonly run: (values: readonly Tensor[]) => Tensor;
}

/** Inputs, steps on them, and the values that are read. */
export interface GraphProgram {
  readonly seed: number;
  readonly inputs: readonly { readonly shape: Shape; readonly data: Float32Array<ArrayBuffer> }[];
  readonly steps: readonly Step[];
  readonly roots: readonly number[];
  /** Whether the gradients of the inputs are read too. */
  readonly backward: boolean;
}

export interface Result {
  readonly what: string;
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

const SIZE_MAX = 400;
const RANK_MAX = 5;

const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

function broadcast(a: Shape, b: Shape): number[] | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let k = 1; k <= rank; k++) {
    const [x, y] = [a[a.length - k] ?? 1, b[b.length - k] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return null;
    out.unshift(Math.max(x, y));
  }
  return out;
}

const UNARY: readonly [string, (x: Tensor) => Tensor][] = [
  ['tanh', (x) => x.tanh()],
  ['sigmoid', (x) => x.sigmoid()],
  ['sin', (x) => x.sin()],
  ['abs', (x) => x.abs()],
  ['relu', (x) => x.relu()],
  ['neg', (x) => x.neg()],
  ['square', (x) => x.tanh().square()],
  ['exp', (x) => x.tanh().exp()],
  ['log1p', (x) => x.square().log1p()],
  ['sqrt', (x) => x.square().add(1).sqrt()],
  ['erf', (x) => x.erf()],
  ['scale', (x) => x.mul(-0.75).add(0.25)],
  ['clamp', (x) => x.clamp({ min: -0.5, max: 0.75 })],
  ['pow', (x) => x.square().add(0.5).pow(1.5).mul(0.25)],
];

const BINARY: readonly [string, (a: Tensor, b: Tensor) => Tensor][] = [
  ['add', (a, b) => a.add(b)],
  ['sub', (a, b) => a.sub(b, { alpha: 0.5 })],
  ['mul', (a, b) => a.tanh().mul(b)],
  ['div', (a, b) => a.div(b.square().add(1))],
  ['maximum', (a, b) => a.maximum(b)],
  ['minimum', (a, b) => a.minimum(b)],
];

/** Draws one program. */
class Draw {
  readonly inputs: { shape: Shape; data: Float32Array<ArrayBuffer> }[] = [];
  readonly steps: Step[] = [];
  readonly shapes: Shape[] = [];
  readonly #seed: number;
  #count = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A whole number from 0 to n − 1. */
  below(n: number): number {
    return hash32(this.#seed, this.#count++) % Math.max(1, n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)];
  }

  input(): void {
    const rank = this.below(4);
    const shape = Array.from({ length: rank }, () => 1 + this.below(5));
    const data = Float32Array.from({ length: sizeOf(shape) }, () => this.below(4001) / 1000 - 2);
    this.inputs.push({ shape, data });
    this.shapes.push(shape);
  }

  /** Any value so far; the newest more often than not. */
  value(): number {
    const newest = this.shapes.length - 1;
    return this.below(2) === 0 ? newest : this.below(this.shapes.length);
  }

  add(text: string, shape: Shape, run: Step['run']): void {
    this.steps.push({ text: `v${this.shapes.length} = ${text} [${shape.join(', ')}]`, shape, run });
    this.shapes.push(shape);
  }

  unary(): void {
    const a = this.value();
    const [name, f] = this.pick(UNARY);
    this.add(`${name} v${a}`, this.shapes[a], (v) => f(v[a]));
  }

  /** Two values whose shapes go together; often one and the same twice. */
  pair(): { a: number; b: number; shape: number[] } {
    const a = this.value();
    const fitting = this.shapes.flatMap((shape, b) => {
      const both = broadcast(this.shapes[a], shape);
      return both !== null && sizeOf(both) <= SIZE_MAX && both.length <= RANK_MAX
        ? [{ a, b, shape: both }]
        : [];
    });
    return this.pick(fitting);
  }

  binary(): void {
    const { a, b, shape } = this.pair();
    const [name, f] = this.pick(BINARY);
    this.add(`${name} v${a} v${b}`, shape, (v) => f(v[a], v[b]));
  }

  /** A choice by an input's sign, or by a random number: both exact on every backend. */
  choice(): void {
    const { a, b, shape } = this.pair();
    if (this.below(2) === 0) {
      this.add(`where rand v${a} v${b}`, shape, (v) => where(rand(shape).lt(0.5), v[a], v[b]));
      return;
    }
    const [first] = this.inputs;
    const both = broadcast(first.shape, shape);
    if (both === null || sizeOf(both) > SIZE_MAX || both.length > RANK_MAX) return;
    this.add(`where v0>0 v${a} v${b}`, both, (v) => where(v[0].gt(0), v[a], v[b]));
  }

  view(): void {
    const a = this.value();
    const shape = this.shapes[a];
    const rank = shape.length;
    const dim = this.below(rank);
    const kind = this.pick([
      'reshape',
      'permute',
      'expand',
      'slice',
      'flip',
      'unsqueeze',
      'repeat',
      'tril',
    ] as const);
    if (kind === 'reshape') this.reshape(a);
    else if (kind === 'unsqueeze' && rank < RANK_MAX) {
      const to = [...shape.slice(0, dim), 1, ...shape.slice(dim)];
      this.add(`unsqueeze v${a} ${dim}`, to, (v) => v[a].unsqueeze(dim));
    } else if (kind === 'expand' && rank < RANK_MAX && sizeOf(shape) <= SIZE_MAX / 3) {
      this.add(`expand v${a}`, [3, ...shape], (v) => v[a].unsqueeze(0).expand([3, ...shape]));
    } else if (rank === 0) return;
    else if (kind === 'permute') {
      const order = shape.map((_, k) => (k + 1 + dim) % rank);
      this.add(
        `permute v${a} ${order.join()}`,
        order.map((k) => shape[k]),
        (v) => v[a].permute(order),
      );
    } else if (kind === 'slice') {
      const [start, step] = [this.below(shape[dim]), 1 + this.below(2)];
      const length = Math.ceil((shape[dim] - start) / step);
      const to = shape.map((n, k) => (k === dim ? length : n));
      this.add(`slice v${a} ${dim} ${start}::${step}`, to, (v) => v[a].slice(dim, start, shape[dim], step));
    } else if (kind === 'flip') this.add(`flip v${a} ${dim}`, shape, (v) => v[a].flip(dim));
    else if (kind === 'repeat' && sizeOf(shape) <= SIZE_MAX / 2) {
      const counts = shape.map((_, k) => (k === dim ? 2 : 1));
      this.add(
        `repeat v${a} ${counts.join()}`,
        shape.map((n, k) => n * counts[k]),
        (v) => v[a].repeat(counts),
      );
    } else if (kind === 'tril' && rank >= 2) this.add(`tril v${a}`, shape, (v) => v[a].tril());
  }

  reshape(a: number): void {
    const shape = this.shapes[a];
    const size = sizeOf(shape);
    const factors = [1, 2, 3, 4, 5, 6, 8].filter((n) => size % n === 0);
    const first = this.pick(factors);
    const to = this.pick([[size], [first, size / first], [size / first, 1, first]]);
    this.add(`reshape v${a}`, to, (v) => v[a].reshape(to));
  }

  reduce(): void {
    const a = this.value();
    const shape = this.shapes[a];
    if (shape.length === 0) return;
    const dim = this.below(shape.length);
    const n = shape[dim];
    const keepdim = this.below(2) === 0;
    const to = keepdim ? shape.map((m, k) => (k === dim ? 1 : m)) : shape.filter((_, k) => k !== dim);
    const options = { dim, keepdim };
    const name = this.pick([
      'sum',
      'mean',
      'amax',
      'amin',
      'logsumexp',
      'softmax',
      'logSoftmax',
      'cumsum',
      'sumAll',
      'var',
    ] as const);
    const text = `${name} v${a} ${dim}${keepdim ? ' keepdim' : ''}`;
    if (name === 'sum') this.add(text, to, (v) => v[a].sum(options).mul(1 / n));
    else if (name === 'mean') this.add(text, to, (v) => v[a].mean(options));
    else if (name === 'amax') this.add(text, to, (v) => v[a].amax(options));
    else if (name === 'amin') this.add(text, to, (v) => v[a].amin(options));
    else if (name === 'logsumexp') this.add(text, to, (v) => v[a].logsumexp(dim, { keepdim }));
    else if (name === 'softmax') this.add(text, shape, (v) => v[a].softmax(dim));
    else if (name === 'logSoftmax') this.add(text, shape, (v) => v[a].logSoftmax(dim).mul(0.25));
    else if (name === 'cumsum') this.add(text, shape, (v) => v[a].cumsum(dim).mul(1 / n));
    else if (name === 'var' && n > 1) this.add(text, to, (v) => v[a].var(options));
    else this.add(`sumAll v${a}`, [], (v) => v[a].sum().mul(1 / sizeOf(shape)));
  }

  /** A product with its own transpose, or with a matrix that repeats a few of another value's elements. */
  product(): void {
    const [a, b] = [this.value(), this.value()];
    const shape = this.shapes[a];
    if (shape.length < 2 || shape.length > RANK_MAX) return;
    const [m, k] = shape.slice(-2);
    const n = this.below(2) === 0 ? m : 3;
    if (sizeOf(shape.slice(0, -1)) * n > SIZE_MAX) return;
    const to = [...shape.slice(0, -1), n];
    if (n === m) {
      this.add(`gram v${a}`, to, (v) => v[a].matmul(v[a].transpose(-2, -1)).mul(1 / k));
    } else if (sizeOf(this.shapes[b]) >= k) {
      const right = (v: readonly Tensor[]): Tensor =>
        v[b]
          .reshape([sizeOf(this.shapes[b])])
          .narrow(0, 0, k)
          .reshape([k, 1])
          .expand([k, n]);
      this.add(`matmul v${a} v${b}`, to, (v) => v[a].matmul(right(v)).mul(1 / k));
    }
  }

  join(): void {
    const a = this.value();
    const shape = this.shapes[a];
    if (shape.length === 0 || sizeOf(shape) > SIZE_MAX / 2) return;
    const dim = this.below(shape.length);
    if (this.below(2) === 0) {
      const to = shape.map((n, k) => (k === dim ? 2 * n : n));
      this.add(`cat v${a} -v${a} ${dim}`, to, (v) => cat([v[a], v[a].neg()], dim));
      return;
    }
    const index = Int32Array.from({ length: 1 + this.below(4) }, () => this.below(shape[dim]));
    const to = shape.map((n, k) => (k === dim ? index.length : n));
    this.add(`indexSelect v${a} ${dim} [${index.join()}]`, to, (v) => v[a].indexSelect(dim, tensor(index)));
  }
}

/** The program of a seed. */
export function randomProgram(seed: number): GraphProgram {
  const draw = new Draw(seed);
  const inputCount = 2 + draw.below(2);
  for (let k = 0; k < inputCount; k++) draw.input();
  const wanted = 3 + draw.below(8);
  for (let tries = 0; draw.steps.length < wanted && tries < 60; tries++) {
    const kinds = [
      'unary',
      'unary',
      'binary',
      'binary',
      'choice',
      'view',
      'view',
      'reduce',
      'product',
      'join',
    ] as const;
    draw[draw.pick(kinds)]();
  }
  const last = draw.shapes.length - 1;
  const roots = new Set([last]);
  for (let k = draw.below(3); k > 0; k--) roots.add(inputCount + draw.below(draw.steps.length));
  return { seed, inputs: draw.inputs, steps: draw.steps, roots: [...roots], backward: draw.below(3) === 0 };
}

export const describeProgram = ({ inputs, steps, roots, seed }: GraphProgram): string =>
  [
    `program ${seed}:`,
    ...inputs.map(({ shape }, k) => `  v${k} = input [${shape.join(', ')}]`),
    ...steps.map(({ text }) => `  ${text}`),
    `  reads ${roots.map((k) => `v${k}`).join(', ')}`,
  ].join('\n');

/** Records the program on the engine at hand; what will be read, by name. */
export function record(program: GraphProgram): { what: string; value: Tensor }[] {
  const { inputs, steps, roots, backward, seed } = program;
  manualSeed(seed);
  const leaves = inputs.map(({ shape, data }) => {
    const leaf = tensor(data).reshape(shape).detach();
    return backward ? leaf.requiresGrad_() : leaf;
  });
  const values: Tensor[] = [...leaves];
  for (const step of steps) values.push(step.run(values));
  const read = roots.map((k) => ({ what: `v${k}`, value: values[k] }));
  if (!backward) return read;
  const tracked = roots.map((k) => values[k]).filter((t) => t.requiresGrad);
  // Every element of every root counts differently, so that none can be taken for another.
  const loss = tracked.map((t) => t.mul(rand(t.shape)).sum()).reduce((a, b) => a.add(b));
  loss.backward();
  const grads = leaves.flatMap(({ grad }, k) =>
    grad === null ? [] : [{ what: `gradient of v${k}`, value: grad }],
  );
  return [...read, ...grads];
}

/** Runs the program on the engine at hand. */
export async function execute(program: GraphProgram): Promise<Result[]> {
  const read = record(program);
  const data = await Promise.all(read.map(({ value }) => value.data()));
  return read.map(({ what, value }, k) => ({ what, shape: value.shape, data: data[k] }));
}
