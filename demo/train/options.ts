// Reads the command line of the main job into checked options; it knows nothing of training or files.
import { parseArgs } from 'node:util';
import { type DeviceChoice, RunError } from './types.ts';

/** What a run does when nothing is said; chosen by trying plain gradient descent on the drawn portraits. */
export const DEFAULTS = {
  epochs: 40,
  batch: 32,
  lr: 0.06,
  hidden: [4] as readonly number[],
  seed: 1,
  count: 2400,
} as const;

/** Checked options of one run. */
export interface Options {
  /** Folder with one sub-folder per class; undefined means the drawn portraits. */
  readonly data: string | undefined;
  readonly epochs: number;
  readonly batch: number;
  readonly lr: number;
  readonly hidden: readonly number[];
  readonly seed: number;
  readonly device: DeviceChoice;
  /** Run folder to write; undefined means runs/<date-time>. */
  readonly out: string | undefined;
  /** Run folder (or its name under runs/) to go on with. */
  readonly resume: string | undefined;
  /** Portraits drawn when there is no folder. */
  readonly count: number;
  /** Names of the options that were really given. */
  readonly given: ReadonlySet<string>;
}

export type Command =
  { readonly kind: 'help'; readonly text: string } | { readonly kind: 'run'; readonly options: Options };

const HELP = `Trains 128 × 128 → 16,384 → 4 → 1 (sigmoid, sigmoid, binary cross-entropy, gradient descent)
on WebGPU in headless Chrome and writes a run folder with the model, the metrics and a report.

Usage: npm start -- [options]

  --data DIR       your own pictures: a folder with one sub-folder per class (PNG, JPEG, WebP, any size).
                   Two classes train the network above, more train softmax and cross-entropy.
                   Without it portraits are drawn by a seeded generator: who has long hair, glasses, a hat?
  --count N        how many portraits to draw (default ${DEFAULTS.count}; not with --data)
  --epochs N       passes over the training pictures (default ${DEFAULTS.epochs})
  --batch N        pictures per step (default ${DEFAULTS.batch})
  --lr X           learning rate of gradient descent (default ${DEFAULTS.lr})
  --hidden LIST    neurons in the hidden layers (default ${DEFAULTS.hidden.join(',')}); "16,8" makes a deeper network
  --seed N         fixes drawing, splitting, first weights and shuffling (default ${DEFAULTS.seed})
  --device WHERE   auto, webgpu or cpu (default auto: WebGPU where there is one, else the CPU)
  --out DIR        run folder to write (default runs/<date-time>)
  --resume RUN     go on with a stopped run; takes --epochs and --device beside it
  --help           this text

Ctrl-C saves a checkpoint and stops; a second Ctrl-C quits at once. Nothing leaves this machine.
Exit code: 0 trained and checked, 1 failed, 2 wrong options or pictures, 130 stopped by Ctrl-C.`;

const SPEC = {
  data: { type: 'string' },
  count: { type: 'string' },
  epochs: { type: 'string' },
  batch: { type: 'string' },
  lr: { type: 'string' },
  hidden: { type: 'string' },
  seed: { type: 'string' },
  device: { type: 'string' },
  out: { type: 'string' },
  resume: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const bad = (message: string): RunError => new RunError(`${message} (see --help)`, 2);

function integer(name: string, text: string | undefined, fallback: number, min: number, max: number): number {
  if (text === undefined) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) {
    throw bad(`--${name} takes a whole number from ${min} to ${max.toLocaleString('en-US')}, got "${text}"`);
  }
  return value;
}

function positive(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw bad(`--${name} takes a number above 0, got "${text}"`);
  return value;
}

function widths(text: string | undefined): readonly number[] {
  if (text === undefined) return DEFAULTS.hidden;
  const parts = text.split(',').map((part) => part.trim());
  const valid = parts.every((part) => /^\d+$/.test(part) && Number(part) >= 1 && Number(part) <= 1024);
  if (!valid || parts.length > 8) {
    throw bad(`--hidden takes up to 8 widths from 1 to 1,024, like "4" or "16,8", got "${text}"`);
  }
  return parts.map(Number);
}

function device(text: string | undefined): DeviceChoice {
  if (text === undefined) return 'auto';
  if (text === 'auto' || text === 'webgpu' || text === 'cpu') return text;
  throw bad(`--device takes auto, webgpu or cpu, got "${text}"`);
}

function folder(name: string, text: string | undefined): string | undefined {
  if (text !== undefined && text.trim() === '') throw bad(`--${name} takes a folder, got nothing`);
  return text;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: SPEC, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    // Node explains at length how to pass a positional argument that starts with a dash: the first sentence does.
    throw bad(text.split(/\.\s|\n/)[0]?.replace(/\.$/, '') ?? text);
  }
}

function checkTogether(given: ReadonlySet<string>): void {
  if (given.has('data') && given.has('count')) {
    throw bad('--count is for drawn portraits and --data for your own pictures: give one of them');
  }
  if (!given.has('resume')) return;
  const others = [...given].filter((name) => !['resume', 'epochs', 'device'].includes(name));
  if (others.length > 0) {
    const list = others.map((name) => `--${name}`).join(', ');
    throw bad(
      `--resume goes on with the run's own settings and takes only --epochs and --device, not ${list}`,
    );
  }
}

/**
 * Reads the arguments after the script's name.
 * Throws RunError with exit code 2 and one clear line for anything unknown, malformed or contradictory.
 */
export function readOptions(argv: readonly string[]): Command {
  const values = parse(argv);
  if (values.help === true) return { kind: 'help', text: HELP };
  const given = new Set(Object.keys(values));
  checkTogether(given);
  return {
    kind: 'run',
    options: {
      data: folder('data', values.data),
      epochs: integer('epochs', values.epochs, DEFAULTS.epochs, 1, 1_000_000),
      batch: integer('batch', values.batch, DEFAULTS.batch, 1, 8192),
      lr: positive('lr', values.lr, DEFAULTS.lr),
      hidden: widths(values.hidden),
      seed: integer('seed', values.seed, DEFAULTS.seed, 0, 4_294_967_295),
      device: device(values.device),
      out: folder('out', values.out),
      resume: folder('resume', values.resume),
      count: integer('count', values.count, DEFAULTS.count, 40, 100_000),
      given,
    },
  };
}
