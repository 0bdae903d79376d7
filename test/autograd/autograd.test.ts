/** Autograd on the CPU reference. The same suites run on WebGPU in test/gpu/autograd.test.ts. */
import { describe } from 'vitest';
import { gradSuite } from './grad-suite.ts';
import { modesSuite } from './modes-suite.ts';
import { needsSuite } from './needs-suite.ts';
import { tapeSuite } from './tape-suite.ts';

describe('tape', () => tapeSuite('cpu', 100_000));
describe('modes', () => modesSuite('cpu'));
describe('grad', () => gradSuite('cpu'));
describe('needs', () => needsSuite('cpu'));
