// @ts-check
/**
 * `npm run check`: all that can be judged without running the library: types, lint, format, the rules of the
 * house, and the package as it would be published (where the library is compiled without Node's types). Every
 * check runs, then the failed ones are named.
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const bin = (/** @type {string[]} */ ...parts) => path.join(root, 'node_modules', ...parts);

const tsc = bin('typescript', 'bin', 'tsc');
const vitest = bin('vitest', 'vitest.mjs');
const checks = [
  ['types', tsc, '-p', 'tsconfig.json'],
  [
    'types of the library alone',
    tsc,
    '-p',
    'tsconfig.build.json',
    '--noEmit',
    '--emitDeclarationOnly',
    'false',
  ],
  ['lint', bin('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.'],
  [
    'format (mend with npm run format)',
    bin('prettier', 'bin', 'prettier.cjs'),
    '--check',
    '--log-level',
    'warn',
    '.',
  ],
  ['generated documents', path.join(root, 'scripts', 'ops-docs.mjs'), '--check'],
  [
    'architecture and package',
    vitest,
    ...['run', '--project', 'node', '--reporter', 'dot'],
    ...['test/architecture.test.ts', 'test/package.test.ts', 'test/size.test.ts'],
  ],
];

const failed = [];
for (const [what, ...args] of checks) {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`Check: ${what}: ${status === 0 ? 'good' : 'FAILED'} (${seconds} s)`);
  if (status !== 0) failed.push(what);
}
if (failed.length > 0) {
  console.error(`Check: failed: ${failed.join('; ')}`);
  process.exitCode = 1;
}
