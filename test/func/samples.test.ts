/**
 * vmap, vjp and jvp of every operation, on PyTorch's own samples: many examples at once give what a loop gives, and the
 * two products with the Jacobian agree with each other.
 */
import { beforeAll, expect, inject, test } from 'vitest';
import { func, init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api, Tensor } from '../oracle/api.ts';
import { signed } from '../oracle/hashed.ts';
import { leafOf } from '../oracle/layouts.ts';
import {
  type Decoded,
  type OpRecord,
  type Plain,
  type Sample,
  families,
  isList,
  isPlain,
  load,
} from '../oracle/load.ts';
import { callWith, outputsOf } from '../oracle/replay.ts';
import { CREATES, skipped } from '../oracle/skips.ts';
import { isChosen } from '../oracle/suite.ts';

const api = wgrad as unknown as Api;
/** The public types, on what the oracle's own interface calls tensors. */
type Real = wgrad.Tensor;

/** What moves its running statistics on in place: neither batched nor differentiated. */
const IN_PLACE: ReadonlySet<string> = new Set(['nn.functional.batch_norm', 'nn.functional.instance_norm']);

/** The most samples of an operator in a fixture, spread evenly; all of them in `npm run test:full`. */
const SAMPLES_MAX = inject('full') ? Infinity : 4;

const records = (await Promise.all(families.map(load)))
  .flat()
  .filter((r) => r.dtype === 'float32' && !CREATES.has(r.name) && !IN_PLACE.has(r.name));

beforeAll(async () => {
  await init({ device: 'cpu', precision: 'f64' });
});

