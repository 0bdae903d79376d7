// Random tensors on WebGPU, and the kernel's Philox against known answers.
import { describe, expect, test } from 'vitest';
import philox from '../../shaders/lib/philox.wgsl?raw';
import { WebGPUBackend } from '../../src/backend/webgpu/execute.ts';
import { engine } from '../../src/engine.ts';
import { init } from '../../src/index.ts';
import { KNOWN, randomSuite } from '../support/random-suite.ts';

/** The file of the kernels with a program around it that answers for one counter and key. */
const source = `${philox}
@group(0) @binding(0) var<storage, read> given: array<vec4<u32>, 2>;
@group(0) @binding(1) var<storage, read_write> out: vec4<u32>;
@compute @workgroup_size(1) fn main() { out = philox4x32(given[0], given[1].xy); }`;

async function ask(device: GPUDevice, counter: readonly number[], key: readonly number[]): Promise<number[]> {
  // The specification fixes these numbers; Node has no GPUBufferUsage to read them from.
  const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 };
  const given = device.createBuffer({ size: 32, usage: usage.storage | usage.copyTarget });
  const out = device.createBuffer({ size: 16, usage: usage.storage | usage.copySource });
  const staging = device.createBuffer({ size: 16, usage: usage.mapRead | usage.copyTarget });
  device.queue.writeBuffer(given, 0, Uint32Array.from([...counter, ...key, 0, 0]));
  const module = device.createShaderModule({ code: source });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const entries = [given, out].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(out, 0, staging, 0, 16);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  return [...new Uint32Array(staging.getMappedRange())];
}

test.each(KNOWN)('Philox4x32-10 of $counter in WGSL', async ({ counter, key, words }) => {
  await init({ device: 'webgpu' });
  const { backend } = engine();
  if (!(backend instanceof WebGPUBackend)) throw new Error('no WebGPU backend');
  expect(await ask(backend.device, counter, key)).toEqual(words);
});

describe('WebGPU', () => randomSuite(() => init({ device: 'webgpu' })));
