// GPU buffers: a pool by size class, and who holds what. A buffer is made when the queue reaches its first use.
import { OutOfMemoryError } from '../../core/errors.ts';
import type { BackendMemory, DeviceBuffer } from '../backend.ts';

// The WebGPU specification fixes these numbers; the globals that name them are not there in every host.
export const USAGE = { mapRead: 1, copySource: 4, copyTarget: 8, uniform: 64, storage: 128 } as const;
const STORAGE = USAGE.storage | USAGE.copySource | USAGE.copyTarget;

/** Free bytes above which the pool gives buffers back to the device. */
const POOL_BYTES_MAX = 256 * 2 ** 20;

export class GPUTensorBuffer implements DeviceBuffer {
  /** Size class, in bytes: what the device holds for it. */
  readonly bytes: number;
  id: number;
  gpu: GPUBuffer | null = null;
  /** The submission that last wrote it. */
  writtenBy = 0;
  /** Why its contents never came to be. */
  failure: Error | null = null;
  free = false;

  constructor(id: number, bytes: number) {
    this.id = id;
    this.bytes = bytes;
  }
}

/** The smallest class that holds `bytes`: steps of an eighth of a power of two, at least 256 bytes. */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(bytes - 1)) - 2));
  return Math.ceil(bytes / step) * step;
}

export class BufferPool {
  readonly #device: GPUDevice;
  readonly #free = new Map<number, GPUTensorBuffer[]>();
  #nextId = 1;
  #bytes = 0;
  #buffers = 0;
  #peak = 0;
  #pooled = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** A buffer for `bytes`; its contents are what was last in it, so the user overwrites every element. `isNew`: none that was used before. */
  acquire(bytes: number, isNew = false): GPUTensorBuffer {
    const size = sizeClass(bytes);
    const reused = isNew ? undefined : this.#free.get(size)?.pop();
    if (reused) {
      this.#pooled -= size;
      reused.free = false;
      reused.failure = null;
    }
    this.#bytes += size;
    this.#buffers++;
    this.#peak = Math.max(this.#peak, this.#bytes);
    return reused ?? new GPUTensorBuffer(this.#nextId++, size);
  }

  /** The GPU's buffer, made now if this is its first use. */
  realise(buffer: GPUTensorBuffer): GPUBuffer {
    buffer.gpu ??= this.#device.createBuffer({
      size: buffer.bytes,
      usage: STORAGE,
      label: `tensor ${buffer.id}`,
    });
    return buffer.gpu;
  }

  /** Makes the buffers; resolves with the device's complaint, or null. */
  async create(missing: ReadonlySet<GPUTensorBuffer>): Promise<OutOfMemoryError | null> {
    this.#device.pushErrorScope('out-of-memory');
    for (const buffer of missing) this.realise(buffer);
    const error = await this.#device.popErrorScope().catch(() => null);
    if (error === null) return null;
    const { bytes, pooled } = this.memory();
    return new OutOfMemoryError('the device has no memory left', {
      where: `${missing.size} new buffers, ${[...missing].reduce((total, buffer) => total + buffer.bytes, 0)} bytes`,
      got: `${bytes} bytes held by tensors, ${pooled} pooled`,
      fix: 'use a smaller batch, or let go of tensors that are no longer needed',
    });
  }

  /** The same after a refusal; `trim` first gives the pool's free buffers back. What is refused again is undone. */
  async createAgain(missing: ReadonlySet<GPUTensorBuffer>, trim: boolean): Promise<OutOfMemoryError | null> {
    const undo = (): void => {
      for (const buffer of missing) {
        buffer.gpu?.destroy();
        buffer.gpu = null;
        buffer.id = this.#nextId++;
      }
    };
    undo();
    if (trim) this.trim(0);
    const error = await this.create(missing);
    if (error !== null) undo();
    return error;
  }

  release(buffer: GPUTensorBuffer): void {
    if (buffer.free) return;
    buffer.free = true;
    this.#bytes -= buffer.bytes;
    this.#buffers--;
    this.#pooled += buffer.bytes;
    const list = this.#free.get(buffer.bytes);
    if (list) list.push(buffer);
    else this.#free.set(buffer.bytes, [buffer]);
  }

  /** Whether more is pooled than worth keeping. */
  get isFull(): boolean {
    return this.#pooled > POOL_BYTES_MAX;
  }

  /** Gives free buffers back to the device, largest first, until `bytesMax` are left. */
  trim(bytesMax: number): void {
    for (const size of [...this.#free.keys()].sort((a, b) => b - a)) {
      const list = this.#free.get(size) ?? [];
      while (list.length > 0 && this.#pooled > bytesMax) {
        const buffer = list.pop();
        buffer?.gpu?.destroy();
        // Whoever still counts on it gets a new one, under a name that no kept bind group knows.
        if (buffer) {
          buffer.gpu = null;
          buffer.id = this.#nextId++;
        }
        this.#pooled -= size;
      }
    }
  }

  memory(): BackendMemory {
    return { bytes: this.#bytes, buffers: this.#buffers, peak: this.#peak, pooled: this.#pooled };
  }
}
