/** What takes part in the comparison of training steps. To add an engine, add an opener to `engines`. */
import { openGeneral } from './general.ts';
import type { Task } from './reference.ts';
import { createFloor } from './step.ts';
import type { Weights } from './step.ts';

/** An engine with a task's data and weights on its device, ready to train. */
export interface Engine {
  /** Trains `steps` steps, chained, and resolves when the device has done them. */
  run(steps: number): Promise<void>;
  /** The last step's loss, of before its update. */
  loss(): Promise<number>;
  weights(): Promise<Weights>;
  close(): void;
}

/** Opens an engine. An engine with a device of its own may ignore the one given. */
export type Opener = (device: GPUDevice, task: Task) => Promise<Engine>;

/** Steps encoded into one submit. */
const STEPS_PER_SUBMIT = 8;

const floor: Opener = (device, task) => {
  const { batch, hidden, inputs, lr } = task;
  const net = createFloor(device, { batch, hidden, inputs, lr });
  net.upload(task.data, task.weights);
  return Promise.resolve({
    async run(steps) {
      for (let done = 0; done < steps; done += STEPS_PER_SUBMIT) {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        for (let i = done; i < Math.min(steps, done + STEPS_PER_SUBMIT); i++) net.encode(pass);
        pass.end();
        device.queue.submit([encoder.finish()]);
      }
      await device.queue.onSubmittedWorkDone();
    },
    loss: () => net.loss(),
    weights: () => net.weights(),
    close: () => net.destroy(),
  });
};

/** Loaded when it takes part, so that the others run whatever state the library is in. */
const wgrad: Opener = async (device, task) => (await import('./library.ts')).openLibrary(device, task);

export const engines: Record<string, Opener> = { floor, general: openGeneral, wgrad };
