// Every function on Values, by name: what tensors offer as methods and functions.
export * from './activation.ts';
export * from './arithmetic.ts';
export * from './cast.ts';
export * from './comparison.ts';
export * from './create.ts';
export * from './indexing.ts';
export * from './joining.ts';
export * from './loss.ts';
export * from './math.ts';
export * from './matmul.ts';
export * from './movement.ts';
export * from './random.ts';
export * from './reduce.ts';
export * from './scan.ts';
export * from './statistics.ts';
export * from './triangle.ts';
