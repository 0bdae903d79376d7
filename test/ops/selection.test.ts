// What has to read a size before it can go on, and random choices, on the CPU reference.
import { init } from '../../src/index.ts';
import { selectionSuite } from '../support/selection-suite.ts';

selectionSuite(() => init({ device: 'cpu' }));
