// Modules and training runs through files: what is loaded is what was saved, and goes on as if never interrupted.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FileFormatError, ValueError } from '../../src/core/errors.ts';
import { data, init, io, manualSeed, nn, optim, tensor } from '../../src/index.ts';
import type { Tensor } from '../../src/index.ts';

beforeAll(async () => {
  await init({ device: 'cpu' });
});

const network = (): nn.Sequential =>
  new nn.Sequential(new nn.Linear(3, 2), new nn.Sigmoid(), new nn.Linear(2, 1));

describe('a module', () => {
  test('is the same after a file', async () => {
    const [a, b] = [network(), network()];
    const bytes = await io.saveStateDict(a, { note: 'first' });
    const { tensors, metadata } = io.safetensors.parse(bytes);
    expect([...tensors.keys()]).toEqual(['0.weight', '0.bias', '2.weight', '2.bias']);
    expect(tensors.get('0.weight')).toMatchObject({ dtype: 'f32', fileDtype: 'F32', shape: [2, 3] });
    expect([...metadata]).toEqual([
      ['format', 'pt'],
      ['note', 'first'],
    ]);
    expect(io.loadStateDict(b, bytes)).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(await io.saveStateDict(b, { note: 'first' })).toEqual(bytes);
  });

  test('takes other element types from the file, and refuses another module', async () => {
    const layer = new nn.Linear(2, 1);
    const half = { dtype: 'f32', shape: [1, 2], data: Float32Array.of(1, 2) } as const;
    io.loadStateDict(layer, io.safetensors.serialize({ weight: { ...half, dtype: 'i32' } }), {
      strict: false,
    });
    expect(await layer.weight.tolist()).toEqual([[1, 2]]);
    expect(layer.weight.dtype).toBe('f32');
    expect(() => io.loadStateDict(layer, io.safetensors.serialize({ weight: half }))).toThrow(ValueError);
    expect(() => io.loadStateDict(layer, new Uint8Array(3))).toThrow(FileFormatError);
  });

  test('tensors of every type come back, and do not share memory with the file', async () => {
    const all: [string, Tensor][] = [
      ['f', tensor([0.5, -0])],
      ['i', tensor(Int32Array.of(-7, 2 ** 31 - 1))],
      ['u', tensor(Uint32Array.of(2 ** 32 - 1))],
      ['b', tensor([true, false], { dtype: 'bool' })],
      ['scalar', tensor(3)],
      ['empty', tensor([]).reshape(0, 4)],
    ];
    const bytes = await io.saveTensors(all);
    const { tensors } = io.loadTensors(bytes);
    bytes.fill(0);
    expect([...tensors.keys()]).toEqual(all.map(([name]) => name));
    for (const [name, t] of all) {
      const back = tensors.get(name);
      expect([back?.dtype, back?.shape]).toEqual([t.dtype, t.shape]);
      expect(await back?.data()).toEqual(await t.data());
    }
  });
});

describe('a run', () => {
  const features = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const labels = Float32Array.from({ length: 10 }, (_, i) => i % 2);

  function start(kind: 'SGD' | 'Adam') {
    manualSeed(1);
    const module = network();
    const optimizer =
      kind === 'SGD'
        ? new optim.SGD(module.parameters(), { lr: 0.5, momentum: 0.9 })
        : new optim.Adam(module.parameters(), { lr: 0.05, amsgrad: true });
    const dataset = new data.TensorDataset(
      { data: features, shape: [10, 3] },
      { data: labels, shape: [10, 1] },
    );
    const loader = new data.DataLoader(dataset, { batchSize: 4, shuffle: true, seed: 3 });
    return { module, optimizer, loader };
  }

  /** Trains for three epochs; after `stop` steps saves and returns the checkpoint instead. */
  async function train(run: ReturnType<typeof start>, stop = Infinity): Promise<Uint8Array | null> {
    const { module, optimizer, loader } = run;
    let steps = 0;
    while (loader.epoch < 3) {
      for await (const [x, y] of loader) {
        optimizer.zeroGrad();
        new nn.BCEWithLogitsLoss().call(module.call(x), y).backward();
        optimizer.step();
        if (++steps === stop) return io.saveCheckpoint(run, { steps });
      }
    }
    return null;
  }

  test.each(['SGD', 'Adam'] as const)(
    'of %s goes on as if never interrupted, wherever it stopped',
    async (kind) => {
      const whole = start(kind);
      expect(await train(whole)).toBeNull();
      const end = await io.saveStateDict(whole.module);
      for (const stop of [1, 3, 5]) {
        const bytes = await train(start(kind), stop);
        const resumed = start(kind);
        resumed.optimizer.paramGroups[0].lr = 123;
        expect(io.loadCheckpoint(bytes ?? new Uint8Array(0), resumed)).toEqual({ steps: stop });
        await train(resumed);
        expect(await io.saveStateDict(resumed.module)).toEqual(end);
      }
    },
  );

  test('a checkpoint is of the moment it was asked for', async () => {
    const run = start('Adam');
    await train(run, 2);
    const first = io.saveCheckpoint(run);
    const second = io.saveCheckpoint(run);
    await train(run);
    expect(await first).toEqual(await second);
    expect(await first).not.toEqual(await io.saveCheckpoint(run));
  });

  test('other files are refused', async () => {
    const run = start('SGD');
    const bytes = await io.saveStateDict(run.module);
    expect(() => io.loadCheckpoint(bytes, run)).toThrowErrorMatchingInlineSnapshot(`
      [FileFormatError: this file is not a checkpoint
        expected  metadata 'wgrad.checkpoint' written by io.saveCheckpoint
        got       metadata format
        fix       load a file with the parameters alone by io.loadStateDict]
    `);
    const odd = io.safetensors.serialize({}, { 'wgrad.checkpoint': 'not JSON' });
    expect(() => io.loadCheckpoint(odd, run)).toThrow(FileFormatError);
    const other = start('SGD');
    const checkpoint = await io.saveCheckpoint({ module: new nn.Linear(2, 2) });
    expect(() => io.loadCheckpoint(checkpoint, other)).toThrow(ValueError);
  });
});

const python = '/usr/bin/python3';
function hasTorch(): boolean {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const PROGRAM = `
import json, struct, sys, torch
raw = open(sys.argv[1], 'rb').read()
(n,) = struct.unpack('<Q', raw[:8])
header = json.loads(raw[8:8 + n]); header.pop('__metadata__')
state = {}
for name, t in header.items():
    a, b = t['data_offsets']
    state[name] = torch.frombuffer(bytearray(raw[8 + n + a:8 + n + b]), dtype=torch.float32).reshape(t['shape'])
net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Sigmoid(), torch.nn.Linear(2, 1))
net.load_state_dict(state)
print(json.dumps(net(torch.tensor(json.loads(sys.argv[2]))).tolist()))
`;

test.skipIf(!hasTorch())(
  'PyTorch loads the file and computes the same (skipped where there is no torch)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wgrad-statedict-'));
    try {
      const path = join(folder, 'model.safetensors');
      const net = network();
      const x = [
        [1, -2, 0.5],
        [0, 3, -1],
      ];
      writeFileSync(path, await io.saveStateDict(net));
      const theirs = JSON.parse(
        execFileSync(python, ['-c', PROGRAM, path, JSON.stringify(x)], { encoding: 'utf8' }),
      ) as number[][];
      const ours = [...(await net.call(tensor(x)).data())];
      theirs.flat().forEach((value, i) => {
        expect(ours[i]).toBeCloseTo(value, 6);
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
