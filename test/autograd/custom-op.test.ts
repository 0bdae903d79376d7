// Operations written by users, on the CPU reference, and the example in the documentation.
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { customOp, init, tensor } from '../../src/index.ts';
import { customOpSuite } from './custom-op-suite.ts';

describe('lazy', () => customOpSuite(() => init({ device: 'cpu' })));
describe('eager', () => customOpSuite(() => init({ device: 'cpu', mode: 'eager' })));

afterEach(() => {
  vi.restoreAllMocks();
});

test('without a formula in TypeScript the CPU refuses', async () => {
  await init({ device: 'cpu' });
  const fast = customOp({ name: 'fast', wgsl: ([x]) => `${x} * 2.0` });
  await expect((async () => fast(tensor([1, 2])).data())()).rejects.toThrow(/fast cannot be computed/);
});

test('the example runs', async () => {
  const printed = new Map<unknown, unknown>();
  vi.spyOn(console, 'log').mockImplementation((name: unknown, value: unknown) => {
    printed.set(name, value);
  });
  await import(path.resolve(import.meta.dirname, '../../docs/examples/custom-op.ts'));
  const y = printed.get('y') as Float32Array;
  [1.5, 2 / 3, 2.75, 3.5833].forEach((v, i) => expect(y[i]).toBeCloseTo(v, 3));
  expect(printed.get('gradient')).toHaveLength(4);
});
