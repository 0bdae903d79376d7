// Random tensors on the CPU reference, and Philox itself against known answers.
import { describe, expect, test } from 'vitest';
import { philox4x32 } from '../../src/core/philox.ts';
import { init } from '../../src/index.ts';
import { KNOWN, randomSuite } from '../support/random-suite.ts';

test.each(KNOWN)('Philox4x32-10 of $counter', ({ counter, key, words }) => {
  const out = new Uint32Array(4);
  philox4x32(counter, key, out);
  expect([...out]).toEqual(words);
});

describe('CPU', () => randomSuite(() => init({ device: 'cpu' })));
