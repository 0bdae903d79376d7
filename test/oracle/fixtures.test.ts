// The fixtures themselves: complete, decodable, every operation with an adapter and a tolerance, nothing skipped in silence.
import { beforeAll, expect, test } from 'vitest';
import { classOf } from '../support/tolerances.ts';
import { adapters } from './adapters/index.ts';
import { type OpRecord, families, isPlain, load, parse } from './load.ts';
import { refusalRules, refusalSkipped, sampleRules, skipped } from './skips.ts';

let records: OpRecord[] = [];
beforeAll(async () => {
  records = (await Promise.all(families.map(load))).flat();
});

test('every operation of PyTorch has an adapter and a tolerance class', () => {
  const names = [...new Set(records.map((r) => r.name))];
  expect(names.filter((name) => adapters[name] === undefined)).toEqual([]);
  expect(names.filter((name) => classOf[name] === undefined)).toEqual([]);
});

test('every adapter and every tolerance class has samples', () => {
  const names = new Set(records.map((r) => r.name));
  expect(Object.keys(adapters).filter((name) => !names.has(name))).toEqual([]);
  expect(Object.keys(classOf).filter((name) => !names.has(name))).toEqual([]);
});

test('every operation has at least 8 float32 samples that are replayed', () => {
  const counts = new Map<string, number>();
  for (const r of records) {
    if (r.dtype !== 'float32') continue;
    counts.set(r.name, (counts.get(r.name) ?? 0) + r.samples.filter((s) => skipped(s, r) === null).length);
  }
  expect(counts.size).toBeGreaterThan(120);
  expect([...counts].filter(([, n]) => n < 8)).toEqual([]);
});

test('each rule for skipping is used, and takes as many samples as this', () => {
  const samples = new Map(sampleRules.map((rule) => [rule.why, 0]));
  const refusals = new Map(refusalRules.map((rule) => [rule.why, 0]));
  const count = (table: Map<string, number>, why: string | null): void => {
    if (why !== null) table.set(why, (table.get(why) ?? 0) + 1);
  };
  for (const r of records) {
    for (const s of r.samples) count(samples, skipped(s, r));
    for (const e of r.errors) count(refusals, refusalSkipped(e, r));
  }
  expect([...samples, ...refusals].filter(([, n]) => n === 0)).toEqual([]);
  expect(Object.fromEntries(samples)).toMatchInlineSnapshot(`
    {
      "PyTorch's function is NaN at infinity (or not, at NaN), where it has a limit; see functions-suite.ts": 21,
      "a batch without channels": 2,
      "a bool as alpha": 1,
      "a scalar whose reduced dimension PyTorch keeps, for this operation alone": 1,
      "counts given as a tensor, which are read first: see test/ops/indexing.test.ts": 1,
      "dtype argument other than float32": 8,
      "no tensor among the operands": 6,
      "start of narrow given as a tensor": 5,
    }
  `);
  expect(Object.fromEntries(refusals)).toMatchInlineSnapshot(`
    {
      "1.0 and 1 are one number in JavaScript": 2,
      "PyTorch knows int64 indices only": 3,
      "a list with None, which the types rule out": 1,
      "a number as operand, which wgrad takes on either side": 80,
      "dtype argument": 1,
      "float64 is f32 here, so that the types agree": 2,
    }
  `);
});

test('the number of samples, and of refusals', () => {
  const total = { samples: 0, gradients: 0, second: 0, refusals: 0 };
  for (const r of records) {
    total.samples += r.samples.length;
    total.refusals += r.errors.length;
    for (const s of r.samples) {
      total.gradients += Object.keys(s.grads).length;
      total.second += s.grads2 === null ? 0 : 1;
    }
  }
  expect(total).toMatchInlineSnapshot(`
    {
      "gradients": 5854,
      "refusals": 248,
      "samples": 5639,
      "second": 3259,
    }
  `);
});

test('numbers come back as they were', () => {
  const file = {
    ops: [
      {
        name: 'add',
        source: 'chosen',
        dtype: 'float32',
        skipped: { 'too large': 2 },
        samples: [
          {
            args: [
              { shape: [2, 2], dtype: 'float32', data: [0.1, 'NaN', '-Infinity', -0.0], requires_grad: true },
              { same: 'args.0' },
              'Infinity',
              { dtype: 'float64' },
              [1, null, true, 'mean'],
            ],
            kwargs: { index: { shape: [1], dtype: 'int64', data: [-3] } },
            output: [
              { shape: [1], dtype: 'bool', data: [1] },
              { shape: [], dtype: 'float32', data: [0.1234567891], wide: true },
            ],
            grad_output: [],
            grads: { 'args.0': null },
          },
        ],
      },
    ],
  };
  const [op] = parse(JSON.stringify(file), 'chosen');
  const sample = op.samples[0];
  const [x, again, infinity, dtype, list] = sample.args;
  if (!isPlain(x)) throw new Error('no tensor');
  expect([...x.data]).toEqual([Math.fround(0.1), NaN, -Infinity, 0]);
  expect([x.shape, x.dtype, x.requiresGrad]).toEqual([[2, 2], 'f32', true]);
  expect([again, infinity, dtype, list]).toEqual([
    { kind: 'same', path: 'args.0' },
    Infinity,
    { kind: 'constant', name: 'float64' },
    [1, null, true, 'mean'],
  ]);
  expect(sample.kwargs['index']).toMatchObject({ dtype: 'i32', data: new Int32Array([-3]) });
  expect(sample.outputs.map((o) => [o.dtype, o.data])).toEqual([
    ['bool', new Uint8Array([1])],
    ['f32', new Float64Array([0.1234567891])],
  ]);
  expect(sample.grads).toEqual({ 'args.0': null });
});

test('a broken fixture is named', () => {
  const broken = (sample: object): string =>
    JSON.stringify({ ops: [{ name: 'x', source: 's', dtype: 'd', skipped: {}, samples: [sample] }] });
  expect(() => parse('{}', 'chosen')).toThrow('fixture: ops is no array');
  expect(() => parse(broken({ args: 1 }), 'chosen')).toThrow('fixture: args is no array');
  const odd = { shape: [1], dtype: 'complex64', data: [0] };
  expect(() => parse(broken({ args: [odd], kwargs: {} }), 'chosen')).toThrow('fixture: dtype complex64');
  const long = { shape: [1], dtype: 'int64', data: ['9007199254740993'] };
  expect(() => parse(broken({ args: [long], kwargs: {} }), 'chosen')).toThrow('does not fit in 32 bits');
});
