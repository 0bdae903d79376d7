// Custom functions and checkpoints on the CPU reference, in both modes.
import { describe } from 'vitest';
import { init } from '../../src/index.ts';
import { customSuite } from './custom-suite.ts';

describe('lazy', () => customSuite(() => init({ device: 'cpu' })));
describe('eager', () => customSuite(() => init({ device: 'cpu', mode: 'eager' })));
