// Compute pipelines, by their text and layout. All that a run misses are compiled together, asynchronously.
import { GPUFaultError } from '../../core/errors.ts';
import type { Binding } from './codegen.ts';

export interface Layout {
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

/** A pipeline on its way: `ready` is null until it is compiled. */
export interface Pipeline {
  readonly layout: Layout;
  ready: GPUComputePipeline | null;
  readonly compiled: Promise<void>;
  failure: Error | null;
}

const COMPUTE = 4;

/** What tensors are bound in multiples of: four elements. */
const QUAD_BYTES = 16;

export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #layouts = new Map<string, Layout>();
  readonly #pipelines = new Map<string, Pipeline>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get size(): number {
    return this.#pipelines.size;
  }

  /**
   * Explicit layouts let the browser share equal pipelines. They say how many bytes each binding has at least: where they
   * do not, wgpu (29) checks a dispatch against the uniforms of another one in the pass.
   */
  #layout(bindings: readonly Binding[], uniformBytes: number): Layout {
    const key = `${uniformBytes}${bindings.map((binding) => binding.access.charAt(0)).join('')}`;
    const known = this.#layouts.get(key);
    if (known) return known;
    const entries: GPUBindGroupLayoutEntry[] = [
      { binding: 0, visibility: COMPUTE, buffer: { type: 'uniform', minBindingSize: uniformBytes } },
      ...bindings.map((binding, i): GPUBindGroupLayoutEntry => ({
        binding: i + 1,
        visibility: COMPUTE,
        buffer: {
          type: binding.access === 'read' ? 'read-only-storage' : 'storage',
          minBindingSize: QUAD_BYTES,
        },
      })),
    ];
    const group = this.#device.createBindGroupLayout({ entries });
    const layout = { group, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group] }) };
    this.#layouts.set(key, layout);
    return layout;
  }

  /** The pipeline of a kernel's text, whose uniforms take `uniformBytes`. */
  get(source: string, bindings: readonly Binding[], uniformBytes: number, label: string): Pipeline {
    const known = this.#pipelines.get(source);
    if (known) return known;
    const layout = this.#layout(bindings, uniformBytes);
    const device = this.#device;
    const compile = async (): Promise<void> => {
      // What is wrong with the text is heard when the pipeline is made of it.
      device.pushErrorScope('validation');
      const module = device.createShaderModule({ code: source, label });
      device.popErrorScope().catch(() => null);
      try {
        pipeline.ready = await device.createComputePipelineAsync({
          label,
          layout: layout.pipeline,
          compute: { module, entryPoint: 'main' },
        });
      } catch (error) {
        pipeline.failure = await compileError(module, source, label, error);
      }
    };
    const pipeline: Pipeline = {
      layout,
      ready: null,
      failure: null,
      compiled: Promise.resolve().then(compile),
    };
    this.#pipelines.set(source, pipeline);
    return pipeline;
  }
}

async function compileError(
  module: GPUShaderModule,
  source: string,
  label: string,
  error: unknown,
): Promise<Error> {
  const info = await module.getCompilationInfo().catch(() => null);
  const message = info?.messages.find((m) => m.type === 'error');
  const line = message ? source.split('\n')[message.lineNum - 1] : undefined;
  return new GPUFaultError(`kernel ${label} did not compile`, {
    ...(line === undefined ? {} : { where: `line ${message?.lineNum ?? 0}: ${line.trim()}` }),
    got: message?.message ?? (error instanceof Error ? error.message : String(error)),
  });
}
