/** The library stays small: what programs need of it, bundled and compressed, is measured. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { bundle, gzipSize, kib } from './support/bundle.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Bytes, after gzip, of the lecture's program with all that it pulls in before it starts. */
const FIRST = 45 * 1024;
/** The same, with the kernel files that its training step then asks for. */
const IN_ALL = 48 * 1024;
/** What training 16,384 → 4 → 1 asks for on a software adapter; on a GPU, tiles in shared memory instead. */
const KERNELS = ['matmul-register', 'matmul-sum', 'reduce'];

test('the lecture’s program takes at most 45 KiB after gzip', { timeout: 120_000 }, async () => {
  const { first, later } = await bundle(root, 'test/support/lecture-program.ts');
  const kernels = KERNELS.map((name) => later.get(name) ?? '');
  const size = gzipSize(first);
  const all = [first, ...kernels].reduce((total, text) => total + gzipSize(text), 0);
  console.log(
    `The lecture's program: ${kib(size)} after gzip, ${kib(first.length)} before; ${kib(all)} with its kernels.`,
  );
  // The bundle must really hold the library, and the rest really be shaders.
  expect(first).toContain('@compute');
  expect(first).toContain('16384');
  for (const text of kernels) expect(text).toContain('@compute');
  expect(size).toBeLessThanOrEqual(FIRST);
  expect(all).toBeLessThanOrEqual(IN_ALL);
});

/** Bytes, after gzip, of every public name of `wgrad` before a kernel is asked for (the portraits are in `wgrad/data`). */
const EVERYTHING = 120 * 1024;

test('everything takes at most 120 KiB after gzip', { timeout: 120_000 }, async () => {
  const { first, later } = await bundle(root, 'test/support/whole-program.ts');
  const kernels = [...later.values()].reduce((total, text) => total + gzipSize(text), 0);
  console.log(
    `Everything: ${kib(gzipSize(first))} after gzip, and ${later.size} kernel files of ${kib(kernels)}.`,
  );
  expect(gzipSize(first)).toBeLessThanOrEqual(EVERYTHING);
});
