/** The matrix-product kernels against a naive product in double precision; those for GPUs too, on whatever adapter is here. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { checkKind } from '../../bench/kernels/matmul-check.ts';

// Kept for as long as its device is used: Dawn's instance does not survive being collected.
let gpu: GPU;
let device: GPUDevice;
const errors: string[] = [];

beforeAll(async () => {
  gpu = inject('lane') === 'chrome' ? navigator.gpu : (await import('webgpu')).create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('this lane has no WebGPU adapter');
  device = await adapter.requestDevice();
  device.onuncapturederror = (event) => {
    errors.push(event.error.message);
  };
});

afterAll(() => {
  device.destroy();
});

test.each([
  { kind: 'cpu', count: 40 },
  { kind: 'gpu', count: 24 },
] as const)('$count random products with the kernels for $kind', async ({ kind, count }) => {
  const { failures, worst, shaders } = await checkKind(device, kind, count, 11);
  expect(failures).toEqual([]);
  expect(worst).toBeLessThan(1);
  expect(Object.keys(shaders).length).toBeGreaterThan(6);
  expect(errors).toEqual([]);
});
