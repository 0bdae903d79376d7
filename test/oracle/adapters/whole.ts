// The whole library for adapters, whose `Api` names only what its tests were first written with.
import type * as wgrad from '../../../src/index.ts';
import type { Api, Tensor } from '../api.ts';

export type Real = wgrad.Tensor;
/** All of wgrad's functions. */
export const all = (w: Api): typeof wgrad => w as unknown as typeof wgrad;
/** A tensor as the library types it. */
export const real = (t: Tensor): Real => t as unknown as Real;
export const maybe = (t: Tensor | undefined): Real | undefined => t as unknown as Real | undefined;
/** A tensor as the replay types it. */
export const result = (t: Real): Tensor => t as unknown as Tensor;
