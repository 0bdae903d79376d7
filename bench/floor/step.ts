/** The lecture's training step written by hand for bare WebGPU: what the library is measured against. */
import { forwardKernel, middleKernel, planFloor, updateKernel } from './kernels.ts';
import type { FloorPlan } from './kernels.ts';

/** The network's parameters, row-major: w1 [hidden, inputs], b1 [hidden], w2 [1, hidden], b2 [1]. */
export interface Weights {
  readonly w1: Float32Array<ArrayBuffer>;
  readonly b1: Float32Array<ArrayBuffer>;
  readonly w2: Float32Array<ArrayBuffer>;
  readonly b2: Float32Array<ArrayBuffer>;
}

/** One batch: x [batch, inputs], y [batch] of 0 and 1. */
export interface Batch {
  readonly x: Float32Array<ArrayBuffer>;
  readonly y: Float32Array<ArrayBuffer>;
}

export interface FloorOptions {
  readonly batch: number;
  readonly hidden: 4;
  /** A multiple of 16. */
  readonly inputs: number;
  readonly lr: number;
  /** Kernel sizes other than the chosen ones, to try them out. */
  readonly plan?: Partial<FloorPlan>;
}

export interface Floor {
  upload(data: Batch, weights: Weights): void;
  /** Adds a step's three dispatches to a pass, or only one of them. */
  encode(pass: GPUComputePassEncoder, only?: number): void;
  /** Adds a step to the encoder, or submits it where none is given. */
  step(encoder?: GPUCommandEncoder): void;
  /** The last step's loss, of before its update. */
  loss(): Promise<number>;
  weights(): Promise<Weights>;
  destroy(): void;
}

const SMALL = 12;

interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly workgroups: number;
}

/**
 * Sigmoid, sigmoid, binary cross-entropy, gradient descent over inputs-4-1 in three dispatches: partial sums of the
 * first layer; everything small, in one workgroup; W1's gradient with its update.
 */
export function createFloor(device: GPUDevice, options: FloorOptions): Floor {
  const { batch, inputs, lr } = options;
  const plan = { ...planFloor(batch, inputs, lr, isSoftware(device)), ...options.plan };
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
  const buffer = (floats: number): GPUBuffer =>
    device.createBuffer({ size: Math.ceil(floats / 4) * 16, usage });
  const x = buffer(batch * inputs);
  const y = buffer(batch);
  const w1 = buffer(4 * inputs);
  const small = buffer(SMALL);
  const partial = buffer(4 * batch * plan.slices);
  const dz = buffer(4 * batch);

  const launch = (code: string, workgroups: number, buffers: GPUBuffer[]): Launch => {
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
    const entries = buffers.map((bound, binding) => ({ binding, resource: { buffer: bound } }));
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group, workgroups };
  };
  const tiles = Math.ceil(batch / plan.rows) * plan.slices;
  const launches = [
    launch(forwardKernel(plan), Math.ceil(tiles / 64), [x, w1, partial]),
    launch(middleKernel(plan), 1, [partial, y, small, dz]),
    launch(updateKernel(plan), Math.ceil(inputs / 4 / plan.quads / 64), [x, dz, w1]),
  ];
  const encode = (pass: GPUComputePassEncoder, only?: number): void => {
    for (const [i, { pipeline, group, workgroups }] of launches.entries()) {
      if (only !== undefined && only !== i) continue;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups);
    }
  };

  return {
    upload(data, weights) {
      device.queue.writeBuffer(x, 0, data.x);
      device.queue.writeBuffer(y, 0, data.y);
      device.queue.writeBuffer(w1, 0, weights.w1);
      device.queue.writeBuffer(small, 0, packSmall(weights));
    },
    encode,
    step(encoder) {
      const own = encoder ?? device.createCommandEncoder();
      const pass = own.beginComputePass();
      encode(pass);
      pass.end();
      if (encoder === undefined) device.queue.submit([own.finish()]);
    },
    async loss() {
      return unpackSmall(await readFloats(device, small)).loss;
    },
    async weights() {
      const { b1, w2, b2 } = unpackSmall(await readFloats(device, small));
      return { w1: await readFloats(device, w1), b1, w2, b2 };
    },
    destroy() {
      for (const each of [x, y, w1, small, partial, dz]) each.destroy();
    },
  };
}

/** The middle kernel's `Small`: b1 (4), w2 (4), b2, loss. */
export function packSmall(weights: Weights): Float32Array<ArrayBuffer> {
  const packed = new Float32Array(SMALL);
  packed.set(weights.b1, 0);
  packed.set(weights.w2, 4);
  packed.set(weights.b2, 8);
  return packed;
}

export function unpackSmall(packed: Float32Array<ArrayBuffer>): Omit<Weights, 'w1'> & { loss: number } {
  return { b1: packed.slice(0, 4), w2: packed.slice(4, 8), b2: packed.slice(8, 9), loss: packed[9] };
}

export const isSoftware = (device: GPUDevice): boolean =>
  /swiftshader|llvmpipe/i.test(`${device.adapterInfo.architecture} ${device.adapterInfo.description}`);

/** Copies a buffer to the host and reads it as f32. */
export async function readFloats(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array<ArrayBuffer>> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ size: buffer.size, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const values = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return values;
}
