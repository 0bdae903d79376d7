/** The set-up script's decisions: which Node is too old, when packages are stale, which Chrome is taken. */
import { describe, expect, test } from 'vitest';
import { findChrome } from '../scripts/chrome.mjs';
import { nodeComplaint, staleReason } from '../scripts/setup.mjs';

test.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('Node %s will do', (version) => {
  expect(nodeComplaint(version)).toBeUndefined();
});

test.each(['20.18.3', '18.20.0', '9.11.2'])('Node %s is too old', (version) => {
  expect(nodeComplaint(version)).toContain(`needs Node 20.19 or newer; this is Node ${version}`);
});

describe('packages', () => {
  const locked = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b-darwin': { version: '2.0.0', optional: true },
    },
  };

  test('nothing installed', () => {
    expect(staleReason(locked, undefined)).toBe('no packages are installed yet');
  });

  test('as locked, without what belongs to another system', () => {
    expect(staleReason(locked, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBeUndefined();
  });

  test('one is missing', () => {
    expect(staleReason(locked, { packages: {} })).toBe('node_modules/a is missing');
  });

  test('one has another version', () => {
    const installed = { packages: { 'node_modules/a': { version: '0.9.0' } } };
    expect(staleReason(locked, installed)).toBe('node_modules/a is 0.9.0, the lock file says 1.0.0');
  });
});

describe('Chrome', () => {
  /** A machine on which exactly these files exist. */
  const machine = (platform: string, files: string[], env: Record<string, string> = {}) => ({
    env,
    platform,
    home: '/home/u',
    runnable: (file: string) => files.includes(file),
    list: (folder: string) => [
      ...new Set(
        files
          .filter((file) => file.startsWith(`${folder}/`))
          .map((file) => file.slice(folder.length + 1).split('/')[0] ?? ''),
      ),
    ],
  });
  const cache = '/home/u/.cache/puppeteer/chrome';
  const debian = '/usr/bin/chromium';

  test('none', () => {
    expect(findChrome(machine('linux', [], { PATH: '/usr/bin' }))).toBeUndefined();
  });

  test('the one asked for comes first', () => {
    const env = { CHROME_PATH: '/opt/my/chrome', PATH: '/usr/bin' };
    expect(findChrome(machine('linux', [debian, '/opt/my/chrome'], env))).toBe('/opt/my/chrome');
  });

  test('one that is asked for but missing is passed over', () => {
    expect(findChrome(machine('linux', [debian], { CHROME_PATH: '/gone', PATH: '/usr/bin' }))).toBe(debian);
  });

  test('Puppeteer’s newest download', () => {
    const builds = ['linux-99.0.1', 'linux-148.0.7778.97'].map(
      (build) => `${cache}/${build}/chrome-linux64/chrome`,
    );
    expect(findChrome(machine('linux', [debian, ...builds], { PATH: '/usr/bin' }))).toBe(builds[1]);
  });

  test('Google Chrome before Chromium on the path, in any folder', () => {
    const files = [debian, '/usr/local/bin/google-chrome'];
    expect(findChrome(machine('linux', files, { PATH: '/usr/bin:/usr/local/bin' }))).toBe(
      '/usr/local/bin/google-chrome',
    );
  });

  test('macOS and Windows', () => {
    const mac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(findChrome(machine('darwin', [mac]))).toBe(mac);
    const windows = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
    expect(findChrome(machine('win32', [windows], { PROGRAMFILES: 'C:\\Program Files' }))).toBe(windows);
  });
});
