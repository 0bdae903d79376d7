// Custom functions and checkpoints on WebGPU; and that a checkpoint saves the memory that it is for.
import { afterAll, describe, expect, test } from 'vitest';
import { type Tensor, autograd, dispose, init, manualSeed, memory, randn, utils } from '../../src/index.ts';
import { customSuite } from '../autograd/custom-suite.ts';

describe('lazy', () => customSuite(() => init({ device: 'webgpu' })));
describe('eager', () => customSuite(() => init({ device: 'webgpu', mode: 'eager' })));

describe('memory', () => {
  afterAll(() => dispose());

  const LAYERS = 24;
  const SIZE = 64;

  /** Most bytes held during a step of a deep network on a new device, and its gradient. */
  async function peak(
    mode: 'lazy' | 'eager',
    segment: (fn: (x: Tensor) => Tensor, x: Tensor) => Tensor,
  ): Promise<{ bytes: number; gradient: number[] }> {
    dispose();
    await init({ device: 'webgpu', mode });
    manualSeed(4);
    const w = randn(SIZE, SIZE).div(8).requiresGrad_();
    // Four layers a segment; each layer's gradient reads its input and its result.
    const four = (x: Tensor): Tensor => {
      let a = x;
      for (let k = 0; k < 4; k++) a = a.matmul(w).tanh();
      return a;
    };
    let x = randn(1024, SIZE);
    for (let k = 0; k < LAYERS / 4; k++) x = segment(four, x);
    const [gradient] = autograd.grad(x.square().mean(), w);
    const data = await (gradient ?? w).data();
    return { bytes: memory().peak, gradient: [...data.slice(0, 16)] };
  }

  test.each(['lazy', 'eager'] as const)('a step with checkpoints holds less at once: %s', async (mode) => {
    const plain = await peak(mode, (fn, x) => fn(x));
    const saving = await peak(mode, (fn, x) => utils.checkpoint(fn, x));
    console.info(`${mode}: ${plain.bytes} bytes at most, ${saving.bytes} with checkpoints`);
    // 24 results of 256 KiB; with checkpoints 6, and 4 of the segment at hand.
    expect(saving.bytes).toBeLessThan(0.7 * plain.bytes);
    for (const [k, g] of saving.gradient.entries()) expect(g).toBeCloseTo(plain.gradient[k], 5);
  });
});
