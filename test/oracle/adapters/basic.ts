// How the operations that tensors have as methods are called.
import type { BinaryName, Tensor, UnaryName } from '../api.ts';
import { type Call, given } from '../call.ts';

import { type Adapter, NOT_AN_ARGUMENT, mapped } from './adapter.ts';

const unary =
  (name: UnaryName): Adapter =>
  (_, c) =>
    c.x[name]();
const binary =
  (name: BinaryName): Adapter =>
  (w, c) =>
    w[name](c.operand(0), c.operand(1, 'other'));

const UNARY: Readonly<Record<string, UnaryName>> = {
  ...same('neg abs sign exp expm1 log log1p log2 sqrt rsqrt reciprocal square sin cos tan tanh sigmoid erf'),
  ...same('floor ceil round trunc isnan isinf isfinite'),
  logical_not: 'logicalNot',
  'nn.functional.relu': 'relu',
  'nn.functional.silu': 'silu',
};

const BINARY: Readonly<Record<string, BinaryName>> = {
  ...(same('mul pow maximum minimum fmod remainder eq ne lt le gt ge') as Record<
    string,
    BinaryName & UnaryName
  >),
  'max.binary': 'maximum',
  'min.binary': 'minimum',
  logical_and: 'logicalAnd',
  logical_or: 'logicalOr',
  logical_xor: 'logicalXor',
};

function same(words: string): Record<string, UnaryName> {
  return Object.fromEntries(words.split(' ').map((word) => [word, word as UnaryName]));
}

const elementwise: Readonly<Record<string, Adapter>> = {
  ...mapped(UNARY, unary),
  ...mapped(BINARY, binary),
  add: (w, c) => w.add(c.operand(0), c.operand(1, 'other'), given({ alpha: c.maybeNumber(2, 'alpha') })),
  sub: (w, c) => w.sub(c.operand(0), c.operand(1, 'other'), given({ alpha: c.maybeNumber(2, 'alpha') })),
  'div.no_rounding_mode': (w, c) => w.div(c.operand(0), c.operand(1)),
  'div.trunc_rounding': (w, c) => w.div(c.operand(0), c.operand(1), { roundingMode: 'trunc' }),
  'div.floor_rounding': (w, c) => w.div(c.operand(0), c.operand(1), { roundingMode: 'floor' }),
  where: (w, c) => w.where(c.tensor(1), c.operand(0), c.operand(2)), // OpInfo gives self, condition, other
  clamp: (_, c) => c.x.clamp(given({ min: c.maybeOperand(1, 'min'), max: c.maybeOperand(2, 'max') })),
  'nn.functional.leaky_relu': (_, c) => c.x.leakyRelu(c.maybeNumber(1, 'negative_slope')),
  'nn.functional.elu': (_, c) => c.x.elu(given({ alpha: c.maybeNumber(1, 'alpha') })),
  'nn.functional.softplus': (_, c) =>
    c.x.softplus(given({ beta: c.maybeNumber(1, 'beta'), threshold: c.maybeNumber(2, 'threshold') })),
  'nn.functional.gelu': (_, c) =>
    c.x.gelu(given({ approximate: c.text(NOT_AN_ARGUMENT, 'approximate') as 'none' | 'tanh' | undefined })),
  logit: (_, c) => c.x.logit(given({ eps: c.maybeNumber(1, 'eps') })),
};

const reduced = (c: Call): { dim?: number | number[] | undefined; keepdim?: boolean | undefined } =>
  given({ dim: c.maybeDims(1, 'dim'), keepdim: c.flag(2, 'keepdim') });

const reducedAt = (c: Call): { dim?: number | undefined; keepdim?: boolean | undefined } =>
  given({ dim: c.maybeNumber(1, 'dim'), keepdim: c.flag(2, 'keepdim') });

/** The options of var and std, whose second argument may be `unbiased`. */
function spreadOptions(c: Call): { dim?: number | number[]; correction?: number; keepdim?: boolean } {
  const unbiased = c.flag(1) ?? c.flag(NOT_AN_ARGUMENT, 'unbiased');
  return given({
    dim: c.flag(1) === undefined ? c.maybeDims(1, 'dim') : undefined,
    correction: unbiased === undefined ? c.maybeNumber(NOT_AN_ARGUMENT, 'correction') : Number(unbiased),
    keepdim: c.flag(NOT_AN_ARGUMENT, 'keepdim'),
  });
}

