// The lecture's examples as PyTorch computes them (make_lecture.py), typed. Knows no engine.
import { signed } from './hashed.ts';
import source from './lecture.json?raw';

type Matrix = readonly (readonly number[])[];
type Vector = readonly number[];

/** c = mean(3 · (x + 2)²) at x = ones(2, 2), the square as a · a or as a power. */
export interface WorkedExample {
  readonly values: { readonly a: Matrix; readonly square: Matrix; readonly b: Matrix; readonly c: number };
  readonly grads: { readonly x: Matrix; readonly a: Matrix; readonly square: Matrix; readonly b: Matrix };
  /** Names of the graph's nodes from c to x. */
  readonly nodes: readonly string[];
}

/** One layer: z = a W^T + b, a = σ(z), delta = ∂C/∂z (rows are examples), and the gradients of W [out, in] and b. */
export interface LayerDeltas {
  readonly z: Matrix;
  readonly a: Matrix;
  readonly delta: Matrix;
  readonly weightGrad: Matrix;
  readonly biasGrad: Vector;
}

export interface Deltas {
  readonly sizes: readonly number[];
  readonly examples: number;
  readonly stream: number;
  readonly y: Matrix;
  /** Mean binary cross-entropy: each δ has the factor 1/examples. */
  readonly loss: number;
  readonly layers: readonly LayerDeltas[];
}

export interface LogisticHessian {
  readonly examples: number;
  readonly features: number;
  readonly stream: number;
  readonly y: Vector;
  /** Mean negative log-likelihood at `weights`, with its first and second derivatives. */
  readonly nll: number;
  readonly gradient: Vector;
  readonly hessian: Matrix;
  /** hessian · direction. */
  readonly hvp: Vector;
  readonly minimum: { readonly w: Vector; readonly nll: number };
}

export interface Lecture {
  readonly torch: string;
  readonly example: { readonly product: WorkedExample; readonly power: WorkedExample };
  /** slope: ∂logit/∂p. */
  readonly logOdds: Readonly<Record<'p' | 'odds' | 'logit' | 'base10' | 'slope', Vector>>;
  readonly deltas: readonly Deltas[];
  readonly logistic: LogisticHessian;
}

export const lecture = JSON.parse(source) as Lecture;

interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array<ArrayBuffer>;
}

/** Inputs [examples, features], and weight [out, in] and bias [out] of each layer. */
export function networkOf({ sizes, examples, stream }: Deltas): {
  x: Array64;
  layers: { weight: Array64; bias: Array64 }[];
} {
  const made = (at: number, shape: readonly number[], exponent: number): Array64 => ({
    shape,
    data: signed(at, shape.reduce((a, b) => a * b, 1), exponent), // prettier-ignore
  });
  const layers = sizes.slice(1).map((out, k) => ({
    weight: made(stream + 2 * k + 2, [out, sizes[k]], 1),
    bias: made(stream + 2 * k + 3, [out], 0),
  }));
  return { x: made(stream, [examples, sizes[0]], 0), layers };
}

/** Design matrix [examples, 1 + features] with its column of ones, the weights, and a direction for the product. */
export function logisticOf({ examples, features, stream }: LogisticHessian): {
  x: Array64;
  weights: Float64Array<ArrayBuffer>;
  direction: Float64Array<ArrayBuffer>;
} {
  const wide = features + 1;
  const drawn = signed(stream, examples * features, 1);
  const data = Float64Array.from({ length: examples * wide }, (_, k) =>
    k % wide === 0 ? 1 : drawn[Math.floor(k / wide) * features + (k % wide) - 1],
  );
  return {
    x: { shape: [examples, wide], data },
    weights: signed(stream + 3, wide),
    direction: signed(stream + 4, wide),
  };
}
