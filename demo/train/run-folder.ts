// The run folder on disk: where it is, what lies in it, written so that a crash leaves whole files; no training.
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { serialize, parse } from '../../src/io/safetensors.ts';
import { decodeState, encodeState } from './codec.ts';
import { metricsCsv } from './metrics.ts';
import { messageOf, printable } from './text.ts';
import { type NamedArrays, RunError, type TrainConfig, type TrainState } from './types.ts';

/** Where the pictures of a run came from. */
export type Source =
  { readonly kind: 'portraits'; readonly count: number } | { readonly kind: 'folder'; readonly path: string };

/** run.json: what a run is, without its numbers. */
export interface RunFacts {
  readonly format: 'wgrad-run-1';
  readonly created: string;
  readonly config: TrainConfig;
  readonly source: Source;
  /** Hash of the pictures; a resumed run must find the same. */
  readonly fingerprint: string;
}

const FACTS = 'run.json';
const CHECKPOINT = 'checkpoint.safetensors';

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** The local time as 2026-11-24_13-05-09, a name that sorts by time. */
export function stamp(date: Date): string {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}_${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-')}`;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** One run's folder. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Throws RunError (exit code 2) when a folder asked for holds something already. */
  static async checkFree(asked: string): Promise<void> {
    const inside = await readdir(asked).catch(() => []);
    if (inside.length === 0) return;
    throw new RunError(
      `${printable(asked)} is not empty: name a new folder, or go on with a run by --resume`,
      2,
    );
  }

  /**
   * Makes a new folder: the one asked for, which must be new or empty, or runs/<date-time> under `root`.
   * Throws RunError (exit code 2) when it holds something or cannot be made.
   */
  static async create(root: string, asked: string | undefined, now: Date): Promise<RunFolder> {
    let path = asked ?? join(root, 'runs', stamp(now));
    for (let n = 2; asked === undefined && (await exists(path)); n++)
      path = join(root, 'runs', `${stamp(now)}-${n}`);
    await RunFolder.checkFree(path);
    try {
      await mkdir(path, { recursive: true });
    } catch (error) {
      const reason = printable(messageOf(error));
      throw new RunError(`the run folder ${printable(path)} cannot be made: ${reason}`, 2);
    }
    return new RunFolder(path);
  }

  /** Finds the folder of an earlier run by its path or by its name under runs/. */
  static async open(root: string, base: string, asked: string): Promise<RunFolder> {
    for (const path of [resolve(base, asked), join(root, 'runs', asked)]) {
      if (await exists(join(path, FACTS))) return new RunFolder(path);
    }
    throw new RunError(`there is no run ${printable(asked)}: a run folder holds ${FACTS}`, 2);
  }

  /** Its path as the user would type it. */
  get shown(): string {
    const short = relative(process.cwd(), this.path);
    return printable(short.startsWith('..') || short === '' ? this.path : short);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async writeFacts(facts: RunFacts): Promise<void> {
    await writeWhole(this.file(FACTS), `${JSON.stringify(facts, null, 2)}\n`);
  }

  async readFacts(): Promise<RunFacts> {
    try {
      const facts = JSON.parse(await readFile(this.file(FACTS), 'utf8')) as RunFacts;
      if (facts.format === 'wgrad-run-1') return facts;
    } catch {
      // said below
    }
    throw new RunError(`${printable(this.file(FACTS))} is not the description of a run`, 2);
  }

  /** Keeps a state to go on from, and the metrics so far. */
  async writeCheckpoint(state: TrainState): Promise<void> {
    await writeWhole(this.file(CHECKPOINT), encodeState(state));
    await writeWhole(this.file('metrics.csv'), metricsCsv(state.history));
  }

  /** The last checkpoint; undefined when there is none yet. */
  async readCheckpoint(): Promise<TrainState | undefined> {
    if (!(await exists(this.file(CHECKPOINT)))) return undefined;
    try {
      return decodeState(await readFile(this.file(CHECKPOINT)));
    } catch (error) {
      const reason = printable(messageOf(error));
      throw new RunError(`${printable(this.file(CHECKPOINT))} cannot be read: ${reason}`, 2);
    }
  }

  /** Takes away a folder in which nothing but the facts was written: its run never began. */
  async discard(): Promise<void> {
    await rm(this.file(FACTS), { force: true });
    await rmdir(this.path).catch(() => undefined);
  }

  /** Writes model.safetensors: weights under torch's names, with what is needed to use them in the metadata. */
  async writeModel(weights: NamedArrays, config: TrainConfig): Promise<void> {
    const tensors = Object.entries(weights).map(
      ([name, { shape, data }]) => [name, { dtype: 'f32', shape, data }] as const,
    );
    const metadata = {
      format: 'pt',
      classes: JSON.stringify(config.classNames),
      normalisation: JSON.stringify(config.normalisation),
      hidden: JSON.stringify(config.hidden),
      input: 'grey 128 x 128, row-major, (value / 255 - mean) / std',
    };
    await writeWhole(this.file('model.safetensors'), serialize(tensors, metadata));
  }

  /** Reads the weights back from model.safetensors. */
  async readModel(): Promise<NamedArrays> {
    const { tensors } = parse(await readFile(this.file('model.safetensors')));
    return Object.fromEntries(
      [...tensors].flatMap(([name, { shape, data }]) =>
        data instanceof Float32Array ? [[name, { shape, data }]] : [],
      ),
    );
  }

  async writeReport(html: string): Promise<void> {
    await writeWhole(this.file('report.html'), html);
  }
}
