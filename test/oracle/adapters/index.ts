// How each of PyTorch's operations is called in wgrad. Knows names and the order of parameters, and no numbers.
import type { Adapter } from './adapter.ts';
import { arrangement } from './arrangement.ts';
import { products } from './products.ts';
import { scatter } from './scatter.ts';
import { basic } from './basic.ts';
import { functions } from './functions.ts';
import { order } from './order.ts';
import { fourier } from './fourier.ts';
import { linalg } from './linalg.ts';
import { summary } from './summary.ts';
import { losses } from './losses.ts';
import { pool } from './pool.ts';
import { neural } from './neural.ts';

export type { Adapter } from './adapter.ts';

/** PyTorch's name (with its variant) → the call in wgrad. */
export const adapters: Readonly<Record<string, Adapter>> = {
  ...basic,
  ...functions,
  ...products,
  ...scatter,
  ...arrangement,
  ...losses,
  ...fourier,
  ...linalg,
  ...neural,
  ...pool,
  ...order,
  ...summary,
};
