// Optimisers: the public names of `optim`.
export { Adam, AdamW } from './adam.ts';
export type { AdamOptions } from './adam.ts';
export { Optimizer } from './optimizer.ts';
export type { OptimizerState, ParamGroup, Params, ParamState, Update } from './optimizer.ts';
export { SGD } from './sgd.ts';
export type { SGDOptions } from './sgd.ts';
