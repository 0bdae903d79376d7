/** Measures the chosen kernels, and other candidates beside them, over the shapes that matter: interleaved rounds, medians. */
import type { AdapterKind, KernelPass } from '../../src/core/op.ts';
import { matmulPasses } from '../../src/ops/matmul-kernels.ts';
import type { MatmulShape } from '../../src/ops/matmul-kernels.ts';
import { generator, worstError } from './matmul-check.ts';
import { Runner } from './matmul-runner.ts';
import type { Launch } from './matmul-runner.ts';
import { candidates } from './matmul-candidates.ts';

/** One way to compute a product: the passes for a shape, or undefined where it does not apply. */
export interface Candidate {
  readonly name: string;
  /** Further shader texts, by the name that `passes` uses. */
  readonly texts?: Record<string, string>;
  passes(shape: MatmulShape): readonly KernelPass[] | undefined;
}

interface Case {
  readonly name: string;
  readonly shape: MatmulShape;
}

interface Entry {
  readonly name: string;
  readonly launches: readonly Launch[];
  readonly times: number[];
  readonly processor: number[];
  repeats: number;
}

const plain = (rows: number, cols: number) => ({ offset: 0, batch: rows * cols, row: cols, col: 1 });
const transposed = (rows: number, cols: number) => ({ offset: 0, batch: rows * cols, row: 1, col: rows });

/** The shapes to measure: the lecture's network, vectors, squares. */
export function cases(): Case[] {
  const list: Case[] = [];
  const add = (
    name: string,
    m: number,
    n: number,
    k: number,
    a: 'n' | 't' = 'n',
    b: 'n' | 't' = 'n',
    batch = 1,
  ): void => {
    list.push({
      name,
      shape: {
        batch,
        m,
        n,
        k,
        a: a === 'n' ? plain(m, k) : transposed(m, k),
        b: b === 'n' ? plain(k, n) : transposed(k, n),
      },
    });
  };
  for (const rows of [1, 32, 256, 1024]) {
    add(`lecture forward x[${rows},16384] W[4,16384]T`, rows, 4, 16384, 'n', 't');
    add(`lecture forward x[${rows},16384] W[16384,4]`, rows, 4, 16384);
    add(`lecture dW[4,16384] = dz[${rows},4]T x`, 4, 16384, rows, 't');
    add(`lecture dW[16384,4] = xT dz[${rows},4]`, 16384, 4, rows, 't');
    add(`lecture dX = dz[${rows},4] W[4,16384]`, rows, 16384, 4);
    add(`lecture tiny [${rows},4] [4,1]`, rows, 1, 4);
  }
  add('vector matvec [209,12288] [12288,1]', 209, 1, 12288);
  add('vector matvecT [12288,209] [209,1]', 12288, 1, 209, 't');
  add('vector vecmat [1,1024] [1024,1024]', 1, 1024, 1024);
  add('vector dot 1048576', 1, 1, 1048576);
  for (const side of [64, 128, 256, 512]) add(`square ${side}`, side, side, side);
  add('square 256 a bT', 256, 256, 256, 'n', 't');
  add('square 256 aT b', 256, 256, 256, 't');
  add('square 255', 255, 255, 255);
  add('mlp [32,784] [256,784]T', 32, 256, 784, 'n', 't');
  add('mlp dW [256,784] = dz[32,256]T x', 256, 784, 32, 't');
  add('mlp dX [32,256] [256,784]', 32, 784, 256);
  add('batched 64 x [16,16,16]', 16, 16, 16, 'n', 'n', 64);
  return list;
}

const extent = (shape: MatmulShape, operand: 'a' | 'b'): number =>
  shape.batch * shape.k * (operand === 'a' ? shape.m : shape.n);

const median = (values: readonly number[]): number =>
  [...values].sort((x, y) => x - y)[values.length >> 1] ?? NaN;

/**
 * Milliseconds per product. In Node with a software adapter the processor's time, over all threads, is also known:
 * other programs on the machine disturb it less.
 */
