// What has to read a size before it can go on, and random choices, on WebGPU.
import { init } from '../../src/index.ts';
import { selectionSuite } from '../support/selection-suite.ts';

selectionSuite(() => init({ device: 'webgpu' }));
