// The lecture's examples on WebGPU, fused and operation by operation.
import { describe } from 'vitest';
import { init } from '../../src/index.ts';
import { lectureSuite } from '../oracle/lecture-suite.ts';

describe('lazy', () => lectureSuite({ before: () => init({ device: 'webgpu' }), rtol: 1e-5 }));
describe('eager', () =>
  lectureSuite({ before: () => init({ device: 'webgpu', mode: 'eager' }), rtol: 1e-5 }));
