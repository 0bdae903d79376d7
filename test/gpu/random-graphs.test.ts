// Random programs: fused equals unfused equals the CPU reference, values and gradients alike.
import { beforeAll, expect, inject, test } from 'vitest';
import { type InitOptions, counters, init } from '../../src/index.ts';
import {
  type GraphProgram,
  type Result,
  describeProgram,
  execute,
  randomProgram,
} from '../support/random-graph.ts';

const COUNT = inject('full') ? 2000 : inject('lane') === 'chrome' ? 40 : 200;
const programs = Array.from({ length: COUNT }, (_, k) => randomProgram(k + 1));

/** Of the largest element: what float32 may lose on the way, beside what the CPU itself loses in float32. */
const RTOL = 2e-5;
/** Programs in which float32 differs by more than this are left out: some step of theirs is at a jump. */
const UNSTABLE = 1e-3;

async function runAll(options: InitOptions): Promise<Result[][]> {
  await init(options);
  const results: Result[][] = [];
  for (const program of programs) results.push(await execute(program));
  return results;
}

let exact: Result[][] = [];
let rounded: Result[][] = [];
let fused: Result[][] = [];
let unfused: Result[][] = [];
let fusedCounts = { dispatches: 0, pipelines: 0 };
let unfusedDispatches = 0;

beforeAll(async () => {
  exact = await runAll({ device: 'cpu', precision: 'f64' });
  rounded = await runAll({ device: 'cpu', precision: 'f32' });
  fused = await runAll({ device: 'webgpu', mode: 'lazy' });
  fusedCounts = counters();
  unfused = await runAll({ device: 'webgpu', mode: 'eager' });
  unfusedDispatches = counters().dispatches - fusedCounts.dispatches;
}, 3_000_000);

const largest = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((m, x) => Math.max(m, Math.abs(x)), 0);

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let far = 0;
  for (let k = 0; k < b.length; k++) {
    if (Object.is(a[k], b[k])) continue;
    const gap = Math.abs(a[k] - b[k]);
    far = Math.max(far, Number.isNaN(gap) ? Infinity : gap);
  }
  return far;
}

const isStable = (p: number): boolean =>
  exact[p].every(
    (truth, k) => distance(rounded[p][k].data, truth.data) <= UNSTABLE * Math.max(1, largest(truth.data)),
  );

function complaints(actual: readonly Result[][], expected: readonly Result[][]): string[] {
  return programs.flatMap((program: GraphProgram, p) => {
    if (!isStable(p)) return [];
    const wrong = expected[p].flatMap((want, k) => {
      const got = actual[p][k];
      if (got.what !== want.what || got.shape.join() !== want.shape.join())
        return [`${got.what} [${got.shape.join()}]`];
      const allowed =
        RTOL * Math.max(1, largest(want.data)) + 8 * distance(rounded[p][k].data, exact[p][k].data);
      const far = distance(got.data, want.data);
      return far <= allowed ? [] : [`${want.what} is off by ${far}, allowed ${allowed}`];
    });
    return wrong.length === 0 ? [] : [`${describeProgram(program)}\n  ${wrong.join('\n  ')}`];
  });
}

const first = (list: readonly string[]): string[] => list.slice(0, 4);

test('nearly all programs are stable, and there is something to compare', () => {
  expect(programs.filter((_, p) => !isStable(p)).length).toBeLessThan(COUNT / 20);
  expect(exact.flat().length).toBeGreaterThan(2 * COUNT);
});

test('fused equals the CPU reference', () => expect(first(complaints(fused, exact))).toEqual([]));
test('unfused equals the CPU reference', () => expect(first(complaints(unfused, exact))).toEqual([]));
test('fused equals unfused', () => expect(first(complaints(fused, unfused))).toEqual([]));

test('fusion saves dispatches', () => {
  expect(fusedCounts.dispatches).toBeLessThan(0.6 * unfusedDispatches);
  console.info(
    `${COUNT} programs: ${fusedCounts.dispatches} dispatches fused, ${unfusedDispatches} unfused, ${fusedCounts.pipelines} pipelines fused`,
  );
});
