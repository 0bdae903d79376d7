// The arithmetic of results: predictions, confusion, AUC, metrics.csv, differences.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxDifference, relativeDifference } from '../../demo/train/compare.ts';
import {
  accuracy,
  auc,
  column,
  confusion,
  metricsCsv,
  predictions,
  probabilityOf,
} from '../../demo/train/metrics.ts';
import { confusionText } from '../../demo/train/summary.ts';

describe('predictions', () => {
  it('cuts two classes at a half', () => {
    expect([...predictions(Float32Array.from([0.2, 0.5, 0.51]), 2)]).toEqual([0, 0, 1]);
  });

  it('takes the likeliest of more classes', () => {
    const p = Float32Array.from([0.2, 0.5, 0.3, 0.6, 0.1, 0.3]);
    expect([...predictions(p, 3)]).toEqual([1, 0]);
    expect(probabilityOf(p, 3, 1, 2)).toBeCloseTo(0.3);
    expect(probabilityOf(Float32Array.from([0.9]), 2, 0, 0)).toBeCloseTo(0.1);
  });

  it('counts right ones and confusions', () => {
    const predicted = Int32Array.from([0, 1, 1, 0]);
    const labels = Int32Array.from([0, 1, 0, 0]);
    expect(accuracy(predicted, labels)).toBe(0.75);
    expect(confusion(predicted, labels, 2)).toEqual([
      [2, 1],
      [0, 1],
    ]);
  });
});

/** The definition: the share of pairs in which the marked one has the higher score. */
function slowAuc(scores: readonly number[], marks: readonly number[]): number {
  let wins = 0;
  let pairs = 0;
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (marks[i] !== 1 || marks[j] !== 0) return;
      pairs++;
      wins += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return pairs === 0 ? NaN : wins / pairs;
}

describe('auc', () => {
  it('is 1, 0 and a half where it must be', () => {
    expect(auc([1, 2, 3, 4], [0, 0, 1, 1])).toBe(1);
    expect(auc([1, 2, 3, 4], [1, 1, 0, 0])).toBe(0);
    expect(auc([5, 5, 5, 5], [1, 0, 1, 0])).toBe(0.5);
    expect(auc([1, 2], [1, 1])).toBeNaN();
  });

  it('equals its definition, ties and all', () => {
    const items = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(0, 1)), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(items, (pairs) => {
        const scores = pairs.map(([score]) => score);
        const marks = pairs.map(([, mark]) => mark);
        const [fast, slow] = [auc(scores, marks), slowAuc(scores, marks)];
        expect(Number.isNaN(fast) ? Number.isNaN(slow) : Math.abs(fast - slow) < 1e-12).toBe(true);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('takes columns out of a table', () => {
    expect([...column(Float32Array.from([1, 2, 3, 4, 5, 6]), 3, 1)]).toEqual([2, 5]);
  });
});

describe('text', () => {
  it('writes metrics.csv', () => {
    const row = { trainLoss: 0.5, trainAccuracy: 1, testLoss: 1 / 3, testAccuracy: 0.25, seconds: 1.234 };
    expect(metricsCsv([{ epoch: 0, step: 0, ...row }])).toBe(
      'epoch,step,train_loss,train_accuracy,test_loss,test_accuracy,seconds\n0,0,0.5000000,1,0.3333333,0.2500000,1.23\n',
    );
  });

  it('lines the confusion table up', () => {
    const text = confusionText(
      [
        [10, 2],
        [3, 100],
      ],
      ['a', 'long name'],
    );
    const lines = text.split('\n');
    expect(lines.length).toBe(3);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[2]).toMatch(/long name\s+3\s+100$/);
  });
});

describe('differences', () => {
  const named = (...values: number[]) => ({ w: { shape: [values.length], data: Float32Array.from(values) } });

  it('are the largest ones', () => {
    expect(maxDifference(Float32Array.from([1, 2]), Float32Array.from([1, 2.5]))).toBe(0.5);
    expect(relativeDifference(named(10, 0), named(10, 1))).toBeCloseTo(0.1);
    expect(relativeDifference(named(0, 0), named(0, 0))).toBe(0);
  });

  it('never pass what is not finite, missing or of another length', () => {
    expect(maxDifference(Float32Array.from([NaN]), Float32Array.from([NaN]))).toBe(Infinity);
    expect(maxDifference(Float32Array.from([Infinity]), Float32Array.from([Infinity]))).toBe(Infinity);
    expect(maxDifference(new Float32Array(2), new Float32Array(3))).toBe(Infinity);
    expect(relativeDifference(named(1), {})).toBe(Infinity);
    expect(relativeDifference({}, {})).toBe(Infinity);
  });
});
