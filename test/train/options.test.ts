// The command line of the main job: defaults, every option, and one clear line for each mistake.
import { describe, expect, it } from 'vitest';
import { DEFAULTS, type Options, readOptions } from '../../demo/train/options.ts';
import { RunError } from '../../demo/train/types.ts';

function options(...argv: string[]): Options {
  const command = readOptions(argv);
  if (command.kind !== 'run') throw new Error('expected a run');
  return command.options;
}

function refusal(...argv: string[]): RunError {
  try {
    readOptions(argv);
  } catch (error) {
    if (error instanceof RunError) return error;
  }
  throw new Error(`${argv.join(' ')} was accepted`);
}

describe('readOptions', () => {
  it('has a default for everything', () => {
    const given = options();
    expect(given).toMatchObject({ ...DEFAULTS, data: undefined, device: 'auto', resume: undefined });
    expect(given.given.size).toBe(0);
  });

  it('reads every option', () => {
    const argv = '--data d --epochs 3 --batch 8 --lr 1e-2 --hidden 16,8 --seed 7 --device cpu --out o';
    expect(options(...argv.split(' '))).toMatchObject({
      data: 'd',
      epochs: 3,
      batch: 8,
      lr: 0.01,
      hidden: [16, 8],
      seed: 7,
      device: 'cpu',
      out: 'o',
    });
    expect(options('--hidden=5', '--count=50')).toMatchObject({ hidden: [5], count: 50 });
    expect(options('--resume', 'r', '--epochs', '9', '--device', 'cpu')).toMatchObject({
      resume: 'r',
      epochs: 9,
    });
  });

  it('shows every option in the help', () => {
    const help = readOptions(['--epochs', '3', '--help']);
    if (help.kind !== 'help') throw new Error('expected help');
    for (const name of 'data count epochs batch lr hidden seed device out resume help'.split(' ')) {
      expect(help.text).toContain(`--${name}`);
    }
  });

  it.each([
    [['--epochs', '0'], '--epochs takes a whole number from 1'],
    [['--epochs', '2.5'], '--epochs'],
    [['--epochs', '1e3'], '--epochs'],
    [['--batch', 'x'], '--batch'],
    [['--lr', '0'], '--lr takes a number above 0, got "0"'],
    [['--lr', 'fast'], '--lr'],
    [['--lr', 'Infinity'], '--lr'],
    [['--lr='], '--lr'],
    [['--lr', '-1'], '--lr'],
    [['--hidden', '4,'], '--hidden'],
    [['--hidden', '0'], '--hidden'],
    [['--hidden', '1,1,1,1,1,1,1,1,1'], '--hidden'],
    [['--seed', '-1'], '--seed'],
    [['--seed', '4294967296'], '--seed takes a whole number from 0 to 4,294,967,295'],
    [['--device', 'gpu'], '--device takes auto, webgpu or cpu, got "gpu"'],
    [['--count', '3'], '--count'],
    [['--data', ''], '--data'],
    [['--wat'], '--wat'],
    [['stray'], 'stray'],
    [['--data', 'd', '--count', '50'], '--count'],
    [['--resume', 'r', '--lr', '1', '--seed', '2'], 'not --lr, --seed'],
    [['--resume', 'r', '--out', 'o'], 'not --out'],
  ])('refuses %j', (argv, part) => {
    const error = refusal(...argv);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(part);
    expect(error.message).not.toContain('\n');
  });
});
