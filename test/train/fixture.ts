// A small made-up run for the tests of files and reports; its numbers are arbitrary but fit together.
import { splitSet } from '../../demo/train/dataset.ts';
import { accuracy, predictions } from '../../demo/train/metrics.ts';
import type { ReportInput } from '../../demo/train/report/story.ts';
import { type NamedArrays, PIXELS, type PictureSet, type TrainState } from '../../demo/train/types.ts';

/** Numbers in −1…1 that look random. */
const wave = (length: number, k: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898 + k * 78.233));

export function madeWeights(hidden: number, outputs: number): NamedArrays {
  return {
    '0.weight': { shape: [hidden, PIXELS], data: wave(hidden * PIXELS, 1) },
    '0.bias': { shape: [hidden], data: wave(hidden, 2) },
    '2.weight': { shape: [outputs, hidden], data: wave(outputs * hidden, 3) },
    '2.bias': { shape: [outputs], data: wave(outputs, 4) },
  };
}

export function madeState(hidden: number, outputs: number): TrainState {
  const history = [0, 1, 2].map((epoch) => ({
    epoch,
    step: epoch * 5,
    trainLoss: 0.75 - epoch / 8,
    trainAccuracy: 0.5 + epoch / 10,
    testLoss: 0.75 - epoch / 16,
    testAccuracy: 0.5 + epoch / 20,
    seconds: epoch * 1.5,
  }));
  return {
    weights: madeWeights(hidden, outputs),
    epoch: 2,
    batchInEpoch: 1,
    step: 11,
    seconds: 3.25,
    history,
    stepLosses: wave(11, 5),
  };
}

/** A run over 200 pictures of the given classes, named `names[i % names.length]`. */
export function madeRun(
  classNames: readonly string[],
  names: readonly string[],
  drawn: boolean,
): ReportInput {
  const count = 200;
  const classes = classNames.length;
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const set: PictureSet = {
    title: 'made & <up>',
    kind: drawn ? 'portraits' : 'folder',
    classNames,
    pixels: Uint8Array.from({ length: count * PIXELS }, (_, i) => (i * 37) % 251),
    labels,
    names: Array.from({ length: count }, (_, i) => names[i % names.length] ?? ''),
    attributes: drawn
      ? { longHair: Uint8Array.from(labels), hat: Uint8Array.from(labels, (_, i) => i % 3 && 1) }
      : {},
  };
  const split = splitSet(labels, classes, 1);
  const outputs = classes === 2 ? 1 : classes;
  const testLabels = Int32Array.from(split.test, (i) => labels[i] ?? 0);
  const probabilities = Float32Array.from({ length: split.test.length * outputs }, (_, i) =>
    classes === 2 ? ((testLabels[i] ?? 0) === 1 ? 0.9 : 0.2) : ([0.5, 0.3, 0.2][i % 3] ?? 0),
  );
  probabilities[0] = classes === 2 ? 1 - (probabilities[0] ?? 0) : 0.1;
  const right = accuracy(predictions(probabilities, classes), testLabels);
  const state = madeState(4, outputs);
  const evaluation = { loss: 0.5, accuracy: right, probabilities };
  const hidden = Float32Array.from({ length: split.test.length * 4 }, (_, i) => {
    const picture = Math.floor(i / 4);
    // Neuron 1 fires for class 1, neuron 2 never changes, the others follow nothing.
    if (i % 4 === 0) return (testLabels[picture] ?? 0) === 1 ? 0.9 : 0.1;
    return i % 4 === 1 ? 0.25 : Math.abs(Math.sin(i * 3.7));
  });
  const probe = {
    batch: split.train.slice(0, 4),
    before: state.weights,
    loss: 0.69,
    gradients: state.weights,
    after: state.weights,
  };
  return {
    set,
    split,
    config: {
      classNames,
      hidden: [4],
      epochs: 2,
      batch: 8,
      lr: 0.1,
      seed: 1,
      normalisation: { mean: 0.5, std: 0.25 },
    },
    result: {
      state,
      probe,
      train: evaluation,
      test: evaluation,
      hidden,
      deviceType: 'webgpu',
      deviceName: 'Adapter <One>',
    },
    check: {
      lines: [{ what: 'probabilities of all test pictures', difference: 3e-7, tolerance: 1e-4, ok: true }],
      flipped: 0,
      pictures: split.test.length,
      cpuLoss: 0.5,
      ok: true,
    },
    wall: 12,
    facts: { created: '2026-11-24T12:00:00.000Z', source: { kind: 'portraits', count } },
  };
}
