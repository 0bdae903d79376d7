// Runs plans on the GPU: buffers, uniforms and dispatches of one run in one command buffer, runs in order.
import type { DType, TypedArray } from '../../core/dtype.ts';
import {
  DeviceDisposedError,
  DeviceLostError,
  InternalError,
  type OutOfMemoryError,
  TensorTooLargeError,
} from '../../core/errors.ts';
import type { AdapterKind } from '../../core/op.ts';
import { formatShape } from '../../core/shape.ts';
import type { Value } from '../../core/value.ts';
import type {
  Backend,
  BackendCounts,
  BackendMemory,
  DeviceBuffer,
  PlanEntry,
  RunRequest,
} from '../backend.ts';
import { bindGroup } from './bind.ts';
import { BufferPool, GPUTensorBuffer, USAGE } from './buffers.ts';
import { type DeviceOptions, Faults, type OpenDevice, openDevice } from './device.ts';
import { PipelineCache } from './pipelines.ts';
import { type Prepared, type PreparedKernel, patchWords, prepare } from './prepare.ts';
import { JobQueue } from './queue.ts';
import { ShaderLibrary } from './shaders.ts';
import { Staging } from './staging.ts';

/** New bytes in one run above which the queue waits to hear whether the device had the memory. */
const ALLOCATION_CHECKED = 64 * 2 ** 20;

interface Dispatch {
  readonly prepared: PreparedKernel;
  readonly buffers: readonly GPUTensorBuffer[];
}

function own(buffer: DeviceBuffer): GPUTensorBuffer {
  if (!(buffer instanceof GPUTensorBuffer)) throw new InternalError('a buffer of another backend');
  return buffer;
}

export class WebGPUBackend implements Backend {
  readonly type = 'webgpu';
  readonly name: string;
  readonly adapter: AdapterKind;
  readonly buffersMax: number;
  readonly tensorBytesMax: number;
  readonly lost: Promise<Error>;
  readonly #open: OpenDevice;
  readonly #device: GPUDevice;
  readonly #pool: BufferPool;
  readonly #pipelines: PipelineCache;
  readonly #library = new ShaderLibrary();
  readonly #faults: Faults;
  readonly #jobs = new JobQueue();
  readonly #staging: Staging;
  #gone: Error | null = null;
  #runs = 0;
  #dispatches = 0;
  #submits = 0;

