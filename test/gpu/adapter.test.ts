/** The lane itself: a WebGPU adapter is here, and a one-line compute shader runs on it. No library code. */
import { expect, inject, test } from 'vitest';

/** Dawn's instance must outlive its devices: the process dies when it is collected before them. */
const held: GPU[] = [];

/** WebGPU's entry point: the page's in Chrome, npm's `webgpu` in Node. */
async function entry(): Promise<GPU> {
  if (inject('lane') === 'chrome') return navigator.gpu;
  const { create } = await import('webgpu');
  const gpu = create([]);
  held.push(gpu);
  return gpu;
}

test('the lane has an adapter, and a shader writes what it should', async () => {
  const adapter = await (await entry()).requestAdapter();
  if (adapter === null) throw new Error('requestAdapter() gave null: this lane has no WebGPU adapter');
  const device = await adapter.requestDevice();
  // The specification fixes these numbers; Node has no GPUBufferUsage to read them from.
  const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 };
  const size = 64;
  const storage = device.createBuffer({ size: size * 4, usage: usage.storage | usage.copySource });
  const staging = device.createBuffer({ size: size * 4, usage: usage.mapRead | usage.copyTarget });
  const module = device.createShaderModule({
    code: `@group(0) @binding(0) var<storage, read_write> out: array<u32>;
      @compute @workgroup_size(${size}) fn main(@builtin(global_invocation_id) id: vec3u) { out[id.x] = id.x * id.x; }`,
  });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [{ binding: 0, resource: { buffer: storage } }];
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(storage, 0, staging, 0, size * 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const got = [...new Uint32Array(staging.getMappedRange())];
  device.destroy();
  expect(got).toEqual(Array.from({ length: size }, (_, i) => i * i));
});

test('tests can tell in which lane they are', () => {
  expect(inject('lane')).toBe(typeof document === 'undefined' ? 'dawn' : 'chrome');
  expect(import.meta.env['WGRAD_LANE']).toBe(inject('lane'));
});
