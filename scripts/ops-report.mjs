// @ts-check
/**
 * PyTorch's samples on every engine at hand, as a table: `npm run ops:report` writes docs/ops-report.md.
 * `npm run test:deno` runs Deno alone (wgpu and naga: another WebGPU than Chrome's), and fails where a sample does.
 *
 * Usage: node scripts/ops-report.mjs [--only cpu,dawn,chrome,deno] [--write]
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { findChrome, hasGpu, softwareVulkan, testChromeArgs } from './chrome.mjs';
import { wgslPlugin } from './wgsl.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const own = path.join(root, 'test/portability');
// Inside the project, so that what the bundle leaves outside (npm's `webgpu`) is found.
const cache = path.join(root, 'node_modules/.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(path.join(cache, 'ops-report-'));
const chrome = findChrome();
const software = softwareVulkan(chrome);

/** @typedef {import('../test/portability/main.ts').Report} Report */

async function bundle() {
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    plugins: [wgslPlugin()],
    build: {
      outDir: folder,
      target: 'es2022',
      minify: false,
      modulePreload: false,
      chunkSizeWarningLimit: 1e5,
      rolldownOptions: {
        input: path.join(own, 'main.ts'),
        external: ['webgpu', /^node:/],
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/**
 * Runs a program that prints the report as its last line.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<Report>}
 */
function ask(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (/** @type {Buffer} */ data) => (out += data.toString()));
    child.on('close', (code) => {
      const line = out.trim().split('\n').at(-1) ?? '';
      if (code === 0 && line.startsWith('{')) {
        /** @type {Report} */
        const result = JSON.parse(line);
        resolve(result);
      } else reject(new Error(`${command} ended with ${code}: ${out.slice(-2000)}`));
    });
  });
}

/** @param {'cpu' | 'webgpu'} device */
function inNode(device) {
  const program = path.join(folder, 'node.mjs');
  writeFileSync(
    program,
    `import { report } from './main.js';\nconsole.log(JSON.stringify(await report('${device}', false)));\nprocess.exit(0);\n`,
  );
  return ask(process.execPath, [program], device === 'webgpu' && !hasGpu() ? (software ?? {}) : {});
}

async function inDeno() {
  if (!existsSync(path.join(own, 'node_modules', 'deno'))) {
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
      cwd: own,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error('Deno could not be installed');
  }
  const program = path.join(folder, 'deno.mjs');
  writeFileSync(
    program,
    `import { report } from './main.js';\nconsole.log(JSON.stringify(await report('webgpu', true)));\nDeno.exit(0);\n`,
  );
  return ask(
    'npx',
    ['--prefix', own, 'deno', 'run', '-A', '--no-config', program],
    hasGpu() ? {} : (software ?? {}),
  );
}

/** @returns {Promise<Report>} */
async function inChrome() {
  if (chrome === undefined) throw new Error('there is no Chrome');
  const { default: puppeteer } = await import('puppeteer');
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? '/', 'http://here').pathname);
    response.setHeader('Content-Type', name === '' ? 'text/html' : 'text/javascript');
    const file = path.join(folder, name);
    if (name === '')
      response.end(
        '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
      );
    else if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const browser = await puppeteer.launch({
    executablePath: chrome,
    args: [...testChromeArgs],
    headless: true,
    protocolTimeout: 0,
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.waitForFunction('globalThis.report !== undefined');
    return /** @type {Report} */ (await page.evaluate("globalThis.report('webgpu', true)"));
  } finally {
    await browser.close();
    server.close();
  }
}

const engines = {
  cpu: { title: 'CPU', run: () => inNode('cpu') },
  dawn: { title: 'Dawn', run: () => inNode('webgpu') },
  chrome: { title: 'Chrome', run: inChrome },
  deno: { title: 'Deno (naga)', run: inDeno },
};

/** @param {number} x */
const short = (x) =>
  x === 0
    ? '0'
    : !Number.isFinite(x)
      ? '∞'
      : x >= 100 || x < 0.01
        ? x.toExponential(0)
        : x.toFixed(x < 1 ? 2 : 1);

/**
 * @param {Map<string, Report>} reports by engine
 */
function table(reports) {
  const names = [
    ...new Set([...reports.values()].flatMap(({ operations }) => operations.map(({ name }) => name))),
  ].sort();
  const head = ['operation', 'samples', 'outputs / gradients / second derivatives'];
  const titles = [...reports.keys()].map((key) => engines[/** @type {keyof typeof engines} */ (key)].title);
  const lines = [
    `| ${[...head, ...titles].join(' | ')} |`,
    `|${[...head, ...titles].map(() => '---').join('|')}|`,
  ];
  for (const name of names) {
    const rows = [...reports.values()].map(({ operations }) => operations.find((row) => row.name === name));
    const first = rows.find((row) => row !== undefined);
    if (first === undefined) continue;
    const { output, grads, grads2 } = first.parts;
    const cells = rows.map((row) => {
      if (row === undefined) return '–';
      if (row.failures.length > 0) return `**${row.failures.length} fail**`;
      const parts = [row.parts.output, row.parts.grads, row.parts.grads2];
      return `${short(Math.max(...parts.map(({ relative }) => relative)))} · ${short(row.parts.output.ulp)}`;
    });
    lines.push(
      `| \`${name}\` | ${first.samples} | ${output.compared} / ${grads.compared} / ${grads2.compared} | ${cells.join(' | ')} |`,
    );
  }
  return lines.join('\n');
}

const wanted = process.argv.includes('--only')
  ? (process.argv[process.argv.indexOf('--only') + 1] ?? '').split(',')
  : Object.keys(engines);
let failed = 0;
/** @type {Map<string, Report>} */
const reports = new Map();
try {
  await bundle();
  for (const key of wanted) {
    const engine = engines[/** @type {keyof typeof engines} */ (key)];
    if (engine === undefined)
      throw new Error(`there is no engine ${key}: ${Object.keys(engines).join(', ')}`);
    const began = performance.now();
    const result = await engine.run();
    reports.set(key, result);
    const samples = result.operations.reduce((total, { samples: n }) => total + n, 0);
    const failures = [
      ...result.broken,
      ...result.operations.flatMap(({ name, failures: list }) => list.map((line) => `${name}: ${line}`)),
    ];
    failed += failures.length;
    console.log(
      `${engine.title} (${result.device}): ${result.operations.length} operations, ${samples} samples, ${failures.length} failures, ${((performance.now() - began) / 1000).toFixed(0)} s`,
    );
    for (const line of failures.slice(0, 40)) console.log(`  ${line}`);
  }
  if (process.argv.includes('--write')) {
    const devices = [...reports].map(
      ([key, { device }]) => `${engines[/** @type {keyof typeof engines} */ (key)].title}: ${device}`,
    );
    const text = `# PyTorch's samples, operation by operation

Made by \`npm run ops:report\`; do not edit. Every row is an operator of PyTorch's own test samples (OpInfo) and what is
hand-picked beside them, in float32: the number of samples; how many outputs, gradients and second derivatives were
compared with PyTorch's float64 truth; and for each engine the largest error of all three relative to the largest number
of its tensor, and of the outputs in units in the last place of the element.

${devices.map((line) => `- ${line}`).join('\n')}

${table(reports)}
`;
    writeFileSync(path.join(root, 'docs/ops-report.md'), text);
    console.log('wrote docs/ops-report.md');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
