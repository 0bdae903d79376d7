// The server behind the training page: what it serves, to whom, and under which policy.
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type TrainServer } from '../../demo/train/server.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const job = Uint8Array.from([1, 2, 3, 250]);

describe('startServer', () => {
  let server: TrainServer;
  const received: [string, number[]][] = [];
  beforeAll(async () => {
    server = await startServer(root, job, (name, body) => {
      received.push([name, [...body]]);
      return Promise.resolve();
    });
  });
  afterAll(() => server.close());
  const get = (path: string, init?: RequestInit) => fetch(`${server.origin}${path}`, init);

  it('listens on this machine alone, under a secret path', () => {
    expect(server.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(server.address).toMatch(/^\/job-[0-9a-f]{32}$/);
  });

  it('serves the page under a policy that allows nothing from elsewhere and no evaluated code', async () => {
    const page = await get('/');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toContain('unsafe');
    const text = await page.text();
    expect(text).toContain('/demo/train/page.ts');
    expect(text).not.toContain('http');
  });

  it('gives the job to who knows the path, and takes what comes back', async () => {
    const answer = await get(`${server.address}/job`);
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([...job]);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    for (const name of ['checkpoint', 'result']) {
      const body = Uint8Array.from([9, 8, 7]);
      expect((await get(`${server.address}/${name}`, { method: 'POST', body })).status).toBe(204);
    }
    expect(received).toEqual([
      ['checkpoint', [9, 8, 7]],
      ['result', [9, 8, 7]],
    ]);
    const guess = await get(`/job-${'0'.repeat(32)}/job`);
    expect(guess.headers.get('content-type')).not.toBe('application/octet-stream');
    expect([...new Uint8Array(await guess.arrayBuffer())]).not.toEqual([...job]);
  });

  it("serves the library's sources as scripts, and no hot-reload client", async () => {
    const source = await get('/demo/train/page.ts');
    expect(source.headers.get('content-type')).toContain('javascript');
    expect(await (await get('/@vite/client')).text()).not.toContain('WebSocket');
  });
});
