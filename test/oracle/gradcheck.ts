// Derivatives against finite differences in double precision. Knows the public API, and no operation.
import type { Api, Tensor } from './api.ts';
import { hash32 } from './hashed.ts';
import { leafOf } from './layouts.ts';
import type { Plain } from './load.ts';

/** A function of tensors that may or may not be asked for its gradient. */
export type Fn = (inputs: readonly Tensor[]) => readonly Tensor[];

/** Half the step of the central difference, and how far it may be from the derivative: PyTorch's own numbers. */
const EPS = 1e-6;
const ATOL = 1e-5;
const RTOL = 1e-3;
/** Up to so many inputs and outputs every element of the Jacobian is compared; above, one random direction. */
const FULL = 50;

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** One number list over several tensors, cut into pieces of their shapes. */
function pieces(w: Api, shapes: readonly (readonly number[])[], data: Float32Array<ArrayBuffer>): Tensor[] {
  let at = 0;
  return shapes.map((shape) => {
    const from = at;
    at += sizeOf(shape);
    return w.tensor(data.slice(from, at)).reshape(shape);
  });
}

const oneHot = (length: number, at: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length }, (_, k) => Number(k === at));

/** A random direction of length 1. Its numbers are float32, so that both sides use the very same. */
function direction(stream: number, length: number): Float32Array<ArrayBuffer> {
  const raw = Float64Array.from({ length }, (_, k) => hash32(stream, k) * 2 ** -31 - 1);
  const norm = Math.hypot(...raw) || 1;
  return Float32Array.from(raw, (x) => x / norm);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k] * b[k];
  return total;
}

/** One function at one point, with both ways to its derivatives. */
class Point {
  readonly inputSize: number;
  readonly outputSize: number;
  private readonly w: Api;
  private readonly fn: Fn;
  private readonly leaves: readonly Tensor[];
  private readonly outputs: readonly Tensor[];

  constructor(w: Api, fn: Fn, inputs: readonly Plain[]) {
    this.w = w;
    this.fn = fn;
    this.leaves = inputs.map((x) => leafOf(w, { ...x, requiresGrad: true }));
    this.outputs = fn(this.leaves);
    this.inputSize = inputs.reduce((n, x) => n + sizeOf(x.shape), 0);
    this.outputSize = this.outputs.reduce((n, t) => n + sizeOf(t.shape), 0);
  }

  /** All outputs, one after another, at the point moved by `step` along `along`. */
  private at(along: Float32Array<ArrayBuffer>, step: number): Float64Array {
    const shapes = this.leaves.map((t) => t.shape);
    const moves = pieces(this.w, shapes, along);
    // The step is a number of its own: it would not survive as float32 data.
    const moved = this.leaves.map((leaf, k) => leaf.detach().add(moves[k].mul(step)));
    return Float64Array.from(this.fn(moved).flatMap((t) => [...t.dataSync()]));
  }

  /** J · along, by a central difference. */
  numeric(along: Float32Array<ArrayBuffer>): Float64Array {
    const [ahead, behind] = [this.at(along, EPS), this.at(along, -EPS)];
    return ahead.map((x, k) => (x - behind[k]) / (2 * EPS));
  }

  /** Jᵀ · cotangent, by the tape. */
  analytic(cotangent: Float32Array<ArrayBuffer>): Float64Array {
    const shapes = this.outputs.map((t) => t.shape);
    const gradients = pieces(this.w, shapes, cotangent);
    const kept = this.outputs.flatMap((t, k) => (t.requiresGrad ? [{ t, g: gradients[k] }] : []));
    const grads =
      kept.length === 0
        ? this.leaves.map(() => null)
        : this.w.autograd.grad(
            kept.map(({ t }) => t),
            this.leaves,
            { gradOutputs: kept.map(({ g }) => g), retainGraph: true, allowUnused: true },
          );
    const flat = grads.flatMap((g, k) =>
      g === null ? new Array<number>(sizeOf(this.leaves[k].shape)).fill(0) : [...g.dataSync()],
    );
    return Float64Array.from(flat);
  }
}

const isClose = (actual: number, wanted: number): boolean =>
  Math.abs(actual - wanted) <= ATOL + RTOL * Math.abs(wanted);

/** Compares the tape's derivatives of `fn` with differences. Returns what differs, or null. */
export function gradcheck(w: Api, fn: Fn, inputs: readonly Plain[], stream = 1): string | null {
  const point = new Point(w, fn, inputs);
  const { inputSize, outputSize } = point;
  if (inputSize === 0 || outputSize === 0) return null;
  if (inputSize > FULL || outputSize > FULL) {
    const [u, v] = [direction(stream, inputSize), direction(stream + 1, outputSize)];
    const [tape, difference] = [dot(point.analytic(v), u), dot(point.numeric(u), v)];
    return isClose(tape, difference) ? null : `along a direction: tape ${tape}, difference ${difference}`;
  }
  const columns = Array.from({ length: inputSize }, (_, i) => point.numeric(oneHot(inputSize, i)));
  for (let j = 0; j < outputSize; j++) {
    const row = point.analytic(oneHot(outputSize, j));
    for (let i = 0; i < inputSize; i++) {
      if (isClose(row[i], columns[i][j])) continue;
      return `output ${j} by input ${i}: tape ${row[i]}, difference ${columns[i][j]}`;
    }
  }
  return null;
}

/** The gradients of `fn` as a function of its inputs and of the gradients of its `outputs` outputs. */
export function gradientOf(w: Api, fn: Fn, inputCount: number): Fn {
  return (all) => {
    const leaves = all.slice(0, inputCount).map((t) => (t.requiresGrad ? t : t.detach().requiresGrad_()));
    const outputs = fn(leaves).filter((t) => t.requiresGrad);
    const options = { gradOutputs: all.slice(inputCount), createGraph: true, allowUnused: true };
    const grads = outputs.length === 0 ? [] : w.autograd.grad(outputs, leaves, options);
    return leaves.map((leaf, k) => grads[k] ?? w.zerosLike(leaf.detach()));
  };
}
