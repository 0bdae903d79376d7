// Milliseconds per training step of 16,384-4-1, hand-written WebGPU and whatever else is listed in engines.ts:
//   node bench/floor/run.mjs [--node] [--batches 1,32,256,1024] [--rounds 9] [--only floor]
// In headless Chromium, or with --node in Node on Dawn.
import { parseArgs } from 'node:util';
import { findVulkan, runInChrome, runInNode, startVite } from '../kernels/device.mjs';

findVulkan();
const { values } = parseArgs({
  options: {
    tune: { type: 'boolean', default: false },
    node: { type: 'boolean', default: false },
    batches: { type: 'string', default: '1,32,256,1024' },
    rounds: { type: 'string', default: '9' },
    budget: { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
  },
});
const server = await startVite();
const run = values.node || values.tune ? runInNode : runInChrome;
const report = await run(
  server,
  `/bench/floor/${values.tune ? 'tune' : 'compare'}.ts`,
  values.tune ? 'tune' : 'compare',
  {
    batches: values.batches.split(',').map(Number),
    rounds: Number(values.rounds),
    budget: Number(values.budget),
    only: values.only.split(',').filter(Boolean),
  },
);
console.log(report.text);
await server.close();
process.exit(report.ok ? 0 : 1);
