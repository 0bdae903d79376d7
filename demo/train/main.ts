// The main job from command line to exit code: pictures, training, check, run folder, report.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChromeLostError, NoWebGpuError, trainInChrome, type Watcher } from './chrome.ts';
import type { Job } from './codec.ts';
import { relativeDifference } from './compare.ts';
import { fingerprint, measure, splitSet, trainData } from './dataset.ts';
import { trainInNode } from './node.ts';
import { type Options, readOptions } from './options.ts';
import { clock, Progress } from './progress.ts';
import { buildReport } from './report/report.ts';
import { RunFolder, type RunFacts, type Source } from './run-folder.ts';
import { loadPictures } from './source.ts';
import { checkText, resultText } from './summary.ts';
import { messageOf, printable } from './text.ts';
import {
  PIXELS,
  type PictureSet,
  RunError,
  type Split,
  type TrainEvent,
  type TrainResult,
  type TrainState,
} from './types.ts';
import { checkAgainstCpu } from './verify.ts';

/** The package's folder: this file lies in demo/train. */
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
/** Where the user stood: npm starts scripts in the package's folder and tells the other in INIT_CWD. */
const base = (): string => process.env['INIT_CWD'] ?? process.cwd();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A run ready to be trained. */
interface Prepared {
  readonly folder: RunFolder;
  readonly facts: RunFacts;
  readonly set: PictureSet;
  readonly split: Split;
  readonly state: TrainState | undefined;
}

async function prepareNew(options: Options): Promise<Prepared> {
  const source: Source =
    options.data === undefined
      ? { kind: 'portraits', count: options.count }
      : { kind: 'folder', path: resolve(base(), options.data) };
  const out = options.out === undefined ? undefined : resolve(base(), options.out);
  if (out !== undefined) await RunFolder.checkFree(out);
  const set = await loadPictures(source, options.seed, say);
  const split = splitSet(set.labels, set.classNames.length, options.seed);
  const { classNames } = set;
  const { hidden, epochs, batch, lr, seed } = options;
  const normalisation = measure(trainData(set, split).trainPixels);
  const config = { classNames, hidden, epochs, batch, lr, seed, normalisation };
  const created = new Date();
  const folder = await RunFolder.create(ROOT, out, created);
  const facts: RunFacts = {
    format: 'wgrad-run-1',
    created: created.toISOString(),
    config,
    source,
    fingerprint: fingerprint(set),
  };
  await folder.writeFacts(facts);
  return { folder, facts, set, split, state: undefined };
}

async function prepareResumed(options: Options, run: string): Promise<Prepared> {
  const folder = await RunFolder.open(ROOT, base(), run);
  const old = await folder.readFacts();
  const state = await folder.readCheckpoint();
  const epochs = options.given.has('epochs') ? options.epochs : old.config.epochs;
  if (state !== undefined && state.epoch >= epochs) {
    throw new RunError(
      `${folder.shown} is already trained for ${state.epoch} epochs: give a larger --epochs`,
      2,
    );
  }
  const facts = { ...old, config: { ...old.config, epochs } };
  const set = await loadPictures(facts.source, facts.config.seed, say);
  if (fingerprint(set) !== facts.fingerprint) {
    throw new RunError(
      `the pictures are not those that ${folder.shown} began with: it cannot go on as it was`,
      2,
    );
  }
  await folder.writeFacts(facts);
  const split = splitSet(set.labels, set.classNames.length, facts.config.seed);
  say(`going on with ${folder.shown} at epoch ${(state?.epoch ?? 0) + 1}, step ${state?.step ?? 0}`);
  return { folder, facts, set, split, state };
}

/** Answers Ctrl-C: the first asks for a stop where there is something to save, the second quits at once. */
class Interrupts {
  readonly #controller = new AbortController();
  phase: 'preparing' | 'training' | 'finishing' = 'preparing';
  /** Called before words are written in the middle of a progress bar. */
  clear: () => void = () => undefined;

  readonly #onSignal = (): void => {
    this.clear();
    if (this.phase === 'preparing' || this.stop.aborted) {
      say(this.phase === 'preparing' ? 'stopped before training began' : 'quitting at once');
      process.exit(130);
    }
    this.#controller.abort();
    say(
      this.phase === 'training'
        ? 'stopping: saving a checkpoint (Ctrl-C again quits at once)'
        : 'training is over and saved; finishing the report (Ctrl-C again quits at once)',
    );
  };

  get stop(): AbortSignal {
    return this.#controller.signal;
  }

  listen(): () => void {
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal);
    return () => void process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal);
  }
}

