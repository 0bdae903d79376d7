// The other half of PyTorch's samples on WebGPU, fused.
import { families } from '../oracle/load.ts';
import { isPart, oracleLane } from './oracle-lane.ts';

const half = families.filter((_, i) => i % 2 === 1);
await oracleLane('lazy', isPart ? 100 : 1000, {
  families: half,
  ...(isPart ? { layouts: 'none', samplesMax: 1 } : { layouts: 'by operation' }),
});
