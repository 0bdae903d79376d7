// The interface both backends fill. The engine knows nothing else of them.
import type { DType, TypedArray } from '../core/dtype.ts';
import type { AdapterKind } from '../core/op.ts';
import type { Value } from '../core/value.ts';
import type { Plan } from '../plan/plan.ts';

/** Elements on a device. What is behind it is the backend's business. */
export interface DeviceBuffer {
  /** Bytes it occupies. */
  readonly bytes: number;
}

/** A plan with what a backend prepared to run it again. */
export interface PlanEntry {
  readonly plan: Plan;
  /** The backend's own: pipelines, uniform buffer, bind groups. */
  prepared: unknown;
}

export interface RunRequest {
  readonly entry: PlanEntry;
  /** Every Value of the plan, by place. */
  readonly order: readonly Value[];
  /** Buffers of the plan's externals, in the plan's order. */
  readonly externals: readonly DeviceBuffer[];
}

export interface BackendMemory {
  /** Bytes held by tensors. */
  readonly bytes: number;
  /** Buffers held by tensors. */
  readonly buffers: number;
  /** Most bytes ever held at once. */
  readonly peak: number;
  /** Bytes kept for reuse. */
  readonly pooled: number;
}

/** What the device did since it was opened. */
export interface BackendCounts {
  readonly runs: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly pipelines: number;
}

export interface Backend {
  readonly type: 'webgpu' | 'cpu';
  /** Name of the adapter, for people. */
  readonly name: string;
  /** What kind of processor runs the kernels. */
  readonly adapter: AdapterKind;
  /** Storage buffers that one kernel may bind. */
  readonly buffersMax: number;
  /** Whether Values are to carry the call that asked for them. */
  readonly tracesCalls?: boolean;
  /** Bytes of the largest tensor. */
  readonly tensorBytesMax: number;
  /** Enqueues the plan and returns the buffers of its roots, in the plan's order; equal places share one. */
  run(request: RunRequest): DeviceBuffer[];
  /** A buffer of host data, row-major. */
  upload(data: TypedArray, dtype: DType): DeviceBuffer;
  /** The elements, once everything enqueued before has run. */
  read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray>;
  /** The 32-bit words of several small buffers in one go. */
  readMany(
    buffers: readonly DeviceBuffer[],
    bytes: readonly number[],
  ): Promise<(Uint32Array<ArrayBuffer> | Error)[]>;
  /** The elements at once, or null where the device cannot do that. */
  readSync(buffer: DeviceBuffer): TypedArray | null;
  /** Gives a buffer back; it may be reused by the next run. */
  release(buffer: DeviceBuffer): void;
  /** Resolves once everything enqueued has run; throws what went wrong. */
  synchronize(): Promise<void>;
  /** Throws what the device complained of since the last call, if it did. */
  check(): void;
  memory(): BackendMemory;
  counts(): BackendCounts;
  /** Resolves with the reason when the device is lost, never otherwise. */
  readonly lost: Promise<Error>;
  /** Lets the device go; whoever uses it from then on, and whoever waits for it, is told the reason. */
  dispose(reason: Error): void;
}