  constructor(open: OpenDevice) {
    const { device } = open;
    this.#open = open;
    this.#device = device;
    this.name = open.name;
    this.adapter = open.kind;
    this.buffersMax = device.limits.maxStorageBuffersPerShaderStage;
    this.tensorBytesMax = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
    this.#pool = new BufferPool(device);
    this.#pipelines = new PipelineCache(device);
    this.#faults = new Faults(device);
    this.#staging = new Staging(device);
    this.lost = device.lost.then((info) => {
      this.#gone ??= new DeviceLostError('the GPU device was lost', {
        got: info.message,
        fix: 'call init() again and go on from the last state kept on the host',
      });
      return this.#gone;
    });
  }

  static async open(options?: DeviceOptions): Promise<WebGPUBackend> {
    return new WebGPUBackend(await openDevice(options));
  }

  /** The GPU device, for programs that share it. */
  get device(): GPUDevice {
    return this.#device;
  }

  #checkAlive(): void {
    if (this.#gone !== null) throw this.#gone;
  }

  #acquire(bytes: number, what: () => string): GPUTensorBuffer {
    if (bytes > this.tensorBytesMax) {
      throw new TensorTooLargeError('a tensor is larger than a buffer of this device can be', {
        where: what(),
        expected: `at most ${this.tensorBytesMax} bytes`,
        got: `${bytes} bytes`,
        fix: 'split the tensor, or the batch',
      });
    }
    return this.#pool.acquire(bytes);
  }

  #prepared(entry: PlanEntry, order: readonly Value[]): Prepared {
    entry.prepared ??= prepare(entry.plan, order, {
      library: this.#library,
      pipelines: this.#pipelines,
      adapter: this.adapter,
    });
    return entry.prepared as Prepared;
  }

  run({ entry, order, externals }: RunRequest): DeviceBuffer[] {
    this.#checkAlive();
    const { plan } = entry;
    const prepared = this.#prepared(entry, order);
    const buffers = new Array<GPUTensorBuffer | undefined>(order.length);
    plan.externals.forEach((i, e) => (buffers[i] = own(externals[e])));
    const dispatches = this.#assign(entry, prepared, order, buffers);
    if (patchWords(prepared, order)) prepared.written = false;
    const words = prepared.written ? null : prepared.words.slice();
    prepared.written = true;
    this.#runs++;
    this.#jobs.add({
      ready: () =>
        prepared.kernels.every(({ pipeline }) => pipeline.ready !== null || pipeline.failure !== null),
      wait: () => Promise.all(prepared.kernels.map(({ pipeline }) => pipeline.compiled)),
      run: () => this.#execute(prepared, dispatches, words),
    });
    return plan.roots.map((i) => {
      const buffer = buffers[i];
      if (!buffer) throw new InternalError('a root has no buffer');
      return buffer;
    });
  }

  /** Gives every Value of the plan its buffer, in order, so that what is free again is reused. */
  #assign(
    { plan }: PlanEntry,
    prepared: Prepared,
    order: readonly Value[],
    buffers: (GPUTensorBuffer | undefined)[],
  ): Dispatch[] {
    const dispatches: Dispatch[] = [];
    plan.steps.forEach((step, s) => {
      for (const out of step.outputs) {
        buffers[out.value] = this.#acquire(
          out.size * 4,
          () => `${step.label} ${formatShape(order[out.value].shape)}`,
        );
      }
      let scratch: GPUTensorBuffer | null = null;
      for (const kernel of prepared.steps[s]) {
        const { scratchElements, bindings } = kernel.kernel;
        const next: GPUTensorBuffer | null =
          scratchElements > 0 ? this.#acquire(scratchElements * 4, () => `scratch of ${step.label}`) : null;
        const bound = bindings.map(({ source }) => {
          const buffer =
            source.kind === 'value' ? buffers[source.value] : source.kind === 'scratch' ? scratch : next;
          if (!buffer) throw new InternalError(`${step.label} reads what was not computed`);
          return buffer;
        });
        dispatches.push({ prepared: kernel, buffers: bound });
        if (scratch) this.#pool.release(scratch);
        scratch = next;
      }
      for (const value of step.frees) {
        const buffer = buffers[value];
        if (buffer) this.#pool.release(buffer);
      }
    });
    return dispatches;
  }

  #execute(
    prepared: Prepared,
    dispatches: readonly Dispatch[],
    words: Uint32Array<ArrayBuffer> | null,
  ): void | Promise<void> {
    if (this.#gone !== null) return;
    const failure =
      dispatches.flatMap(({ buffers }) => buffers).find((buffer) => buffer.failure !== null)?.failure ??
      prepared.kernels.find(({ pipeline }) => pipeline.failure !== null)?.pipeline.failure ??
      null;
    if (failure !== null) {
      this.#fail(dispatches, failure);
      return;
    }
    const missing = new Set(
      dispatches.flatMap(({ buffers }) => buffers).filter((buffer) => buffer.gpu === null),
    );
    if (missing.size === 0) {
      this.#encode(prepared, dispatches, words);
      return;
    }
    const bytes = [...missing].reduce((total, buffer) => total + buffer.bytes, 0);
    const created = this.#pool.create(missing);
    if (bytes < ALLOCATION_CHECKED) {
      void created.then((error) => error && this.#faults.report(error));
      this.#encode(prepared, dispatches, words);
      return;
    }
    return this.#encodeWhenThere(created, missing, prepared, dispatches, words);
  }

  async #encodeWhenThere(
    created: Promise<OutOfMemoryError | null>,
    missing: ReadonlySet<GPUTensorBuffer>,
    prepared: Prepared,
    dispatches: readonly Dispatch[],
    words: Uint32Array<ArrayBuffer> | null,
  ): Promise<void> {
    let error = await created;
    // Once more, with nothing lying idle (unless a run that waits counts on it).
    if (error !== null) error = await this.#pool.createAgain(missing, this.#jobs.isLast);
    if (error === null) this.#encode(prepared, dispatches, words);
    else this.#fail(dispatches, error);
  }

  /** What a failed run should have written fails whoever reads it. */
  #fail(dispatches: readonly Dispatch[], failure: Error): void {
    for (const { prepared, buffers } of dispatches) {
      prepared.kernel.bindings.forEach(({ access }, i) => {
        if (access === 'write') buffers[i].failure = failure;
      });
    }
  }

  #encode(prepared: Prepared, dispatches: readonly Dispatch[], words: Uint32Array<ArrayBuffer> | null): void {
    const device = this.#device;
    if (prepared.uniform === null) {
      prepared.uniform = device.createBuffer({
        size: prepared.words.byteLength,
        usage: USAGE.uniform | USAGE.copyTarget,
        label: 'uniforms of a plan',
      });
    }
    if (words !== null) device.queue.writeBuffer(prepared.uniform, 0, words);
    if (dispatches.length === 0) return;
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { prepared: kernel, buffers } of dispatches) {
      const { ready } = kernel.pipeline;
      if (ready === null) throw new InternalError(`${kernel.kernel.label} is not compiled`);
      pass.setPipeline(ready);
      pass.setBindGroup(0, bindGroup(device, kernel, buffers, prepared.uniform));
      pass.dispatchWorkgroups(kernel.workgroups[0], kernel.workgroups[1]);
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
    this.#dispatches += dispatches.length;
    this.#submits++;
    if (this.#pool.isFull && this.#jobs.isLast) this.#pool.trim(0);
  }

  upload(data: TypedArray, dtype: DType): DeviceBuffer {
    this.#checkAlive();
    const words = dtype === 'bool' ? Uint32Array.from(data) : data;
    const buffer = this.#acquire(words.length * 4, () => `host data of ${words.length} elements`);
    this.#jobs.add({
      run: () => {
        if (this.#gone !== null) return;
        if (buffer.gpu !== null) {
          this.#write(buffer, words);
          return;
        }
        return this.#pool.create(new Set([buffer])).then((error) => {
          buffer.failure = error;
          if (error === null) this.#write(buffer, words);
        });
      },
    });
    return buffer;
  }

  #write(buffer: GPUTensorBuffer, words: TypedArray): void {
    const { buffer: bytes, byteOffset, byteLength } = words;
    this.#device.queue.writeBuffer(this.#pool.realise(buffer), 0, bytes, byteOffset, byteLength);
  }

  async read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray> {
    this.#checkAlive();
    const source = own(buffer);
    const words = await new Promise<Uint32Array>((resolve, reject) => {
      this.#jobs.add({
        run: () => {
          if (this.#gone !== null) reject(this.#gone);
          else if (source.failure !== null) reject(source.failure);
          else {
            this.#staging.read([{ buffer: this.#pool.realise(source), bytes: size * 4 }]).then(
              ([data]) => resolve(data),
              (error: unknown) => void this.#because(error).then(reject),
            );
          }
        },
      });
    });
    this.#faults.check();
    if (dtype === 'bool') return Uint8Array.from(words);
    if (dtype === 'u32') return words;
    return dtype === 'i32' ? new Int32Array(words.buffer) : new Float32Array(words.buffer);
  }

  async readMany(buffers: readonly DeviceBuffer[], bytes: readonly number[]): Promise<Uint32Array[]> {
    this.#checkAlive();
    const sources = buffers.map(own);
    return new Promise((resolve, reject) => {
      this.#jobs.add({
        run: () => {
          const failure = this.#gone ?? sources.find((source) => source.failure !== null)?.failure;
          if (failure) {
            reject(failure);
            return;
          }
          const parts = sources.map((source, i) => ({ buffer: this.#pool.realise(source), bytes: bytes[i] }));
          this.#staging.read(parts).then(resolve, (error: unknown) => void this.#because(error).then(reject));
        },
      });
    });
  }

  /** A rejected map means that the device went away; `lost` knows why a moment later. */
  async #because(error: unknown): Promise<Error> {
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), 500));
    return (
      this.#gone ??
      (await Promise.race([this.lost, late])) ??
      (error instanceof Error ? error : new Error(String(error)))
    );
  }

  readSync(): null {
    return null;
  }

  release(buffer: DeviceBuffer): void {
    this.#pool.release(own(buffer));
  }

  async synchronize(): Promise<void> {
    this.#checkAlive();
    await new Promise<void>((resolve, reject) => {
      this.#jobs.add({
        run: () => {
          this.#device.queue.onSubmittedWorkDone().then(resolve, reject);
        },
      });
    });
    this.#checkAlive();
    this.#faults.check();
  }

  memory(): BackendMemory {
    return this.#pool.memory();
  }

  counts(): BackendCounts {
    return {
      runs: this.#runs,
      dispatches: this.#dispatches,
      submits: this.#submits,
      pipelines: this.#pipelines.size,
    };
  }

  dispose(): void {
    this.#gone ??= new DeviceDisposedError('this engine was disposed of', {
      fix: 'call init() for a new one',
    });
    this.#device.destroy();
  }
}
