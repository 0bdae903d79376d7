/** Autograd on WebGPU: the suites of test/autograd, which the CPU reference passes too. */
import { describe } from 'vitest';
import { gradSuite } from '../autograd/grad-suite.ts';
import { modesSuite } from '../autograd/modes-suite.ts';
import { needsSuite } from '../autograd/needs-suite.ts';
import { tapeSuite } from '../autograd/tape-suite.ts';

describe('tape', () => tapeSuite('webgpu', 3_000));
describe('modes', () => modesSuite('webgpu'));
describe('grad', () => gradSuite('webgpu'));
describe('needs', () => needsSuite('webgpu'));
