// The public names of `wgrad/data`: data sets and loaders, and the drawn portraits.
export * from './loading.ts';
export * from './portraits/portraits.ts';
