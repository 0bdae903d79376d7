/** The rules of the house, as tests: who may import whom, what is forbidden, how long a file may be. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Excuse, Layers } from './support/architecture/rules.ts';
import * as rules from './support/architecture/rules.ts';
import { listFiles, parse, readSources } from './support/architecture/source.ts';

/** Each part of the library, where it is, and what it may import (its own files always). */
const layers: Layers = {
  shaders: { places: ['shaders/'], uses: [] },
  core: { places: ['src/core/'], uses: [] },
  ops: { places: ['src/ops/'], uses: ['core'] },
  grad: { places: ['src/grad.ts'], uses: ['ops', 'core'] },
  plan: { places: ['src/plan/'], uses: ['core'] },
  backend: { places: ['src/backend/'], uses: ['core', 'shaders'], usesTypesOf: ['plan'] },
  engine: {
    places: ['src/engine.ts', 'src/pending.ts', 'src/residence.ts', 'src/roots.ts', 'src/small.ts'],
    uses: ['plan', 'backend', 'core'],
  },
  tensor: { places: ['src/tensor.ts', 'src/tensor/'], uses: ['ops', 'grad', 'engine', 'core'] },
  compile: { places: ['src/compile.ts'], uses: ['tensor', 'engine', 'core'] },
  autograd: { places: ['src/autograd/'], uses: ['tensor', 'grad', 'engine', 'ops', 'core'] },
  func: { places: ['src/func/'], uses: ['autograd', 'tensor', 'grad', 'engine', 'ops', 'core'] },
  nn: { places: ['src/nn/'], uses: ['autograd', 'tensor', 'func', 'compile', 'core'] },
  optim: { places: ['src/optim/'], uses: ['tensor', 'func', 'compile', 'core'] },
  io: { places: ['src/io/'], uses: ['tensor', 'core'] },
  data: { places: ['src/data/'], uses: ['tensor', 'core'] },
  special: { places: ['src/special.ts'], uses: ['tensor'] },
  stats: { places: ['src/stats/'], uses: ['tensor', 'core'] },
  viz: { places: ['src/viz/'], uses: ['tensor', 'core'] },
  inspect: { places: ['src/inspect.ts'], uses: ['plan', 'backend', 'tensor'] },
  verify: { places: ['src/verify.ts'], uses: ['backend', 'engine', 'io', 'core'] },
  init: { places: ['src/init.ts'], uses: ['backend', 'engine', 'tensor', 'core'] },
  index: {
    places: ['src/index.ts'],
    uses: [
      'init',
      'special',
      'inspect',
      'verify',
      'ops',
      'nn',
      'optim',
      'io',
      'data',
      'stats',
      'viz',
      'autograd',
      'func',
      'compile',
      'tensor',
      'grad',
      'engine',
      'core',
    ],
  },
};

/** Forbidden things that a file does after all, each with its reason. */
const excuses: Excuse[] = [];

/** Gradients are written in operations, so operations refer to each other: sum's is an expand, expand's a sum. */
const knots = ['src/ops/'];

const maxLines = 400;
const engine = 'src/engine.ts';
const root = path.resolve(import.meta.dirname, '..');

const sources = readSources(root, 'src');
const shaders = listFiles(root, 'shaders', ['.wgsl']);

