// Which Values have their elements where, and for how long: buffers, host copies, and when each is let go.
import type { Backend, DeviceBuffer } from './backend/backend.ts';
import { type DType, type TypedArray, arrayFor } from './core/dtype.ts';
import { InternalError } from './core/errors.ts';
import type { Value } from './core/value.ts';

/** Runs after which an unused copy of host data leaves the device. */
const IDLE_RUNS_MAX = 16;
/** Bytes of idle copies above which they leave sooner. */
const IDLE_BYTES_MAX = 64 * 2 ** 20;
/** Unread results of at most this many bytes move to the host when there are many. */
const SMALL_BYTES = 1024;
/** How many of those may lie on the device. */
const SMALL_MAX = 256;

/** Elements of one or more Values: in a buffer, on the host, or both (then the buffer is a cache). */
export class Storage {
  readonly dtype: DType;
  readonly size: number;
  buffer: DeviceBuffer | null;
  host: TypedArray | null = null;
  /** Values that have it. */
  users = 0;
  /** The run that last used the buffer. */
  lastRun = 0;

  constructor(dtype: DType, size: number, buffer: DeviceBuffer | null) {
    this.dtype = dtype;
    this.size = size;
    this.buffer = buffer;
  }

  get isThere(): boolean {
    return this.buffer !== null || this.host !== null;
  }
}

const storageOf = (v: Value): Storage | null => (v.notes.storage instanceof Storage ? v.notes.storage : null);

