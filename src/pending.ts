// Results that a user may hold and that nothing has used or read yet: what could be missed when that which they are
// computed from is replaced.
import type { Value } from './core/value.ts';
import type { Residence } from './residence.ts';

/** How many results are looked through for those that nobody holds any more. */
const FRESH_MAX = 1024;

/** What computing a Value takes: nothing that can be replaced, something, something that now goes, or what is gone. */
const SAFE = 0;
const EXPOSED = 1;
const GOING = 2;
const GONE = 3;

/** An older result, and what it would be missed by: ids of the Values that are there and that computing it reads. */
interface Waiting {
  readonly ref: WeakRef<Value>;
  readonly reads: readonly number[];
}

export class Pending {
  readonly #residence: Residence;
  /** In order of creation; held, since a handle without a name may still be on its way to one. */
  #fresh: Value[] = [];
  /** Older ones: whoever wants them holds them. */
  #old: Waiting[] = [];
  #room = FRESH_MAX;
  /** So many older ones are looked through for those that are gone. */
  #oldRoom = FRESH_MAX;

  constructor(residence: Residence) {
    this.#residence = residence;
  }

  add(v: Value): void {
    this.#fresh.push(v);
    if (this.#fresh.length >= this.#room) this.#sift();
  }

  #isOpen(v: Value): boolean {
    return !v.notes.used && v.size > 0 && !this.#residence.has(v);
  }

  #open(): Value[] {
    const old = this.#old.flatMap(({ ref }) => ref.deref() ?? []);
    return [...old, ...this.#fresh].filter((v) => this.#isOpen(v));
  }

  #putBack(left: readonly Value[], untouched: readonly Waiting[] = []): void {
    const reads = this.#reads();
    this.#old = [...untouched, ...left.map((v) => ({ ref: new WeakRef(v), reads: reads(v) }))];
    this.#fresh = [];
    this.#room = Math.max(FRESH_MAX, 2 * left.length);
    if (this.#old.length < this.#oldRoom) return;
    this.#old = this.#old.filter(({ ref }) => {
      const v = ref.deref();
      return v !== undefined && this.#isOpen(v);
    });
    this.#oldRoom = Math.max(FRESH_MAX, 2 * this.#old.length);
  }

  #sift(): void {
    const state = this.#states(new Set());
    this.#putBack(this.#open().filter((v) => state(v) === EXPOSED));
  }

  /** Removes and returns all results that can be computed. */
  takeAll(): Value[] {
    const state = this.#states(new Set());
    const taken = this.#open().filter((v) => state(v) !== GONE);
    this.#putBack([]);
    return taken;
  }

  /** Removes and returns those that cannot be computed without one of the `leaves`. */
  takeDependentOn(leaves: ReadonlySet<Value>): Value[] {
    const state = this.#states(leaves);
    const ids = new Set([...leaves].map(({ id }) => id));
    const taken: Value[] = [];
    const left: Value[] = [];
    const untouched: Waiting[] = [];
    const touched: Value[] = [];
    for (const waiting of this.#old) {
      if (!waiting.reads.some((id) => ids.has(id))) untouched.push(waiting);
      else touched.push(...[waiting.ref.deref()].filter((v) => v !== undefined));
    }
    for (const v of [...touched, ...this.#fresh]) {
      if (!this.#isOpen(v)) continue;
      const s = state(v);
      if (s === GOING) taken.push(v);
      else if (s === EXPOSED) left.push(v);
    }
    this.#putBack(left, untouched);
    return taken;
  }

  /** Of the Values, those that cannot be computed without one of the `leaves`. */
  dependentOn(leaves: ReadonlySet<Value>, values: readonly Value[]): Value[] {
    const state = this.#states(leaves);
    return values.filter((v) => !this.#residence.isFirm(v) && state(v) === GOING);
  }

  /** The state of any Value; what was found out about one serves the next. */
  #states(leaves: ReadonlySet<Value>): (v: Value) => number {
    const known = new Map<Value, number>();
    return (from) => {
      const stack = [from];
      for (let v = stack.at(-1); v !== undefined; v = stack.at(-1)) {
        const own = this.#ownState(v, leaves);
        const next = own !== null ? [] : v.body !== null ? [v.body] : v.inputs;
        const unknown = next.filter((input) => !known.has(input));
        if (unknown.length > 0) {
          for (const input of unknown) stack.push(input);
          continue;
        }
        known.set(v, own ?? next.reduce((most, input) => Math.max(most, known.get(input) ?? SAFE), SAFE));
        stack.pop();
      }
      return known.get(from) ?? SAFE;
    };
  }

  /** The Values that are there and that computing one reads, by their ids. */
  #reads(): (v: Value) => number[] {
    const none: ReadonlySet<Value> = new Set();
    return (from) => {
      const found = new Set<Value>([from]);
      const reads: number[] = [];
      for (const v of found) {
        const own = this.#ownState(v, none);
        if (own === EXPOSED) reads.push(v.id);
        if (own !== null) continue;
        for (const input of v.body !== null ? [v.body] : v.inputs) found.add(input);
      }
      return reads;
    };
  }

  /** The state of what is there, or gone, or made from nothing; null where it follows from the inputs. */
  #ownState(v: Value, leaves: ReadonlySet<Value>): number | null {
    if (leaves.has(v)) return GOING;
    if (v.op.kind === 'data' && 'data' in v.attrs) return SAFE;
    if (this.#residence.isFirm(v)) return EXPOSED;
    if (v.op.kind === 'data' || v.notes.emptied) return GONE;
    return null;
  }
}
