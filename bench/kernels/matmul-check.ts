/** Compares the chosen kernels with a naive double-precision product over random shapes, layouts and strides. */
import type { AdapterKind } from '../../src/core/op.ts';
import { matmulPasses } from '../../src/ops/matmul-kernels.ts';
import type { MatmulOperand, MatmulShape } from '../../src/ops/matmul-kernels.ts';
import { Runner } from './matmul-runner.ts';

/** What a run of checks found. */
export interface CheckReport {
  readonly checked: number;
  readonly worst: number;
  readonly shaders: Record<string, number>;
  readonly failures: string[];
}

/** A small seeded generator (xorshift), so that a failure can be repeated. */
export function generator(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

type Random = () => number;

const pick = (random: Random, values: readonly number[]): number =>
  values[Math.floor(random() * values.length)] ?? 1;

/** A random view of `rows` x `cols` per batch, with the number of elements that it needs. */
function randomOperand(random: Random, batch: number, rows: number, cols: number): [MatmulOperand, number] {
  const aligned = random() < 0.5;
  const pad = aligned ? pick(random, [0, 4, 8]) : pick(random, [0, 0, 1, 3]);
  const transposed = random() < 0.5;
  const flipped = random() < 0.1;
  const spread = random() < 0.1 ? 2 : 1;
  const inner = (transposed ? rows : cols) * spread + pad;
  let row = transposed ? spread : inner;
  let col = transposed ? inner : spread;
  const plane = inner * (transposed ? cols : rows);
  let step = random() < 0.25 ? 0 : plane + (aligned ? 0 : pick(random, [0, 1]));
  let offset = aligned ? pick(random, [0, 4, 16]) : pick(random, [0, 1, 7]);
  const elements = offset + plane + step * (batch - 1);
  if (flipped) {
    offset = offset + row * (rows - 1) + col * (cols - 1) + step * (batch - 1);
    row = -row;
    col = -col;
    step = -step;
  }
  if (random() < 0.05) row = 0;
  else if (random() < 0.05) col = 0;
  return [{ offset, batch: step, row, col }, elements];
}

const SIZES = [1, 1, 2, 3, 4, 5, 7, 8, 12, 16, 17, 31, 32, 48, 63, 64, 65, 80, 100, 128, 130, 200];
/** In a long check only: so many large tiles that a GPU's kernels take the 128x128 one, slow on a software adapter. */
const LONG_CHECK = 100;
const MANY_TILES: [number, number, number, number] = [256, 65, 66, 18];
const LARGE = [64, 68, 100, 101, 128, 200, 256];
const LONG = [1024, 1000, 2048, 4097, 16384];

function randomSizes(random: Random): [number, number, number, number] {
  const kind = random();
  const small = [1, 2, 3, 4, 5, 8, 32];
  if (kind < 0.15) return [1, pick(random, small), pick(random, small), pick(random, LONG)];
  if (kind < 0.25) return [1, pick(random, small), pick(random, LONG), pick(random, small)];
  if (kind < 0.35) return [1, pick(random, LONG), pick(random, small), pick(random, small)];
  if (kind < 0.5)
    return [pick(random, [2, 3, 5, 33]), pick(random, small), pick(random, small), pick(random, SIZES)];
  if (kind < 0.7)
    return [pick(random, [1, 2]), pick(random, LARGE), pick(random, LARGE), pick(random, SIZES)];
  return [pick(random, [1, 1, 2, 3]), pick(random, SIZES), pick(random, SIZES), pick(random, SIZES)];
}

/** The largest error of `out` in units of the tolerance: 1e-6 |truth| + 8e-7 sqrt(k) max |term|. */
export function worstError(s: MatmulShape, a: Float32Array, b: Float32Array, out: Float32Array): number {
  let worst = 0;
  for (let i = 0; i < s.batch * s.m * s.n; i++) {
    const col = i % s.n;
    const row = Math.floor(i / s.n) % s.m;
    const batch = Math.floor(i / (s.n * s.m));
    let truth = 0;
    let largest = 0;
    for (let k = 0; k < s.k; k++) {
      const left = a[s.a.offset + batch * s.a.batch + row * s.a.row + k * s.a.col] ?? NaN;
      const right = b[s.b.offset + batch * s.b.batch + k * s.b.row + col * s.b.col] ?? NaN;
      truth += left * right;
      largest = Math.max(largest, Math.abs(left * right));
    }
    const error = Math.abs((out[i] ?? NaN) - truth);
    const tolerance = 1e-6 * Math.abs(truth) + 8e-7 * Math.sqrt(s.k) * largest;
    const ratio = error === 0 ? 0 : error / tolerance;
    worst = Number.isNaN(ratio) ? Infinity : Math.max(worst, ratio);
  }
  return worst;
}

async function checkOne(
  runner: Runner,
  shape: MatmulShape,
  lengths: [number, number],
  random: Random,
  kind: AdapterKind,
): Promise<[number, string]> {
  const fill = (length: number): Float32Array<ArrayBuffer> =>
    Float32Array.from({ length }, () => random() * 2 - 1);
  const a = fill(lengths[0]);
  const b = fill(lengths[1]);
  const outputs = shape.batch * shape.m * shape.n;
  // One element more than asked for, and all NaN: nothing may be left out, nothing written beyond.
  const out = runner.upload(new Float32Array(outputs + 1).fill(NaN));
  const buffers = [runner.upload(a), runner.upload(b)] as const;
  const passes = matmulPasses(shape, kind);
  runner.submit(runner.prepare(passes, ...buffers, out));
  const result = await runner.read(out, outputs + 1);
  for (const buffer of [...buffers, out]) buffer.destroy();
  const first = passes[0];
  const { A_MODE, B_MODE, ROWS, COLS, LANES_M } = first?.constants ?? {};
  const name = `${first?.shader} a${A_MODE} b${B_MODE} ${LANES_M ?? `${ROWS}x${COLS}`}${passes.length > 1 ? ' split' : ''}`;
  const beyond = Number.isNaN(result[outputs]) ? 0 : Infinity;
  return [Math.max(beyond, worstError(shape, a, b, result)), name];
}

/** Checks `count` random products with the kernels for `kind`, on any adapter. */
export async function checkKind(
  device: GPUDevice,
  kind: AdapterKind,
  count: number,
  seed: number,
): Promise<CheckReport> {
  const runner = new Runner(device);
  const random = generator(seed);
  const shaders: Record<string, number> = {};
  const failures: string[] = [];
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const [batch, m, n, k] = i === LONG_CHECK ? MANY_TILES : randomSizes(random);
    const [a, aLength] = randomOperand(random, batch, m, k);
    const [b, bLength] = randomOperand(random, batch, k, n);
    const shape = { batch, m, n, k, a, b };
    const [error, name] = await checkOne(runner, shape, [aLength, bLength], random, kind);
    shaders[name] = (shaders[name] ?? 0) + 1;
    worst = Math.max(worst, error);
    if (error > 1) failures.push(`${name} ${error.toFixed(2)} ${JSON.stringify(shape)}`);
  }
  return { checked: count, worst, shaders, failures };
}

/** The same for each of `kinds`, as a report. */
export async function check(
  device: GPUDevice,
  { kinds, count, seed }: { kinds: AdapterKind[]; count: number; seed: number },
): Promise<{ text: string; ok: boolean }> {
  const lines: string[] = [];
  let failed = 0;
  for (const kind of kinds) {
    const { worst, shaders, failures } = await checkKind(device, kind, count, seed);
    failed += failures.length;
    lines.push(
      `${count} products with the kernels for '${kind}': ${failures.length} failed, worst error ${worst.toFixed(2)} of the tolerance`,
      ...Object.entries(shaders)
        .sort(([x], [y]) => x.localeCompare(y))
        .map(([name, times]) => `  ${String(times).padStart(4)} ${name}`),
      ...failures.slice(0, 10).map((line) => `  FAILED ${line}`),
    );
  }
  return { text: lines.join('\n'), ok: failed === 0 };
}
