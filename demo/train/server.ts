// Serves the training page, the library's sources and the job to the one browser that asks; it knows no training.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer as createViteServer } from 'vite';

/** What the page may load and call: this server, and nothing that evaluates text as code. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";
/**
 * In place of Vite's client, which would open a socket for hot reloading: only the helper that Vite puts before
 * imports of computed names, such as the library's of `webgpu` in Node.
 */
const CLIENT = 'export const injectQuery = (url) => url;';
/** Largest body taken from the page. */
const MAX_BODY = 512 * 2 ** 20;

/** Bytes that come from the page, by name. */
export type Receive = (name: 'checkpoint' | 'result', body: Uint8Array) => Promise<void>;

export interface TrainServer {
  /** http://127.0.0.1:port */
  readonly origin: string;
  readonly pageUrl: string;
  /** Path under which the job is found; holds a secret, since other programs can reach the port too. */
  readonly address: string;
  close(): Promise<void>;
}

async function body(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new Error('the page sent too much');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, type: string, content: Uint8Array | string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': POLICY,
  });
  response.end(content);
}

/** Starts the server on a free port of 127.0.0.1; `root` is the folder of the package. */
export async function startServer(root: string, job: Uint8Array, receive: Receive): Promise<TrainServer> {
  const address = `/job-${randomBytes(16).toString('hex')}`;
  const http = createHttpServer();
  const vite = await createViteServer({
    root,
    configFile: false,
    appType: 'custom',
    logLevel: 'error',
    clearScreen: false,
    // Nothing is to be bundled ahead: the page imports only this package's own sources.
    optimizeDeps: { noDiscovery: true, include: [] },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null, host: '127.0.0.1', cors: false },
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = (request.url ?? '').split('?')[0];
    if (url === '/') {
      send(response, 200, 'text/html', await readFile(join(root, 'demo/train/page.html')));
    } else if (url === '/@vite/client') {
      send(response, 200, 'text/javascript', CLIENT);
    } else if (url === `${address}/job` && request.method === 'GET') {
      send(response, 200, 'application/octet-stream', job);
    } else if (url === `${address}/checkpoint` && request.method === 'POST') {
      await receive('checkpoint', await body(request));
      send(response, 204, 'text/plain', '');
    } else if (url === `${address}/result` && request.method === 'POST') {
      await receive('result', await body(request));
      send(response, 204, 'text/plain', '');
    } else {
      vite.middlewares(request, response);
    }
  };
  http.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      send(response, 500, 'text/plain', error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    http.closeAllConnections();
    await Promise.all([vite.close(), new Promise((resolve) => http.close(resolve))]);
  };
  return { origin, pageUrl: `${origin}/`, address, close };
}
