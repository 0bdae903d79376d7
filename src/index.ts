// The public API.
export * from './tensor.ts';
export * from './init.ts';
export * from './inspect.ts';
export * from './core/errors.ts';
export type { DType, TypedArray } from './core/dtype.ts';
export type { Shape } from './core/shape.ts';
export { operations } from './ops/table.ts';
export * as verify from './verify.ts';
export * as autograd from './autograd/index.ts';
export {
  type CustomAccess,
  type CustomElementwise,
  type CustomKernel,
  type CustomSizes,
  customOp,
} from './autograd/custom-op.ts';
export * as func from './func/index.ts';
export * as utils from './autograd/utils.ts';
export * as nn from './nn/index.ts';
export * as optim from './optim/index.ts';
export * as data from './data/loading.ts';
export * as io from './io/index.ts';
export * as special from './special.ts';
