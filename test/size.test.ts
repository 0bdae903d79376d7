/** The library stays small: what the lecture's program needs of it, bundled and compressed, is measured. */
import path from 'node:path';
import { expect, test } from 'vitest';
import { bundle, gzipSize, kib } from './support/bundle.ts';

const root = path.resolve(import.meta.dirname, '..');

/**
 * Bytes, after gzip, of the lecture's program with all that it pulls in. The aim is 45 KiB: methods of Tensor cannot be
 * shaken off one by one, so it carries every operation. This holds what has been reached.
 */
const budget = 47 * 1024;

test('the lecture’s program takes at most 47 KiB after gzip', { timeout: 120_000 }, async () => {
  const code = await bundle(root, 'test/support/lecture-program.ts');
  const size = gzipSize(code);
  console.log(`The lecture's program: ${kib(size)} after gzip, ${kib(code.length)} before.`);
  // The bundle must really hold the library, shaders and all.
  expect(code).toContain('@compute');
  expect(code).toContain('16384');
  expect(size).toBeLessThanOrEqual(budget);
});
