// Checks and measures the matrix-product kernels:
//   node bench/kernels/matmul.mjs check [--chrome] [--kinds cpu,gpu] [--count 300] [--seed 1]
//   node bench/kernels/matmul.mjs bench [--chrome] [--kinds cpu] [--rounds 5] [--only lecture]
import { parseArgs } from 'node:util';
import { findVulkan, runInChrome, runInNode, startVite } from './device.mjs';

findVulkan();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chrome: { type: 'boolean', default: false },
    kinds: { type: 'string' },
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '5' },
    budget: { type: 'string', default: '60' },
    variants: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
  },
});
const server = await startVite();
const run = values.chrome ? runInChrome : runInNode;
const bench = positionals[0] === 'bench';
const report = await run(
  server,
  `/bench/kernels/matmul-${bench ? 'bench' : 'check'}.ts`,
  bench ? 'bench' : 'check',
  {
    kinds: (values.kinds ?? (bench ? 'cpu' : 'cpu,gpu')).split(','),
    count: Number(values.count),
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    budget: Number(values.budget),
    only: values.only,
    variants: values.variants,
  },
);
console.log(report.text);
await server.close();
process.exit(report.ok ? 0 : 1);
