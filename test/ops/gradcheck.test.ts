// First and second derivatives of every operation against finite differences, in double precision on the CPU reference.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api, Tensor } from '../oracle/api.ts';
import { type Fn, gradcheck, gradientOf } from '../oracle/gradcheck.ts';
import { leafOf } from '../oracle/layouts.ts';
import {
  type Decoded,
  type OpRecord,
  type Plain,
  type Sample,
  isList,
  isPlain,
  load,
} from '../oracle/load.ts';
import { callWith, outputsOf } from '../oracle/replay.ts';
import { skipped } from '../oracle/skips.ts';
import { isChosen } from '../oracle/suite.ts';

const api = wgrad as unknown as Api;

interface Kink {
  readonly op: string;
  readonly sample: number;
  /** Where only the second derivative is missing. */
  readonly order?: 2;
  readonly why: string;
}

/** The samples at which a function has no derivative: a difference says nothing there. */
const KINKS: readonly Kink[] = [
  { op: 'div.trunc_rounding', sample: 6, why: 'one of 500 quotients is within the step of a whole number' },
  { op: 'float_power', sample: 2, why: 'at powers of 10⁷ a difference of 10⁻² has no digits left' },
  ...['amax', 'amin'].flatMap((kind) =>
    [0, 1].map((sample) => ({ op: `scatter_reduce.${kind}`, sample, why: 'ties, which share the gradient' })),
  ),
  ...[0, 2, 5, 6].map((sample) => ({
    op: 'linalg.norm.subgradients_at_zero',
    sample,
    order: 2 as const,
    why: 'a norm has no second derivative at 0',
  })),
  {
    op: 'linalg.det.singular',
    sample: 0,
    order: 2,
    why: 'the terms of the second derivative are 1e7 times as large as their sum',
  },
];
/** Inputs that are compared with fixed numbers, so that no step away from those is one along the function. */
const FIXED: Readonly<Record<string, string>> = {
  'nn.functional.cosine_embedding_loss': 'args.2',
  'nn.functional.hinge_embedding_loss': 'args.1',
};
/** Of what is not OpInfo's own, the samples without second derivatives are those at kinks and special values. */
const isKink = (record: OpRecord, index: number, order: 1 | 2): boolean =>
  (record.source !== 'sample_inputs' && record.samples[index].grads2 === null) ||
  KINKS.some((kink) => kink.op === record.name && kink.sample === index && (kink.order ?? order) === order);

const FAMILIES = [
  'elementwise',
  'reduction',
  'matmul',
  'movement',
  'indexing',
  'loss',
  'linalg',
  'spectral',
  'fourier',
  'summary',
  'conv',
  'convChosen',
  'diagonal',
  'arrangement',
  'padding',
  'scan',
  'activation',
  'elementary',
  'chosen_activation',
  'chosen_elementary',
  'losses',
  'order',
  'scatter',
  'subscript',
  'norm',
  'interpolate',
  'pool',
  'attention',
  'transcendental',
  'chosen_transcendental',
  'products',
] as const;
const records = (await Promise.all(FAMILIES.map(load)))
  .flat()
  .filter((r) => r.dtype === 'float32' && r.samples.some((s) => s.gradOutputs.length > 0));

beforeAll(async () => {
  await init({ device: 'cpu', precision: 'f64' });
});

/** The tensors of a sample by their paths. */
function tensorsOf({ args, kwargs }: Sample): [string, Plain][] {
  const walk = (x: Decoded, path: string): [string, Plain][] => {
    if (isPlain(x)) return [[path, x]];
    return isList(x) ? x.flatMap((y, k) => walk(y, `${path}.${k}`)) : [];
  };
  return [
    ...args.flatMap((x, k) => walk(x, `args.${k}`)),
    ...Object.entries(kwargs).flatMap(([k, x]) => walk(x, `kwargs.${k}`)),
  ];
}

/** The operation as a function of the inputs that want a gradient, and their numbers. */
function functionOf(record: OpRecord, sample: Sample): { fn: Fn; inputs: Plain[] } {
  const wanted = tensorsOf(sample).filter(([path]) => path in sample.grads && path !== FIXED[record.name]);
  const fn: Fn = (inputs) => {
    const given = new Map<string, Tensor>(wanted.map(([path], k) => [path, inputs[k]]));
    const call = callWith(sample, (x, path) => given.get(path) ?? leafOf(api, x));
    const outputs = outputsOf(api, record.name, call);
    // Indices and truth values have no derivative.
    return outputs.filter((t) => t.dtype === 'f32').slice(0, sample.gradOutputs.length);
  };
  return { fn, inputs: wanted.map(([, x]) => x) };
}

/** The most samples of an operator in a fixture, spread evenly; all of them in `npm run test:full`. */
const SAMPLES_MAX = inject('full') ? Infinity : 6;

const counts = { first: 0, second: 0 };

function failuresOf(record: OpRecord, order: 1 | 2): string[] {
  const failures: string[] = [];
  for (const [index, sample] of record.samples.entries()) {
    if (!isChosen(index, record.samples.length, SAMPLES_MAX)) continue;
    if (skipped(sample, record) !== null || sample.gradOutputs.length === 0 || isKink(record, index, order))
      continue;
    const { fn, inputs } = functionOf(record, sample);
    if (inputs.length === 0) continue;
    const message =
      order === 1
        ? gradcheck(api, fn, inputs, index + 1)
        : gradcheck(api, gradientOf(api, fn, inputs.length), [...inputs, ...sample.gradOutputs], index + 1);
    counts[order === 1 ? 'first' : 'second']++;
    if (message !== null) failures.push(`sample ${index}: ${message}`);
  }
  return failures;
}

describe.each([
  ['gradcheck', 1],
  ['gradgradcheck', 2],
] as const)('%s', (_, order) => {
  for (const record of records) {
    test(record.name, () => {
      expect(failuresOf(record, order)).toEqual([]);
    });
  }
});

test('how many were checked', () => {
  expect(counts.first).toBeGreaterThan(500);
  expect(counts.second).toBeGreaterThan(500);
});

afterAll(() => {
  console.info(`gradchecks: ${counts.first} of the first order, ${counts.second} of the second`);
});
