// Which Values have their elements where, and for how long: buffers, host copies, and when each is let go.
import type { Backend, DeviceBuffer } from './backend/backend.ts';
import { type DType, type TypedArray, arrayFor } from './core/dtype.ts';
import { InternalError } from './core/errors.ts';
import type { Value } from './core/value.ts';
import { SMALL_BYTES, SmallResults } from './small.ts';

/**
 * Runs after which an unused copy of host data leaves the device: at once the first time (a batch is used in one step
 * and never again), late when it had to come back (a set of batches is gone through again and again).
 */
const IDLE_RUNS_MAX = { first: 0, again: 4096 } as const;
/** Bytes of idle copies above which the oldest leave all the same. */
const IDLE_BYTES_MAX = 64 * 2 ** 20;

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
  /** How often it was brought to the device. */
  uploads = 0;
  /** Whether a parameter or the state of an optimiser holds it: then it stays where it is. */
  pinned = false;

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
  #backend: Backend;
  /** Storages with a host copy and a buffer: what may leave the device. */
  readonly #cached = new Set<Storage>();
  /** Values that a plan keeps only until it runs again. */
  readonly #forNow = new WeakMap<object, { value: Value; storage: Storage }[]>();
  /** All of those, whatever their plan. */
  readonly #passing = new WeakSet<Value>();
  readonly #collected: FinalizationRegistry<Storage>;
  readonly #small: SmallResults;
  #run = 0;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#small = new SmallResults(backend, (storage) => this.#uncache(storage));
    // The net below: what no rule has let go, the garbage collector does.
    this.#collected = new FinalizationRegistry((storage) => this.#leave(storage));
  }

  /** Another backend on the same buffers. */
  set backend(backend: Backend) {
    this.#backend = backend;
    this.#small.backend = backend;
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
    if (storage.host === null) throw new InternalError(`${v.op.name} has no elements`);
    storage.buffer = this.#backend.upload(storage.host, storage.dtype);
    storage.uploads++;
    this.#cached.add(storage);
    return storage.buffer;
  }

  /** Keeps a result for as long as its Value lives. Its history goes, unless the tape still needs it. */
  put(v: Value, storage: Storage): void {
    this.#enter(v, storage);
    storage.lastRun = this.#run;
    this.#small.add(storage);
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
    this.#small.limit();
  }

  /** Copies of host data that no recent run has used leave the device. */
  #evict(): void {
    let idle = 0;
    for (const storage of this.#cached) {
      const runs = this.#run - storage.lastRun;
      if (runs === 0) continue;
      idle += storage.buffer?.bytes ?? 0;
      const leash = storage.uploads < 2 ? IDLE_RUNS_MAX.first : IDLE_RUNS_MAX.again;
      if (runs > leash || idle > IDLE_BYTES_MAX) this.#uncache(storage);
    }
  }

  #uncache(storage: Storage): void {
    if (storage.host === null) return;
    if (storage.buffer !== null) this.#backend.release(storage.buffer);
    storage.buffer = null;
    this.#cached.delete(storage);
  }

  /** Moves the small results that nobody has read to the host, in one read. */
  moveSmall(): Promise<void> {
    return this.#small.move(this.#small.take());
  }

  /** `to` has the elements of `from` from now on. */
  share(from: Value, to: Value): void {
    const storage = this.#storage(from);
    storage.pinned = true;
    this.#enter(to, storage);
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

  /** The elements, once they are there, and once the small results that go along have moved. */
  async read(v: Value, moved: Promise<void> | null): Promise<TypedArray> {
    if (v.size === 0) return arrayFor(v.dtype, 0);
    const storage = this.#storage(v);
    // What is under way is not asked for again; what is not is asked for now, before anything can release it.
    const data = storage.host ?? (await (this.#small.moving(storage) ?? this.#readAlone(storage, v)));
    await moved;
    this.#backend.check();
    return data.slice();
  }

  async #readAlone(storage: Storage, v: Value): Promise<TypedArray> {
    if (storage.buffer === null) throw new InternalError(`${v.op.name} has no elements`);
    const data = await this.#backend.read(storage.buffer, storage.dtype, storage.size);
    this.#remember(storage, data);
    return data;
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
