// The one stateful object: the backend, what is computed and kept where, and when things run.
import type { Backend, DeviceBuffer } from './backend/backend.ts';
import { callLine } from './core/caller.ts';
import type { TypedArray } from './core/dtype.ts';
import type { TapeHooks } from './core/hooks.ts';
import { DeviceDisposedError, NotInitializedError, WgradError } from './core/errors.ts';
import { leaf } from './core/leaf.ts';
import type { Stream } from './core/philox.ts';
import type { Value } from './core/value.ts';
import { Pending } from './pending.ts';
import { buildPlan } from './plan/build.ts';
import { type CachedPlan, PlanCache } from './plan/cache.ts';
import type { Plan } from './plan/plan.ts';
import { Residence, Storage } from './residence.ts';
import { type Collected, collect, prepareRoots } from './roots.ts';

export type Mode = 'lazy' | 'eager';

/** Values recorded but not run above which they are run, so that the record does not grow without end. */
const PENDING_MAX = 10_000;

/** A tensor that gets another Value. */
export interface Assignment {
  readonly before: Value;
  readonly after: Value;
  readonly tracked: boolean;
  /**
   * Whether what was computed from the value before may still be asked for after this step: true for parameters, so
   * that metrics of the step's own forward pass can be read after it.
   */
  readonly keepPrevious: boolean;
  /** What the tensor holds besides and may be asked for whenever: its gradient. */
  readonly held: Value | null;
  /** What replaced it, for the error of whoever comes too late. */
  readonly by: string;
}

export interface Watcher {
  result(v: Value): void;
  /** The gradient of one of a step's inputs. */
  readonly gradient: (step: Value, input: Value, g: Value) => void;
}

interface Read {
  readonly value: Value;
  readonly resolve: (data: TypedArray) => void;
  readonly reject: (error: unknown) => void;
}

