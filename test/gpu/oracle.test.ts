// PyTorch's samples on WebGPU, fused: outputs, gradients, second derivatives. The other half is in oracle-more.test.ts, so
// that two workers share the longest part of the lane.
import { families } from '../oracle/load.ts';
import { isPart, oracleLane } from './oracle-lane.ts';

const half = families.filter((_, i) => i % 2 === 0);
// Other layouts mean other kernels, whose compilation takes most of the time here.
await oracleLane('lazy', isPart ? 100 : 1000, {
  families: half,
  ...(isPart ? { layouts: 'none', samplesMax: 1 } : { layouts: 'by operation' }),
});
