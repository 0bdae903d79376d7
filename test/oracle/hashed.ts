// Numbers from an integer hash, the same in TypeScript and Python (hashed.py), exact in float32. Knows no network.

/**
 * 32 bits from a stream and an index: both multiplied by odd constants, added, and mixed by the finaliser of MurmurHash3
 * (public domain).
 */
export function hash32(stream: number, index: number): number {
  let h = (Math.imul(index, 0x9e3779b9) + Math.imul(stream, 0x85ebca6b)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function filled(count: number, value: (index: number) => number): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: count }, (_, k) => value(k));
}

/** Uniform in [−1, 1) · 2^exponent, of 24 bits. */
export const signed = (stream: number, count: number, exponent = 0): Float64Array<ArrayBuffer> =>
  filled(count, (k) => ((hash32(stream, k) >>> 8) - 2 ** 23) * 2 ** (exponent - 23));

/** Uniform in [0, 1), of 16 bits. */
export const unit = (stream: number, count: number): Float64Array<ArrayBuffer> =>
  filled(count, (k) => (hash32(stream, k) >>> 16) * 2 ** -16);

/** 0 or 1. */
export const bits = (stream: number, count: number): Float64Array<ArrayBuffer> =>
  filled(count, (k) => hash32(stream, k) >>> 31);