const extreme =
  (name: 'max' | 'min'): Adapter =>
  (_, c) => {
    const { values, indices } = c.x[name]({
      dim: c.number(1, 'dim'),
      ...given({ keepdim: c.flag(2, 'keepdim') }),
    });
    return [values, indices];
  };

const reduction: Readonly<Record<string, Adapter>> = {
  sum: (_, c) => c.x.sum(reduced(c)),
  mean: (_, c) => c.x.mean(reduced(c)),
  prod: (_, c) => c.x.prod(reduced(c)),
  amax: (_, c) => c.x.amax(reduced(c)),
  amin: (_, c) => c.x.amin(reduced(c)),
  any: (_, c) => c.x.any(reduced(c)),
  all: (_, c) => c.x.all(reduced(c)),
  argmax: (_, c) => c.x.argmax(reducedAt(c)),
  argmin: (_, c) => c.x.argmin(reducedAt(c)),
  var: (_, c) => c.x.var(spreadOptions(c)),
  std: (_, c) => c.x.std(spreadOptions(c)),
  'max.reduction_with_dim': extreme('max'),
  'min.reduction_with_dim': extreme('min'),
  'max.reduction_no_dim': (_, c) => c.x.max(),
  'min.reduction_no_dim': (_, c) => c.x.min(),
  logsumexp: (_, c) => c.x.logsumexp(c.dims(1, 'dim'), given({ keepdim: c.flag(2, 'keepdim') })),
  softmax: (_, c) => c.x.softmax(c.number(1, 'dim')),
  log_softmax: (_, c) => c.x.logSoftmax(c.number(1, 'dim')),
  cumsum: (_, c) => c.x.cumsum(c.number(1, 'dim')),
};

const matmul: Readonly<Record<string, Adapter>> = {
  matmul: (_, c) => c.x.matmul(c.tensor(1)),
  mm: (_, c) => c.x.mm(c.tensor(1)),
  bmm: (_, c) => c.x.bmm(c.tensor(1)),
  dot: (_, c) => c.x.dot(c.tensor(1)),
  mv: (_, c) => c.x.mv(c.tensor(1)),
  // Not offered by name: what users write in their place.
  outer: (_, c) => c.x.unsqueeze(1).mul(c.tensor(1).unsqueeze(0)),
  'nn.functional.linear': (_, c) => {
    const product = c.x.matmul(c.tensor(1).T);
    const bias = c.maybeTensor(2);
    return bias === undefined ? product : product.add(bias);
  },
  addmm: (_, c) => {
    const [alpha, beta] = [
      c.maybeNumber(NOT_AN_ARGUMENT, 'alpha') ?? 1,
      c.maybeNumber(NOT_AN_ARGUMENT, 'beta') ?? 1,
    ];
    return c.tensor(1).mm(c.tensor(2)).mul(alpha).add(c.x.mul(beta));
  },
};

/** The order of dimensions after `movedim`. */
function moved(ndim: number, from: readonly number[], to: readonly number[]): number[] {
  const at = (dims: readonly number[]): number[] => dims.map((d) => (d < 0 ? d + ndim : d));
  const [source, target] = [at(from), at(to)];
  const rest = Array.from({ length: ndim }, (_, k) => k).filter((k) => !source.includes(k));
  return Array.from(
    { length: ndim },
    (_, k) => (target.includes(k) ? source[target.indexOf(k)] : rest.shift()) ?? 0,
  );
}

const movement: Readonly<Record<string, Adapter>> = {
  reshape: (_, c) => c.x.reshape(c.numbers(1)),
  view: (_, c) => c.x.view(c.numbers(1)),
  permute: (_, c) => c.x.permute(c.numbers(1)),
  transpose: (_, c) => c.x.transpose(c.number(1), c.number(2)),
  t: (_, c) => c.x.t(),
  T: (_, c) => c.x.T,
  squeeze: (_, c) => c.x.squeeze(c.maybeDims(1, 'dim')),
  unsqueeze: (_, c) => c.x.unsqueeze(c.number(1)),
  expand: (_, c) => c.x.expand(c.numbers(1)),
  broadcast_to: (_, c) => c.x.expand(c.numbers(1)),
  flatten: (_, c) =>
    c.x.flatten(given({ startDim: c.maybeNumber(1, 'start_dim'), endDim: c.maybeNumber(2, 'end_dim') })),
  cat: (w, c) => w.cat(c.tensors(0), c.maybeNumber(1, 'dim')),
  stack: (w, c) => w.stack(c.tensors(0), c.maybeNumber(1, 'dim')),
  split: (_, c) => c.x.split(c.number(1), c.maybeNumber(2, 'dim')),
  'split.list_args': (_, c) => c.x.split(c.numbers(1), c.maybeNumber(2, 'dim')),
  chunk: (_, c) => c.x.chunk(c.number(1), c.maybeNumber(2, 'dim')),
  narrow: (_, c) => c.x.narrow(c.number(1), c.number(2), c.number(3)),
  select: (_, c) => c.x.select(c.number(1), c.number(2)),
  flip: (_, c) => c.x.flip(c.numbers(1, 'dims')),
  repeat: (_, c) => c.x.repeat(c.numbers(1)),
  tril: (_, c) => c.x.tril(c.maybeNumber(1, 'diagonal')),
  triu: (_, c) => c.x.triu(c.maybeNumber(1, 'diagonal')),
  movedim: (_, c) => c.x.permute(moved(c.x.shape.length, c.numbers(1), c.numbers(2))),
};

