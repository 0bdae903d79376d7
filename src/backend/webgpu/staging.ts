// Reads buffers back: a copy into a mappable buffer, kept for the next read of the size.
import { USAGE } from './buffers.ts';

const MAP_READ = 1;
/** Mappable buffers kept for reuse. */
const KEPT_MAX = 8;

export class Staging {
  readonly #device: GPUDevice;
  readonly #idle: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  #take(bytes: number): GPUBuffer {
    const at = this.#idle.findIndex(
      (buffer) => buffer.size >= bytes && buffer.size <= 4 * Math.max(bytes, 256),
    );
    if (at >= 0) return this.#idle.splice(at, 1)[0];
    const size = Math.max(256, 2 ** Math.ceil(Math.log2(bytes)));
    return this.#device.createBuffer({ size, usage: USAGE.mapRead | USAGE.copyTarget, label: 'staging' });
  }

  /** The first bytes of each buffer, as u32 words, once the queue has come to this point: one map for all. */
  async read(parts: readonly { buffer: GPUBuffer; bytes: number }[]): Promise<Uint32Array<ArrayBuffer>[]> {
    const total = parts.reduce((sum, part) => sum + part.bytes, 0);
    const staging = this.#take(total);
    const encoder = this.#device.createCommandEncoder();
    let offset = 0;
    for (const { buffer, bytes } of parts) {
      encoder.copyBufferToBuffer(buffer, 0, staging, offset, bytes);
      offset += bytes;
    }
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(MAP_READ, 0, total);
    const mapped = staging.getMappedRange(0, total);
    offset = 0;
    const words = parts.map(({ bytes }) => new Uint32Array(mapped.slice(offset, (offset += bytes))));
    staging.unmap();
    if (this.#idle.length < KEPT_MAX) this.#idle.push(staging);
    else staging.destroy();
    return words;
  }
}
