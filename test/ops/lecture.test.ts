// The lecture's examples on the CPU reference, in both precisions and both modes.
import { describe } from 'vitest';
import { init } from '../../src/index.ts';
import { lectureSuite } from '../oracle/lecture-suite.ts';

describe('f32, lazy', () => lectureSuite({ before: () => init({ device: 'cpu' }), rtol: 5e-6 }));
describe('f32, eager', () =>
  lectureSuite({ before: () => init({ device: 'cpu', mode: 'eager' }), rtol: 5e-6 }));
describe('f64', () => lectureSuite({ before: () => init({ device: 'cpu', precision: 'f64' }), rtol: 1e-9 }));
