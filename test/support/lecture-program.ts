/**
 * The lecture's program as a user would write it: the smallest real use of the library. The size test bundles it;
 * it is not run.
 */
import { init, nn, optim, tensor } from '../../src/index.ts';

/**
 * Trains 16,384 → 4 → 1 (sigmoid, sigmoid, binary cross-entropy) for one step.
 *
 * @param pixels B × 16,384 numbers, row by row
 * @param answers B × 1 zeros and ones
 * @returns the loss before the step
 */
export async function lecture(pixels: Float32Array, answers: Float32Array): Promise<number> {
  await init();
  const count = answers.length;
  const x = tensor(pixels).reshape([count, 16384]);
  const y = tensor(answers).reshape([count, 1]);
  const model = new nn.Sequential(
    new nn.Linear(16384, 4),
    new nn.Sigmoid(),
    new nn.Linear(4, 1),
    new nn.Sigmoid(),
  );
  const criterion = new nn.BCELoss();
  const sgd = new optim.SGD(model.parameters(), { lr: 0.1 });
  const loss = criterion.call(model.call(x), y);
  sgd.zeroGrad();
  loss.backward();
  sgd.step();
  return loss.item();
}
