// PyTorch's samples on WebGPU: outputs, gradients, second derivatives; fused, and operation by operation.
import { afterAll, expect, inject, test } from 'vitest';
import { init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import type { Family } from '../oracle/load.ts';
import { type Suite, type Tally, oracleSuite } from '../oracle/suite.ts';

const api = (): Api => wgrad as unknown as Api;
/** Chrome runs a part, for the sake of time: what it shares with the Dawn lane is its compiler. */
const isPart = inject('lane') === 'chrome' && !inject('full');

/** What runs operation by operation there: hand-picked samples. */
const CHOSEN: readonly Family[] = ['chosen', 'integer', 'creation'];

type Mode = 'lazy' | 'eager';

interface Lane {
  readonly mode: Mode;
  readonly tally: Tally;
}

async function lane(mode: Mode, more: Pick<Suite, 'layouts' | 'families' | 'samplesMax'>): Promise<Lane> {
  const before = async (): Promise<void> => {
    await init({ device: 'webgpu', mode });
  };
  return { mode, tally: await oracleSuite({ api, backend: 'webgpu', title: mode, before, ...more }) };
}

// Other layouts mean other kernels, whose compilation takes most of the time here.
const lazy = await lane('lazy', isPart ? { layouts: 'none', samplesMax: 2 } : { layouts: 'by operation' });
const eager = await lane('eager', {
  layouts: 'none',
  ...(isPart ? { families: CHOSEN, samplesMax: 2 } : {}),
  ...(isPart || inject('full') ? {} : { samplesMax: 4 }),
});

test('how many samples were replayed', () => {
  expect(lazy.tally.samples).toBeGreaterThan(isPart ? 600 : 2200);
  expect(eager.tally.samples).toBeGreaterThan(isPart ? 100 : 1500);
  for (const { tally } of [lazy, eager]) expect(tally.compared).toBeGreaterThan(tally.samples);
});

afterAll(() => {
  for (const { mode, tally } of [lazy, eager]) {
    const far = [...tally.worst].sort((a, b) => b[1] - a[1]).slice(0, 5);
    const worst = far.map(([name, x]) => `${name} ${x.toFixed(2)}`).join(', ');
    console.info(
      `${inject('lane')} ${mode}: ${tally.samples} samples, ${tally.compared} tensors, largest errors in tolerances: ${worst}`,
    );
  }
});
