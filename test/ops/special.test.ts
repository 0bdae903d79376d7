// Special values and their gradients on the CPU reference: zeros, infinities, NaN, numbers beyond the range of exp.
import { init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import type { Api } from '../oracle/api.ts';
import { oracleSuite } from '../oracle/suite.ts';

const api = (): Api => wgrad as unknown as Api;

for (const precision of ['f32', 'f64'] as const) {
  const before = async (): Promise<void> => {
    await init({ device: 'cpu', precision });
  };
  await oracleSuite({ api, backend: 'cpu', title: precision, precision, before, families: ['special'] });
}
