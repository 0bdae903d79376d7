/**
 * Lets vitest's browser mode drive Chrome through Puppeteer. It knows nothing of what is tested.
 * The provider interface of vitest is marked experimental: the version of vitest is pinned by the lock file.
 */
import { defineBrowserProvider } from '@vitest/browser';
import type { Browser, LaunchOptions, Page } from 'puppeteer';
import puppeteer from 'puppeteer';
import type { BrowserProvider, TestProject } from 'vitest/node';

class PuppeteerProvider implements BrowserProvider {
  readonly name = 'puppeteer';
  /** One GPU process serves all pages: two at once would only wait for each other. */
  readonly supportsParallelism = false;
  readonly #project: TestProject;
  readonly #launch: LaunchOptions;
  readonly #pages = new Map<string, Page>();
  #browser: Promise<Browser> | undefined;

  constructor(project: TestProject, launch: LaunchOptions) {
    this.#project = project;
    this.#launch = launch;
  }

  getCommandsContext(sessionId: string): Record<string, unknown> {
    return { page: this.#pages.get(sessionId) };
  }

  async openPage(sessionId: string, url: string): Promise<void> {
    this.#browser ??= puppeteer.launch({ headless: this.#project.config.browser.headless, ...this.#launch });
    const browser = await this.#browser;
    const page = await browser.newPage();
    this.#pages.set(sessionId, page);
    page.on('pageerror', (error) => console.error(error));
    await page.goto(url, { timeout: 0 });
  }

  async close(): Promise<void> {
    if (this.#browser === undefined) return;
    const browser = await this.#browser;
    this.#browser = undefined;
    await browser.close();
  }
}

/**
 * A provider for `test.browser.provider`.
 *
 * @param launch what Puppeteer needs to start Chrome: executablePath and args
 */
export function puppeteerProvider(launch: LaunchOptions) {
  return defineBrowserProvider({
    name: 'puppeteer',
    supportedBrowser: ['chrome'],
    options: {},
    providerFactory: (project: TestProject) => new PuppeteerProvider(project, launch),
  });
}
