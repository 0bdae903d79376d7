/** A program that uses every public name: what the size test bundles. It is not run. */
import * as wgrad from '../../src/index.ts';

Object.assign(globalThis, { wgrad });
