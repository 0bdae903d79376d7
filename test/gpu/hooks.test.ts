// Hooks and anomaly detection on WebGPU, in both modes.
import { describe } from 'vitest';
import { hooksSuite } from '../autograd/hooks-suite.ts';

describe('lazy', () => hooksSuite({ device: 'webgpu', mode: 'lazy' }));
describe('eager', () => hooksSuite({ device: 'webgpu', mode: 'eager' }));
