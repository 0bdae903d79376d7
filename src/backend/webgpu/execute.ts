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
import type { Plan } from '../../plan/plan.ts';
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
import { type Prepared, filesOf, passesOf, patchWords, prepare } from './prepare.ts';
import { JobQueue } from './queue.ts';
import { readBack } from './readback.ts';
import { ShaderLibrary } from './shaders.ts';
import { Staging } from './staging.ts';
import { type ReadyRun, type Run, acquireResults, assign, compiled, isCompiled, results } from './run.ts';
import { submitRun, written } from './submit.ts';

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

  /** What is too large is refused before anything is allocated or compiled. */
  #checkSizes(plan: Plan, order: readonly Value[]): void {
    for (const step of plan.steps) {
      for (const { value, size } of step.outputs) {
        this.#checkSize(size * 4, () => `${step.label} ${formatShape(order[value].shape)}`);
      }
    }
  }

  run({ entry, order, externals }: RunRequest): DeviceBuffer[] {
    this.#checkAlive();
    const { plan } = entry;
    const inputs = externals.map(own);
    const buffers = new Array<GPUTensorBuffer | undefined>(order.length);
    plan.externals.forEach((i, e) => (buffers[i] = inputs[e]));
    const run: Run = { entry, order, inputs, buffers, ready: null };
    this.#runs++;
    if (entry.prepared !== null) this.#makeReady(run);
    else this.#makeReadyFirst(run);
    this.#jobs.add({
      ready: () => this.#gone !== null || isCompiled(run),
      wait: () => Promise.race([compiled(run), this.#device.lost]),
      run: () => this.#execute(run),
      failed: (error) => this.#fail(run, error),
    });
    return results(run);
  }

  /** The first run of a plan waits for the files of its kernels, if any of them is not there. */
  #makeReadyFirst(run: Run): void {
    const { plan } = run.entry;
    this.#checkSizes(plan, run.order);
    const passes = passesOf(plan, this.adapter);
    for (const { scratchElements = 0, shader } of passes.flat()) {
      this.#checkSize(scratchElements * 4, () => `scratch of ${shader}`);
    }
    const files = this.#library.load(filesOf(plan, passes));
    const context = { library: this.#library, pipelines: this.#pipelines };
    const ready = (isLate: boolean): void => {
      run.entry.prepared ??= prepare(plan, passes, run.order, context);
      this.#makeReady(run, isLate);
    };
    if (files === null) {
      ready(false);
      return;
    }
    acquireResults(run, this.#pool);
    this.#jobs.add({
      run: () => files.then(() => ready(true)),
      failed: (error) => this.#fail(run, error),
    });
  }

  #makeReady(run: Run, isLate = false): void {
    const prepared = run.entry.prepared as Prepared;
    const dispatches = assign(run, prepared, this.#pool, isLate);
    if (patchWords(prepared, run.order)) prepared.copy = null;
    prepared.copy ??= prepared.words.slice();
    run.ready = { prepared, dispatches, words: prepared.copy };
  }

  #execute(run: Run): void | Promise<void> {
    const { ready, inputs } = run;
    if (this.#gone !== null || ready === null) return undefined;
    const { prepared, dispatches } = ready;
    const failure =
      this.#failureOf(inputs) ??
      prepared.kernels.find(({ pipeline }) => pipeline.failure !== null)?.pipeline.failure ??
      null;
    if (failure !== null) {
      this.#fail(run, failure);
      return undefined;
    }
    const missing = new Set(
      dispatches.flatMap(({ buffers }) => buffers).filter((buffer) => buffer.gpu === null),
    );
    if (missing.size > 0) return this.#encodeWhenThere(missing, run, ready);
    this.#encode(ready);
    return undefined;
  }

  async #encodeWhenThere(missing: ReadonlySet<GPUTensorBuffer>, run: Run, ready: ReadyRun): Promise<void> {
    const error = await this.#make(missing);
    if (error === null) this.#encode(ready);
    else this.#fail(run, error);
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
  #fail(run: Run, failure: Error): void {
    const outputs = run.ready === null ? results(run) : written(run.ready.dispatches);
    for (const buffer of outputs) buffer.failure = failure;
  }

  #encode({ prepared, dispatches, words }: ReadyRun): void {
    const submission = this.#faults.watch(() => submitRun(this.#device, prepared, dispatches, words));
    for (const buffer of written(dispatches)) buffer.writtenBy = submission;
    this.#dispatches += dispatches.length;
    if (dispatches.length > 0) this.#submits++;
    if (this.#pool.isFull && this.#jobs.isLast) this.#pool.trim(0);
  }

  /** Texts of the kernels of a step of a plan that has been run. */
  sources({ prepared }: PlanEntry, step: number): readonly string[] {
    return (prepared as Prepared | null)?.steps[step].map(({ kernel }) => kernel.source) ?? [];
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