const indexing: Readonly<Record<string, Adapter>> = {
  slice: (_, c) => c.x.slice(c.number(1), c.maybeNumber(2), c.maybeNumber(3), c.maybeNumber(4)),
  index_select: (_, c) => c.x.indexSelect(c.number(1), c.tensor(2)),
  gather: (_, c) => c.x.gather(c.number(1), c.tensor(2)),
  scatter_add: (_, c) => c.x.scatterAdd(c.number(1), c.tensor(2), c.tensor(3)),
};

const reductionOf = (c: Call): 'none' | 'mean' | 'sum' | undefined =>
  c.word(NOT_AN_ARGUMENT, 'reduction', 'none', 'mean', 'sum');
const weighted = (
  c: Call,
): { reduction?: 'none' | 'mean' | 'sum' | undefined; weight?: Tensor | undefined } => ({
  reduction: reductionOf(c),
  weight: c.maybeTensor(NOT_AN_ARGUMENT, 'weight'),
});
const ignoring = (c: Call): number | undefined => c.maybeNumber(NOT_AN_ARGUMENT, 'ignore_index');

const loss: Readonly<Record<string, Adapter>> = {
  'nn.functional.binary_cross_entropy': (w, c) => w.binaryCrossEntropy(c.x, c.tensor(1), given(weighted(c))),
  'nn.functional.binary_cross_entropy_with_logits': (w, c) =>
    w.binaryCrossEntropyWithLogits(
      c.x,
      c.tensor(1),
      given({ ...weighted(c), posWeight: c.maybeTensor(NOT_AN_ARGUMENT, 'pos_weight') }),
    ),
  'nn.functional.nll_loss': (w, c) =>
    w.nllLoss(c.x, c.tensor(1), given({ ...weighted(c), ignoreIndex: ignoring(c) })),
  'nn.functional.cross_entropy': (w, c) =>
    w.crossEntropy(
      c.x,
      c.tensor(1),
      given({
        ...weighted(c),
        ignoreIndex: ignoring(c),
        labelSmoothing: c.maybeNumber(NOT_AN_ARGUMENT, 'label_smoothing'),
      }),
    ),
  'nn.functional.mse_loss': (w, c) => w.mseLoss(c.x, c.tensor(1), given({ reduction: reductionOf(c) })),
};

const creation: Readonly<Record<string, Adapter>> = {
  arange: (w, c) => {
    const names = ['start', 'end', 'step'];
    const numbers = names.flatMap((name, k) => c.maybeNumber(k, name) ?? []);
    return c.has('dtype') ? w.arange(...numbers, { dtype: 'f32' }) : w.arange(...numbers);
  },
  linspace: (w, c) => w.linspace(c.number(0), c.number(1), c.number(2)),
  eye: (w, c) => w.eye(c.number(0), c.maybeNumber(1)),
  zeros: (w, c) => w.zeros(c.numbers(0)),
  ones: (w, c) => w.ones(c.numbers(0)),
  zeros_like: (w, c) => w.zerosLike(c.x),
  ones_like: (w, c) => w.onesLike(c.x),
  full_like: (w, c) => w.fullLike(c.x, c.number(1)),
};

/** PyTorch's name (with its variant) → the call in wgrad. */
export const basic: Readonly<Record<string, Adapter>> = {
  ...elementwise,
  ...reduction,
  ...matmul,
  ...movement,
  ...indexing,
  ...loss,
  ...creation,
};
