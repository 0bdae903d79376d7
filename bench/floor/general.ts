/**
 * The same training step with the library's general matrix-product kernels, sizes in uniforms, instead of the two large
 * hand-written ones: what generality costs. The middle kernel is the floor's.
 */
import type { KernelPass } from '../../src/core/op.ts';
import { matmulPasses } from '../../src/ops/matmul-kernels.ts';
import { Runner } from '../kernels/matmul-runner.ts';
import type { Opener } from './engines.ts';
import { middleKernel, planFloor } from './kernels.ts';
import { isSoftware, packSmall, readFloats, unpackSmall } from './step.ts';

/** Opens the engine: forward product, middle, weight gradient whose last pass updates W1. */
export const openGeneral: Opener = (device, task) => {
  const { batch, inputs, lr, data, weights } = task;
  const kind = isSoftware(device) ? 'cpu' : 'gpu';
  const runner = new Runner(device);
  const x = runner.upload(data.x);
  const y = runner.upload(data.y);
  const w1 = runner.upload(weights.w1);
  const small = runner.upload(packSmall(weights));
  const z1 = runner.buffer(4 * batch);
  const dz1 = runner.buffer(4 * batch);
  const rows = { offset: 0, batch: 0, row: inputs, col: 1 };
  const forward = matmulPasses(
    { batch: 1, m: batch, n: 4, k: inputs, a: rows, b: { offset: 0, batch: 0, row: 1, col: inputs } },
    kind,
  );
  const gradient = matmulPasses(
    { batch: 1, m: 4, n: inputs, k: batch, a: { offset: 0, batch: 0, row: 1, col: 4 }, b: rows },
    kind,
  );
  const middle: KernelPass = { shader: 'middle', params: {}, workgroups: 1, reads: {} };
  runner.texts['middle'] = middleKernel({ ...planFloor(batch, inputs, lr, kind === 'cpu'), slices: 1 });
  for (const [name, text] of Object.entries(runner.texts)) {
    runner.texts[`${name}-update`] = text.replace('out[i] = value;', `out[i] -= ${lr} * value;`);
  }
  const last = gradient.length - 1;
  const launches = [
    ...runner.prepare(forward, x, w1, z1),
    runner.bind(middle, [z1, y, small, dz1]),
    ...runner.prepare(
      gradient.map((pass, i) => (i === last ? { ...pass, shader: `${pass.shader}-update` } : pass)),
      dz1,
      x,
      w1,
    ),
  ];
  return Promise.resolve({
    async run(steps) {
      for (let done = 0; done < steps; done += 8) runner.submit(launches, Math.min(8, steps - done));
      await device.queue.onSubmittedWorkDone();
    },
    loss: async () => unpackSmall(await readFloats(device, small)).loss,
    weights: async () => ({
      w1: await readFloats(device, w1),
      ...unpackSmall(await readFloats(device, small)),
    }),
    close: () => {
      for (const buffer of [x, y, w1, small, z1, dz1]) buffer.destroy();
    },
  });
};
