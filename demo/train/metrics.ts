// Pure arithmetic on predictions: classes, accuracy, confusion, the meaning of a neuron, metrics.csv; no engine.
import type { EpochMetrics } from './types.ts';

/** Columns of `probabilities` for a number of classes: one, P(class 1), when there are two. */
export const outputs = (classes: number): number => (classes === 2 ? 1 : classes);

/** Predicted class of each picture: P > 0.5 for two classes, the likeliest of more. Shape [count]. */
export function predictions(probabilities: Float32Array, classes: number): Int32Array {
  if (classes === 2) return Int32Array.from(probabilities, (p) => (p > 0.5 ? 1 : 0));
  const count = probabilities.length / classes;
  return Int32Array.from({ length: count }, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.reduce((best, p, c) => (p > (row[best] ?? -1) ? c : best), 0);
  });
}

/** The probability the network gives to a class of a picture. */
export function probabilityOf(
  probabilities: Float32Array,
  classes: number,
  picture: number,
  label: number,
): number {
  if (classes > 2) return probabilities[picture * classes + label] ?? NaN;
  const p = probabilities[picture] ?? NaN;
  return label === 1 ? p : 1 - p;
}

/** Share of equal entries, 0…1; NaN for none. */
export function accuracy(predicted: Int32Array, labels: Int32Array): number {
  let right = 0;
  predicted.forEach((value, i) => {
    if (value === labels[i]) right++;
  });
  return right / labels.length;
}

/** Counts by true class (rows) and predicted class (columns). */
export function confusion(predicted: Int32Array, labels: Int32Array, classes: number): number[][] {
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, i) => {
    const row = table[label];
    const column = predicted[i] ?? 0;
    if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
  });
  return table;
}

/**
 * Area under the ROC curve: the chance that a picture with the mark has a higher score than one without,
 * ties counting half. NaN where all or none have it.
 */
export function auc(scores: ArrayLike<number>, marks: ArrayLike<number>): number {
  const order = Array.from({ length: scores.length }, (_, i) => i);
  order.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let rankSum = 0;
  let positives = 0;
  for (let start = 0; start < order.length;) {
    const score = scores[order[start] ?? 0];
    let end = start;
    while (end < order.length && scores[order[end] ?? 0] === score) end++;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) {
      if ((marks[order[i] ?? 0] ?? 0) === 0) continue;
      rankSum += rank;
      positives++;
    }
    start = end;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return NaN;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Column `column` of a row-major table. */
export function column(table: Float32Array, width: number, at: number): Float32Array {
  return Float32Array.from({ length: table.length / width }, (_, i) => table[i * width + at] ?? 0);
}

/** AUC of every hidden neuron (rows) for every mark (columns). */
export function neuronMeanings(
  hidden: Float32Array,
  neurons: number,
  marks: readonly Uint8Array[],
): number[][] {
  return Array.from({ length: neurons }, (_, n) => {
    const scores = column(hidden, neurons, n);
    return marks.map((mark) => auc(scores, mark));
  });
}

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(7));

/** The text of metrics.csv: a header and one row per epoch, epoch 0 being the untrained network. */
export function metricsCsv(history: readonly EpochMetrics[]): string {
  const rows = history.map((m) =>
    [
      m.epoch,
      m.step,
      number(m.trainLoss),
      number(m.trainAccuracy),
      number(m.testLoss),
      number(m.testAccuracy),
      m.seconds.toFixed(2),
    ].join(','),
  );
  return ['epoch,step,train_loss,train_accuracy,test_loss,test_accuracy,seconds', ...rows, ''].join('\n');
}
