/** The functions of test/oracle/make_func.py, and PyTorch's numbers for them, typed. */
import type { Tensor } from '../../src/index.ts';
import { cat, gather, stack, tensor } from '../../src/index.ts';
import { signed } from '../oracle/hashed.ts';
import source from '../oracle/func.json?raw';

export type Nested = number | readonly Nested[];

interface FunctionCase {
  readonly name: string;
  readonly stream: number;
  readonly shapes: readonly (readonly number[])[];
  readonly outShape: readonly number[];
  readonly value: Nested;
  readonly jacobians: readonly Nested[];
  readonly vjp: readonly Nested[];
  readonly jvp: Nested;
}
interface ScalarCase {
  readonly name: string;
  readonly stream: number;
  readonly shape: readonly number[];
  readonly hessian: Nested;
  readonly hvp: Nested;
}
interface NetworkCase {
  readonly stream: number;
  readonly examples: number;
  readonly sizes: readonly number[];
  readonly y: Nested;
  readonly loss: number;
  readonly gradient: readonly Nested[];
  readonly hessian: readonly (readonly Nested[])[];
  readonly hvp: readonly Nested[];
  readonly each: readonly Nested[];
}

export const oracle = JSON.parse(source) as {
  readonly functions: readonly FunctionCase[];
  readonly scalars: readonly ScalarCase[];
  readonly network: NetworkCase;
};

/** Numbers of a stream as a tensor; the same as PyTorch was given. */
export function drawn(stream: number, shape: readonly number[], exponent = 0): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(signed(stream, size, exponent)).reshape(shape);
}

export const flat = (x: Nested | number): number[] => (typeof x === 'number' ? [x] : x.flatMap(flat));

/** Functions of tensors, by name. */
export const functions: Readonly<Record<string, (...x: Tensor[]) => Tensor>> = {
  elementwise: (x) => x.sin().mul(x.exp()).add(x.pow(3)),
  'two inputs': (x, y) => x.unsqueeze(1).mul(y.unsqueeze(0)).add(y.tanh()),
  'softmax layer': (x, w) => x.matmul(w).softmax(-1),
  'log-softmax and cumsum': (x) => x.logSoftmax(0).cumsum(1),
  views: (x) => cat([x.t().reshape(2, 6).flip(1), x.reshape(-1).slice(0, 1, 9, 2).broadcastTo(2, 4)], 1),
  extremes: (x) => stack([x.amax(1), x.max(1).values.mul(x.amin(1)), x.prod(1)]),
  statistics: (x) => cat([x.mean(0), x.var(0), x.std(0), x.logsumexp(0)]),
  gather: (x) => gather(x, 1, tensor([[2, 0], [1, 1], [0, 3]], { dtype: 'i32' })).pow(2), // prettier-ignore
  products: (a, b) => a.matmul(b).sigmoid().matmul(b.transpose(-2, -1)),
  triangle: (x) => x.matmul(x.t()).tril().sum(0),
};

/** Functions that give one number, by name. */
export const scalars: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  rosenbrock: (x) => {
    const [a, b] = [x.slice(0, 0, -1), x.slice(0, 1)];
    return b.sub(a.square()).square().mul(100).add(a.mul(-1).add(1).square()).sum();
  },
  'log-sum-exp': (x) => x.logsumexp(),
  product: (x) => x.prod(0).mul(x.sum(0)).mean(),
  'gelu and tanh': (x) => x.gelu().mul(x.tanh()).sum(),
};
