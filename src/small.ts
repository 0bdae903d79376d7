// Small results (losses, as a rule) that nobody has read: they move from the device to the host, many in one read, so
// that a loop that makes one a step does not fill the device.
import type { Backend, DeviceBuffer } from './backend/backend.ts';
import { type TypedArray, fromWords } from './core/dtype.ts';
import type { Storage } from './residence.ts';

/** Results of at most this many bytes. */
export const SMALL_BYTES = 1024;
/** How many may lie on the device before they move without a read to go along with. */
const SMALL_MAX = 256;

/** Results on the device that are small enough to move, oldest first. */
export class SmallResults {
  backend: Backend;
  /** Called when the elements of a storage are on the host. */
  readonly #arrived: (storage: Storage) => void;
  #waiting: Storage[] = [];
  /** Those whose elements are under way. */
  readonly #moving = new Map<Storage, Promise<TypedArray>>();

  constructor(backend: Backend, arrived: (storage: Storage) => void) {
    this.backend = backend;
    this.#arrived = arrived;
  }

  add(storage: Storage): void {
    if (this.backend.type === 'webgpu' && storage.size * 4 <= SMALL_BYTES) this.#waiting.push(storage);
  }

  /** The elements of a storage that is under way. */
  moving(storage: Storage): Promise<TypedArray> | undefined {
    return this.#moving.get(storage);
  }

  /** Removes those that move now. What a parameter holds stays where it is. */
  take(): Storage[] {
    const taken = this.#waiting.filter(
      (s) => s.users > 0 && s.buffer !== null && s.host === null && !s.pinned,
    );
    this.#waiting = [];
    return taken;
  }

  /** Moves the older half when there are many, in a read that nobody waits for. */
  limit(): void {
    if (this.#waiting.length <= SMALL_MAX) return;
    const newer = this.#waiting.splice(SMALL_MAX / 2);
    const older = this.take();
    this.#waiting = newer;
    void this.move(older);
  }

  /** Reads the storages in one go, and leaves what was read with those that somebody still has. Never rejects. */
  async move(storages: readonly Storage[]): Promise<void> {
    const parts = storages.flatMap((storage) => {
      const { buffer, size } = storage;
      return buffer === null ? [] : [{ storage, buffer, bytes: size * 4 }];
    });
    if (parts.length === 0) return;
    const read = this.backend.readMany(
      parts.map(({ buffer }) => buffer),
      parts.map(({ bytes }) => bytes),
    );
    parts.forEach(({ storage }, i) =>
      this.#moving.set(
        storage,
        read.then((answers) => {
          const words = answers[i];
          if (words instanceof Error) throw words;
          return fromWords(words, storage.dtype);
        }),
      ),
    );
    // Whoever reads one of them hears why it did not arrive.
    await Promise.allSettled(parts.map(async ({ storage, buffer }) => this.#arrive(storage, buffer)));
    for (const { storage } of parts) this.#moving.delete(storage);
  }

  async #arrive(storage: Storage, buffer: DeviceBuffer): Promise<void> {
    const data = await this.#moving.get(storage);
    if (data === undefined || storage.users <= 0 || storage.buffer !== buffer || storage.host !== null)
      return;
    storage.host = data;
    this.#arrived(storage);
  }
}
