// Transforms of functions on WebGPU, against PyTorch and in composition, fused and operation by operation.
import { describe } from 'vitest';
import { init } from '../../src/index.ts';
import { oracleSuite } from '../func/oracle-suite.ts';
import { transformsSuite } from '../func/transforms-suite.ts';

const lazy = (): Promise<unknown> => init({ device: 'webgpu' });
const eager = (): Promise<unknown> => init({ device: 'webgpu', mode: 'eager' });

describe('lazy', () => oracleSuite({ before: lazy, rtol: 2e-5 }));
describe('eager', () => oracleSuite({ before: eager, rtol: 2e-5 }));
describe('transforms, lazy', () => transformsSuite(lazy));
describe('transforms, eager', () => transformsSuite(eager));
