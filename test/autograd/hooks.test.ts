// Hooks and anomaly detection on the CPU reference, in both modes.
import { describe } from 'vitest';
import { hooksSuite } from './hooks-suite.ts';

describe('lazy', () => hooksSuite({ device: 'cpu', mode: 'lazy' }));
describe('eager', () => hooksSuite({ device: 'cpu', mode: 'eager' }));
