// What goes between processes and into the run folder comes back bit by bit, and damage is said.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  decodeJob,
  decodeResult,
  decodeState,
  encodeJob,
  encodeResult,
  encodeState,
} from '../../demo/train/codec.ts';
import { trainData } from '../../demo/train/dataset.ts';
import { RunFolder, type RunFacts, stamp } from '../../demo/train/run-folder.ts';
import { RunError } from '../../demo/train/types.ts';
import { parse } from '../../src/io/safetensors.ts';
import { madeRun, madeState, madeWeights } from './fixture.ts';

const { set, split, config, result } = madeRun(['cat', 'dog'], ['x'], true);

/** Deep equality that does not print a million numbers. */
const same = (a: unknown, b: unknown): void => expect(isDeepStrictEqual(a, b)).toBe(true);

describe('codec', () => {
  it('brings states, jobs and results back as they were', () => {
    const state = madeState(4, 1);
    same(decodeState(encodeState(state)), state);
    same(decodeResult(encodeResult(result)), result);
    const job = { config, data: trainData(set, split), state };
    same(decodeJob(encodeJob(job)), job);
    expect(decodeJob(encodeJob({ ...job, state: undefined })).state).toBeUndefined();
  });

  it('reads bytes at any place in a buffer, as a server receives them', () => {
    const state = madeState(2, 1);
    const bytes = encodeState(state);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    same(decodeState(shifted.subarray(1)), state);
  });

  it('refuses what is not a state', () => {
    expect(() => decodeState(new Uint8Array(20))).toThrow();
    expect(() => decodeState(encodeState(madeState(2, 1)).subarray(0, 5000))).toThrow();
  });
});

describe('RunFolder', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wgrad-run-'));
  });
  afterEach(() => rm(root, { recursive: true }));
  const now = new Date(2026, 0, 2, 3, 4, 5);
  const facts: RunFacts = {
    format: 'wgrad-run-1',
    created: now.toISOString(),
    config,
    source: { kind: 'portraits', count: 40 },
    fingerprint: 'abc',
  };

  it('names folders by the time, never the same twice', async () => {
    expect(stamp(now)).toBe('2026-01-02_03-04-05');
    const first = await RunFolder.create(root, undefined, now);
    const second = await RunFolder.create(root, undefined, now);
    expect(first.path).toBe(join(root, 'runs/2026-01-02_03-04-05'));
    expect(second.path).toBe(join(root, 'runs/2026-01-02_03-04-05-2'));
  });

  it('keeps facts, checkpoints, metrics and the model', async () => {
    const folder = await RunFolder.create(root, join(root, 'deep/er'), now);
    const state = madeState(4, 1);
    expect(await folder.readCheckpoint()).toBeUndefined();
    await folder.writeFacts(facts);
    await folder.writeCheckpoint(state);
    await folder.writeModel(state.weights, config);
    const again = await RunFolder.open(root, root, 'deep/er');
    expect(await again.readFacts()).toEqual(facts);
    same(await again.readCheckpoint(), state);
    same(await again.readModel(), state.weights);
    expect((await readFile(again.file('metrics.csv'), 'utf8')).split('\n').length).toBe(5);
    expect((await readdir(folder.path)).sort()).toEqual([
      'checkpoint.safetensors',
      'metrics.csv',
      'model.safetensors',
      'run.json',
    ]);
  });

  it("writes the model under torch's names, with what is needed to use it", async () => {
    const folder = await RunFolder.create(root, join(root, 'm'), now);
    await folder.writeModel(madeWeights(4, 1), config);
    const { tensors, metadata } = parse(await readFile(folder.file('model.safetensors')));
    expect([...tensors].map(([name, { shape, fileDtype }]) => [name, shape, fileDtype])).toEqual([
      ['0.weight', [4, 16384], 'F32'],
      ['0.bias', [4], 'F32'],
      ['2.weight', [1, 4], 'F32'],
      ['2.bias', [1], 'F32'],
    ]);
    expect(metadata.get('format')).toBe('pt');
    expect(JSON.parse(metadata.get('classes') ?? '')).toEqual(['cat', 'dog']);
    expect(JSON.parse(metadata.get('normalisation') ?? '')).toEqual({ mean: 0.5, std: 0.25 });
    expect(JSON.parse(metadata.get('hidden') ?? '')).toEqual([4]);
  });

  it('refuses a folder in use, a missing run, damaged files', async () => {
    await writeFile(join(root, 'something'), '');
    await expect(RunFolder.create(root, root, now)).rejects.toThrow(/is not empty/);
    await expect(RunFolder.create(root, join(root, 'something'), now)).rejects.toThrow(/cannot be made/);
    await expect(RunFolder.open(root, root, 'nothing')).rejects.toThrow(/there is no run nothing/);
    const folder = await RunFolder.create(root, join(root, 'run'), now);
    await writeFile(folder.file('run.json'), '{}');
    await writeFile(folder.file('checkpoint.safetensors'), 'damaged');
    await expect(folder.readFacts()).rejects.toThrow(RunError);
    await expect(folder.readCheckpoint()).rejects.toThrow(RunError);
  });
});
