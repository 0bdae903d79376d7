// Seeded shuffling: a permutation is a function of (seed, stream), so any epoch can be had again without the ones
// before it. Knows nothing of data sets.
import { philox4x32 } from '../core/philox.ts';

/** Draws unsigned 32-bit numbers from a counter: the same seed and stream give the same numbers everywhere. */
export class CounterRandom {
  readonly #key: [number, number];
  readonly #stream: number;
  readonly #block = new Uint32Array(4);
  #drawn = 0;

  constructor(seed: number, stream: number) {
    this.#key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
    this.#stream = stream >>> 0;
  }

  next(): number {
    const lane = this.#drawn % 4;
    if (lane === 0) {
      const index = this.#drawn / 4;
      // The fourth word keeps these numbers apart from those of random tensors of the same seed.
      philox4x32(
        [index >>> 0, Math.floor(index / 2 ** 32), this.#stream, 0x64617461],
        this.#key,
        this.#block,
      );
    }
    this.#drawn++;
    return this.#block[lane];
  }

  /** A whole number from 0 to `bound` - 1, each as likely: draws that would favour the small ones are dropped. */
  below(bound: number): number {
    const even = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const draw = this.next();
      if (draw < even) return draw % bound;
    }
  }
}

/** The numbers 0 … n - 1 in their order. */
export function ascending(n: number): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  return order;
}

/**
 * The numbers 0 … n - 1 in an order that depends on `seed` and `stream` alone (Fisher and Yates).
 *
 * @param n How many, below 2^32.
 * @param seed A whole number from 0 to 2^53 - 1.
 * @param stream Which of the seed's permutations, for example the epoch.
 */
export function permutation(n: number, seed: number, stream = 0): Uint32Array {
  const order = ascending(n);
  const random = new CounterRandom(seed, stream);
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const taken = order[i];
    order[i] = order[j];
    order[j] = taken;
  }
  return order;
}
