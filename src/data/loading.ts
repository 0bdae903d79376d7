// Data sets and loaders: the public names of `data`. The portraits, which only some programs draw, are in `wgrad/data`.
export { defaultCollate } from './collate.ts';
export type { Collated } from './collate.ts';
export type { HostArray, NumberArray } from './column.ts';
export { ArrayDataset, randomSplit, Subset, TensorDataset } from './dataset.ts';
export type { BatchDataset, Dataset } from './dataset.ts';
export { DataLoader } from './loader.ts';
export type { DataLoaderOptions, DataLoaderState } from './loader.ts';
export { permutation } from './random.ts';
