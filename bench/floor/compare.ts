/** Checks every engine against double precision, then measures them side by side: interleaved rounds, medians. */
import { engines } from './engines.ts';
import type { Engine, Opener } from './engines.ts';
import { makeTask, train } from './reference.ts';
import type { Task } from './reference.ts';

export interface CompareOptions {
  readonly batches: number[];
  readonly rounds: number;
  /** Milliseconds that one measurement should last. */
  readonly budget: number;
  /** Names of engines, all if empty. */
  readonly only: string[];
}

const CHECKED_STEPS = 3;

const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1];

/** The largest deviation of losses and weights after a few steps, each relative to 1e-5 + 1e-4 of the truth. */
async function deviation(engine: Engine, task: Task): Promise<number> {
  const truth = train(task, CHECKED_STEPS);
  const far = (value: number, expected: number): number =>
    Number.isFinite(value) ? Math.abs(value - expected) / (1e-5 + 1e-4 * Math.abs(expected)) : Infinity;
  let worst = 0;
  for (const loss of truth.losses) {
    await engine.run(1);
    worst = Math.max(worst, far(await engine.loss(), loss));
  }
  const { w1, b1, w2, b2 } = await engine.weights();
  truth.w1.forEach((value, i) => (worst = Math.max(worst, far(w1[i], value))));
  truth.rest.forEach((value, i) => (worst = Math.max(worst, far([...b1, ...w2, ...b2][i], value))));
  return worst;
}

async function time(engine: Engine, steps: number): Promise<number> {
  const start = performance.now();
  await engine.run(steps);
  return (performance.now() - start) / steps;
}

interface Row {
  readonly name: string;
  readonly engine: Engine;
  readonly times: number[];
  steps: number;
}

async function compareBatch(
  device: GPUDevice,
  chosen: [string, Opener][],
  batch: number,
  options: CompareOptions,
): Promise<string[]> {
  const task = makeTask(batch);
  const rows: Row[] = [];
  const lines: string[] = [];
  for (const [name, open] of chosen) {
    const engine = await open(device, task);
    const worst = await deviation(engine, task);
    if (worst > 1)
      throw new Error(`${name}, batch ${batch}: ${worst.toFixed(1)} times the tolerance off the reference`);
    const once = Math.min(await time(engine, 2), await time(engine, 2));
    const steps = Math.max(2, Math.min(4000, Math.round(options.budget / once)));
    rows.push({ name, engine, times: [], steps });
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const row of rows) row.times.push(await time(row.engine, row.steps));
  }
  const base = median([...rows[0].times].sort((a, b) => a - b));
  for (const { name, engine, times, steps } of rows) {
    const sorted = [...times].sort((a, b) => a - b);
    const [least, middle, most] = [sorted[0], median(sorted), sorted[sorted.length - 1]].map((t) =>
      t.toFixed(3),
    );
    lines.push(
      `batch ${String(batch).padStart(4)}  ${name.padEnd(12)} ${middle.padStart(9)} ms per step (${least} to ${most}, ${steps} steps x ${times.length})  ${(median(sorted) / base).toFixed(2)} x ${rows[0].name}`,
    );
    engine.close();
  }
  return lines;
}

/** Milliseconds per chained training step of every engine at every batch size. */
export async function compare(
  device: GPUDevice,
  options: CompareOptions,
): Promise<{ text: string; ok: boolean }> {
  const chosen = Object.entries(engines).filter(
    ([name]) => options.only.length === 0 || options.only.includes(name),
  );
  const lines: string[] = [];
  for (const batch of options.batches) lines.push(...(await compareBatch(device, chosen, batch, options)));
  return { text: lines.join('\n'), ok: true };
}
