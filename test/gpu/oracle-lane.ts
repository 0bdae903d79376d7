// What the files that replay PyTorch's samples on WebGPU share: fused or operation by operation, all or a part of them.
import { afterAll, expect, inject, test } from 'vitest';
import { init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import { type Suite, oracleSuite } from '../oracle/suite.ts';

const api = (): Api => wgrad as unknown as Api;

/** Chrome runs a part, for the sake of time: what it shares with the Dawn lane is its compiler. */
export const isPart = inject('lane') === 'chrome' && !inject('full');

/** Defines the tests; at least so many samples must have been replayed at the end. */
export async function oracleLane(
  mode: 'lazy' | 'eager',
  least: number,
  more: Pick<Suite, 'layouts' | 'families' | 'samplesMax'>,
): Promise<void> {
  const before = async (): Promise<void> => {
    await init({ device: 'webgpu', mode });
  };
  const tally = await oracleSuite({ api, backend: 'webgpu', title: mode, before, ...more });

  test('how many samples were replayed', () => {
    expect(tally.samples).toBeGreaterThan(least);
    expect(tally.compared).toBeGreaterThan(tally.samples);
  });

  afterAll(() => {
    const far = [...tally.worst].sort((a, b) => b[1] - a[1]).slice(0, 5);
    const worst = far.map(([name, x]) => `${name} ${x.toFixed(2)}`).join(', ');
    console.info(
      `${inject('lane')} ${mode}: ${tally.samples} samples, ${tally.compared} tensors, largest errors in tolerances: ${worst}`,
    );
  });
}
