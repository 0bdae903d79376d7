// What PyTorch's samples cannot prove of the functions, on WebGPU.
import { beforeAll } from 'vitest';
import * as wgrad from '../../src/index.ts';
import { functionsSuite } from '../oracle/functions-suite.ts';

beforeAll(async () => {
  await wgrad.init({ device: 'webgpu' });
});
functionsSuite(wgrad);
