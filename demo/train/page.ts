// The page in headless Chrome that trains: fetches the job, runs the loop on WebGPU, posts the results back.
// It talks to the server it came from and to nobody else.
import { init } from '../../src/index.ts';
import { decodeJob, encodeResult, encodeState } from './codec.ts';
import { Trainer } from './trainer.ts';
import type { TrainEvent } from './types.ts';

/** How the page ended: trained (its result is posted), stopped (its checkpoint is posted), no WebGPU here, or an error. */
export type PageEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'no-webgpu'; readonly reason: string }
  | { readonly kind: 'error'; readonly name: string; readonly message: string; readonly stack: string };

declare global {
  interface Window {
    /** Put there by the program that drives this page. */
    reportEvent?: (event: TrainEvent) => Promise<void>;
    /** Trains the job that waits under this address; resolves with how it ended, never rejects. */
    startTraining?: (address: string) => Promise<PageEnd>;
    /** Asks the loop to stop at its next step. */
    stopTraining?: () => void;
  }
}

let stop = false;
window.stopTraining = () => {
  stop = true;
};

async function send(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error(`posting ${url} failed with status ${answer.status}`);
}

async function receive(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`fetching ${url} failed with status ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

const describe = (error: unknown): PageEnd & { kind: 'error' } =>
  error instanceof Error
    ? { kind: 'error', name: error.name, message: error.message, stack: error.stack ?? '' }
    : { kind: 'error', name: 'Error', message: String(error), stack: '' };

async function train(address: string): Promise<PageEnd> {
  const device = await init({ device: 'webgpu' }).catch((error: unknown) => describe(error));
  if ('kind' in device) return { kind: 'no-webgpu', reason: device.message };
  const { config, data, state } = decodeJob(await receive(`${address}/job`));
  const surroundings = {
    // Events need no answer; waiting for one would tie the loop's speed to the other process.
    emit: (event: TrainEvent) => void window.reportEvent?.(event),
    stopAsked: () => stop,
    checkpoint: (kept: Parameters<typeof encodeState>[0]) => send(`${address}/checkpoint`, encodeState(kept)),
  };
  const trainer = new Trainer(config, data, surroundings, state);
  const result = await trainer.run({ type: device.type, name: device.name });
  if (result === undefined) return { kind: 'stopped' };
  await send(`${address}/result`, encodeResult(result));
  return { kind: 'done' };
}

window.startTraining = (address) => train(address).catch(describe);
