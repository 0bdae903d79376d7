/** Runs kernel passes on a bare device, for checks and measurements; it knows nothing of the library's executor. */
import register from '../../shaders/matmul-register.wgsl?raw';
import sum from '../../shaders/matmul-sum.wgsl?raw';
import tile from '../../shaders/matmul-tile.wgsl?raw';
import type { KernelPass } from '../../src/core/op.ts';

const STORAGE = 0x80;
const COPY_SRC = 0x4;
const COPY_DST = 0x8;
const UNIFORM = 0x40;
const MAP_READ = 0x1;

/** A kernel ready to be encoded. */
export interface Launch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly x: number;
  readonly y: number;
}

/** Sets `const` and `alias` declarations by name; throws if the text has none of that name. */
export function specialise(text: string, pass: Pick<KernelPass, 'constants' | 'aliases'>): string {
  let result = text;
  const put = (pattern: RegExp, value: string, name: string): void => {
    if (!pattern.test(result)) throw new Error(`the shader declares no ${name}`);
    result = result.replace(pattern, value);
  };
  for (const [name, value] of Object.entries(pass.constants ?? {})) {
    put(new RegExp(`const ${name}: u32 = [^;]*;`), `const ${name}: u32 = ${value}u;`, name);
  }
  for (const [name, type] of Object.entries(pass.aliases ?? {})) {
    put(new RegExp(`alias ${name} = [^;]*;`), `alias ${name} = ${type};`, name);
  }
  return result;
}

/** The fields of `struct Params`, in order, with their types. */
export function paramFields(text: string): { name: string; signed: boolean }[] {
  const body = /struct Params \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/(\w+): ([iu])32/g)].map((m) => ({ name: m[1] ?? '', signed: m[2] === 'i' }));
}

/** Shader texts, pipelines and buffers of one device. */
export class Runner {
  readonly texts: Record<string, string> = {
    'matmul-register': register,
    'matmul-sum': sum,
    'matmul-tile': tile,
  };
  readonly #pipelines = new Map<string, GPUComputePipeline>();

  readonly device: GPUDevice;

  constructor(device: GPUDevice) {
    this.device = device;
  }

  buffer(elements: number): GPUBuffer {
    const size = Math.ceil((elements * 4) / 16) * 16;
    return this.device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
  }

  upload(values: Float32Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.buffer(values.length);
    this.device.queue.writeBuffer(buffer, 0, values);
    return buffer;
  }

  pipeline(pass: KernelPass): GPUComputePipeline {
    const key = JSON.stringify([pass.shader, pass.constants, pass.aliases]);
    let pipeline = this.#pipelines.get(key);
    if (pipeline === undefined) {
      const text = this.texts[pass.shader];
      if (text === undefined) throw new Error(`no shader named ${pass.shader}`);
      const module = this.device.createShaderModule({ code: specialise(text, pass) });
      pipeline = this.device.createComputePipeline({ layout: 'auto', compute: { module } });
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Binds one pass to its operands, by name, and to the buffer that it writes. */
  launch(pass: KernelPass, operands: Record<string, GPUBuffer>, output: GPUBuffer): Launch {
    const pipeline = this.pipeline(pass);
    const fields = paramFields(this.texts[pass.shader] ?? '');
    const words = new DataView(new ArrayBuffer(Math.ceil(fields.length / 4) * 16));
    fields.forEach(({ name, signed }, i) => {
      const value = pass.params[name];
      if (value === undefined) throw new Error(`${pass.shader}: no value for the parameter ${name}`);
      if (signed) words.setInt32(4 * i, value, true);
      else words.setUint32(4 * i, value, true);
    });
    const uniform = this.device.createBuffer({ size: words.byteLength, usage: UNIFORM | COPY_DST });
    this.device.queue.writeBuffer(uniform, 0, words.buffer);
    const entries = [
      { binding: 0, resource: { buffer: uniform } },
      { binding: 3, resource: { buffer: output } },
    ];
    for (const [name, buffer] of Object.entries(operands)) {
      entries.push({ binding: name === 'a' ? 1 : 2, resource: { buffer } });
    }
    const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    const y = Math.ceil(pass.workgroups / 65535);
    return { pipeline, group, x: Math.ceil(pass.workgroups / y), y };
  }

  /** Binds a pass without parameters to its buffers, in the order of their bindings. */
  bind(pass: KernelPass, buffers: readonly GPUBuffer[]): Launch {
    const pipeline = this.pipeline(pass);
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group, x: pass.workgroups, y: 1 };
  }

  /** Binds all passes of a product. */
  prepare(passes: readonly KernelPass[], a: GPUBuffer, b: GPUBuffer, out: GPUBuffer): Launch[] {
    const inputs = [a, b];
    let scratch: GPUBuffer | undefined;
    return passes.map((pass) => {
      const operands: Record<string, GPUBuffer> = {};
      for (const [name, source] of Object.entries(pass.reads)) {
        const buffer = source === 'scratch' ? scratch : inputs[source];
        if (buffer === undefined) throw new Error(`${pass.shader}: ${name} reads nothing`);
        operands[name] = buffer;
      }
      scratch = pass.scratchElements === undefined ? undefined : this.buffer(pass.scratchElements);
      return this.launch(pass, operands, scratch ?? out);
    });
  }

  /** Encodes the launches `times` times in one pass and submits it. */
  submit(launches: readonly Launch[], times = 1): void {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < times; i++) {
      for (const { pipeline, group, x, y } of launches) {
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(x, y);
      }
    }
    pass.end();
    this.device.queue.submit([encoder.finish()]);
  }

  async read(buffer: GPUBuffer, elements: number): Promise<Float32Array> {
    const staging = this.device.createBuffer({ size: buffer.size, usage: MAP_READ | COPY_DST });
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    this.device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const values = new Float32Array(staging.getMappedRange().slice(0)).slice(0, elements);
    staging.destroy();
    return values;
  }
}
