// How far two sets of numbers lie apart; pure arithmetic that never lets what is not finite pass.
import type { NamedArrays } from './types.ts';

/** Largest |a − b|; Infinity where lengths differ or something is not finite, so that it never passes. */
export function maxDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN));
    if (!Number.isFinite(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}

/** Largest |a − b| of all tensors, each as a share of the largest |b| of its tensor. */
export function relativeDifference(a: NamedArrays, b: NamedArrays): number {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  if (names.size === 0) return Infinity;
  let largest = 0;
  for (const name of names) {
    const [one, other] = [a[name]?.data, b[name]?.data];
    if (one === undefined || other === undefined) return Infinity;
    const scale = other.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const difference = maxDifference(one, other);
    largest = Math.max(largest, difference === 0 ? 0 : difference / Math.max(scale, 1e-12));
  }
  return largest;
}
