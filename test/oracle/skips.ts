// The samples that are not replayed, each rule with its reason. A sample is skipped by a rule of this list or not at all.
import { type Decoded, type OpRecord, type Refusal, type Sample, isList, isPlain } from './load.ts';

interface Rule<T> {
  readonly why: string;
  readonly applies: (one: T, record: OpRecord) => boolean;
}

type CallOf = Pick<Sample, 'args' | 'kwargs'>;

const inputs = ({ args, kwargs }: CallOf): readonly Decoded[] =>
  [...args, ...Object.values(kwargs)].flatMap((x) => (isList(x) ? x : [x]));

/** The dtype argument, as PyTorch names it. */
function dtypeArgument({ kwargs }: CallOf): string | null {
  const x = kwargs['dtype'];
  return typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'constant' ? x.name : null;
}

/** Operations whose numbers PyTorch made in float32: there is no finer truth. */
export const CREATES = new Set([
  'arange',
  'linspace',
  'eye',
  'zeros',
  'ones',
  'tril_indices',
  'triu_indices',
  'logspace',
]);

/** Special functions whose limits at infinity PyTorch misses, or whose gradient at NaN. */
const LIMITS = new Set([
  ...[0, 1, 2, 3, 4].map((n) => `polygamma.polygamma_n_${n}`),
  ...['i0', 'special.i1', 'special.i1e', 'special.log_ndtr', 'special.zeta'],
]);

/** Why samples are skipped. */
export const sampleRules: readonly Rule<Sample>[] = [
  { why: 'a bool as alpha', applies: (s) => typeof s.kwargs['alpha'] === 'boolean' },
  { why: 'dtype argument other than float32', applies: (s) => ![null, 'float32'].includes(dtypeArgument(s)) },
  {
    why: 'no tensor among the operands',
    applies: (s, op) =>
      !CREATES.has(op.name) && !inputs(s).some((x) => isPlain(x)) && !op.name.includes('like'),
  },
  {
    why: 'a scalar whose reduced dimension PyTorch keeps, for this operation alone',
    applies: (s, op) =>
      op.name === 'aminmax' &&
      s.kwargs['keepdim'] === true &&
      inputs(s).some((x) => isPlain(x) && x.shape.length === 0),
  },
  {
    why: 'a batch without channels',
    applies: (s, op) =>
      op.name === 'nn.functional.batch_norm' && isPlain(s.args[0]) && s.args[0].shape.length === 1,
  },
  {
    why: 'start of narrow given as a tensor',
    applies: (s, op) => op.name === 'narrow' && isPlain(s.args[2]),
  },
  {
    why: 'counts given as a tensor, which are read first: see test/ops/indexing.test.ts',
    applies: (s, op) => op.name === 'repeat_interleave' && isPlain(s.args[1] ?? s.kwargs['repeats']),
  },
  {
    why: "PyTorch's function is NaN at infinity (or not, at NaN), where it has a limit; see functions-suite.ts",
    applies: (s, op) =>
      LIMITS.has(op.name) && s.args.some((x) => isPlain(x) && !x.data.every(Number.isFinite)),
  },
];

const isIndexOp = (name: string): boolean =>
  ['gather', 'scatter_add', 'scatter', 'index_select'].includes(name);

/** Why refusals (calls that PyTorch rejects) are skipped. */
export const refusalRules: readonly Rule<Refusal>[] = [
  {
    why: 'a number as operand, which wgrad takes on either side',
    applies: (e) => e.type === 'Exception' && e.pattern === '' && e.args.some((x) => typeof x === 'number'),
  },
  { why: 'dtype argument', applies: (e) => dtypeArgument(e) !== null && e.pattern.includes('dtype') },
  {
    why: '1.0 and 1 are one number in JavaScript',
    applies: (e) => e.pattern.includes('must be int, not float'),
  },
  {
    why: 'PyTorch knows int64 indices only',
    applies: (e, op) => isIndexOp(op.name) && e.pattern.includes('int64'),
  },
  {
    why: 'float64 is f32 here, so that the types agree',
    applies: (e) =>
      e.pattern.includes('dtype to be equal') &&
      inputs(e).some((x) => isPlain(x) && x.torchDtype === 'float64'),
  },
  { why: 'a list with None, which the types rule out', applies: (e) => e.type === 'TypeError' },
];

/** Why a sample is skipped, or null: it is replayed. */
export const skipped = (sample: Sample, record: OpRecord): string | null =>
  sampleRules.find((rule) => rule.applies(sample, record))?.why ?? null;

/** Why a refusal is skipped, or null: wgrad must refuse it too. */
export const refusalSkipped = (refusal: Refusal, record: OpRecord): string | null =>
  refusalRules.find((rule) => rule.applies(refusal, record))?.why ?? null;

/**
 * Inputs at which PyTorch's gradient depends on where the element lies (its vector loop answers NaN, the loop over the
 * rest the incoming gradient): there NaN is right too.
 */
export const eitherWay: Readonly<Record<string, (x: number) => boolean>> = {
  'nn.functional.elu': Number.isNaN,
};

/** Operations that are flat wherever they have a derivative: no gradient is as good as PyTorch's zeros. */
export const flat: ReadonlySet<string> = new Set([
  'sign',
  'floor',
  'ceil',
  'round',
  'trunc',
  'div.trunc_rounding',
  'div.floor_rounding',
]);
