// The training loop on the CPU backend: it learns, and a stopped run goes on as if it had never stopped.
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeState, encodeState } from '../../demo/train/codec.ts';
import { splitSet, trainData } from '../../demo/train/dataset.ts';
import { Trainer } from '../../demo/train/trainer.ts';
import {
  PIXELS,
  type TrainConfig,
  type TrainData,
  type TrainEvent,
  type TrainResult,
  type TrainState,
} from '../../demo/train/types.ts';
import { checkAgainstCpu } from '../../demo/train/verify.ts';
import { init } from '../../src/index.ts';

/** Pictures of noise with a bright band whose height gives the class. */
function bands(classes: number, count: number): TrainData {
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes);
  const pixels = Uint8Array.from({ length: count * PIXELS }, (_, i) => {
    const [picture, row] = [Math.floor(i / PIXELS), Math.floor((i % PIXELS) / 128)];
    const noise = (Math.imul(i, 2654435761) >>> 25) % 64;
    return Math.floor((row * classes) / 128) === labels[picture] ? 120 + noise : 60 + noise;
  });
  const classNames = Array.from({ length: classes }, (_, i) => `class ${i}`);
  const set = { title: 't', kind: 'folder', classNames, pixels, labels, names: [], attributes: {} } as const;
  return trainData(set, splitSet(labels, classes, 1));
}

const config = (classes: number, epochs: number, hidden = [2]): TrainConfig => ({
  classNames: Array.from({ length: classes }, (_, i) => `class ${i}`),
  hidden,
  epochs,
  batch: 5,
  lr: 0.02,
  seed: 3,
  normalisation: { mean: 0.4, std: 0.2 },
});

interface Sitting {
  readonly result: TrainResult | undefined;
  readonly states: TrainState[];
  readonly events: TrainEvent[];
}

/** Trains on the CPU; stops after `steps` steps when given. */
async function sit(c: TrainConfig, data: TrainData, state?: TrainState, steps = Infinity): Promise<Sitting> {
  const device = await init({ device: 'cpu' });
  const states: TrainState[] = [];
  const events: TrainEvent[] = [];
  let asked = 0;
  const trainer = new Trainer(
    c,
    data,
    {
      emit: (event) => events.push(event),
      stopAsked: () => ++asked >= steps,
      checkpoint: async (kept) => {
        // Through bytes, as in a run folder.
        states.push(decodeState(encodeState(kept)));
        return Promise.resolve();
      },
    },
    state,
  );
  const result = await trainer.run({ type: device.type, name: device.name });
  return { result, states, events };
}

/** What must be equal in two states: all but the clock. */
const comparable = (state: TrainState | undefined) => ({
  ...state,
  seconds: 0,
  history: state?.history.map((metrics) => ({ ...metrics, seconds: 0 })),
});

const data = bands(2, 20);

describe('Trainer', () => {
  let straight: Sitting;
  beforeAll(async () => {
    straight = await sit(config(2, 4), data);
  });

  it('learns', () => {
    const { state, test, train } = straight.result ?? {};
    expect(state?.step).toBe(4 * Math.ceil(16 / 5));
    expect(state?.stepLosses.length).toBe(state?.step);
    expect(state?.history.map((m) => m.epoch)).toEqual([0, 1, 2, 3, 4]);
    expect(train?.loss).toBeLessThan((state?.history[0]?.trainLoss ?? 0) * 0.8);
    expect(test?.probabilities.length).toBe(4);
    expect(straight.result?.hidden.length).toBe(4 * 2);
  });

  it('tells what happens', () => {
    const { events } = straight;
    expect(events[0]?.kind).toBe('device');
    expect(events.filter((event) => event.kind === 'epoch').length).toBe(5);
    const last = events.filter((event) => event.kind === 'progress').at(-1);
    expect(last).toMatchObject({ epoch: 4, step: 16, totalSteps: 16 });
  });

  it('is the same run twice', async () => {
    const again = await sit(config(2, 4), data);
    expect(comparable(again.result?.state)).toEqual(comparable(straight.result?.state));
  });

  it('goes on after two of four epochs bit by bit', async () => {
    const half = await sit(config(2, 2), data);
    const rest = await sit(config(2, 4), data, half.states.at(-1));
    expect(comparable(rest.result?.state)).toEqual(comparable(straight.result?.state));
  });

  it.each([1, 3, 4, 6, 8])('goes on bit by bit when stopped after %i steps', async (steps) => {
    const first = await sit(config(2, 4), data, undefined, steps);
    expect(first.result).toBeUndefined();
    const kept = first.states.at(-1);
    expect(kept?.stepLosses.length).toBe(kept?.step);
    expect(kept?.step).toBeLessThanOrEqual(steps);
    const rest = await sit(config(2, 4), data, kept);
    expect(comparable(rest.result?.state)).toEqual(comparable(straight.result?.state));
    expect(rest.result?.test).toEqual(straight.result?.test);
  });

  it('trains three classes and a deeper network, and agrees with a second evaluation', async () => {
    const three = bands(3, 24);
    const c = config(3, 2, [4, 3]);
    const { result } = await sit(c, three);
    if (result === undefined) throw new Error('it did not finish');
    expect(Object.entries(result.state.weights).map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['0.weight', 4, PIXELS],
      ['0.bias', 4],
      ['2.weight', 3, 4],
      ['2.bias', 3],
      ['4.weight', 3, 3],
      ['4.bias', 3],
    ]);
    const [a = 0, b = 0, d = 0] = result.test.probabilities;
    expect(a + b + d).toBeCloseTo(1, 5);
    const check = await checkAgainstCpu(c, three, result.state.weights, result.test, result.probe);
    expect(check.lines.map((line) => line.difference)).toEqual([0, 0, 0, 0, 0]);
    expect(check.ok).toBe(true);
  });

  it('finds a result that was not trained as told', async () => {
    const { result } = straight;
    if (result === undefined) throw new Error('it did not finish');
    const weights = { ...result.state.weights, '2.bias': { shape: [1], data: Float32Array.from([0.01]) } };
    const wrong = await checkAgainstCpu(config(2, 4), data, weights, result.test, result.probe);
    expect(wrong.ok).toBe(false);
    const gradients = { ...result.probe.gradients, '2.bias': { shape: [1], data: Float32Array.from([9]) } };
    const probe = { ...result.probe, gradients };
    const bent = await checkAgainstCpu(config(2, 4), data, result.state.weights, result.test, probe);
    expect(bent.lines.filter((line) => !line.ok).map((line) => line.what)).toEqual([
      'first step: gradients (relative)',
    ]);
  });

  it('says when training diverges', async () => {
    const c = { ...config(3, 3), lr: 1e38 };
    await expect(sit(c, bands(3, 24))).rejects.toThrow(/diverged: the loss of step \d+ is .*smaller --lr/);
  });
});
