// PyTorch's samples on the CPU reference: outputs, gradients, second derivatives; in f32 lazy and eager, and in f64.
import { afterAll, expect, test } from 'vitest';
import { type InitOptions, init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import { type Tally, oracleSuite } from '../oracle/suite.ts';

const api = (): Api => wgrad as unknown as Api;

interface Lane {
  readonly title: string;
  readonly options: InitOptions;
  readonly tally: Tally;
}

async function lane(title: string, options: InitOptions): Promise<Lane> {
  const precision = options.precision ?? 'f32';
  const before = async (): Promise<void> => {
    await init({ device: 'cpu', ...options });
  };
  return { title, options, tally: await oracleSuite({ api, backend: 'cpu', title, precision, before }) };
}

const lanes = [
  await lane('f32 lazy', { mode: 'lazy' }),
  await lane('f32 eager', { mode: 'eager' }),
  await lane('f64', { precision: 'f64' }),
];

test('how many samples were replayed', () => {
  for (const { tally } of lanes) {
    expect(tally.samples).toBeGreaterThan(2200);
    expect(tally.compared).toBeGreaterThan(tally.samples * 2);
    expect(tally.skipped).toBeLessThan(tally.samples / 50);
  }
});

afterAll(() => {
  for (const { title, tally } of lanes) {
    const far = [...tally.worst].sort((a, b) => b[1] - a[1]).slice(0, 5);
    const worst = far.map(([name, x]) => `${name} ${x.toFixed(2)}`).join(', ');
    console.info(
      `${title}: ${tally.samples} samples, ${tally.compared} tensors, largest errors in tolerances: ${worst}`,
    );
  }
});