async function time(runner: Runner, entry: Entry): Promise<number> {
  const start = performance.now();
  const used = typeof process === 'undefined' ? undefined : process.cpuUsage();
  runner.submit(entry.launches, entry.repeats);
  await runner.device.queue.onSubmittedWorkDone();
  const { user, system } = used === undefined ? { user: 0, system: 0 } : process.cpuUsage(used);
  entry.processor.push((user + system) / 1000 / entry.repeats);
  return (performance.now() - start) / entry.repeats;
}

async function measureCase(runner: Runner, { shape }: Case, options: BenchOptions): Promise<Entry[]> {
  const random = generator(5);
  const fill = (length: number) => Float32Array.from({ length }, () => random() * 2 - 1);
  const values = [fill(extent(shape, 'a')), fill(extent(shape, 'b'))] as const;
  const [a, b] = [runner.upload(values[0]), runner.upload(values[1])];
  const outputs = shape.batch * shape.m * shape.n;
  const out = runner.buffer(outputs);
  const all: Candidate[] = [
    ...options.kinds.map((kind) => ({ name: kind, passes: () => matmulPasses(shape, kind) })),
    ...candidates.filter(({ name }) => options.variants !== '' && new RegExp(options.variants).test(name)),
  ];
  const entries: Entry[] = [];
  for (const candidate of all) {
    const passes = candidate.passes(shape);
    if (passes === undefined) continue;
    Object.assign(runner.texts, candidate.texts);
    const entry = {
      name: candidate.name,
      launches: runner.prepare(passes, a, b, out),
      times: [],
      processor: [],
      repeats: 1,
    };
    await time(runner, entry);
    const once = await time(runner, entry);
    // Big products are left to the checks: here a cheap look that a candidate computes the product at all.
    if (outputs * shape.k < 2e7) {
      const error = worstError(shape, values[0], values[1], await runner.read(out, outputs));
      if (error > 1 && !candidate.name.startsWith('no'))
        throw new Error(`${candidate.name} is wrong: ${error}, ${JSON.stringify(shape)}`);
    }
    // A wait costs a millisecond or two in Chromium, so short products are estimated from several.
    entry.repeats = once < 10 ? 20 : 1;
    const estimate = await time(runner, entry);
    entry.repeats = Math.max(1, Math.min(2000, Math.round(options.budget / Math.max(estimate, 0.02))));
    entry.processor.length = 0;
    entries.push(entry);
  }
  for (let round = 0; round < options.rounds; round++) {
    for (const entry of entries) entry.times.push(await time(runner, entry));
  }
  for (const buffer of [a, b, out]) buffer.destroy();
  return entries;
}

interface BenchOptions {
  readonly kinds: AdapterKind[];
  readonly rounds: number;
  /** Milliseconds that one measurement should last. */
  readonly budget: number;
  /** Patterns of case names and of candidate names. */
  readonly only: string;
  readonly variants: string;
}

/** Median and least milliseconds per product, and GFLOP/s, for each case and candidate. */
export async function bench(
  device: GPUDevice,
  options: BenchOptions,
): Promise<{ text: string; ok: boolean }> {
  const runner = new Runner(device);
  const lines: string[] = [];
  for (const item of cases().filter(({ name }) => new RegExp(options.only).test(name))) {
    const { batch, m, n, k } = item.shape;
    for (const { name, times, processor } of await measureCase(runner, item, options)) {
      const middle = median(times);
      const rate = ((2 * batch * m * n * k) / middle / 1e6).toFixed(2);
      const least = Math.min(...times).toFixed(3);
      const used = median(processor) > 0 ? `, processor ${median(processor).toFixed(3)} ms` : '';
      lines.push(
        `${item.name.padEnd(42)} ${name.padEnd(14)} ${middle.toFixed(3).padStart(9)} ms (least ${least}${used})  ${rate} GFLOP/s`,
      );
    }
  }
  return { text: lines.join('\n'), ok: true };
}
