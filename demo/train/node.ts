// Trains in this process on the CPU backend: the way without WebGPU, and with --device cpu.
import { init } from '../../src/index.ts';
import type { Watcher } from './chrome.ts';
import type { Job } from './codec.ts';
import { Trainer } from './trainer.ts';
import type { TrainResult } from './types.ts';

/** Trains a job on the CPU backend; stops (and returns undefined) at the next step when the watcher's signal is aborted. */
export async function trainInNode(job: Job, watcher: Watcher): Promise<TrainResult | undefined> {
  const device = await init({ device: 'cpu' });
  const trainer = new Trainer(
    job.config,
    job.data,
    {
      emit: (event) => {
        watcher.emit(event);
      },
      stopAsked: () => watcher.stop.aborted,
      checkpoint: (state) => watcher.checkpoint(state),
    },
    job.state,
  );
  return trainer.run({ type: device.type, name: device.name });
}