/** Trains in Chrome, once more from the last checkpoint if Chrome died, else on the CPU backend. */
async function train(
  options: Options,
  job: Job,
  watcher: Watcher & { readonly last: () => TrainState | undefined; readonly clear: () => void },
): Promise<TrainResult | undefined> {
  if (options.device === 'cpu') {
    say('training on the CPU backend in Node, as asked');
    return trainInNode(job, watcher);
  }
  try {
    return await trainInChrome(ROOT, job, watcher);
  } catch (error) {
    watcher.clear();
    if (error instanceof ChromeLostError && !watcher.stop.aborted) {
      const state = watcher.last();
      say(
        `${error.message}; going on once from ${state === undefined ? 'the beginning' : `step ${state.step}`}`,
      );
      return trainInChrome(ROOT, { ...job, state }, watcher).catch((again: unknown) => {
        throw again instanceof RunError ? again : new RunError(`${messageOf(again)}; --resume goes on later`);
      });
    }
    if (!(error instanceof NoWebGpuError)) throw error;
    if (options.device === 'webgpu') throw new RunError(`no WebGPU: ${error.message}`);
    say(`no WebGPU here (${printable(error.message)}): training on the CPU backend in Node instead`);
    return trainInNode(job, watcher);
  }
}

/** The outcome must be the fruit of training: steps were made, every number is finite, the weights moved. */
function assertTrained(result: TrainResult, before: TrainState | undefined): void {
  const steps = result.state.step - (before?.step ?? 0);
  const moved = relativeDifference(result.state.weights, result.probe.before);
  if (steps < 1) throw new RunError('no step was trained');
  if (!Number.isFinite(moved) || !Number.isFinite(result.test.loss))
    throw new RunError('the weights are not finite');
  if (moved === 0) throw new RunError('the weights did not move: nothing was learnt');
}

async function finish(prepared: Prepared, job: Job, result: TrainResult, started: number): Promise<number> {
  const { folder, facts, set, split } = prepared;
  const { config } = facts;
  await folder.writeModel(result.state.weights, config);
  assertTrained(result, job.state);
  say(resultText(result.train, result.test, job.data.testLabels, config.classNames));
  const check = await checkAgainstCpu(config, job.data, await folder.readModel(), result.test, result.probe);
  say(checkText(check, result.deviceType));
  const wall = (performance.now() - started) / 1000;
  await folder.writeReport(await buildReport({ set, split, config, result, check, wall, facts }));
  say(
    `trained on ${result.deviceType === 'webgpu' ? 'WebGPU' : 'the CPU backend'}: ${printable(result.deviceName)}`,
  );
  say(`wall time ${clock(wall)}, of it training ${clock(result.state.seconds)}`);
  say(`wrote ${folder.shown}: report.html, model.safetensors, metrics.csv, checkpoint.safetensors`);
  if (check.ok) return 0;
  say('FAILED: the result differs from the CPU reference by more than rounding');
  return 1;
}

function announce({ facts: { config }, split }: Prepared): void {
  const outputs = config.classNames.length === 2 ? 1 : config.classNames.length;
  const layers = [PIXELS, ...config.hidden, outputs].join(' → ');
  say(`network ${layers}, ${split.train.length} pictures to train, ${split.test.length} to test`);
  say(`batch ${config.batch}, learning rate ${config.lr}, ${config.epochs} epochs, seed ${config.seed}`);
}

async function run(options: Options, interrupts: Interrupts): Promise<number> {
  const started = performance.now();
  const prepared =
    options.resume === undefined ? await prepareNew(options) : await prepareResumed(options, options.resume);
  const { folder, facts, set, split, state } = prepared;
  const job: Job = { config: facts.config, data: trainData(set, split), state };
  announce(prepared);
  const progress = new Progress(process.stdout, facts.config.epochs);
  let last = state;
  interrupts.phase = 'training';
  interrupts.clear = () => {
    progress.end();
  };
  const watcher = {
    emit: (event: TrainEvent) => {
      if (event.kind === 'device' && event.type === 'webgpu') {
        say(`training on WebGPU: ${printable(event.name)}`);
      }
      progress.handle(event);
    },
    checkpoint: async (kept: TrainState) => {
      last = kept;
      await folder.writeCheckpoint(kept);
    },
    stop: interrupts.stop,
    last: () => last,
    clear: interrupts.clear,
  };
  const resumeHint = (): string => `npm start -- --resume ${folder.shown}`;
  const result = await train(options, job, watcher).catch(async (error: unknown) => {
    progress.end();
    if (last === undefined) await folder.discard();
    else say(`the last checkpoint is of step ${last.step}; go on with: ${resumeHint()}`);
    throw error;
  });
  progress.end();
  if (result === undefined) {
    say(`stopped at step ${last?.step ?? 0}; go on with: ${resumeHint()}`);
    return 130;
  }
  interrupts.phase = 'finishing';
  return finish(prepared, job, result, started);
}

/**
 * Runs the main job with the arguments after the script's name and gives the exit code:
 * 0 only if training really happened and agrees with the CPU reference, 1 failed, 2 wrong options or pictures,
 * 130 stopped by Ctrl-C with a checkpoint.
 */
export async function main(argv: string[]): Promise<number> {
  const interrupts = new Interrupts();
  const unlisten = interrupts.listen();
  try {
    const command = readOptions(argv);
    if (command.kind === 'run') return await run(command.options, interrupts);
    say(command.text);
    return 0;
  } catch (error) {
    interrupts.clear();
    const known = error instanceof RunError;
    process.stderr.write(
      `error: ${known ? error.message : (error instanceof Error && error.stack) || messageOf(error)}\n`,
    );
    return known ? error.exitCode : 1;
  } finally {
    unlisten();
  }
}
