// Every shader file is valid WGSL as it stands and as it is published, by the compiler of the lane.
import { describe, expect, inject, test } from 'vitest';

const files = import.meta.glob<string>('../../shaders/**/*.wgsl', {
  query: '?raw',
  import: 'default',
  eager: true,
});

async function openDevice(): Promise<GPUDevice> {
  const gpu = inject('lane') === 'chrome' ? navigator.gpu : (await import('webgpu')).create([]);
  held.push(gpu);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('this lane has no WebGPU adapter');
  return adapter.requestDevice();
}
/** What is published; the script that makes it runs in Node. */
const shorten = inject('lane') === 'chrome' ? null : (await import('../../scripts/wgsl.mjs')).shortenWgsl;

/** Dawn's entry point must outlive its device. */
const held: GPU[] = [];
const device = await openDevice();

async function errorsOf(code: string): Promise<string[]> {
  device.pushErrorScope('validation');
  const info = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  return info.messages.filter((m) => m.type === 'error').map((m) => `${m.lineNum}: ${m.message}`);
}

test('there are shaders', () => {
  expect(Object.keys(files).length).toBeGreaterThan(8);
});

test('a broken shader is found', async () => {
  expect(await errorsOf('fn f() -> u32 { return 1.5; }')).not.toEqual([]);
});

/** Functions for formulas call one another across files; a kernel's file stands alone. */
const isLibrary = (file: string): boolean => file.includes('/lib/');
const library = Object.entries(files).flatMap(([file, code]) => (isLibrary(file) ? [code] : []));

describe.each(Object.entries(files))('%s', (file, own) => {
  const code = isLibrary(file) ? library.join('\n') : own;
  test('compiles raw', async () => {
    expect(await errorsOf(code)).toEqual([]);
  });
  test.skipIf(shorten === null)('compiles shortened', async () => {
    expect(await errorsOf(shorten?.(code) ?? '')).toEqual([]);
  });
});