/** The numbers of an input, the last of them first: another example of the same shape and range. */
const reversed = (x: Plain): Plain => ({
  ...x,
  data: Float32Array.from(x.data as ArrayLike<number>).reverse(),
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

interface Case {
  readonly fn: (...inputs: Real[]) => Real[];
  readonly inputs: readonly Plain[];
}

/** The operation as a function of its f32 tensors. */
function caseOf(record: OpRecord, sample: Sample): Case {
  const floats = tensorsOf(sample).filter(([, x]) => x.dtype === 'f32');
  const fn = (...inputs: Real[]): Real[] => {
    const given = new Map<string, Tensor>(floats.map(([path], k) => [path, inputs[k] as unknown as Tensor]));
    const call = callWith(sample, (x, path) => given.get(path) ?? leafOf(api, { ...x, requiresGrad: false }));
    return [...outputsOf(api, record.name, call)] as unknown as Real[];
  };
  return { fn, inputs: floats.map(([, x]) => x) };
}

const leaf = (x: Plain): Real => leafOf(api, { ...x, requiresGrad: false }) as unknown as Real;
const dataOf = (t: Real): number[] => [...t.dataSync()].map(Number);
const direction = (shape: readonly number[], stream: number): Real =>
  wgrad.tensor(signed(stream, shape.reduce((a, b) => a * b, 1))).reshape(shape); // prettier-ignore

function differs(
  what: string,
  actual: readonly number[],
  expected: readonly number[],
  rtol = 1e-9,
): string | null {
  if (actual.length !== expected.length)
    return `${what}: ${actual.length} numbers, expected ${expected.length}`;
  for (const [k, a] of actual.entries()) {
    const e = expected[k];
    if (Object.is(a, e) || a === e || Math.abs(a - e) <= rtol * (1 + Math.abs(e))) continue;
    return `${what}, element ${k}: ${a}, expected ${e}`;
  }
  return null;
}

const counts = { vmap: 0, gradients: 0, products: 0 };

/** vmap over two examples against each by itself: values, and gradients through it. */
function checkVmap({ fn, inputs }: Case): string | null {
  const examples = [inputs.map(leaf), inputs.map((x) => leaf(reversed(x)))];
  const singles = examples.map((example) => fn(...example));
  const stacked = inputs.map((_, k) => wgrad.stack(examples.map((example) => example[k])));
  const together = func.vmap(fn)(...stacked);
  for (const [k, t] of together.entries()) {
    const wrong = differs(
      `output ${k}`,
      dataOf(t),
      singles.flatMap((list) => dataOf(list[k])),
    );
    if (wrong !== null) return wrong;
  }
  counts.vmap++;
  const smooth = singles[0].map((t) => t.dtype === 'f32');
  if (!smooth.includes(true)) return null;
  const weights = singles[0].map((t, k) => direction(t.shape, 11 + k));
  const score = (outputs: readonly Real[]): Real =>
    outputs.flatMap((t, k) => (smooth[k] ? [t.mul(weights[k]).sum()] : [])).reduce((a, b) => a.add(b));
  const gradients = func.grad((xs: Real[]) =>
    func
      .vmap((...one: Real[]) => score(fn(...one)))(...xs)
      .sum(),
  )(stacked);
  const inside = func.vmap((...one: Real[]) => func.grad((xs: Real[]) => score(fn(...xs)))(one))(...stacked);
  const alone = examples.map((example) => func.grad((xs: Real[]) => score(fn(...xs)))(example));
  for (const k of inputs.keys()) {
    const expected = alone.flatMap((list) => dataOf(list[k]));
    const wrong =
      differs(`gradient of vmap by input ${k}`, dataOf(gradients[k]), expected) ??
      differs(`vmap of the gradient by input ${k}`, dataOf(inside[k]), expected);
    if (wrong !== null) return wrong;
  }
  counts.gradients++;
  return null;
}

/** Where PyTorch's second derivative, which forward mode is made of, is NaN too. */
const NAN_AT_KINKS = new Set(['std', 'std_mean']);

/** ⟨u, J v⟩ = ⟨Jᵀ u, v⟩ */
function checkProducts(name: string, { fn, inputs }: Case): string | null {
  const smooth = (...xs: Real[]): Real[] => fn(...xs).filter((t) => t.dtype === 'f32');
  const xs = inputs.map(leaf);
  const [outputs, pull] = func.vjp(smooth, ...xs) as [Real[], (u: Real[]) => Real[]];
  // Outside of its domain a function has no derivative.
  if (outputs.some((t) => dataOf(t).some(Number.isNaN))) return null;
  const u = outputs.map((t, k) => direction(t.shape, 31 + k));
  const v = xs.map((t, k) => direction(t.shape, 51 + k));
  const [, pushed] = func.jvp<Real[], Real[]>(smooth, xs, v);
  const dot = (a: readonly Real[], b: readonly Real[]): number =>
    a.reduce((sum, t, k) => sum + t.mul(b[k]).sum().itemSync(), 0);
  const ahead = dot(u, pushed);
  if (Number.isNaN(ahead) && NAN_AT_KINKS.has(name)) return null;
  counts.products++;
  return differs('⟨u, Jv⟩ against ⟨Jᵀu, v⟩', [ahead], [dot(pull(u), v)], 1e-8);
}

for (const record of records) {
  test(record.name, () => {
    const failures: string[] = [];
    for (const [index, sample] of record.samples.entries()) {
      if (!isChosen(index, record.samples.length, SAMPLES_MAX)) continue;
      if (skipped(sample, record) !== null) continue;
      const one = caseOf(record, sample);
      if (one.inputs.length === 0) continue;
      const differentiable = sample.gradOutputs.length > 0;
      const wrong = checkVmap(one) ?? (differentiable ? checkProducts(record.name, one) : null);
      if (wrong !== null) failures.push(`sample ${index}: ${wrong}`);
    }
    expect(failures).toEqual([]);
  });
}

test('how many were checked', () => {
  console.info(`vmap: ${JSON.stringify(counts)}`);
  expect(counts.vmap).toBeGreaterThan(500);
  expect(counts.products).toBeGreaterThan(500);
});
