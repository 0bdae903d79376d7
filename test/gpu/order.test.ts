// Order and running totals of long lines on WebGPU.
import { init } from '../../src/index.ts';
import { orderSuite } from '../support/order-suite.ts';

orderSuite(() => init({ device: 'webgpu' }));
