// Plans by the structure of what they compute: the same structure again costs a look-up. Exact, not only by hash.
import type { DType } from '../core/dtype.ts';
import type { Op } from '../core/op.ts';
import type { Value } from '../core/value.ts';
import type { Plan } from './plan.ts';

/** Plans kept; the one unused for longest goes first. */
const PLANS_MAX = 256;

/** A plan and what was learnt about it. */
export interface CachedPlan {
  readonly skeleton: Int32Array;
  /** Places whose elements were asked for after a run that did not keep them: kept from then on. */
  readonly kept: Set<number>;
  entry: { plan: Plan; prepared: unknown } | null;
}

const dtypeCodes: Readonly<Record<DType, number>> = { f32: 0, i32: 1, u32: 2, bool: 3 };

export class PlanCache {
  readonly #byHash = new Map<number, CachedPlan[]>();
  readonly #ops = new Map<Op, number>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  #opCode(op: Op): number {
    const known = this.#ops.get(op);
    if (known !== undefined) return known;
    this.#ops.set(op, this.#ops.size);
    return this.#ops.size - 1;
  }

  /** All that a plan depends on, as numbers. Constants' and random tensors' numbers are not part of it. */
  #skeleton(
    order: readonly Value[],
    place: ReadonlyMap<Value, number>,
    roots: readonly number[],
    external: readonly boolean[],
    fuse: boolean,
  ): Int32Array {
    const words: number[] = [fuse ? 1 : 0, roots.length, ...roots];
    order.forEach((v, i) => {
      const inputs = external[i] ? [] : v.body !== null ? [v.body] : v.inputs;
      words.push(
        external[i] ? -1 : v.body !== null ? -2 : this.#opCode(v.op),
        v.attrsKey,
        dtypeCodes[v.dtype],
        v.shape.length,
        inputs.length,
      );
      for (const length of v.shape) words.push(length);
      for (const input of inputs) words.push(place.get(input) ?? -1);
    });
    return Int32Array.from(words);
  }

  /** The plan of this structure, or a new empty one. */
  find(
    order: readonly Value[],
    place: ReadonlyMap<Value, number>,
    roots: readonly number[],
    external: readonly boolean[],
    fuse: boolean,
  ): CachedPlan {
    const skeleton = this.#skeleton(order, place, roots, external, fuse);
    let hash = 0x811c9dc5;
    for (const word of skeleton) hash = Math.imul(hash ^ word, 0x01000193);
    const bucket = this.#byHash.get(hash) ?? [];
    const known = bucket.find((plan) => equal(plan.skeleton, skeleton));
    // Taken out and put back: the map's order is the order of last use.
    this.#byHash.delete(hash);
    if (known) {
      this.#byHash.set(hash, bucket);
      return known;
    }
    const fresh: CachedPlan = { skeleton, kept: new Set(), entry: null };
    this.#byHash.set(hash, [...bucket, fresh]);
    this.#size++;
    this.#evict();
    return fresh;
  }

  #evict(): void {
    for (const [hash, bucket] of this.#byHash) {
      if (this.#size <= PLANS_MAX) return;
      this.#byHash.delete(hash);
      this.#size -= bucket.length;
    }
  }
}

function equal(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
