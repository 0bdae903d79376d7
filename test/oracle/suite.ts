// The tests that replay PyTorch's samples on a backend, for each lane to call. Knows the public API, and no backend's code.
import { describe, expect, test } from 'vitest';
import type { Api } from './api.ts';
import { type Layout, layouts } from './layouts.ts';
import { type Family, type OpRecord, families, load } from './load.ts';
import { type Outcome, replay, replayRefusal } from './replay.ts';
import { refusalSkipped, skipped } from './skips.ts';

export interface Suite {
  /** The engine, once it is initialised. */
  readonly api: () => Api;
  readonly backend: 'cpu' | 'webgpu';
  /** What tells these tests from others in the same file. */
  readonly title?: string;
  readonly precision?: 'f32' | 'f64';
  /** Runs before each operation's samples, as to set the engine's mode. */
  readonly before?: () => void | Promise<void>;
  readonly second?: boolean;
  /**
   * The layouts of the inputs beside the contiguous one: another for each sample in turn, one for all samples of an
   * operation (a third of the kernels to compile), or none.
   */
  readonly layouts?: 'by sample' | 'by operation' | 'none';
  readonly families?: readonly Family[];
  /** The most samples of an operation in a fixture, spread evenly; all by default. */
  readonly samplesMax?: number;
}

/** What was replayed so far, for a figure at the end. */
export interface Tally {
  samples: number;
  compared: number;
  skipped: number;
  /** The largest error of each operation, in tolerances. */
  readonly worst: Map<string, number>;
}

/** The layouts in which a sample is replayed. */
function layoutsOf(record: OpRecord, index: number, choice: Suite['layouts']): readonly Layout[] {
  if (choice === 'none') return ['contiguous'];
  const letters = new TextEncoder().encode(record.name).reduce((sum, letter) => sum + letter, 0);
  const turn = choice === 'by operation' ? letters : index;
  return ['contiguous', layouts[1 + (turn % (layouts.length - 1))]];
}

/** Whether sample `index` of `count` is one of `most`, spread evenly. */
export const isChosen = (index: number, count: number, most: number): boolean =>
  count <= most || Math.floor((index * most) / count) !== Math.floor(((index - 1) * most) / count);

/** Replays all samples of an operation. All are recorded first and read together. */
async function samplesOf(record: OpRecord, suite: Suite, tally: Tally): Promise<string[]> {
  const recorded: { where: string; settle: () => Promise<Outcome> }[] = [];
  const { api, backend, precision = 'f32', second = true, samplesMax = Infinity } = suite;
  for (const [index, sample] of record.samples.entries()) {
    if (!isChosen(index, record.samples.length, samplesMax)) continue;
    if (skipped(sample, record) !== null) {
      tally.skipped++;
      continue;
    }
    tally.samples++;
    for (const layout of layoutsOf(record, index, suite.layouts)) {
      const settle = replay(api(), record, sample, { backend, precision, layout, second });
      recorded.push({ where: `sample ${index} (${layout})`, settle });
    }
  }
  const outcomes = await Promise.all(recorded.map(({ settle }) => settle()));
  return outcomes.flatMap((outcome, k) => {
    tally.compared += outcome.compared;
    tally.worst.set(record.name, Math.max(tally.worst.get(record.name) ?? 0, outcome.worst));
    return outcome.failures.map((failure) => `${recorded[k].where}: ${failure}`);
  });
}

async function accepted(record: OpRecord, suite: Suite): Promise<string[]> {
  const failures: string[] = [];
  for (const [index, refusal] of record.errors.entries()) {
    if (refusalSkipped(refusal, record) !== null) continue;
    const took = await replayRefusal(suite.api(), record, refusal).then(
      () => true,
      () => false,
    );
    if (took) failures.push(`error ${index}: accepted, where PyTorch says ${refusal.pattern}`);
  }
  return failures;
}

const LINES_MAX = 12;

/** Fails with the first lines. */
function none(failures: readonly string[]): void {
  const rest = failures.length - LINES_MAX;
  const more = rest > 0 ? [`and ${rest} more`] : [];
  if (failures.length > 0) expect.fail([...failures.slice(0, LINES_MAX), ...more].join('\n'));
}

/** Define the tests: one for each operation of each fixture, and one for the calls it must refuse. */
export async function oracleSuite(suite: Suite): Promise<Tally> {
  const tally: Tally = { samples: 0, compared: 0, skipped: 0, worst: new Map() };
  for (const family of suite.families ?? families) {
    const records = await load(family);
    describe(`PyTorch's samples${suite.title === undefined ? '' : `, ${suite.title}`}: ${family}`, () => {
      for (const record of records) {
        const name = record.dtype === 'float32' ? record.name : `${record.name} (${record.dtype})`;
        if (record.samples.length > 0) {
          test(name, async () => {
            await suite.before?.();
            none(await samplesOf(record, suite, tally));
          });
        }
        if (record.errors.some((e) => refusalSkipped(e, record) === null)) {
          test(`${name} refuses what PyTorch refuses`, async () => {
            await suite.before?.();
            none(await accepted(record, suite));
          });
        }
      }
    });
  }
  return tally;
}
