// @ts-check
/**
 * Where Chrome is and how it is started: one answer for tests, the main job and benchmarks. It must import
 * nothing from node_modules, because the set-up runs it before anything is installed.
 */
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The surroundings in which Chrome is looked for. Tests pass their own.
 * @typedef {object} Surroundings
 * @property {Record<string, string | undefined>} env environment variables
 * @property {string} platform as `process.platform`
 * @property {string} home the user's home folder
 * @property {(file: string) => boolean} runnable whether this file exists and may be run
 * @property {(folder: string) => string[]} list the names in a folder, none if it is missing
 */

/** @type {Surroundings} */
const here = {
  env: process.env,
  platform: process.platform,
  home: homedir(),
  runnable: (file) => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  },
  list: (folder) => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

const namesOnPath = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];

const macApplications = [
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Chromium.app/Contents/MacOS/Chromium',
  'Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const windowsApplications = [
  'Google\\Chrome\\Application\\chrome.exe',
  'Chromium\\Application\\chrome.exe',
  'Microsoft\\Edge\\Application\\msedge.exe',
];

/** The folder into which Puppeteer downloads Chrome. */
export function puppeteerCache(env = process.env, home = homedir()) {
  return env['PUPPETEER_CACHE_DIR'] ?? path.join(home, '.cache', 'puppeteer');
}

/**
 * Chrome builds in Puppeteer's cache, newest first. A folder is called, for example, `linux-141.0.7390.76`.
 * @param {Surroundings} s
 */
function puppeteerBuilds(s) {
  const root = path.join(puppeteerCache(s.env, s.home), 'chrome');
  const inside = [
    ['chrome-linux64', 'chrome'],
    ['chrome-win64', 'chrome.exe'],
    ['chrome-win32', 'chrome.exe'],
    ...['arm64', 'x64'].map((cpu) => [
      `chrome-mac-${cpu}`,
      'Google Chrome for Testing.app',
      'Contents/MacOS/Google Chrome for Testing',
    ]),
  ];
  const builds = s.list(root).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return builds.flatMap((build) => inside.map((parts) => path.join(root, build, ...parts)));
}

/**
 * Every place where Chrome may be, in the order in which they are tried.
 * @param {Surroundings} s
 * @returns {string[]}
 */
export function chromeCandidates(s = here) {
  const { env, platform, home } = s;
  const asked = [env['CHROME_PATH'], env['PUPPETEER_EXECUTABLE_PATH']].filter(
    (p) => p !== undefined && p !== '',
  );
  const candidates = [...asked.map(String), ...puppeteerBuilds(s)];
  if (platform === 'darwin') {
    for (const root of ['/Applications', path.join(home, 'Applications')]) {
      candidates.push(...macApplications.map((app) => path.join(root, app)));
    }
  } else if (platform === 'win32') {
    for (const root of [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']]) {
      if (root !== undefined) candidates.push(...windowsApplications.map((app) => `${root}\\${app}`));
    }
  } else {
    const folders = (env['PATH'] ?? '').split(':').filter((folder) => folder !== '');
    for (const name of namesOnPath) candidates.push(...folders.map((folder) => path.join(folder, name)));
    candidates.push('/usr/bin/chromium', '/opt/google/chrome/chrome', '/snap/bin/chromium');
  }
  return candidates;
}

/**
 * The Chrome (or Chromium, or Edge) to use, or undefined where there is none.
 * `CHROME_PATH` comes first, then `PUPPETEER_EXECUTABLE_PATH`, Puppeteer's downloads, and what is installed.
 * @param {Surroundings} s
 * @returns {string | undefined}
 */
export function findChrome(s = here) {
  return chromeCandidates(s).find((file) => s.runnable(file));
}

/**
 * Environment variables with which Dawn in Node finds SwiftShader, the software GPU that comes with Chrome, on
 * Linux; undefined where it is not to be found. They must be there when the process starts.
 * @param {string | undefined} chrome the path of Chrome, as found by findChrome
 * @returns {Record<string, string> | undefined}
 */
export function softwareVulkan(chrome = findChrome()) {
  if (process.platform !== 'linux') return undefined;
  const folders = [
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
    '/opt/google/chrome-unstable',
  ];
  if (chrome !== undefined && existsSync(chrome)) folders.unshift(path.dirname(realpathSync(chrome)));
  const driver = 'vk_swiftshader_icd.json';
  const folder = folders.find((candidate) => existsSync(path.join(candidate, driver)));
  if (folder === undefined) return undefined;
  const environment = { VK_ICD_FILENAMES: path.join(folder, driver) };
  // Chrome brings Vulkan's loader along; a system without a GPU has none of its own.
  if (!existsSync(path.join(folder, 'libvulkan.so.1'))) return environment;
  const before = process.env['LD_LIBRARY_PATH'];
  return {
    ...environment,
    LD_LIBRARY_PATH: before === undefined || before === '' ? folder : `${before}:${folder}`,
  };
}

/**
 * Whether Linux shows a graphics processor with a driver. Elsewhere there always is one.
 * @returns {boolean}
 */
export function hasGpu() {
  if (process.platform !== 'linux') return true;
  if (existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidiactl') || existsSync('/dev/dxg'))
    return true;
  return here.list('/dev/dri').some((name) => name.startsWith('renderD'));
}

/** Whether this process is the super-user of a Unix system, where Chrome's sandbox refuses to start. */
export function isRoot() {
  return typeof process.getuid === 'function' && process.getuid() === 0;
}

/** Whether this is Debian or a system made from it (Ubuntu, Mint). */
export function isDebianLike() {
  try {
    return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** What every start of Chrome needs: WebGPU in headless mode, and no traffic of its own. */
const common = [
  '--enable-unsafe-webgpu',
  ...(isRoot() ? ['--no-sandbox'] : []),
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-quic',
  '--disable-sync',
  '--metrics-recording-only',
  // A page that nobody looks at is not to be slowed down.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

const software = [...common, '--use-webgpu-adapter=swiftshader'];
const hardware = [
  ...common,
  '--ignore-gpu-blocklist',
  ...(process.platform === 'linux' ? ['--enable-features=Vulkan'] : []),
];

/**
 * Chrome's arguments for real work: the machine's GPU. Where no GPU is seen, the software adapter is named, so
 * that WebGPU is there in a container as well.
 * @type {readonly string[]}
 */
export const chromeArgs = hasGpu() ? hardware : software;

/**
 * Chrome's arguments for tests: always the software adapter, so that a run is the same on every machine.
 * `WGRAD_REAL_GPU=1` takes the machine's own GPU instead.
 * @type {readonly string[]}
 */
export const testChromeArgs = process.env['WGRAD_REAL_GPU'] === '1' ? chromeArgs : software;
