// Transforms and their composition on the CPU reference, in both modes.
import { describe } from 'vitest';
import { init } from '../../src/index.ts';
import { transformsSuite } from './transforms-suite.ts';

describe('lazy', () => transformsSuite(() => init({ device: 'cpu' })));
describe('eager', () => transformsSuite(() => init({ device: 'cpu', mode: 'eager' })));
describe('f64', () => transformsSuite(() => init({ device: 'cpu', precision: 'f64' })));
