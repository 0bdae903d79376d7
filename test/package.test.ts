/**
 * The package as it would be published: built into a folder of its own, then looked at and used from outside, as a
 * program that installed it would.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, gzipSize, kib } from './support/bundle.ts';
import { listFiles, parse } from './support/architecture/source.ts';

const root = path.resolve(import.meta.dirname, '..');

interface Manifest {
  name: string;
  exports: Record<string, string | { types: string; default: string }>;
  unpkg: string;
}

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
/** Entries that are code: `.`, `./nn` and so on. */
const entries = Object.entries(manifest.exports).flatMap(([name, entry]) =>
  typeof entry === 'object' ? [{ name: path.posix.join(manifest.name, name), ...entry }] : [],
);

// A user's project, with the package where npm would put it.
const project = mkdtempSync(path.join(tmpdir(), 'wgrad-package-'));
const installed = path.join(project, 'node_modules', manifest.name);
const read = (file: string): string => readFileSync(path.join(installed, file), 'utf8');

/** Runs a program that comes with this repository's packages and gives back what it printed. */
function runs(script: string[], args: string[], cwd: string): string {
  const done = spawnSync(process.execPath, [path.join(root, ...script), ...args], { cwd, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${script.join('/')} failed:\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

beforeAll(() => {
  mkdirSync(installed, { recursive: true });
  for (const file of ['package.json', 'LICENSE', 'README.md']) {
    if (existsSync(path.join(root, file))) cpSync(path.join(root, file), path.join(installed, file));
  }
  runs(['scripts', 'build.mjs'], [path.join(installed, 'dist')], root);
  writeFileSync(path.join(project, 'package.json'), '{ "type": "module" }');
}, 180_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

test('what package.json promises is there', () => {
  const promised = [...entries.flatMap((entry) => [entry.types, entry.default]), manifest.unpkg];
  expect(promised.filter((file) => !existsSync(path.join(installed, file)))).toEqual([]);
});

test('code and types import only what is published, by its full name', () => {
  const files = listFiles(installed, 'dist', ['.js', '.d.ts']).filter(
    (file) => file !== manifest.unpkg.slice(2),
  );
  expect(files.length).toBeGreaterThan(10);
  const wrong = files.flatMap((file) =>
    parse(file, read(file))
      .imports.filter(({ target, specifier }) => {
        if (target === undefined) return specifier !== 'webgpu';
        // Types say './x.js' and mean './x.d.ts'.
        const meant = file.endsWith('.d.ts') ? target.replace(/\.js$/, '.d.ts') : target;
        return !target.endsWith('.js') || !existsSync(path.join(installed, meant));
      })
      .map(({ specifier }) => `${file} imports ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test('types ask for no other types', () => {
  const files = listFiles(installed, 'dist', ['.d.ts']);
  expect(files.filter((file) => read(file).includes('/// <reference'))).toEqual([]);
});

test('shaders are published short', () => {
  const shaders = listFiles(installed, 'dist/shaders', ['.js']);
  expect(shaders).toHaveLength(listFiles(root, 'shaders', ['.wgsl']).length);
  for (const shader of shaders) {
    const text = read(shader);
    expect(text, shader).toContain('fn ');
    expect(text, shader).not.toMatch(/\/\/|\/\*| {2}/);
  }
});

test('a bundler drops what a program does not use', async () => {
  const program = readFileSync(path.join(root, 'test/support/lecture-program.ts'), 'utf8');
  writeFileSync(path.join(project, 'lecture.ts'), program.replace('../../src/index.ts', manifest.name));
  const published = gzipSize((await bundle(project, 'lecture.ts')).first);
  const source = gzipSize((await bundle(root, 'test/support/lecture-program.ts')).first);
  const everything = gzipSize(read(manifest.unpkg));
  console.log(`The whole library: ${kib(everything)} after gzip; the lecture's program: ${kib(published)}.`);
  expect(published).toBeLessThan(source * 1.03);
});

/** Run in Node: reports every global of the browser that is read while the package is imported. */
function probe(names: string[]): string {
  const globals = [
    'navigator',
    'document',
    'window',
    'self',
    'location',
    'localStorage',
    'indexedDB',
    'fetch',
  ];
  globals.push('crypto', 'performance', 'GPUBufferUsage', 'GPUMapMode', 'GPUShaderStage', 'OffscreenCanvas');
  return `
    const touched = new Set();
    for (const name of ${JSON.stringify(globals)}) {
      Object.defineProperty(globalThis, name, { configurable: true, get: () => void touched.add(name) });
    }
    const before = new Set(Reflect.ownKeys(globalThis));
    const exported = {};
    for (const name of ${JSON.stringify(names)}) exported[name] = Object.keys(await import(name));
    const added = Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String);
    console.log(JSON.stringify({ touched: [...touched], added, exported }));
  `;
}

test('importing touches no global, starts nothing, and every entry exports something', () => {
  const file = path.join(project, 'probe.mjs');
  writeFileSync(file, probe(entries.map(({ name }) => name)));
  // The limit is the proof that nothing keeps the process alive.
  const output = execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8', timeout: 20_000 });
  const seen = JSON.parse(output) as {
    touched: string[];
    added: string[];
    exported: Record<string, string[]>;
  };
  expect(seen.touched).toEqual([]);
  expect(seen.added).toEqual([]);
  for (const { name } of entries) expect(seen.exported[name]?.length, name).toBeGreaterThan(0);
  expect(seen.exported[manifest.name]).toEqual(expect.arrayContaining(['init', 'tensor', 'nn', 'optim']));
});

test('the one-file script defines one global and needs none', () => {
  const page: Record<string, unknown> = {};
  runInNewContext(`${read(manifest.unpkg)}\n;globalThis.wgrad = wgrad;`, page);
  expect(Object.keys(page)).toEqual(['wgrad']);
  expect(page['wgrad']).toHaveProperty('init');
});

test('a TypeScript program compiles against the types', () => {
  const lines = entries.map(({ name }, i) => `import * as part${i} from '${name}';`);
  const uses = entries.map((_entry, i) => `part${i}`).join(', ');
  writeFileSync(path.join(project, 'program.ts'), `${lines.join('\n')}\nexport const parts = [${uses}];\n`);
  const options = {
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: [],
    strict: true,
    noEmit: true,
  };
  const config = { compilerOptions: { ...options, skipLibCheck: false }, files: ['program.ts'] };
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(config));
  expect(runs(['node_modules', 'typescript', 'bin', 'tsc'], ['-p', 'tsconfig.json'], project)).toBe('');
});

test('the archive holds the build, the licence and the readme, and nothing else', () => {
  const npm = process.env['npm_execpath'];
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const output = npm?.endsWith('.js')
    ? execFileSync(process.execPath, [npm, ...args], { cwd: installed, encoding: 'utf8', stdio: 'pipe' })
    : execFileSync('npm', args, {
        cwd: installed,
        encoding: 'utf8',
        stdio: 'pipe',
        shell: process.platform === 'win32',
      });
  const [archive] = JSON.parse(output) as { files: { path: string }[] }[];
  const files = (archive?.files ?? []).map((file) => file.path);
  expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js']));
  const others = files.filter(
    (file) => !/^(dist\/.*\.(js|d\.ts|map)|LICENSE|README\.md|package\.json)$/.test(file),
  );
  expect(others).toEqual([]);
});

test('publint finds nothing to complain about', async () => {
  const { messages, pkg } = await publint({ pkgDir: installed, strict: true, pack: false });
  expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
});
