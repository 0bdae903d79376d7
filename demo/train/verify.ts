// Checks a trained result against the CPU reference in this process: predictions and one full step.
import { init, optim } from '../../src/index.ts';
import { maxDifference, relativeDifference } from './compare.ts';
import { predictions } from './metrics.ts';
import { Pictures, buildNetwork, readArrays, toTensors } from './model.ts';
import { Measured } from './trainer.ts';
import type { Evaluation, NamedArrays, StepProbe, TrainConfig, TrainData } from './types.ts';

/** Largest difference of a probability that is taken for rounding. */
export const PROBABILITY_TOLERANCE = 1e-4;
/** Largest difference of a gradient or a weight, as a share of the largest entry of its tensor. */
export const STEP_TOLERANCE = 1e-4;

/** One line of the check. */
export interface CheckLine {
  readonly what: string;
  readonly difference: number;
  readonly tolerance: number;
  readonly ok: boolean;
}

export interface CheckReport {
  readonly lines: readonly CheckLine[];
  /** Test pictures whose predicted class differs. */
  readonly flipped: number;
  readonly pictures: number;
  readonly cpuLoss: number;
  readonly ok: boolean;
}

/** Repeats the probed step on this process's device. */
async function repeatStep(config: TrainConfig, data: TrainData, probe: StepProbe) {
  const network = buildNetwork(config);
  network.model.loadStateDict(toTensors(probe.before));
  const parameters = [...network.model.namedParameters()];
  const optimizer = new optim.SGD(
    parameters.map(([, parameter]) => parameter),
    { lr: config.lr },
  );
  const pictures = new Pictures(data.trainPixels, data.trainLabels, config.normalisation);
  const { inputs, labels } = pictures.getBatch(probe.batch);
  const loss = network.loss(network.model.forward(inputs), labels);
  loss.backward();
  const gradients = await readArrays(
    parameters.flatMap(([name, { grad }]) => (grad === null ? [] : [[name, grad] as const])),
  );
  optimizer.step();
  return { loss: await loss.item(), gradients, after: await readArrays(network.model.namedParameters()) };
}

const line = (what: string, difference: number, tolerance: number): CheckLine => ({
  what,
  difference,
  tolerance,
  ok: difference <= tolerance,
});

/**
 * Evaluates the saved weights on the CPU backend over the whole test part and repeats the run's first step there.
 * Leaves the library on the CPU device.
 */
export async function checkAgainstCpu(
  config: TrainConfig,
  data: TrainData,
  weights: NamedArrays,
  test: Evaluation,
  probe: StepProbe,
): Promise<CheckReport> {
  await init({ device: 'cpu' });
  const classes = config.classNames.length;
  const network = buildNetwork(config);
  network.model.loadStateDict(toTensors(weights));
  const pictures = new Pictures(data.testPixels, data.testLabels, config.normalisation);
  const cpu = await new Measured(pictures).evaluate(network, classes);
  const mine = predictions(cpu.probabilities, classes);
  const flipped = predictions(test.probabilities, classes).reduce(
    (sum, p, i) => sum + (p === mine[i] ? 0 : 1),
    0,
  );
  const step = await repeatStep(config, data, probe);
  const lines = [
    line(
      'probabilities of all test pictures',
      maxDifference(test.probabilities, cpu.probabilities),
      PROBABILITY_TOLERANCE,
    ),
    line('test loss', Math.abs(test.loss - cpu.loss), PROBABILITY_TOLERANCE),
    line('first step: loss', Math.abs(probe.loss - step.loss), PROBABILITY_TOLERANCE),
    line(
      'first step: gradients (relative)',
      relativeDifference(probe.gradients, step.gradients),
      STEP_TOLERANCE,
    ),
    line('first step: new weights (relative)', relativeDifference(probe.after, step.after), STEP_TOLERANCE),
  ];
  const ok = lines.every((one) => one.ok);
  return { lines, flipped, pictures: mine.length, cpuLoss: cpu.loss, ok };
}
