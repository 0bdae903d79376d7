// The part of wgrad's public API that PyTorch's samples are replayed on, so that adapters can be read and checked apart from it.
import type { Dtype } from './load.ts';

type Maybe<T> = T | undefined;
export type Dims = number | readonly number[];

export interface ReduceOptions {
  dim?: Maybe<Dims>;
  keepdim?: Maybe<boolean>;
}

export interface ExtremeOptions {
  dim: number;
  keepdim?: Maybe<boolean>;
}

export interface LossOptions {
  reduction?: Maybe<'none' | 'mean' | 'sum'>;
  weight?: Maybe<Tensor>;
}

export interface ClassLossOptions extends LossOptions {
  ignoreIndex?: Maybe<number>;
}

/** Unary functions without parameters. */
export type UnaryName =
  | (
      | 'neg'
      | 'abs'
      | 'sign'
      | 'exp'
      | 'expm1'
      | 'log'
      | 'log1p'
      | 'log2'
      | 'sqrt'
      | 'rsqrt'
      | 'reciprocal'
      | 'square'
    )
  | (
      | 'sin'
      | 'cos'
      | 'tan'
      | 'tanh'
      | 'sigmoid'
      | 'relu'
      | 'silu'
      | 'erf'
      | 'floor'
      | 'ceil'
      | 'round'
      | 'trunc'
    )
  | ('logicalNot' | 'isnan' | 'isinf' | 'isfinite');

/** Functions of two operands, a tensor or a number each. */
export type BinaryName =
  | ('mul' | 'pow' | 'maximum' | 'minimum' | 'fmod' | 'remainder' | 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge')
  | ('logicalAnd' | 'logicalOr' | 'logicalXor');

export type Operand = Tensor | number;
export type HostArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

type Unary = Readonly<Record<UnaryName, () => Tensor>>;

export interface Tensor extends Unary {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly requiresGrad: boolean;
  readonly grad: Tensor | null;
  readonly T: Tensor;
  t(): Tensor;
  data(): Promise<HostArray>;
  dataSync(): HostArray;
  backward(gradient?: Tensor, options?: { retainGraph?: boolean }): void;
  detach(): Tensor;
  requiresGrad_(flag?: boolean): Tensor;
  leakyRelu(negativeSlope?: number): Tensor;
  elu(options?: { alpha?: Maybe<number> }): Tensor;
  softplus(options?: { beta?: Maybe<number>; threshold?: Maybe<number> }): Tensor;
  gelu(options?: { approximate?: Maybe<'none' | 'tanh'> }): Tensor;
  logit(options?: { eps?: Maybe<number> }): Tensor;
  clamp(options: { min?: Maybe<Operand>; max?: Maybe<Operand> }): Tensor;
  add(other: Operand, options?: { alpha?: Maybe<number> }): Tensor;
  mul(other: Operand): Tensor;
  sum(options?: ReduceOptions): Tensor;
  mean(options?: ReduceOptions): Tensor;
  prod(options?: ReduceOptions): Tensor;
  amax(options?: ReduceOptions): Tensor;
  amin(options?: ReduceOptions): Tensor;
  any(options?: ReduceOptions): Tensor;
  all(options?: ReduceOptions): Tensor;
  argmax(options?: { dim?: Maybe<number>; keepdim?: Maybe<boolean> }): Tensor;
  argmin(options?: { dim?: Maybe<number>; keepdim?: Maybe<boolean> }): Tensor;
  var(options?: ReduceOptions & { correction?: Maybe<number> }): Tensor;
  std(options?: ReduceOptions & { correction?: Maybe<number> }): Tensor;
  max(): Tensor;
  max(options: ExtremeOptions): { values: Tensor; indices: Tensor };
  min(): Tensor;
  min(options: ExtremeOptions): { values: Tensor; indices: Tensor };
  logsumexp(dim: Dims, options?: { keepdim?: Maybe<boolean> }): Tensor;
  softmax(dim: number): Tensor;
  logSoftmax(dim: number): Tensor;
  cumsum(dim: number): Tensor;
  matmul(other: Tensor): Tensor;
  mm(other: Tensor): Tensor;
  bmm(other: Tensor): Tensor;
  dot(other: Tensor): Tensor;
  mv(other: Tensor): Tensor;
  reshape(shape: readonly number[]): Tensor;
  view(shape: readonly number[]): Tensor;
  permute(dims: readonly number[]): Tensor;
  transpose(dim0: number, dim1: number): Tensor;
  squeeze(dim?: Dims): Tensor;
  unsqueeze(dim: number): Tensor;
  expand(shape: readonly number[]): Tensor;
  flatten(options?: { startDim?: Maybe<number>; endDim?: Maybe<number> }): Tensor;
  split(size: Dims, dim?: number): readonly Tensor[];
  chunk(chunks: number, dim?: number): readonly Tensor[];
  slice(dim: number, start?: number, end?: number, step?: number): Tensor;
  narrow(dim: number, start: number, length: number): Tensor;
  select(dim: number, index: number): Tensor;
  indexSelect(dim: number, index: Tensor): Tensor;
  gather(dim: number, index: Tensor): Tensor;
  scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
  flip(dims: Dims): Tensor;
  repeat(sizes: readonly number[]): Tensor;
  tril(diagonal?: number): Tensor;
  triu(diagonal?: number): Tensor;
}

type Binary = Readonly<Record<BinaryName, (a: Operand, b: Operand) => Tensor>>;

export interface Api extends Binary {
  tensor(data: HostArray, options?: { dtype?: Dtype; requiresGrad?: boolean }): Tensor;
  add(a: Operand, b: Operand, options?: { alpha?: Maybe<number> }): Tensor;
  sub(a: Operand, b: Operand, options?: { alpha?: Maybe<number> }): Tensor;
  div(a: Operand, b: Operand, options?: { roundingMode?: Maybe<'trunc' | 'floor'> }): Tensor;
  where(condition: Tensor, a: Operand, b: Operand): Tensor;
  cat(tensors: readonly Tensor[], dim?: number): Tensor;
  stack(tensors: readonly Tensor[], dim?: number): Tensor;
  arange(...numbers: readonly (number | undefined | { dtype: Dtype })[]): Tensor;
  linspace(start: number, end: number, steps: number): Tensor;
  eye(n: number, m?: number): Tensor;
  zeros(shape: readonly number[]): Tensor;
  ones(shape: readonly number[]): Tensor;
  zerosLike(like: Tensor): Tensor;
  onesLike(like: Tensor): Tensor;
  fullLike(like: Tensor, value: number): Tensor;
  binaryCrossEntropy(input: Tensor, target: Tensor, options?: LossOptions): Tensor;
  binaryCrossEntropyWithLogits(
    input: Tensor,
    target: Tensor,
    options?: LossOptions & { posWeight?: Maybe<Tensor> },
  ): Tensor;
  nllLoss(input: Tensor, target: Tensor, options?: ClassLossOptions): Tensor;
  crossEntropy(
    input: Tensor,
    target: Tensor,
    options?: ClassLossOptions & { labelSmoothing?: Maybe<number> },
  ): Tensor;
  mseLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor;
  readonly autograd: {
    grad(
      outputs: readonly Tensor[],
      inputs: readonly Tensor[],
      options?: {
        gradOutputs?: readonly Tensor[];
        retainGraph?: boolean;
        createGraph?: boolean;
        allowUnused?: boolean;
      },
    ): readonly (Tensor | null)[];
  };
}
