// PyTorch's loss curves on WebGPU: three networks, four optimisers, 200 steps each.
import { init } from '../../src/index.ts';
import * as wgrad from '../../src/index.ts';
import { type TrainingApi, trainingSuite } from '../oracle/training-suite.ts';

trainingSuite({
  api: () => wgrad as unknown as TrainingApi,
  before: async () => {
    await init({ device: 'webgpu' });
  },
});
