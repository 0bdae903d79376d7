/** PyTorch's samples in whatever engine loads this: Node, a page, Deno. No test runner. */
import * as wgrad from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import { type Measured, measure } from '../oracle/measure.ts';

const shaders = import.meta.glob<string>('../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export interface Report {
  /** The adapter, or the reference. */
  readonly device: string;
  readonly operations: Measured[];
  /** Kernel files that do not compile as they stand, with what the compiler says. */
  readonly broken: string[];
}

async function brokenShaders(): Promise<string[]> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (device === undefined) return ['there is no adapter'];
  const isLibrary = (file: string): boolean => file.includes('/lib/');
  const library = Object.entries(shaders).flatMap(([file, code]) => (isLibrary(file) ? [code] : []));
  const broken: string[] = [];
  for (const [file, own] of Object.entries(shaders)) {
    device.pushErrorScope('validation');
    device.createShaderModule({ code: isLibrary(file) ? library.join('\n') : own });
    const error = await device.popErrorScope();
    if (error !== null) broken.push(`${file}: ${error.message}`);
  }
  device.destroy();
  return broken;
}

/** All samples in float32 on a device. `compiler`: whether there is a navigator.gpu to compile every kernel file with. */
export async function report(device: 'cpu' | 'webgpu', compiler: boolean): Promise<Report> {
  const broken = compiler ? await brokenShaders() : [];
  const { name } = await wgrad.init({ device });
  const operations = await measure({ api: wgrad as unknown as Api, backend: device });
  wgrad.dispose();
  return { device: name, operations, broken };
}

Object.assign(globalThis, { report });
