// Elementary and special functions on WebGPU over dense grids, against the reference in double precision.
import { beforeAll, describe, expect, test } from 'vitest';
import { type Tensor, init, tensor } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import { classes } from '../support/tolerances.ts';

type Fn = (x: Tensor) => Tensor;
const named = (name: string): Fn => (wgrad as unknown as Record<string, Fn>)[name];

const POINTS = 20_001;

/** Where each function is looked at. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
  asin: [-1, 1],
  acos: [-1, 1],
  atan: [-30, 30],
  sinh: [-20, 20],
  cosh: [-20, 20],
  asinh: [-100, 100],
  acosh: [1, 100],
  atanh: [-0.999999, 0.999999],
  sinc: [-50, 50],
  exp2: [-30, 30],
  log10: [1e-6, 100],
  mish: [-30, 30],
  entr: [0, 20],
  lgamma: [-12.0001, 40],
  digamma: [-12.0001, 40],
  erfc: [-6, 10],
  erfcx: [-8, 30],
  erfinv: [-0.9999999, 0.9999999],
  ndtri: [1e-7, 0.9999999],
  logNdtr: [-40, 6],
  i0: [-40, 40],
  i0e: [-40, 40],
  i1: [-40, 40],
  i1e: [-40, 40],
};
const cases: readonly (readonly [string, readonly [number, number], Fn])[] = [
  ...Object.entries(ranges).map(([name, range]) => [name, range, named(name)] as const),
  // Below 0, derivatives of even order are differences of large numbers between their poles.
  ...[1, 2, 3, 5, 9].map(
    (n) => [`polygamma ${n}`, [0.01, 40], (x: Tensor): Tensor => wgrad.polygamma(n, x)] as const,
  ),
];

const grid = ([low, high]: readonly [number, number]): Float32Array =>
  Float32Array.from({ length: POINTS }, (_, k) => low + ((high - low) * k) / (POINTS - 1));

const answers = async (): Promise<Map<string, ArrayLike<number>>> => {
  const all = new Map<string, ArrayLike<number>>();
  for (const [name, range, fn] of cases) all.set(name, await fn(tensor(grid(range))).data());
  return all;
};

let found = new Map<string, ArrayLike<number>>();
let truth = new Map<string, ArrayLike<number>>();
beforeAll(async () => {
  await init({ device: 'webgpu' });
  found = await answers();
  await init({ device: 'cpu', precision: 'f64' });
  truth = await answers();
}, 120_000);

describe('is within the tolerance of its class everywhere', () => {
  test.each(cases)('%s', (name) => {
    const [y, expected] = [found.get(name) ?? [], truth.get(name) ?? []];
    const { rtol, atol } = classes.elementary;
    let worst = 0;
    for (let k = 0; k < POINTS; k++) {
      const same = y[k] === expected[k];
      const error = Math.abs(y[k] - expected[k]) / (atol + rtol * Math.abs(expected[k]));
      worst = Math.max(worst, same ? 0 : error);
    }
    expect(y).toHaveLength(POINTS);
    expect(worst).toBeLessThanOrEqual(1);
  });
});
