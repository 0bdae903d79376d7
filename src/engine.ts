// The one stateful object: the backend, what is computed and kept where, and when things run.
import type { Backend, DeviceBuffer } from './backend/backend.ts';
import type { TypedArray } from './core/dtype.ts';
import { NotInitializedError, StaleValueError, WgradError } from './core/errors.ts';
import { leaf } from './core/leaf.ts';
import type { Stream } from './core/philox.ts';
import { formatShape } from './core/shape.ts';
import type { Value } from './core/value.ts';
import { buildPlan } from './plan/build.ts';
import { type CachedPlan, PlanCache } from './plan/cache.ts';
import type { Plan } from './plan/plan.ts';
import { Residence, Storage } from './residence.ts';

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
  /** What replaced it, for the error of whoever comes too late. */
  readonly by: string;
}

interface Collected {
  readonly order: readonly Value[];
  readonly place: ReadonlyMap<Value, number>;
  readonly external: readonly boolean[];
}

interface Read {
  readonly value: Value;
  readonly resolve: (data: TypedArray) => void;
  readonly reject: (error: unknown) => void;
}

export class Engine {
  readonly backend: Backend;
  mode: Mode = 'lazy';
  /** Whether operations are recorded on the tape. */
  gradEnabled = true;
  /** The tensors in which gradients are gathered, by their Values. Keys only: kept alive by their tensors. */
  readonly owners = new WeakMap<Value, object>();
  readonly #residence: Residence;
  readonly #plans = new PlanCache();
  /** For each leaf, the one it replaced, while that is kept. */
  readonly #previous = new WeakMap<Value, Value>();
  /** Results recorded since parameters last changed that nobody has used or read. */
  #recent: Value[] = [];
  /** Values to be kept by the next run. */
  #wanted = new Set<Value>();
  #reads: Read[] = [];
  /** Id of the newest Value when something was last run. */
  #lastRun = 0;
  #stream: Stream = { seed: 0, draw: 0 };
  #failure: WgradError | null = null;

  constructor(backend: Backend) {
    this.backend = backend;
    this.#residence = new Residence(backend);
    void backend.lost.then(
      (error) => (this.#failure = error instanceof WgradError ? error : new WgradError(error.message)),
    );
  }

  /** Why the engine can run nothing any more, or null. */
  get failure(): WgradError | null {
    return this.#failure;
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
    if (this.mode === 'eager') {
      if (v.body !== null || v.op.kind === 'elementwise' || v.op.kind === 'core') this.run([v]);
      return;
    }
    this.#recent.push(v);
    if (v.id - this.#lastRun >= PENDING_MAX) {
      this.#lastRun = v.id;
      this.run(this.#unused(() => true));
    }
  }

  /** The next run keeps its elements. */
  want(v: Value): void {
    if (!this.#residence.has(v)) this.#wanted.add(v);
    if (this.mode === 'eager') this.run([]);
  }

  /** Every Value that the roots need and that is not there, inputs first; and what is there that those read. */
  #collect(roots: readonly Value[]): Collected {
    const found = new Map<Value, boolean>();
    const stack = [...roots];
    for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
      if (found.has(v)) continue;
      const there = this.#residence.has(v);
      found.set(v, there);
      if (there) continue;
      if (v.body !== null) stack.push(v.body);
      else if (v.op.kind === 'data' || (v.inputs.length === 0 && v.notes.freed))
        throw staleError(roots[0], v);
      else for (const input of v.inputs) stack.push(input);
    }
    const order = [...found.keys()].sort((a, b) => a.id - b.id);
    return {
      order,
      place: new Map(order.map((v, i) => [v, i])),
      external: order.map((v) => found.get(v) === true),
    };
  }

  /** Results that nobody has used, and for which `needs` holds. */
  #unused(needs: (v: Value) => boolean): Value[] {
    const unused = this.#recent.filter(
      (v) => !v.notes.used && !this.#residence.has(v) && v.size > 0 && needs(v),
    );
    this.#recent = [];
    return unused;
  }

  /** A test for: computing it reads one of the leaves. */
  #dependsOn(leaves: ReadonlySet<Value>): (v: Value) => boolean {
    const known = new Map<Value, boolean>();
    return (from) => {
      const stack = [from];
      for (let v = stack.at(-1); v !== undefined; v = stack.at(-1)) {
        const next = v.body !== null ? [v.body] : this.#residence.has(v) ? [] : v.inputs;
        const open = leaves.has(v) ? [] : next.filter((input) => !known.has(input));
        if (open.length > 0) {
          stack.push(...open);
          continue;
        }
        known.set(v, leaves.has(v) || next.some((input) => known.get(input) === true));
        stack.pop();
      }
      return known.get(from) === true;
    };
  }

  /** Computes and keeps the roots, with all that was asked to be kept. */
  run(requested: readonly Value[]): void {
    if (this.#failure !== null) throw this.#failure;
    this.#residence.beginRun();
    const roots = [...new Set([...requested, ...this.#wanted])].filter(
      (v) => v.size > 0 && !this.#residence.has(v),
    );
    this.#wanted.clear();
    if (roots.length === 0) return;
    this.#lastRun = Math.max(this.#lastRun, ...roots.map((v) => v.id));
    const collected = this.#collect(roots);
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
    const going = new Set(
      assignments.flatMap(({ before }) => [before, this.#previous.get(before) ?? before]),
    );
    const unused = this.mode === 'lazy' ? this.#unused(this.#dependsOn(going)) : [];
    this.run([...assignments.map(({ after }) => after), ...unused]);
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

  #answer(): void {
    const reads = this.#reads;
    this.#reads = [];
    try {
      this.run(reads.map(({ value }) => value));
    } catch (error) {
      // One value that cannot be had does not keep the others from being read.
      if (reads.length === 1) reads[0].reject(error);
      else for (const read of reads) this.#answerAlone(read);
      return;
    }
    for (const { value, resolve, reject } of reads) this.#residence.read(value).then(resolve, reject);
  }

  #answerAlone({ value, resolve, reject }: Read): void {
    try {
      this.run([value]);
      this.#residence.read(value).then(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  /** The elements at once, or null where the device cannot do that. */
  readSync(value: Value): TypedArray | null {
    value.notes.used = true;
    this.run([value]);
    return this.#residence.readSync(value);
  }

  /** The plan that reading the value would run; null where nothing would. */
  planFor(value: Value): Plan | null {
    if (this.#residence.has(value) || value.size === 0) return null;
    const { order, place, external } = this.#collect([value]);
    const options = { fuse: this.mode === 'lazy', buffersMax: this.backend.buffersMax };
    return buildPlan(order, place, [place.get(value) ?? -1], external, options);
  }

  /** Gives a value's buffer back now. */
  release(value: Value): void {
    this.#residence.drop(value);
  }

  dispose(): void {
    this.backend.dispose();
  }
}

function staleError(asked: Value, missing: Value): StaleValueError {
  return new StaleValueError('a value can no longer be had', {
    where: `${asked.op.name} of shape ${formatShape(asked.shape)}`,
    got: missing.notes.stale ?? `an input of shape ${formatShape(missing.shape)} was disposed of`,
    fix: 'read it, or keep(tensor), before the parameters change a second time',
  });
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
