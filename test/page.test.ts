/** A page as a user ships it: bundled, under a strict content security policy, and with a GPU process that may die. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findChrome, testChromeArgs } from '../scripts/chrome.mjs';
import { wgslPlugin } from '../scripts/wgsl.mjs';

import type {} from './support/page-program.ts';

const root = path.resolve(import.meta.dirname, '..');
/** Nothing but the page's own scripts: no text becomes code, nothing comes from elsewhere. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";
const chrome = findChrome();

let folder: string;
let server: Server;
let browser: Browser;
let page: Page;
const errors: string[] = [];
const requests: string[] = [];

async function bundlePage(): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    plugins: [wgslPlugin()],
    build: {
      outDir: folder,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: path.join(root, 'test/support/page-program.ts'),
        external: ['webgpu'],
        output: { entryFileNames: 'main.js', chunkFileNames: '[name].js' },
      },
    },
  });
}

function serve(): Promise<string> {
  server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', POLICY);
    const { pathname } = new URL(request.url ?? '/', 'http://here');
    if (pathname === '/') {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        '<!doctype html><title>page</title><link rel="icon" href="data:," /><script type="module" src="/main.js"></script>',
      );
      return;
    }
    try {
      const text = readFileSync(path.join(folder, path.basename(pathname)));
      response.setHeader('Content-Type', 'text/javascript');
      response.end(text);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

beforeAll(async () => {
  if (chrome === undefined) return;
  folder = mkdtempSync(path.join(tmpdir(), 'wgrad-page-'));
  await bundlePage();
  const origin = await serve();
  browser = await puppeteer.launch({ executablePath: chrome, args: [...testChromeArgs], headless: true });
  page = await browser.newPage();
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(origin);
  await page.waitForFunction(() => window.program !== undefined);
}, 60_000);

afterAll(async () => {
  if (chrome === undefined) return;
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const onlyWithChrome = test.skipIf(chrome === undefined);

onlyWithChrome(
  'trains under a strict content security policy, and asks for the kernels it needs alone',
  async () => {
    expect(await page.evaluate(() => window.program?.open())).toBe('webgpu');
    const losses = (await page.evaluate(() => window.program?.train(30))) ?? [];
    expect(losses).toHaveLength(30);
    expect(losses[29]).toBeLessThan(losses[0]);
    expect(await page.evaluate(() => window.violations)).toEqual([]);
    const files = requests.map((url) => path.basename(new URL(url).pathname)).filter((name) => name !== '');
    expect(files.sort()).toEqual(['main.js', 'matmul-register.js', 'matmul-sum.js', 'reduce.js']);
    expect(errors).toEqual([]);
  },
);

onlyWithChrome('outlives the death of the GPU process', async () => {
  const end = page.evaluate(() => window.program?.trainUntilLost());
  const cdp = await browser.target().createCDPSession();
  const began = performance.now();
  // Chrome answers only when the process is gone, if at all.
  void cdp.send('Browser.crashGpuProcess').catch(() => undefined);
  expect(await end).toBe('DeviceLostError');
  expect(performance.now() - began).toBeLessThan(5000);
  await page.waitForFunction(() => (window.program?.lost().length ?? 0) > 0);
  expect(await page.evaluate(() => window.program?.lost())).toEqual(['DeviceLostError']);
  expect(await page.evaluate(() => window.program?.open())).toBe('webgpu');
  const losses = (await page.evaluate(() => window.program?.train(5))) ?? [];
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses).toHaveLength(5);
  expect(errors).toEqual([]);
});
