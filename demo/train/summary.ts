// The closing words of a run on the terminal: accuracy, confusion table; plain text from plain numbers.
import { confusion, predictions } from './metrics.ts';
import { percent } from './progress.ts';
import { printable } from './text.ts';
import type { CheckReport } from './verify.ts';

/** A confusion table as text: true classes down, predicted classes across. */
export function confusionText(table: readonly (readonly number[])[], classNames: readonly string[]): string {
  const names = classNames.map((name) => printable(name));
  const rows = table.map((row, i) => [names[i] ?? '', ...row.map(String)]);
  const cells = [['true \\ predicted', ...names], ...rows];
  const widths = cells[0]?.map((_, c) => Math.max(...cells.map((row) => (row[c] ?? '').length))) ?? [];
  return cells
    .map((row) =>
      row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))),
    )
    .map((row) => `  ${row.join('  ')}`)
    .join('\n');
}

/** Accuracy and loss of both parts, and the test part's confusion table. */
export function resultText(
  train: { readonly loss: number; readonly accuracy: number },
  test: { readonly loss: number; readonly accuracy: number; readonly probabilities: Float32Array },
  testLabels: Int32Array,
  classNames: readonly string[],
): string {
  const table = confusion(predictions(test.probabilities, classNames.length), testLabels, classNames.length);
  return [
    `train  accuracy ${percent(train.accuracy)}  loss ${train.loss.toFixed(4)}`,
    `test   accuracy ${percent(test.accuracy)}  loss ${test.loss.toFixed(4)}`,
    `confusion on the ${testLabels.length} test pictures:`,
    confusionText(table, classNames),
  ].join('\n');
}

/** The comparison with the CPU reference, a line each. */
export function checkText(check: CheckReport, device: 'webgpu' | 'cpu'): string {
  const lines = check.lines.map(
    ({ what, difference, tolerance, ok }) =>
      `  ${ok ? 'ok  ' : 'FAIL'} ${what}: largest difference ${difference.toExponential(1)} (allowed ${tolerance})`,
  );
  const how =
    device === 'webgpu'
      ? 'check of the GPU result against the CPU reference'
      : 'check of the saved model (trained on the CPU reference itself)';
  return [
    `${how}: ${check.ok ? 'they agree' : 'they DIFFER'}`,
    ...lines,
    `  ${check.pictures - check.flipped} of ${check.pictures} test pictures get the same class`,
  ].join('\n');
}
