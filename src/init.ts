// Choosing and opening the device; what it says of itself; waiting for it.
import type { BackendCounts, BackendMemory } from './backend/backend.ts';
import { CPUBackend } from './backend/cpu.ts';
import { WebGPUBackend } from './backend/webgpu/execute.ts';
import { ValueError, WebGPUUnavailableError } from './core/errors.ts';
import { Engine, type Mode, engine, engineOrNull, useEngine } from './engine.ts';

export interface InitOptions {
  /** 'auto' takes WebGPU where there is some, else the CPU reference. */
  readonly device?: 'auto' | 'webgpu' | 'cpu';
  /** 'lazy' runs fused when something is read or an optimiser steps; 'eager' runs each operation at once. */
  readonly mode?: Mode;
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** CPU only: 'f64' computes in double precision. */
  readonly precision?: 'f32' | 'f64';
}

export interface Device {
  readonly type: 'webgpu' | 'cpu';
  /** The adapter's name. */
  readonly name: string;
  /** Why it is not WebGPU, when 'auto' fell back. */
  readonly reason?: string;
  readonly mode: Mode;
}

const reasons = new WeakMap<Engine, string>();
const options_ = new WeakMap<Engine, string>();
/** Devices on their way, by their options: who asks for the same one meanwhile waits for it. */
const opening = new Map<string, Promise<Engine>>();

async function open(options: InitOptions, key: string): Promise<Engine> {
  const { device = 'auto', precision = 'f32', powerPreference } = options;
  let on: Engine;
  try {
    const backend =
      device === 'cpu' ? new CPUBackend(precision) : await WebGPUBackend.open({ powerPreference });
    on = new Engine(backend);
  } catch (error) {
    if (device === 'webgpu' || !(error instanceof WebGPUUnavailableError)) throw error;
    on = new Engine(new CPUBackend(precision));
    reasons.set(on, error.message);
  }
  options_.set(on, key);
  return on;
}

/** The engine with these options: the current one, one on its way, or a new one. */
async function engineFor(options: InitOptions): Promise<Engine> {
  const { device = 'auto', precision = 'f32', powerPreference = '' } = options;
  const key = JSON.stringify([device, precision, powerPreference]);
  const alive = engineOrNull();
  if (alive !== null && alive.failure === null && options_.get(alive) === key) return alive;
  const pending = opening.get(key) ?? open(options, key);
  opening.set(key, pending);
  try {
    return await pending;
  } finally {
    opening.delete(key);
  }
}

/**
 * Opens the device on which new tensors live. Called again with the same options it returns the same device while that
 * is alive; after a device was lost, or with other options, it opens a new one.
 *
 * Throws WebGPUUnavailableError where 'webgpu' is asked for and there is none.
 */
export async function init(options: InitOptions = {}): Promise<Device> {
  const { device = 'auto', mode = 'lazy' } = options;
  if (!['auto', 'webgpu', 'cpu'].includes(device)) {
    throw new ValueError('init: unknown device', {
      expected: "'auto', 'webgpu' or 'cpu'",
      got: device,
    });
  }
  if (mode !== 'lazy' && mode !== 'eager') {
    throw new ValueError('init: unknown mode', { expected: "'lazy' or 'eager'", got: String(mode) });
  }
  const on = await engineFor(options);
  on.mode = mode;
  useEngine(on);
  return deviceInfo();
}

/** The device that new tensors live on. */
export function deviceInfo(): Device {
  const on = engine();
  const reason = reasons.get(on);
  return {
    type: on.backend.type,
    name: on.backend.name,
    mode: on.mode,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Resolves once the device has done all that was asked of it; throws what went wrong. */
export async function synchronize(): Promise<void> {
  await engine().synchronize();
}

/** Bytes and buffers that tensors hold on the device, the most there ever were, and bytes kept for reuse. */
export const memory = (): BackendMemory => engine().backend.memory();

/** Runs, dispatches, submits and pipelines so far. */
export const counters = (): BackendCounts => engine().backend.counts();

/** Calls back once with the error if the device is lost. Returns a function that cancels. */
export function onDeviceLost(callback: (error: Error) => void): () => void {
  let wanted = true;
  void engine().backend.lost.then((error) => {
    if (wanted) callback(error);
  });
  return () => {
    wanted = false;
  };
}

/** Closes the device. Tensors on it can no longer be used. */
export function dispose(): void {
  engineOrNull()?.dispose();
  useEngine(null);
}
