// Whether two tensors agree, as an answer of the program rather than a tensor.
import { sameShape } from '../../core/shape.ts';
import type { Tensor } from '../tensor.ts';
import { all, eq, isclose } from './basic.ts';

const holds = async (truths: Tensor): Promise<boolean> => (await all(truths).item()) !== 0;

/** Whether both have the same shape and the same elements. NaN equals nothing. */
export const equal = async (a: Tensor, b: Tensor): Promise<boolean> =>
  sameShape(a.shape, b.shape) && holds(eq(a, b));

/** Whether all elements are within atol + rtol·|b|; see isclose. Shapes broadcast. */
export const allclose = async (
  a: Tensor,
  b: Tensor,
  options: { rtol?: number; atol?: number; equalNan?: boolean } = {},
): Promise<boolean> => holds(isclose(a, b, options));
