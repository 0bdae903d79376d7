/** What the page of test/page.test.ts runs: the lecture's training, step by step, driven from outside. */
import { init, nn, onDeviceLost, optim, synchronize, tensor } from '../../src/index.ts';

/** What the test calls in the page. */
export interface Program {
  /** Opens the device and makes a model; resolves with the kind of device. */
  open(): Promise<string>;
  /** Trains so many steps; resolves with the loss of each. */
  train(steps: number): Promise<number[]>;
  /** Trains until something fails; resolves with the name of the error and the milliseconds since `since`. */
  trainUntilLost(): Promise<string>;
  /** Names of the errors that onDeviceLost was called with. */
  lost(): string[];
}

declare global {
  interface Window {
    program?: Program;
    violations?: string[];
  }
}

const size = 32;
const violations: string[] = [];
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
window.violations = violations;

const told: string[] = [];
let step: (() => Promise<number>) | null = null;

async function open(): Promise<string> {
  const device = await init({ device: 'webgpu' });
  onDeviceLost((error) => told.push(error.name));
  const model = new nn.Sequential(
    new nn.Linear(size * size, 4),
    new nn.Sigmoid(),
    new nn.Linear(4, 1),
    new nn.Sigmoid(),
  );
  const x = tensor(
    Float32Array.from({ length: 8 * size * size }, (_, i) => ((i * 7919) % 101) / 101),
  ).reshape(8, size * size);
  const y = tensor(Float32Array.from({ length: 8 }, (_, i) => i % 2)).reshape(8, 1);
  const criterion = new nn.BCELoss();
  const sgd = new optim.SGD(model.parameters(), { lr: 0.05 });
  step = () => {
    const loss = criterion.call(model.call(x), y);
    sgd.zeroGrad();
    loss.backward();
    sgd.step();
    return loss.item();
  };
  return device.type;
}

async function train(steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await step?.()) ?? NaN);
  await synchronize();
  return losses;
}

async function trainUntilLost(): Promise<string> {
  try {
    for (;;) await step?.();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

window.program = { open, train, trainUntilLost, lost: () => told };
