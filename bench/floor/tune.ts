/** Processor time of each of the floor's kernels for several plans, in Node: how the plans were chosen. */
import { makeTask } from './reference.ts';
import { createFloor } from './step.ts';
import type { FloorPlan } from './kernels.ts';

const PLANS: Record<number, Partial<FloorPlan>[]> = {
  1: [{}, { slices: 64 }, { slices: 256 }, { quads: 2 }],
  32: [
    {},
    { rows: 16 },
    { quads: 2 },
    { unroll: 2 },
    { quads: 2, unroll: 2 },
    { quads: 1 },
    { quads: 2, unroll: 1 },
  ],
  256: [
    {},
    { rows: 16 },
    { quads: 2 },
    { unroll: 2 },
    { quads: 2, unroll: 2 },
    { quads: 1 },
    { quads: 2, unroll: 1 },
  ],
  1024: [{}, { slices: 16 }, { quads: 2, unroll: 2 }],
};

export async function tune(
  device: GPUDevice,
  options: { batches: number[]; rounds: number },
): Promise<{ text: string; ok: boolean }> {
  const lines: string[] = [];
  for (const batch of options.batches) {
    const task = makeTask(batch);
    const nets = (PLANS[batch] ?? [{}]).map((plan) => {
      const net = createFloor(device, { ...task, plan });
      net.upload(task.data, task.weights);
      return { plan, net, times: [0, 1, 2].map((): number[] => []), wall: [0, 1, 2].map((): number[] => []) };
    });
    const repeats = Math.max(1, Math.round(200 / batch));
    for (let round = 0; round < options.rounds; round++) {
      for (const { net, times, wall } of nets) {
        for (let kernel = 0; kernel < 3; kernel++) {
          const encoder = device.createCommandEncoder();
          const pass = encoder.beginComputePass();
          for (let i = 0; i < repeats; i++) net.encode(pass, kernel);
          pass.end();
          const used = process.cpuUsage();
          const start = performance.now();
          device.queue.submit([encoder.finish()]);
          await device.queue.onSubmittedWorkDone();
          const { user, system } = process.cpuUsage(used);
          if (round > 0) {
            times[kernel].push((user + system) / 1000 / repeats);
            wall[kernel].push((performance.now() - start) / repeats);
          }
        }
      }
    }
    for (const { plan, net, times, wall } of nets) {
      const show = (list: number[][]) =>
        list
          .map((t) =>
            Math.min(...t)
              .toFixed(3)
              .padStart(8),
          )
          .join(' ');
      lines.push(
        `batch ${batch} ${JSON.stringify(plan).padEnd(28)} least processor ms ${show(times)}   wall ${show(wall)}`,
      );
      net.destroy();
    }
  }
  return { text: lines.join('\n'), ok: true };
}
