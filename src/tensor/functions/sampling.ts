// Random choices as functions.
import { engine } from '../../engine.ts';
import * as sampling from '../../ops/sampling.ts';
import { cast } from '../../ops/cast.ts';
import type { RandomOptions } from '../creation.ts';
import { Tensor } from '../tensor.ts';

/**
 * `count` indices drawn from each line of weights, which need not add up to 1: [n] → [count], [m, n] → [m, count]; i32.
 * Weights are ≥ 0 and not all zero, which is not checked. Without `replacement` no index comes twice.
 */
export function multinomial(
  weights: Tensor,
  count: number,
  { replacement = false, generator }: { replacement?: boolean } & Pick<RandomOptions, 'generator'> = {},
): Tensor {
  const stream = generator?.next() ?? weights.engine.nextStream();
  return Tensor.of(sampling.multinomial(weights.value, count, replacement, stream), weights.engine);
}

/** 0 … n − 1 in random order; i32 unless `dtype` says otherwise. */
export function randperm(
  n: number,
  { dtype = 'i32', generator }: Omit<RandomOptions, 'requiresGrad'> = {},
): Tensor {
  const on = engine();
  return Tensor.of(cast(sampling.randperm(n, generator?.next() ?? on.nextStream()), dtype), on);
}
