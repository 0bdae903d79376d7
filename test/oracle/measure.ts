// Replays PyTorch's samples without a test runner, in any JavaScript engine, and says how far each operation is off.
import type { Api } from './api.ts';
import { type Family, families, load } from './load.ts';
import { type Parts, addErrors, noErrors, replay } from './replay.ts';
import { skipped } from './skips.ts';

/** An operation's samples on one backend. */
export interface Measured {
  /** PyTorch's name, with its variant. */
  readonly name: string;
  samples: number;
  /** The largest error, in tolerances. */
  worst: number;
  readonly parts: Parts;
  /** One line for each tensor that differs. */
  readonly failures: string[];
}

export interface Setup {
  readonly api: Api;
  readonly backend: 'cpu' | 'webgpu';
  /** The fixtures; those of ordinary samples by default. */
  readonly families?: readonly Family[];
}

/** All samples of the fixtures in float32, an operation after another. */
export async function measure({ api, backend, ...rest }: Setup): Promise<Measured[]> {
  const found = new Map<string, Measured>();
  for (const family of rest.families ?? families) {
    for (const record of await load(family)) {
      const { name } = record;
      const total = found.get(name) ?? { name, samples: 0, worst: 0, parts: noErrors(), failures: [] };
      found.set(name, total);
      const chosen = record.samples.filter((sample) => skipped(sample, record) === null);
      const setting = { backend, precision: 'f32', layout: 'contiguous', second: true } as const;
      const recorded = chosen.map((sample) => replay(api, record, sample, setting));
      const outcomes = await Promise.all(recorded.map((settle) => settle()));
      for (const outcome of outcomes) {
        total.samples++;
        total.worst = Math.max(total.worst, outcome.worst);
        addErrors(total.parts, outcome.parts);
        total.failures.push(...outcome.failures);
      }
    }
  }
  return [...found.values()];
}
