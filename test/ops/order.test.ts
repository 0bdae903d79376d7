// Order and running totals of long lines on the CPU reference.
import { init } from '../../src/index.ts';
import { orderSuite } from '../support/order-suite.ts';

orderSuite(() => init({ device: 'cpu' }));