/** The sources that package.json's exports are built from. */
function entries(): string[] {
  const { exports } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  return Object.values(exports)
    .filter((entry) => typeof entry === 'object')
    .map((entry) => entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
}

describe('the library', () => {
  test('imports go one way, and no package is imported', () => {
    expect(rules.layerComplaints(sources, layers)).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(rules.cycleComplaints(sources, knots)).toEqual([]);
  });

  test('whichever file is loaded first, all load', async () => {
    const failures: string[] = [];
    for (const { file } of sources) {
      vi.resetModules();
      try {
        await import(/* @vite-ignore */ path.join(root, file));
      } catch (error) {
        const hint =
          'while loading it uses what a circle of imports has not loaded yet: use it inside a function';
        failures.push(
          `${file}: ${String(error)}${error instanceof ReferenceError || error instanceof TypeError ? ` (${hint})` : ''}`,
        );
      }
    }
    expect(failures).toEqual([]);
  });

  test('only the WebGPU backend knows WebGPU', () => {
    expect(rules.gpuNameComplaints(sources, 'src/backend/webgpu/')).toEqual([]);
  });

  test('no clock, no unseeded randomness, no printing, no code from text', () => {
    expect(rules.forbiddenComplaints(sources, excuses)).toEqual([]);
  });

  test('state lives in the engine', () => {
    expect(rules.moduleStateComplaints(sources, engine)).toEqual([]);
  });

  test('every file is used', () => {
    expect(rules.unusedFileComplaints(sources, entries())).toEqual([]);
  });

  test('every shader is used', () => {
    expect(rules.unusedShaderComplaints(shaders, sources)).toEqual([]);
  });

  const table = 'src/ops/table.ts';
  test.skipIf(!existsSync(path.join(root, table)))('planner and backends name no operation', async () => {
    const module = (await import(/* @vite-ignore */ path.join(root, table))) as {
      operations: () => ReadonlyMap<string, unknown>;
    };
    const names = [...module.operations().keys()];
    expect(names.length).toBeGreaterThan(0);
    const blind = sources.filter(({ file }) => /^src\/(plan|backend)\//.test(file));
    expect(rules.opNameComplaints(blind, names)).toEqual([]);
  });
});

test('files are short and finished', () => {
  const folders = ['src', 'shaders', 'demo', 'bench', 'scripts', 'test'];
  const files = folders.flatMap((folder) => listFiles(root, folder, ['.ts', '.mjs', '.wgsl', '.html']));
  const texts = files.map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
  expect(rules.textComplaints(texts, maxLines)).toEqual([]);
});

describe('the rules catch what they are for', () => {
  const complaints = (file: string, text: string) => rules.layerComplaints([parse(file, text)], layers);

  test.each([
    ['core imports ops', 'src/core/a.ts', `import { b } from '../ops/b.ts';`, `'core' must not import 'ops'`],
    [
      'types count too',
      'src/core/a.ts',
      `import type { B } from '../ops/b.ts';`,
      `'core' must not import 'ops'`,
    ],
    ['re-exports count too', 'src/plan/a.ts', `export * from '../ops/b.ts';`, `'plan' must not import 'ops'`],
    [
      'and import() types',
      'src/plan/a.ts',
      `let x: import('../ops/b.ts').B;`,
      `'plan' must not import 'ops'`,
    ],
    [
      'and dynamic imports',
      'src/plan/a.ts',
      `await import('../tensor.ts');`,
      `'plan' must not import 'tensor'`,
    ],
    [
      'ops imports a shader',
      'src/ops/a.ts',
      `import s from '../../shaders/s.wgsl?raw';`,
      `'ops' must not import 'shaders'`,
    ],
    [
      'backend runs the planner',
      'src/backend/a.ts',
      `import { p } from '../plan/p.ts';`,
      'write `import type`',
    ],
    ['a dependency', 'src/core/a.ts', `import { x } from 'lodash';`, 'the library has no dependencies'],
    [
      'webgpu at import time',
      'src/backend/a.ts',
      `import { create } from 'webgpu';`,
      'the library has no dependencies',
    ],
    ['a tool of the tests', 'src/core/a.ts', `import { x } from '../../test/x.ts';`, 'in no layer'],
    ['a file without a layer', 'src/misc/a.ts', '', 'in no layer'],
  ])('layers: %s', (_name, file, text, expected) => {
    expect(complaints(file, text)).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['src/ops/a.ts', `import { b } from '../core/b.ts'; import { c } from './c.ts';`],
    ['src/backend/a.ts', `import type { Plan } from '../plan/plan.ts';`],
    ['src/backend/webgpu/a.ts', `import s from '../../../shaders/s.wgsl?raw'; await import('webgpu');`],
  ])('layers: what is allowed passes (%s)', (file, text) => {
    expect(complaints(file, text)).toEqual([]);
  });

  test('circles', () => {
    const a = parse('src/a.ts', `import { b } from './b.ts';`);
    const b = parse('src/b.ts', `import { c } from './c.ts';`);
    const back = parse('src/c.ts', `import { a } from './a.ts';`);
    const types = parse('src/c.ts', `import type { A } from './a.ts';`);
    expect(rules.cycleComplaints([a, b, back])).toEqual([
      expect.stringContaining('src/a.ts → src/b.ts → src/c.ts → src/a.ts'),
    ]);
    expect(rules.cycleComplaints([a, b, types])).toEqual([]);
    expect(rules.cycleComplaints([a, b, back], ['src/'])).toEqual([]);
    expect(rules.cycleComplaints([a, b, back], ['src/ops/'])).toHaveLength(1);
  });

  test('WebGPU names', () => {
    const text = 'export function f(device: GPUDevice): void {}';
    const home = 'src/backend/webgpu/';
    expect(rules.gpuNameComplaints([parse('src/engine.ts', text)], home)).toHaveLength(1);
    expect(rules.gpuNameComplaints([parse(`${home}device.ts`, text)], home)).toEqual([]);
    const own = 'export class GPUFault extends Error {}';
    expect(rules.gpuNameComplaints([parse('src/core/errors.ts', own)], home)).toEqual([]);
    expect(rules.gpuNameComplaints([parse('src/engine.ts', '// a GPUDevice in a comment')], home)).toEqual(
      [],
    );
  });

  test.each([
    'const x = Math.random();',
    `const x = Math['random']();`,
    'const draw = Math.random;',
    'const t = Date.now();',
    'const t = performance.now();',
    `function f() { console.warn('x'); }`,
    `const x = eval('1');`,
    `const f = new Function('return 1');`,
    `const f = Function('return 1');`,
  ])('forbidden: %s', (text) => {
    expect(rules.forbiddenComplaints([parse('src/a.ts', text)], [])).toHaveLength(1);
  });

  test('forbidden: an excuse holds for its file and its thing only, and must be needed', () => {
    const source = parse('src/a.ts', 'const t = performance.now();');
    const excuse = { file: 'src/a.ts', what: 'performance.now', reason: 'it measures' };
    expect(rules.forbiddenComplaints([source], [excuse])).toEqual([]);
    expect(rules.forbiddenComplaints([source], [{ ...excuse, what: 'Date.now' }])).toHaveLength(2);
    expect(rules.forbiddenComplaints([parse('src/a.ts', 'const x = Math.max(1, 2);')], [])).toEqual([]);
  });

  test('state', () => {
    const complain = (text: string, file = 'src/a.ts') =>
      rules.moduleStateComplaints([parse(file, text)], engine);
    expect(complain('let count = 0;')).toHaveLength(1);
    expect(complain('export let count = 0;')).toHaveLength(1);
    expect(complain('var count = 0;')).toHaveLength(1);
    expect(complain('let count = 0;', engine)).toEqual([]);
    expect(complain('const a = 1; function f() { let b = a; return b; }')).toEqual([]);
  });

  test('unused files and shaders', () => {
    const a = parse('src/a.ts', `import { b } from './b.ts'; import s from '../shaders/s.wgsl?raw';`);
    const lonely = parse('src/lonely.ts', '');
    expect(rules.unusedFileComplaints([a, parse('src/b.ts', ''), lonely], ['src/a.ts'])).toEqual([
      expect.stringContaining('src/lonely.ts'),
    ]);
    expect(rules.unusedShaderComplaints(['shaders/s.wgsl', 'shaders/t.wgsl'], [a])).toEqual([
      expect.stringContaining('shaders/t.wgsl'),
    ]);
  });

  test('length and unfinished work', () => {
    const note = `// ${'TO' + 'DO'}: later`;
    expect(rules.textComplaints([{ file: 'a', text: 'x\n'.repeat(3) }], 3)).toEqual([]);
    expect(rules.textComplaints([{ file: 'a', text: 'x\n'.repeat(4) }], 3)).toHaveLength(1);
    expect(rules.textComplaints([{ file: 'a', text: note }], 3)).toHaveLength(1);
  });

  test('names of operations', () => {
    const complain = (text: string) => rules.opNameComplaints([parse('src/plan/a.ts', text)], ['matmul']);
    expect(complain(`if (value.op.name === 'matmul') fuse();`)).toHaveLength(1);
    expect(complain('if (value.op.name === `matmul`) fuse();')).toHaveLength(1);
    expect(complain(`if (value.op.kind === 'core') fuse(); // no matmul here`)).toEqual([]);
  });
});