export class Residence {
  readonly #backend: Backend;
  /** Storages with a host copy and a buffer: what may leave the device. */
  readonly #cached = new Set<Storage>();
  /** Values that a plan keeps only until it runs again. */
  readonly #forNow = new WeakMap<object, { value: Value; storage: Storage }[]>();
  /** All of those, whatever their plan. */
  readonly #passing = new WeakSet<Value>();
  readonly #collected: FinalizationRegistry<Storage>;
  #small: Storage[] = [];
  #run = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
    // The net below: what no rule has let go, the garbage collector does.
    this.#collected = new FinalizationRegistry((storage) => this.#leave(storage));
  }

  has(v: Value): boolean {
    const storage = storageOf(v);
    if (storage !== null) return storage.isThere;
    return v.op.kind === 'data' && 'data' in v.attrs;
  }

  /** Whether its elements are there, and not only until a plan runs again. */
  isFirm(v: Value): boolean {
    return this.has(v) && (!this.#passing.has(v) || storageOf(v)?.host !== null);
  }

  #storage(v: Value): Storage {
    const known = storageOf(v);
    if (known !== null) return known;
    if (!('data' in v.attrs)) throw new InternalError(`${v.op.name} has no elements`);
    const storage = new Storage(v.dtype, v.size, null);
    storage.host = v.attrs.data as TypedArray;
    this.#enter(v, storage);
    return storage;
  }

  #enter(v: Value, storage: Storage): void {
    v.notes.storage = storage;
    storage.users++;
    this.#collected.register(v, storage, v);
  }

  #leave(storage: Storage): void {
    if (--storage.users <= 0) this.#empty(storage);
  }

  #empty(storage: Storage): void {
    if (storage.buffer !== null) this.#backend.release(storage.buffer);
    storage.buffer = null;
    storage.host = null;
    this.#cached.delete(storage);
  }

  beginRun(): void {
    this.#run++;
  }

  /** The buffer of a Value that is there; uploads host data. */
  bufferOf(v: Value): DeviceBuffer {
    const storage = this.#storage(v);
    storage.lastRun = this.#run;
    if (storage.buffer !== null) return storage.buffer;
    if (storage.host === null)
      throw new InternalError(`${v.op.name} has no elements`);
    storage.buffer = this.#backend.upload(storage.host, storage.dtype);
    this.#cached.add(storage);
    return storage.buffer;
  }

  /** Keeps a result for as long as its Value lives. Its history goes, unless the tape still needs it. */
  put(v: Value, storage: Storage): void {
    this.#enter(v, storage);
    storage.lastRun = this.#run;
    if (storage.size * 4 <= SMALL_BYTES) this.#small.push(storage);
    this.#forget(v);
  }

  #forget(v: Value): void {
    if (v.tracked && !v.leaf && !v.notes.freed) return;
    v.inputs = [];
    v.body = null;
    v.notes.emptied = true;
  }

  /** Keeps results until the plan they came from runs again. */
  putForNow(plan: object, results: { value: Value; storage: Storage }[]): void {
    for (const { value, storage } of this.#forNow.get(plan) ?? []) {
      // Read meanwhile, it has become a result like any other.
      if (storageOf(value) === storage && storage.host === null) this.#release(value, storage);
    }
    for (const { value, storage } of results) {
      if (storageOf(value) !== null) continue;
      this.#enter(value, storage);
      this.#passing.add(value);
    }
    if (results.length > 0) this.#forNow.set(plan, results);
    else this.#forNow.delete(plan);
  }

  #release(v: Value, storage: Storage): void {
    this.#collected.unregister(v);
    v.notes.storage = null;
    this.#passing.delete(v);
    this.#leave(storage);
  }

  endRun(): void {
    this.#evict();
    if (this.#small.length > SMALL_MAX && this.#backend.type === 'webgpu') this.#retire();
  }

  /** Copies of host data that no recent run has used leave the device. */
  #evict(): void {
    let idle = 0;
    for (const storage of this.#cached) {
      const runs = this.#run - storage.lastRun;
      if (runs > 2) idle += storage.buffer?.bytes ?? 0;
      if (runs > IDLE_RUNS_MAX || (runs > 2 && idle > IDLE_BYTES_MAX)) this.#uncache(storage);
    }
  }

  #uncache(storage: Storage): void {
    if (storage.host === null) return;
    if (storage.buffer !== null) this.#backend.release(storage.buffer);
    storage.buffer = null;
    this.#cached.delete(storage);
  }

  /** Moves the older small results (losses, as a rule) to the host in one read that nobody waits for. */
  #retire(): void {
    const old = this.#small
      .slice(0, SMALL_MAX / 2)
      .filter((storage) => storage.buffer !== null && storage.host === null);
    this.#small = this.#small.slice(SMALL_MAX / 2);
    const buffers = old.flatMap((storage) => storage.buffer ?? []);
    if (buffers.length === 0) return;
    this.#backend
      .readMany(
        buffers,
        old.map((storage) => storage.size * 4),
      )
      .then(
        (words) =>
          old.forEach((storage, i) => {
            if (storage.users <= 0 || storage.buffer === null || storage.host !== null) return;
            storage.host = fromWords(words[i], storage.dtype);
            this.#uncache(storage);
          }),
        // A lost device is reported to whoever reads next.
        () => undefined,
      );
  }

  /** `to` has the elements of `from` from now on. */
  share(from: Value, to: Value): void {
    this.#enter(to, this.#storage(from));
    // What is made of host data alone can be made again.
    if (!('data' in from.attrs)) this.#forget(to);
  }

  /** The elements of a replaced Value go; `by` tells why to whoever asks later. */
  replace(v: Value, by: string): void {
    v.notes.stale = `its input of shape [${v.shape.join(', ')}] was replaced by ${by}`;
    const storage = storageOf(v);
    // Host data stays as long as its Value does, and costs the device nothing.
    if (storage === null || 'data' in v.attrs) return;
    this.#release(v, storage);
  }

  /** Lets the elements go now. */
  drop(v: Value): void {
    const storage = storageOf(v);
    if (storage === null) return;
    if ('data' in v.attrs) {
      this.#uncache(storage);
    } else {
      v.notes.stale = `its input of shape [${v.shape.join(', ')}] was disposed of`;
      this.#release(v, storage);
    }
  }

  async read(v: Value): Promise<TypedArray> {
    if (v.size === 0) return arrayFor(v.dtype, 0);
    const storage = this.#storage(v);
    if (storage.host !== null) return storage.host.slice();
    if (storage.buffer === null)
      throw new InternalError(`${v.op.name} has no elements`);
    const data = await this.#backend.read(storage.buffer, storage.dtype, storage.size);
    this.#remember(storage, data);
    return data.slice();
  }

  readSync(v: Value): TypedArray | null {
    if (v.size === 0) return arrayFor(v.dtype, 0);
    const storage = this.#storage(v);
    if (storage.host !== null) return storage.host.slice();
    return storage.buffer === null ? null : this.#backend.readSync(storage.buffer);
  }

  /** What was read once is on the host; its buffer is a cache from then on. */
  #remember(storage: Storage, data: TypedArray): void {
    if (storage.buffer === null || storage.host !== null) return;
    storage.host = data;
    if (storage.size * 4 <= SMALL_BYTES) this.#uncache(storage);
    else this.#cached.add(storage);
  }
}

function fromWords(words: Uint32Array, dtype: DType): TypedArray {
  if (dtype === 'u32') return words;
  if (dtype === 'bool') return Uint8Array.from(words);
  return dtype === 'i32' ? new Int32Array(words.buffer) : new Float32Array(words.buffer);
}
