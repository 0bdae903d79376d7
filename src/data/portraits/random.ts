/** Seeded randomness for the portraits: a counter hashed to numbers; it knows nothing of pictures. */

/** Mixes two 32-bit integers into one, well enough that neighbours in either look unrelated. */
export function hash(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b ^ 0x7f4a7c15, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A stream of random numbers that depends on (seed, index) alone. */
export class Random {
  readonly #key: number;
  #counter = 0;

  constructor(seed: number, index: number) {
    this.#key = hash(seed, hash(index, 0x51ed));
  }

  /** The next 32 random bits. */
  bits(): number {
    return hash(this.#key, this.#counter++);
  }

  /** Uniform in [low, high). */
  range(low: number, high: number): number {
    return low + (high - low) * (this.bits() / 4294967296);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.range(0, 1) < probability;
  }

  /** Bell-shaped around `mean` (a sum of four uniforms: no tails, and no logarithm that platforms round differently). */
  bell(mean: number, deviation: number): number {
    const sum = this.range(-1, 1) + this.range(-1, 1) + this.range(-1, 1) + this.range(-1, 1);
    return mean + deviation * 0.8660254 * sum;
  }

  /** One of the keys, each with a probability proportional to its weight. */
  pick<K extends string>(weights: Readonly<Partial<Record<K, number>>>): K {
    const keys = Object.keys(weights) as K[];
    const total = keys.reduce((sum, key) => sum + (weights[key] ?? 0), 0);
    let left = this.range(0, total);
    let chosen = keys[0];
    for (const key of keys) {
      const weight = weights[key] ?? 0;
      if (weight > 0) chosen = key;
      left -= weight;
      if (left < 0) break;
    }
    return chosen;
  }
}

/** A smooth random curve through values in [-1, 1] at the integers, repeating after 256. */
export function smoothNoise(random: Random): (x: number) => number {
  const values = Float64Array.from({ length: 257 }, () => random.range(-1, 1));
  values[256] = values[0] ?? 0;
  return (x) => {
    const floor = Math.floor(x);
    const f = x - floor;
    const i = floor & 255;
    const from = values[i];
    return from + (values[i + 1] - from) * f * f * (3 - 2 * f);
  };
}
