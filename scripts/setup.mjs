// @ts-check
/**
 * Set-up before `npm test`, `npm start` and the like: the right Node, the locked packages, a Chrome. It uses Node
 * alone, since nothing is installed when it first runs, and it is done in a moment when everything is there.
 *
 * Usage: node scripts/setup.mjs test | start | check | demo | bench
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findChrome, isDebianLike, isRoot, puppeteerCache } from './chrome.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const oldestNode = [20, 19];

/** Commands that can do without Chrome altogether. */
const withoutChrome = new Set(['check']);

/**
 * A plain sentence when this Node is too old, otherwise undefined.
 * @param {string} version for example `20.19.0`
 * @returns {string | undefined}
 */
export function nodeComplaint(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = oldestNode;
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
  return `wgrad needs Node ${oldestNode.join('.')} or newer; this is Node ${version}. Get a newer one from https://nodejs.org.`;
}

/**
 * One entry of a lock file's `packages`.
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} Lock
 */

/**
 * Why node_modules is not what the lock file says, or undefined if it is. Contents are compared, not dates: a
 * checkout touches dates, and an install by hand may write the two files in either order.
 * @param {Lock} locked package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json, undefined where there is none
 * @returns {string | undefined}
 */
export function staleReason(locked, installed) {
  if (installed === undefined) return 'no packages are installed yet';
  for (const [place, wanted] of Object.entries(locked.packages ?? {})) {
    if (place === '') continue;
    const found = installed.packages?.[place];
    if (found === undefined) {
      // What is optional is left out by npm where the machine is of another kind.
      if (wanted.optional === true || wanted.devOptional === true) continue;
      return `${place} is missing`;
    }
    if (found.version !== wanted.version) {
      return `${place} is ${found.version ?? 'unknown'}, the lock file says ${wanted.version ?? 'unknown'}`;
    }
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Lock | undefined}
 */
function readLock(file) {
  try {
    return /** @type {Lock} */ (JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/**
 * Runs a program with its output shown. Returns whether it ended well.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, shell?: boolean, env?: NodeJS.ProcessEnv, timeout?: number }} options
 */
function runs(program, args, options = {}) {
  const done = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  return done.status === 0;
}

/** @param {string[]} args */
function npm(args, cwd = root) {
  const self = process.env['npm_execpath'];
  if (self !== undefined && /\.[cm]?js$/.test(self)) return runs(process.execPath, [self, ...args], { cwd });
  // Started by hand, not by npm: on Windows npm is a .cmd file, which only a shell can start.
  return runs('npm', args, { cwd, shell: process.platform === 'win32' });
}

/**
 * Installs exactly what the lock file of a folder says, if that is not there already.
 * @param {string} folder
 * @returns {string | undefined} what went wrong
 */
function installPackages(folder) {
  const locked = readLock(path.join(folder, 'package-lock.json'));
  if (locked === undefined)
    return `${path.join(folder, 'package-lock.json')} cannot be read: is this a complete checkout?`;
  const reason = staleReason(locked, readLock(path.join(folder, 'node_modules', '.package-lock.json')));
  if (reason === undefined) return undefined;
  console.log(`Set-up: installing the packages (${reason}).`);
  if (npm(['ci', '--no-audit', '--no-fund'], folder)) return undefined;
  return 'The packages could not be installed (see above): npm needs its registry.';
}

/** @param {string} chrome */
function starts(chrome) {
  return spawnSync(chrome, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

const aptEnvironment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

/** Whether packages of the system can be added: Debian or Ubuntu, as the super-user. */
const canInstallSystemPackages = process.platform === 'linux' && isRoot() && isDebianLike();

/** Puppeteer's own download, kept only if it starts here. */
function downloadChrome() {
  const cli = path.join(root, 'node_modules', 'puppeteer', 'lib', 'cjs', 'puppeteer', 'node', 'cli.js');
  if (!existsSync(cli)) return undefined;
  // A bare Debian or Ubuntu also lacks the libraries that Chrome needs.
  const withLibraries = canInstallSystemPackages ? ['--install-deps'] : [];
  console.log('Set-up: downloading Chrome for Testing (about 170 MB).');
  const args = [cli, 'browsers', 'install', 'chrome', ...withLibraries];
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 600_000 });
  if (done.status !== 0) {
    // Only the causes: the rest of what Puppeteer prints is its manual.
    const causes = done.stderr.split('\n').filter((line) => /^Error:|^ {2}- /.test(line));
    console.log(`Set-up: that failed. ${causes.map((line) => line.trim()).join(' ')}`);
  }
  const chrome = findChrome();
  if (chrome === undefined || starts(chrome)) return chrome;
  console.log(
    `Set-up: ${chrome} does not start here (system libraries are missing), so it is removed again.`,
  );
  if (chrome.startsWith(puppeteerCache())) rmSync(path.dirname(chrome), { recursive: true, force: true });
  return undefined;
}

/** Debian's own Chromium. */
function installChromium() {
  if (!canInstallSystemPackages) return undefined;
  console.log('Set-up: installing the system’s chromium package.');
  const done = runs('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], {
    env: aptEnvironment,
  });
  return done ? findChrome() : undefined;
}

/** Chrome's path, after getting one where there is none; undefined where none could be got. */
function provideChrome() {
  const found = findChrome();
  if (found !== undefined) return found;
  console.log('Set-up: no Chrome found, getting one.');
  if (canInstallSystemPackages) runs('apt-get', ['update', '-q'], { env: aptEnvironment });
  return downloadChrome() ?? installChromium();
}

/**
 * @param {string} command
 * @returns {number} the exit code
 */
function setUp(command) {
  const problem = nodeComplaint() ?? installPackages(root);
  if (problem !== undefined) {
    console.error(`Set-up: ${problem}`);
    return 1;
  }
  if (command === 'bench' && existsSync(path.join(root, 'bench', 'package-lock.json'))) {
    const rivals = installPackages(path.join(root, 'bench'));
    if (rivals !== undefined) console.error(`Set-up: the benchmarks run without their rivals. ${rivals}`);
  }
  if (withoutChrome.has(command) || provideChrome() !== undefined) return 0;
  const advice = 'Install Google Chrome or Chromium, or name one in CHROME_PATH.';
  if (command === 'test' && process.env['CI'] !== undefined && process.env['CI'] !== 'false') {
    console.error(`Set-up: no Chrome, and CI must run every test. ${advice}`);
    return 1;
  }
  const loss = command === 'test' ? 'the tests in Chrome are left out' : 'there is no WebGPU in a browser';
  console.error(`Set-up: no Chrome: ${loss}. ${advice}`);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.exitCode = setUp(process.argv[2] ?? 'test');
}
