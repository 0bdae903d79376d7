/**
 * Three lanes, one after another: `node` (pure and CPU tests), `dawn` (test/gpu in Node on npm's `webgpu`) and
 * `chrome` (the same test/gpu files in headless Chrome). `vitest run --project dawn` runs one.
 *
 * `WGRAD_REAL_GPU=1` takes the machine's own GPU in both GPU lanes; the default is the software adapter that
 * comes with Chrome, so that a run is the same everywhere.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { findChrome, hasGpu, softwareVulkan, testChromeArgs } from './scripts/chrome.mjs';
import { puppeteerProvider } from './test/support/puppeteer-provider.ts';

type Lane = 'node' | 'dawn' | 'chrome';

declare module 'vitest' {
  // Read with inject('lane').
  export interface ProvidedContext {
    lane: Lane;
    /** Everything everywhere, instead of what a quarter of an hour allows: `npm run test:full`. */
    full: boolean;
  }
}

const chrome = findChrome();
const software = softwareVulkan(chrome);
const full = process.argv.includes('--mode=full');
const realGpu = process.env['WGRAD_REAL_GPU'] === '1';
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== 'false';

/** What every lane shares. `order` makes the lanes run one after another, lowest first. */
function lane(name: Lane, order: number) {
  return {
    name,
    env: { WGRAD_LANE: name },
    provide: { lane: name, full },
    sequence: { groupOrder: order },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  };
}

const nodeLane: TestProjectConfiguration = {
  // The examples name the package as a user does.
  resolve: {
    alias: [
      { find: /^wgrad$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^wgrad\/data$/, replacement: fileURLToPath(new URL('src/data/index.ts', import.meta.url)) },
    ],
  },
  test: { ...lane('node', 0), include: ['test/**/*.test.ts'], exclude: ['test/gpu/**'], pool: 'forks' },
};

const gpuFiles = ['test/gpu/**/*.test.ts'];

const dawnLane: TestProjectConfiguration = {
  test: {
    ...lane('dawn', 1),
    include: gpuFiles,
    setupFiles: ['test/support/setup-dawn.ts'],
    env: { WGRAD_LANE: 'dawn', ...(realGpu ? {} : software) },
    // A process for each file: the driver is found through the environment, and goes away with the process.
    pool: 'forks',
  },
};

function chromeLane(executablePath: string): TestProjectConfiguration {
  return {
    // A dependency found only half-way through would make the page reload in the middle of a test.
    optimizeDeps: { include: ['fast-check'], exclude: ['webgpu'] },
    server: { host: '127.0.0.1' },
    test: {
      ...lane('chrome', 2),
      include: gpuFiles,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: puppeteerProvider({ executablePath, args: [...testChromeArgs] }),
        instances: [{ browser: 'chrome' }],
      },
    },
  };
}

/** A lane that cannot run here: said in one line, and an error where everything has to run. */
function leftOut(name: Lane, why: string): TestProjectConfiguration[] {
  const message = `The ${name} lane is left out: ${why}`;
  if (inCi) throw new Error(`${message} (CI is set, so that is an error.)`);
  console.warn(message);
  return [];
}

const hasDawnDriver = hasGpu() || software !== undefined;

export default defineConfig({
  test: {
    projects: [
      nodeLane,
      ...(hasDawnDriver
        ? [dawnLane]
        : leftOut('dawn', 'there is neither a GPU nor the software driver that comes with Chrome.')),
      ...(chrome === undefined
        ? leftOut('chrome', 'no Chrome was found. Install one, or name it in CHROME_PATH.')
        : [chromeLane(chrome)]),
    ],
  },
});
