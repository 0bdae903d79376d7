// ONNX's own node tests on WebGPU; in Chrome only where everything is run.
import { beforeAll, inject, test } from 'vitest';
import { init } from '../../src/index.ts';
import nodes from '../onnx/nodes.json?raw';
import { onnxSuite } from '../onnx/suite.ts';

if (inject('lane') === 'chrome' && !inject('full')) {
  test.skip('left to npm run test:full');
} else {
  beforeAll(() => init({ device: 'webgpu' }));
  onnxSuite(nodes, 'WebGPU');
}
