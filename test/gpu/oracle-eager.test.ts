// PyTorch's samples on WebGPU, operation by operation.
import { inject } from 'vitest';
import { type Family, families } from '../oracle/load.ts';
import { isPart, oracleLane } from './oracle-lane.ts';

/** What Chrome runs: hand-picked samples. */
const CHOSEN: readonly Family[] = ['chosen', 'integer', 'creation'];

await oracleLane('eager', isPart ? 50 : 1500, {
  layouts: 'none',
  families: isPart ? CHOSEN : families,
  ...(inject('full') ? {} : { samplesMax: isPart ? 1 : 4 }),
});
