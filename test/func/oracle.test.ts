// Transforms of functions against PyTorch, on the CPU reference in both precisions and both modes.
import { describe } from 'vitest';
import { init } from '../../src/index.ts';
import { oracleSuite } from './oracle-suite.ts';

describe('f64', () => oracleSuite({ before: () => init({ device: 'cpu', precision: 'f64' }), rtol: 1e-9 }));
describe('f32', () => oracleSuite({ before: () => init({ device: 'cpu' }), rtol: 2e-5 }));
describe('f32, eager', () =>
  oracleSuite({ before: () => init({ device: 'cpu', mode: 'eager' }), rtol: 2e-5 }));
