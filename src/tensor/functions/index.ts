// Operations as functions of tensors, a file for each family. What is only here, and no method of Tensor, costs a program
// that does not call it nothing.
export * from './basic.ts';
export * from './reduction.ts';
export * from './neural.ts';
export * from './movement.ts';
export * from './activation.ts';
export * from './agreement.ts';
export * from './elementary.ts';
export * from './losses.ts';
export * from './sorting.ts';
export * from './indexing.ts';
export * from './sampling.ts';
export * from './selection.ts';
export * from './normalization.ts';
export * from './dropout.ts';
export * as linalg from './linalg.ts';
export * from './special.ts';
export * from './pool.ts';
export * as fft from './fft.ts';
export * from './products.ts';