export class Engine {
  #backend: Backend;
  mode: Mode = 'lazy';
  /** Whether a function is only being recorded, on inputs that may have no elements: then nothing is run or kept. */
  recording = false;
  /** The tensors in which gradients are gathered, by their Values. Keys only: kept alive by their tensors. */
  readonly owners = new WeakMap<Value, object>();
  /** Who wants to see every result and every gradient as it is recorded. */
  watcher: Watcher | null = null;
  /** What is to be called with gradients of Values. */
  hooks: TapeHooks | null = null;
  readonly #residence: Residence;
  readonly #plans = new PlanCache();
  /** For each leaf, the one it replaced, while that is kept. */
  readonly #previous = new WeakMap<Value, Value>();
  readonly #pending: Pending;
  /** Who has switched the tape off or on and has not ended, the last one to begin at the end. */
  #gradScopes: { readonly enabled: boolean }[] = [];
  /** Values to be kept by the next run. */
  #wanted = new Set<Value>();
  #reads: Read[] = [];
  /** Id of the newest Value when something was last run. */
  #lastRun = 0;
  #stream: Stream = { seed: 0, draw: 0 };
  #failure: WgradError | null = null;

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#residence = new Residence(backend);
    this.#pending = new Pending(this.#residence);
    void backend.lost.then((error) => {
      this.#failure ??= error instanceof WgradError ? error : new WgradError(error.message);
    });
  }

  /** What runs the plans. */
  get backend(): Backend {
    return this.#backend;
  }
  /** Another one on the same buffers: one that watches the first, or the first again. */
  set backend(backend: Backend) {
    this.#backend = backend;
    this.#residence.backend = backend;
  }

  /** Why the engine can run nothing any more, or null. */
  get failure(): WgradError | null {
    return this.#failure;
  }

  /** Whether operations are recorded on the tape. */
  get gradEnabled(): boolean {
    return this.#gradScopes.at(-1)?.enabled ?? true;
  }

  /** Switches the tape on or off until the function that it returns is called. Scopes may end in any order. */
  openGradScope(enabled: boolean): () => void {
    const scope = { enabled };
    this.#gradScopes.push(scope);
    return () => {
      this.#gradScopes = this.#gradScopes.filter((other) => other !== scope);
    };
  }

  manualSeed(seed: number): void {
    this.#stream = { seed, draw: 0 };
  }

  /** The source of the next random tensor. */
  nextStream(): Stream {
    const stream = this.#stream;
    this.#stream = { ...stream, draw: stream.draw + 1 };
    return stream;
  }

  /** Where the random numbers stand, to be saved and restored. */
  get stream(): Stream {
    return this.#stream;
  }
  set stream(stream: Stream) {
    this.#stream = { seed: stream.seed, draw: stream.draw };
  }

  /** Takes note of a result that a user holds; in eager mode, computes it. */
  noticed(v: Value): void {
    if (this.#failure !== null) throw this.#failure;
    this.watcher?.result(v);
    if (this.backend.tracesCalls === true) v.notes.site = callLine();
    if (
      this.mode === 'eager' &&
      !this.recording &&
      (v.body !== null || v.op.kind === 'elementwise' || v.op.kind === 'core')
    ) {
      this.run([v]);
      return;
    }
    this.#pending.add(v);
    if (v.id - this.#lastRun >= PENDING_MAX) {
      this.#lastRun = v.id;
      this.run(this.#pending.takeAll());
    }
  }

  /** The next run keeps its elements. */
  want(v: Value): void {
    if (this.recording) return;
    if (!this.#residence.has(v)) this.#wanted.add(v);
    if (this.mode === 'eager') this.run([]);
  }

  /** The same; throws at once where they can no longer be had. */
  demand(v: Value): void {
    if (v.size > 0 && !this.#residence.has(v)) collect([v], this.#residence);
    this.want(v);
  }

  /** Computes and keeps the roots, with all that was asked to be kept. */
  run(requested: readonly Value[]): void {
    if (this.#failure !== null) throw this.#failure;
    this.#residence.beginRun();
    const asked = new Set([...requested, ...this.#wanted]);
    this.#wanted.clear();
    const { roots, collected } = prepareRoots(asked, this.#residence);
    if (roots.length === 0) return;
    for (const { id } of roots) if (id > this.#lastRun) this.#lastRun = id;
    const { order, place, external } = collected;
    this.#learn(collected, roots);
    const places = roots.map((v) => place.get(v) ?? -1);
    const fuse = this.mode === 'lazy';
    const cached = this.#plans.find(order, place, places, external, fuse);
    const kept = [...cached.kept].filter((i) => !places.includes(i));
    cached.entry ??= {
      plan: buildPlan(order, place, [...places, ...kept], external, {
        fuse,
        buffersMax: this.backend.buffersMax,
      }),
      prepared: null,
    };
    const externals = cached.entry.plan.externals.map((i) => this.#residence.bufferOf(order[i]));
    const buffers = this.backend.run({ entry: cached.entry, order, externals });
    this.#keep(cached, order, roots, kept, buffers);
  }

  #keep(
    cached: CachedPlan,
    order: readonly Value[],
    roots: readonly Value[],
    kept: readonly number[],
    buffers: readonly DeviceBuffer[],
  ): void {
    const storages = new Map<DeviceBuffer, Storage>();
    const store = (v: Value, buffer: DeviceBuffer): Storage => {
      const storage = storages.get(buffer) ?? new Storage(v.dtype, v.size, buffer);
      storages.set(buffer, storage);
      return storage;
    };
    order.forEach((v, i) => {
      if (this.#residence.has(v)) return;
      v.notes.origin = cached;
      v.notes.originPlace = i;
    });
    roots.forEach((v, r) => this.#residence.put(v, store(v, buffers[r])));
    this.#residence.putForNow(
      cached,
      kept.map((i, k) => ({ value: order[i], storage: store(order[i], buffers[roots.length + k]) })),
    );
    this.#residence.endRun();
  }

  /** What an earlier run computed without keeping, and is wanted now, will be kept by runs of that structure. */
  #learn({ order, place, external }: Collected, roots: readonly Value[]): void {
    const teach = (v: Value): void => {
      const plan = v.notes.origin as CachedPlan | null;
      if (plan === null || plan.kept.has(v.notes.originPlace)) return;
      plan.kept.add(v.notes.originPlace);
      plan.entry = null;
    };
    const recomputed = (v: Value): boolean =>
      v.notes.origin !== null &&
      (external[place.get(v) ?? -1]
        ? false
        : v.op.kind === 'elementwise' || v.op.kind === 'core' || v.body !== null);
    for (const v of roots) if (recomputed(v)) teach(v);
    for (const v of order) {
      if (v.notes.origin !== null || external[place.get(v) ?? -1]) continue;
      for (const input of v.body !== null ? [v.body] : v.inputs) if (recomputed(input)) teach(input);
    }
  }

  /**
   * Rebinds tensors in one run: computes every `after`, and what unread results still need of every `before`.
   * Returns, for each, the Value without history that its tensor points to from now on.
   */
  assign(assignments: readonly Assignment[]): Value[] {
    const going = new Set<Value>();
    const gone = new Set<Value>();
    for (const { before, keepPrevious } of assignments) {
      const previous = this.#previous.get(before);
      going.add(before);
      if (previous) going.add(previous);
      if (previous) gone.add(previous);
      if (!keepPrevious) gone.add(before);
    }
    const held = this.#pending.dependentOn(
      gone,
      assignments.flatMap((assignment) => assignment.held ?? []),
    );
    const afters = assignments.map(({ after }) => after);
    this.#runAndAnswer([...afters, ...this.#pending.takeDependentOn(going), ...held]);
    return assignments.map((assignment) => {
      const { before, after, tracked, keepPrevious, by } = assignment;
      const next = leaf(after.shape, after.dtype, tracked);
      this.#residence.share(after, next);
      const previous = this.#previous.get(before);
      if (previous !== undefined) this.#residence.replace(previous, by);
      this.#previous.delete(before);
      if (keepPrevious) this.#previous.set(next, before);
      else this.#residence.replace(before, by);
      return next;
    });
  }

  /** The elements in row-major order. Reads asked for in one tick share one run. */
  read(value: Value): Promise<TypedArray> {
    value.notes.used = true;
    return new Promise((resolve, reject) => {
      this.#reads.push({ value, resolve, reject });
      if (this.#reads.length === 1) queueMicrotask(() => this.#answer());
    });
  }

  /** Runs the roots together with what waits to be read: what follows may replace or release it. */
  #runAndAnswer(roots: readonly Value[]): void {
    const reads = this.#reads;
    this.#reads = [];
    try {
      this.run([...roots, ...reads.map(({ value }) => value)]);
    } catch (error) {
      if (reads.length === 0) throw error;
      for (const read of reads) this.#answerAlone(read);
      if (roots.length > 0) this.run(roots);
      return;
    }
    // Small results go along with a read, but not the new values of parameters, which stay on the device.
    const moved = roots.length === 0 ? this.#residence.moveSmall() : null;
    for (const { value, resolve, reject } of reads) this.#residence.read(value, moved).then(resolve, reject);
  }

  #answer(): void {
    if (this.#reads.length > 0) this.#runAndAnswer([]);
  }

  /** One value that cannot be had does not keep the others from being read. */
  #answerAlone({ value, resolve, reject }: Read): void {
    try {
      this.run([value]);
      this.#residence.read(value, null).then(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  /** Resolves once everything asked for has run, and small results have moved to the host. */
  async synchronize(): Promise<void> {
    const moved = this.#residence.moveSmall();
    await this.backend.synchronize();
    await moved;
  }

  /** The elements at once, or null where the device cannot do that. */
  readSync(value: Value): TypedArray | null {
    value.notes.used = true;
    this.run([value]);
    return this.#residence.readSync(value);
  }

  /** The plan that reading the value would run; null where nothing would. */
  planFor(value: Value): Plan | null {
    const { roots, collected } = prepareRoots([value], this.#residence);
    if (roots.length === 0) return null;
    const { order, place, external } = collected;
    const places = roots.map((v) => place.get(v) ?? -1);
    const options = { fuse: this.mode === 'lazy', buffersMax: this.backend.buffersMax };
    return buildPlan(order, place, places, external, options);
  }

  /** Gives a value's buffer back now. */
  release(value: Value): void {
    this.#answer();
    this.#residence.drop(value);
  }

  dispose(): void {
    this.#failure ??= new DeviceDisposedError('this device was disposed of', {
      fix: 'call init() for a new one',
    });
    this.backend.dispose(this.#failure);
  }
}

let current: Engine | null = null;

/** The engine that new tensors belong to. Throws before `init`. */
export function engine(): Engine {
  if (current === null) {
    throw new NotInitializedError('wgrad is not initialised', {
      fix: "call await init({ device: 'auto' }) first",
    });
  }
  return current;
}
/** The same, or null before `init`. */
export const engineOrNull = (): Engine | null => current;
export function useEngine(next: Engine | null): void {
  current = next;
}
