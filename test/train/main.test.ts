// The main job from command line to run folder: on the CPU backend, and on WebGPU where there is a Chrome.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../demo/train/main.ts';
import { findChrome } from '../../scripts/chrome.mjs';

let root: string;
let output = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'wgrad-main-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(() => {
  output = '';
  const take = (text: unknown): boolean => {
    output += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const FILES = ['checkpoint.safetensors', 'metrics.csv', 'model.safetensors', 'report.html', 'run.json'];
const files = async (name: string): Promise<string[]> => (await readdir(join(root, name))).sort();
const small = '--count 40 --batch 8 --device cpu'.split(' ');

describe('main on the CPU backend', () => {
  it('trains, checks, and writes the run folder', async () => {
    expect(await main([...small, '--epochs', '2', '--out', join(root, 'a')])).toBe(0);
    expect(await files('a')).toEqual(FILES);
    for (const part of [
      'training on the CPU backend',
      'test   accuracy',
      'true \\ predicted',
      'they agree',
      'wall time',
    ]) {
      expect(output).toContain(part);
    }
    expect((await readFile(join(root, 'a/metrics.csv'), 'utf8')).trim().split('\n').length).toBe(4);
  });

  it('goes on with a run as if it had trained at once', async () => {
    expect(await main([...small, '--epochs', '3', '--out', join(root, 'b')])).toBe(0);
    expect(await main(['--resume', join(root, 'a'), '--epochs', '3', '--device', 'cpu'])).toBe(0);
    expect(output).toContain('at epoch 3, step 8');
    const [a, b] = await Promise.all(
      ['a', 'b'].map((name) => readFile(join(root, name, 'model.safetensors'))),
    );
    expect(Buffer.compare(a ?? Buffer.of(), b ?? Buffer.of(1))).toBe(0);
  });

  it('has nothing to do for a run that is done', async () => {
    expect(await main(['--resume', join(root, 'b')])).toBe(2);
    expect(output).toMatch(/already trained for 3 epochs: give a larger --epochs\n$/);
  });

  it('stops at Ctrl-C with a checkpoint to go on from', async () => {
    const running = main([...small, '--epochs', '100000', '--out', join(root, 'c')]);
    await vi.waitUntil(() => output.includes('epoch      1/100000'), { timeout: 30_000 });
    process.emit('SIGINT');
    expect(await running).toBe(130);
    expect(output).toMatch(/stopped at step \d+; go on with: npm start -- --resume .*c\n$/);
    expect(await files('c')).toEqual(['checkpoint.safetensors', 'metrics.csv', 'run.json']);
  });

  it('trains on a folder of pictures, naming what it skips', async () => {
    for (const [name, grey] of [
      ['dark', 60],
      ['light', 180],
    ] as const) {
      await mkdir(join(root, 'pictures', name), { recursive: true });
      for (let i = 0; i < 6; i++) {
        const value = grey + i;
        const background = { r: value, g: value, b: value };
        const picture = sharp({ create: { width: 30 + i, height: 50, channels: 3, background } });
        await picture.toFile(join(root, 'pictures', name, `${i}.png`));
      }
    }
    await mkdir(join(root, 'empty/a'), { recursive: true });
    await mkdir(join(root, 'empty/b'), { recursive: true });
    await writeFile(join(root, 'pictures/dark/broken.jpg'), 'nothing');
    const argv = [
      '--data',
      join(root, 'pictures'),
      '--epochs',
      '8',
      '--batch',
      '4',
      '--device',
      'cpu',
      '--lr',
      '0.003',
    ];
    expect(await main([...argv, '--out', join(root, 'd')])).toBe(0);
    expect(output).toContain('skipped dark/broken.jpg: ');
    expect(output).toContain('dark 6, light 6');
    const rows = (await readFile(join(root, 'd/metrics.csv'), 'utf8')).trim().split('\n').slice(1);
    const losses = rows.map((row) => Number(row.split(',')[2]));
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? 0));
    expect(await main(['--data', join(root, 'empty'), '--out', join(root, 'e')])).toBe(2);
    expect(output).toMatch(/error: class a is empty.*\n$/);
    expect((await readdir(root)).includes('e')).toBe(false);
  });

  it('refuses wrong options and folders in use before it draws anything', async () => {
    expect(await main(['--epochs', 'many'])).toBe(2);
    expect(await main(['--out', root])).toBe(2);
    expect(await main(['--resume', join(root, 'nothing')])).toBe(2);
    expect(output).not.toContain('drew');
    expect(await main(['--help'])).toBe(0);
  });
});

describe('main without a browser', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('says so and trains on the CPU backend, or fails when WebGPU was asked for', async () => {
    vi.stubEnv('CHROME_PATH', process.execPath); // runs, but is no browser
    const argv = '--count 40 --batch 8 --epochs 1'.split(' ');
    expect(await main([...argv, '--out', join(root, 'f')])).toBe(0);
    expect(output).toMatch(/no WebGPU here \(.*\): training on the CPU backend in Node instead\n/);
    expect(await main([...argv, '--device', 'webgpu', '--out', join(root, 'g')])).toBe(1);
    expect(output).toMatch(/error: no WebGPU: .*\n$/);
    expect((await readdir(root)).includes('g')).toBe(false);
  });
});

describe.skipIf(findChrome() === undefined)('main on WebGPU in headless Chrome', () => {
  it('trains, agrees with the CPU reference, and goes on bit by bit', async () => {
    const argv = '--count 40 --batch 8 --device webgpu'.split(' ');
    expect(await main([...argv, '--epochs', '2', '--out', join(root, 'h')])).toBe(0);
    expect(output).toContain('training on WebGPU: ');
    expect(output).toContain('check of the GPU result against the CPU reference: they agree');
    expect(await files('h')).toEqual(FILES);
    expect(await main([...argv, '--epochs', '1', '--out', join(root, 'i')])).toBe(0);
    expect(await main(['--resume', join(root, 'i'), '--epochs', '2', '--device', 'webgpu'])).toBe(0);
    const [h, i] = await Promise.all(
      ['h', 'i'].map((name) => readFile(join(root, name, 'model.safetensors'))),
    );
    expect(Buffer.compare(h ?? Buffer.of(), i ?? Buffer.of(1))).toBe(0);
  }, 180_000);
});
