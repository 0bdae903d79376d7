// Runs a benchmark function of this repository with a device, in Node on Dawn or in headless Chromium; Vite serves the
// TypeScript to both. Knows nothing of what is measured.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {{ text: string, ok: boolean }} Report What a benchmark function resolves to.
 * @typedef {(device: GPUDevice, options: object) => Promise<Report>} Benchmark
 */

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const CHROMIUM = '/usr/lib/chromium';
const SWIFTSHADER = `${CHROMIUM}/vk_swiftshader_icd.json`;

/**
 * Starts this program again with Chromium's own Vulkan loader on the library path, where it has one: Dawn in Node
 * looks for libvulkan.so.1 by name, and the path is read when a process starts. Call it first.
 */
export function findVulkan() {
  if (process.env.LD_LIBRARY_PATH !== undefined || !existsSync(`${CHROMIUM}/libvulkan.so.1`)) return;
  const env = { ...process.env, LD_LIBRARY_PATH: CHROMIUM };
  process.exit(spawnSync(process.execPath, process.argv.slice(1), { env, stdio: 'inherit' }).status ?? 1);
}

/** Starts Vite without a config file; `close` it when done. */
export async function startVite() {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true, include: [] },
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, ws: false },
  });
  await server.listen();
  server.middlewares.use((request, response, next) => {
    if (request.url !== '/blank.html') {
      next();
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,">');
  });
  return server;
}

/**
 * Calls the exported function `name` of `file` in Node, on Dawn.
 * @param {import('vite').ViteDevServer} server
 * @param {string} file path from the root of the repository, with a leading slash
 * @param {string} name
 * @param {object} options
 * @returns {Promise<Report>}
 */
export async function runInNode(server, file, name, options) {
  if (existsSync(SWIFTSHADER)) process.env.VK_ICD_FILENAMES ??= SWIFTSHADER;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null)
    throw new Error('no WebGPU adapter: is there a Vulkan loader (libvulkan.so.1) and a driver?');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  device.onuncapturederror = (event) => {
    console.error(event.error.message);
  };
  const module = await server.ssrLoadModule(file);
  const report = await /** @type {Benchmark} */ (module[name])(device, options);
  device.destroy();
  // The instance must outlive its last callback.
  setTimeout(() => gpu, 1000).unref();
  return { ...report, text: `Dawn in Node, ${adapter.info.description}\n${report.text}` };
}

/**
 * The same in headless Chromium, in a fresh page. BENCH_GPU=1 takes the machine's own adapter instead of SwiftShader.
 * @param {import('vite').ViteDevServer} server
 * @param {string} file
 * @param {string} name
 * @param {object} options
 * @returns {Promise<Report>}
 */
export async function runInChrome(server, file, name, options) {
  const { launch } = await import('puppeteer');
  const software = process.env.BENCH_GPU === undefined ? ['--use-webgpu-adapter=swiftshader'] : [];
  const browser = await launch({
    ...(existsSync('/usr/bin/chromium') ? { executablePath: '/usr/bin/chromium' } : {}),
    headless: true,
    protocolTimeout: 3_600_000,
    args: ['--no-sandbox', '--enable-unsafe-webgpu', ...software],
  });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      // Vite's client looks in vain for its live connection, which is switched off.
      if (!/vite|websocket/i.test(message.text())) console.error(message.text());
    });
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}blank.html`);
    const report = await page.evaluate(callInPage, file, name, options);
    return { ...report, text: `${await browser.version()}, ${report.text}` };
  } finally {
    await browser.close();
  }
}

/**
 * @param {string} file
 * @param {string} name
 * @param {object} options
 * @returns {Promise<Report>}
 */
async function callInPage(file, name, options) {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('no WebGPU adapter in this browser');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  device.onuncapturederror = (event) => {
    console.error(event.error.message);
  };
  /** @type {Record<string, Benchmark>} */
  const module = await import(/* @vite-ignore */ file);
  const report = await module[name](device, options);
  return { ...report, text: `${adapter.info.architecture} ${adapter.info.description}\n${report.text}` };
}
