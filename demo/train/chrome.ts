// Drives headless Chrome through one training: starts it, watches for its faults, brings back the result.
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { chromeArgs, findChrome } from '../../scripts/chrome.mjs';
import { decodeResult, decodeState, encodeJob, type Job } from './codec.ts';
import type { PageEnd } from './page.ts';
import { startServer, type TrainServer } from './server.ts';
import { messageOf } from './text.ts';
import { RunError, type TrainEvent, type TrainResult, type TrainState } from './types.ts';

/** The adapter that draws with the processor; it is there wherever Chrome is. */
const SOFTWARE = '--use-webgpu-adapter=swiftshader';

/** WebGPU or Chrome is missing: the run can go on with the CPU backend. */
export class NoWebGpuError extends Error {
  override readonly name = 'NoWebGpuError';
}

/** Chrome, its GPU process or the page died while training; the last checkpoint is what is left. */
export class ChromeLostError extends Error {
  override readonly name = 'ChromeLostError';
}

/** What a run in Chrome needs from its surroundings; the same in Node's own loop. */
export interface Watcher {
  emit(event: TrainEvent): void;
  checkpoint(state: TrainState): Promise<void>;
  /** Aborted when training is to stop at the next step. */
  readonly stop: AbortSignal;
}

async function launch(args: readonly string[]): Promise<Browser> {
  const executablePath = findChrome();
  if (executablePath === undefined) throw new NoWebGpuError('no Chrome or Chromium was found');
  try {
    return await puppeteer.launch({
      executablePath,
      args: [...args],
      headless: true,
      protocolTimeout: 0,
      // Ctrl-C is ours to answer: the page has to be asked for a checkpoint first.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
  } catch (error) {
    throw new NoWebGpuError(`Chrome (${executablePath}) did not start: ${firstLine(messageOf(error))}`);
  }
}

/** Rejects as soon as the page or the browser dies or asks for something from elsewhere. */
function faults(browser: Browser, page: Page, origin: string): Promise<never> {
  return new Promise((_, reject) => {
    page.on('error', (error) => {
      reject(new ChromeLostError(`the page crashed: ${error.message}`));
    });
    page.on('pageerror', (error) => {
      reject(new RunError(`the page failed: ${error instanceof Error ? error.message : String(error)}`));
    });
    browser.on('disconnected', () => {
      reject(new ChromeLostError('Chrome ended'));
    });
    page.on('request', (request) => {
      const url = request.url();
      if (url.startsWith(`${origin}/`) || url.startsWith('data:')) return;
      reject(new RunError(`the page asked for ${url}: nothing is to leave this machine`));
    });
  });
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

function raise(end: PageEnd): void {
  if (end.kind === 'no-webgpu') throw new NoWebGpuError(firstLine(end.reason));
  if (end.kind !== 'error') return;
  if (end.name === 'DeviceLostError') throw new ChromeLostError(firstLine(end.message));
  if (end.name === 'RangeError') throw new RunError(end.message);
  // Not foreseen, so the place in the program is worth showing; the stack begins with name and message.
  throw new RunError(`in the page: ${end.stack === '' ? `${end.name}: ${end.message}` : end.stack}`);
}

/** True when the training came to its end, false when it was stopped. */
async function drive(browser: Browser, server: TrainServer, watcher: Watcher): Promise<boolean> {
  const page = await browser.newPage();
  const fault = faults(browser, page, server.origin);
  fault.catch(() => undefined); // met in the race below, or too late to matter
  await page.exposeFunction('reportEvent', (event: TrainEvent) => {
    watcher.emit(event);
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') console.error(`page: ${message.text()}`);
  });
  await Promise.race([page.goto(server.pageUrl, { waitUntil: 'load' }), fault]);
  const ready = await page.evaluate(() => window.startTraining !== undefined);
  if (!ready) throw new RunError('the page did not load its program');
  const ask = (): void => {
    page.evaluate(() => window.stopTraining?.()).catch(() => undefined);
  };
  watcher.stop.addEventListener('abort', ask);
  if (watcher.stop.aborted) ask();
  try {
    const training = page.evaluate((address) => window.startTraining?.(address), server.address);
    training.catch(() => undefined); // a dead page rejects it with less to say than `fault`
    const end = await Promise.race([training, fault]);
    if (end === undefined) throw new RunError('the page did not load its program');
    raise(end);
    return end.kind === 'done';
  } finally {
    watcher.stop.removeEventListener('abort', ask);
  }
}

/** One sitting with one browser. */
async function sitting(
  root: string,
  job: Job,
  watcher: Watcher,
  args: readonly string[],
): Promise<TrainResult | undefined> {
  let result: TrainResult | undefined;
  let done = false;
  const server = await startServer(root, encodeJob(job), async (name, body) => {
    if (name === 'result') result = decodeResult(body);
    else await watcher.checkpoint(decodeState(body));
  });
  try {
    const browser = await launch(args);
    const kill = (): void => void browser.process()?.kill('SIGKILL');
    process.once('exit', kill);
    try {
      done = await drive(browser, server, watcher);
    } finally {
      await browser.close().catch(kill);
      process.removeListener('exit', kill);
    }
  } finally {
    await server.close();
  }
  if (done && result === undefined) throw new RunError('the page ended without a result');
  return result;
}

/**
 * Trains a job in headless Chrome on WebGPU. `root` is the package's folder.
 * Returns undefined when it was stopped; the last checkpoint has then been given to the watcher.
 * Where the machine's own adapter is missing, Chrome's software adapter is tried.
 * Throws NoWebGpuError without Chrome or adapter, ChromeLostError when it died, RunError for the rest.
 */
export async function trainInChrome(
  root: string,
  job: Job,
  watcher: Watcher,
): Promise<TrainResult | undefined> {
  try {
    return await sitting(root, job, watcher, chromeArgs);
  } catch (error) {
    if (!(error instanceof NoWebGpuError) || chromeArgs.includes(SOFTWARE)) throw error;
    return sitting(root, job, watcher, [...chromeArgs, SOFTWARE]);
  }
}
