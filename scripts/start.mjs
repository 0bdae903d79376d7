// @ts-check
/**
 * `npm start`: runs the main job, `demo/train/main.ts`, with the arguments given. Node 20 cannot run TypeScript
 * or import shaders, so the files go through Vite, which stays open for imports made later.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer, isRunnableDevEnvironment } from 'vite';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const server = await createServer({
  root,
  configFile: false,
  appType: 'custom',
  logLevel: 'warn',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
});
const environment = server.environments.ssr;
if (!isRunnableDevEnvironment(environment)) throw new Error('Vite cannot run modules in this process');

let code = 1;
try {
  /** @type {{ main: (argv: string[]) => Promise<number> }} */
  const job = await environment.runner.import('/demo/train/main.ts');
  code = await job.main(process.argv.slice(2));
} catch (error) {
  console.error(error);
}
// Dawn keeps a Node process alive for as long as a device is reachable, so the end is said outright.
process.exit(code);
