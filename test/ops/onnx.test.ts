// ONNX's own node tests on the CPU reference.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll } from 'vitest';
import { init } from '../../src/index.ts';
import { onnxSuite } from '../onnx/suite.ts';

beforeAll(() => init({ device: 'cpu' }));
onnxSuite(readFileSync(path.resolve(import.meta.dirname, '../onnx/nodes.json'), 'utf8'), 'CPU');
