// @ts-check
/**
 * `npm run build`: the package's files in dist/ (modules, one minified script, types, source maps).
 *
 * Usage: node scripts/build.mjs [folder]
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const outDir = path.resolve(root, process.argv[2] ?? 'dist');

const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const common = ['build', '--outDir', outDir, '--logLevel', 'warn'];
const steps = [
  ['modules', vite, ...common, '--emptyOutDir'],
  ['one minified script', vite, ...common, '--mode', 'min'],
  ['types', tsc, '-p', 'tsconfig.build.json', '--outDir', outDir],
];

for (const [what, ...args] of steps) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`Build: ${what} failed.`);
    process.exit(1);
  }
  console.log(`Build: ${what}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
}
