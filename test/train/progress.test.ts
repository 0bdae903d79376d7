// Progress as it is seen: a bar that never wraps on a terminal, plain lines elsewhere.
import { describe, expect, it } from 'vitest';
import { bar, barLine, clock, factLine, type Moment, percent, Progress } from '../../demo/train/progress.ts';
import type { TrainEvent } from '../../demo/train/types.ts';

const moment: Moment = {
  epoch: 3,
  epochs: 20,
  step: 75,
  totalSteps: 600,
  loss: 0.31234,
  accuracy: 0.875,
  stepsPerSecond: 150,
};

describe('formats', () => {
  it('writes times', () => {
    expect([0, 7.4, 75, 3723, NaN].map(clock)).toEqual(['0:00', '0:07', '1:15', '1:02:03', '–:––']);
  });

  it('writes shares', () => {
    expect([percent(0.875), percent(1), percent(NaN)]).toEqual(['87.5 %', '100.0 %', '–']);
  });

  it('fills a bar evenly', () => {
    for (let share = -0.1; share <= 1.1; share += 0.013) expect(bar(share, 10).length).toBe(10);
    expect(bar(0, 4)).toBe('    ');
    expect(bar(1, 4)).toBe('████');
    expect(bar(0.5, 4)).toBe('██  ');
  });

  it('says epoch, step, loss, accuracy, speed and time left', () => {
    expect(factLine(moment)).toBe(
      'epoch  3/20  step  75/600  loss 0.3123  test 87.5 %  150 steps/s  0:04 left',
    );
  });

  it('never wraps', () => {
    for (const columns of [1, 20, 60, 80, 100, 200]) {
      expect(barLine(moment, columns).length).toBeLessThan(columns + 1);
    }
    expect(barLine(moment, 120)).toContain('█');
  });
});

const step = (at: number): TrainEvent => ({
  kind: 'progress',
  epoch: 1,
  step: at,
  totalSteps: 40,
  loss: 0.7,
});
const epoch: TrainEvent = {
  kind: 'epoch',
  metrics: {
    epoch: 1,
    step: 20,
    trainLoss: 0.6,
    trainAccuracy: 0.7,
    testLoss: 0.65,
    testAccuracy: 0.68,
    seconds: 3,
  },
};

function watch(isTTY: boolean): { text: () => string; progress: Progress; pass: (seconds: number) => void } {
  let text = '';
  let time = 0;
  const out = { isTTY, columns: 100, write: (part: string) => (text += part) };
  return {
    text: () => text,
    progress: new Progress(out, 2, () => time),
    pass: (seconds) => (time += seconds),
  };
}

describe('Progress', () => {
  it('redraws one line on a terminal and wipes it', () => {
    const { text, progress, pass } = watch(true);
    progress.handle(step(0));
    pass(1);
    progress.handle(step(10));
    expect(text()).not.toContain('\n');
    expect(text()).toContain('10 steps/s');
    expect(text()).toContain('0:03 left');
    progress.end();
    expect(text().endsWith('\r\u001b[2K')).toBe(true);
  });

  it('writes a plain line an epoch, and every few seconds in a long one', () => {
    const { text, progress, pass } = watch(false);
    for (let i = 1; i <= 20; i++) {
      pass(0.1);
      progress.handle(step(i));
    }
    expect(text()).toBe('');
    progress.handle(epoch);
    expect(text()).toMatch(
      /^epoch 1\/2 {2}step 20 {2}train loss 0\.6000 accuracy 70\.0 % {2}test loss 0\.6500/,
    );
    pass(6);
    progress.handle(step(30));
    expect(text().trimEnd().split('\n').length).toBe(2);
    expect(text()).not.toContain('\u001b');
    progress.end();
    expect(text()).not.toContain('\u001b');
  });
});
