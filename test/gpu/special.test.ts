// Special values and their gradients on WebGPU: zeros, infinities, NaN, numbers beyond the range of exp.
import { init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import { oracleSuite } from '../oracle/suite.ts';

const api = (): Api => wgrad as unknown as Api;

for (const mode of ['lazy', 'eager'] as const) {
  const before = async (): Promise<void> => {
    await init({ device: 'webgpu', mode });
  };
  await oracleSuite({ api, backend: 'webgpu', title: mode, layouts: 'none', before, families: ['special'] });
}
