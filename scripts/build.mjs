// @ts-check
/**
 * `npm run build`: the package's files in dist/: a module, its types and its source map for each source file, the
 * shaders as modules, and everything in one minified script.
 *
 * tsc writes the modules, not a bundler: it leaves `export * as nn from './nn/index.js'` as it is, so that a user's
 * bundler drops the parts of `nn` that are not used. A bundler would make an object of them, and keep them all.
 *
 * Usage: node scripts/build.mjs [folder]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { shaderModule } from './wgsl.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const outDir = path.resolve(root, process.argv[2] ?? 'dist');

/** @param {string[]} args */
function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('see above');
}

function compile() {
  rmSync(outDir, { recursive: true, force: true });
  node(
    path.join('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
    '--outDir',
    outDir,
  );
}

async function writeShaders() {
  const names = readdirSync(path.join(root, 'shaders'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((file) => file.endsWith('.wgsl'))) {
    const module = await shaderModule(path.join(root, 'shaders', name));
    const file = path.join(outDir, 'shaders', name.replace(/\.wgsl$/, '.js'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, module);
  }
}

/** What tsc leaves in imports: `.wgsl?raw` in code, `.ts` in types. */
function mendImports() {
  const shader = /(['"])(?:\.\.\/)+shaders\/([\w/-]+)\.wgsl\?raw\1/g;
  const source = /(\bfrom |\bimport\()(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;
  for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    const file = path.join(outDir, name);
    const isTypes = name.endsWith('.d.ts');
    if (!isTypes && !name.endsWith('.js')) continue;
    const before = readFileSync(file, 'utf8');
    const shaders = path.posix.join(
      path.relative(path.dirname(file), outDir).replaceAll('\\', '/'),
      'shaders',
    );
    const after = isTypes
      ? before.replace(source, '$1$2$3.js$2')
      : before.replace(
          shader,
          (_all, quote, shaderName) => `${quote}${relative(shaders)}/${shaderName}.js${quote}`,
        );
    if (after !== before) writeFileSync(file, after);
  }
}

/** @param {string} place */
const relative = (place) => (place.startsWith('.') ? place : `./${place}`);

function bundle() {
  node(
    path.join('node_modules', 'vite', 'bin', 'vite.js'),
    'build',
    '--outDir',
    outDir,
    '--logLevel',
    'warn',
  );
}

/** @type {[string, () => void | Promise<void>][]} */
const steps = [
  ['modules and types', compile],
  ['shaders', writeShaders],
  ['imports', mendImports],
  ['one minified script', bundle],
];

for (const [what, step] of steps) {
  const began = performance.now();
  try {
    await step();
  } catch (error) {
    console.error(`Build: ${what} failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  console.log(`Build: ${what}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
