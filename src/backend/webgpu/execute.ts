// Runs plans on the GPU: buffers, uniforms and dispatches of one run in one command buffer, runs in order.
import { type DType, type TypedArray, fromWords } from '../../core/dtype.ts';
import {
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
import { BufferPool, GPUTensorBuffer } from './buffers.ts';
import { type DeviceOptions, type OpenDevice, openDevice } from './device.ts';
import { Faults } from './faults.ts';
import { PipelineCache } from './pipelines.ts';
import { type Prepared, patchWords, prepare } from './prepare.ts';
import { JobQueue } from './queue.ts';
import { readBack } from './readback.ts';
import { ShaderLibrary } from './shaders.ts';
import { Staging } from './staging.ts';
import { type Dispatch, submitRun, written } from './submit.ts';

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
    this.lost = new Promise((resolve) => {
      void device.lost.then((info) => {
        if (this.#gone !== null) return;
        this.#gone = new DeviceLostError('the GPU device was lost', {
          got: info.message,
          fix: 'call init() again and go on from the last state kept on the host',
        });
        resolve(this.#gone);
      });
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

  #checkSize(bytes: number, what: () => string): void {
    if (bytes > this.tensorBytesMax) {
      throw new TensorTooLargeError('a tensor is larger than a buffer of this device can be', {
        where: what(),
        expected: `at most ${this.tensorBytesMax} bytes`,
        got: `${bytes} bytes`,
        fix: 'split the tensor, or the batch',
      });
    }
  }

  #prepared(entry: PlanEntry, order: readonly Value[]): Prepared {
    if (entry.prepared !== null) return entry.prepared as Prepared;
    // Before anything is allocated or compiled.
    for (const step of entry.plan.steps) {
      for (const { value, size } of step.outputs) {
        this.#checkSize(size * 4, () => `${step.label} ${formatShape(order[value].shape)}`);
      }
    }
    const prepared = prepare(entry.plan, order, {
      library: this.#library,
      pipelines: this.#pipelines,
      adapter: this.adapter,
    });
    for (const { kernel } of prepared.kernels) {
      this.#checkSize(kernel.scratchElements * 4, () => `scratch of ${kernel.label}`);
    }
    entry.prepared = prepared;
    return prepared;
  }

  run({ entry, order, externals }: RunRequest): DeviceBuffer[] {
    this.#checkAlive();
    const { plan } = entry;
    const prepared = this.#prepared(entry, order);
    const buffers = new Array<GPUTensorBuffer | undefined>(order.length);
    const inputs = externals.map(own);
    plan.externals.forEach((i, e) => (buffers[i] = inputs[e]));
    const dispatches = this.#assign(entry, prepared, order, buffers);
    if (patchWords(prepared, order)) prepared.copy = null;
    prepared.copy ??= prepared.words.slice();
    const words = prepared.copy;
    this.#runs++;
    this.#jobs.add({
      ready: () =>
        this.#gone !== null ||
        prepared.kernels.every(({ pipeline }) => pipeline.ready !== null || pipeline.failure !== null),
      wait: () =>
        Promise.race([
          Promise.all(prepared.kernels.map(({ pipeline }) => pipeline.compiled)),
          this.#device.lost,
        ]),
      run: () => this.#execute(prepared, inputs, dispatches, words),
      failed: (error) => this.#fail(dispatches, error),
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
        buffers[out.value] = this.#pool.acquire(out.size * 4);
      }
      let scratch: GPUTensorBuffer | null = null;
      for (const kernel of prepared.steps[s]) {
        const { scratchElements, bindings } = kernel.kernel;
        const next: GPUTensorBuffer | null =
          scratchElements > 0 ? this.#pool.acquire(scratchElements * 4) : null;
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
    inputs: readonly GPUTensorBuffer[],
    dispatches: readonly Dispatch[],
    words: Uint32Array<ArrayBuffer>,
  ): void | Promise<void> {
    if (this.#gone !== null) return undefined;
    const failure =
      this.#failureOf(inputs) ??
      prepared.kernels.find(({ pipeline }) => pipeline.failure !== null)?.pipeline.failure ??
      null;
    if (failure !== null) {
      this.#fail(dispatches, failure);
      return undefined;
    }
    const missing = new Set(
      dispatches.flatMap(({ buffers }) => buffers).filter((buffer) => buffer.gpu === null),
    );
    if (missing.size > 0) return this.#encodeWhenThere(missing, prepared, dispatches, words);
    this.#encode(prepared, dispatches, words);
    return undefined;
  }

  async #encodeWhenThere(
    missing: ReadonlySet<GPUTensorBuffer>,
    prepared: Prepared,
    dispatches: readonly Dispatch[],
    words: Uint32Array<ArrayBuffer>,
  ): Promise<void> {
    const error = await this.#make(missing);
    if (error === null) this.#encode(prepared, dispatches, words);
    else this.#fail(dispatches, error);
  }

  /** Makes buffers; where there is no room, once more with nothing lying idle (unless a run that waits counts on it). */
  async #make(missing: ReadonlySet<GPUTensorBuffer>): Promise<OutOfMemoryError | null> {
    const error = await this.#pool.create(missing);
    return error && this.#pool.createAgain(missing, this.#jobs.isLast);
  }

  /** Why one of the buffers does not hold what it should, or null. */
  #failureOf(buffers: readonly GPUTensorBuffer[]): Error | null {
    for (const { failure, writtenBy } of buffers) {
      const why = failure ?? this.#faults.failureOf(writtenBy);
      if (why !== null) return why;
    }
    return null;
  }

  /** What a failed run should have written fails whoever reads it. */
  #fail(dispatches: readonly Dispatch[], failure: Error): void {
    for (const buffer of written(dispatches)) buffer.failure = failure;
  }

  #encode(prepared: Prepared, dispatches: readonly Dispatch[], words: Uint32Array<ArrayBuffer>): void {
    const submission = this.#faults.watch(() => submitRun(this.#device, prepared, dispatches, words));
    for (const buffer of written(dispatches)) buffer.writtenBy = submission;
    this.#dispatches += dispatches.length;
    if (dispatches.length > 0) this.#submits++;
    if (this.#pool.isFull && this.#jobs.isLast) this.#pool.trim(0);
  }

  upload(data: TypedArray, dtype: DType): DeviceBuffer {
    this.#checkAlive();
    const words = dtype === 'bool' ? Uint32Array.from(data) : data;
    this.#checkSize(words.length * 4, () => `host data of ${words.length} elements`);
    const buffer = this.#pool.acquire(words.length * 4);
    this.#jobs.add({
      run: () => {
        if (this.#gone === null && buffer.gpu === null) return this.#uploadNew(buffer, words);
        if (this.#gone === null) this.#write(buffer, words);
        return undefined;
      },
      failed: (error) => (buffer.failure = error),
    });
    return buffer;
  }

  async #uploadNew(buffer: GPUTensorBuffer, words: TypedArray): Promise<void> {
    buffer.failure = await this.#make(new Set([buffer]));
    if (buffer.failure === null) this.#write(buffer, words);
  }

  #write(buffer: GPUTensorBuffer, words: TypedArray): void {
    const { buffer: bytes, byteOffset, byteLength } = words;
    this.#device.queue.writeBuffer(this.#pool.realise(buffer), 0, bytes, byteOffset, byteLength);
    buffer.writtenBy = this.#faults.next();
  }

  async read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray> {
    const [words] = await this.readMany([buffer], [size * 4]);
    if (words instanceof Error) throw words;
    return fromWords(words, dtype);
  }

  async readMany(
    buffers: readonly DeviceBuffer[],
    bytes: readonly number[],
  ): Promise<(Uint32Array<ArrayBuffer> | Error)[]> {
    this.#checkAlive();
    const sources = buffers.map(own);
    const route = { pool: this.#pool, faults: this.#faults, staging: this.#staging };
    return this.#inTurn(() => readBack(route, sources, bytes));
  }

  /** Does the work when all that was asked for before has been handed to the device. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => void this.#because(error).then(reject);
      this.#jobs.add({
        run: () => {
          work().then(resolve, failed);
        },
        failed,
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
    await this.#inTurn(() => this.#device.queue.onSubmittedWorkDone());
    await this.#faults.settle();
    this.#checkAlive();
    this.check();
  }

  check(): void {
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

  dispose(reason: Error): void {
    this.#gone ??= reason;
    this.#device.destroy();
  }
}
