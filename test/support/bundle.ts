/** Bundles a program as a user's bundler would, to see what it pulls in. */
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { wgslPlugin } from '../../scripts/wgsl.mjs';

export interface Bundle {
  /** What is loaded before the program starts. */
  readonly first: string;
  /** What is loaded when it is asked for (the rarer kernels), by name. */
  readonly later: ReadonlyMap<string, string>;
}

/**
 * The minified bundle of a program.
 *
 * @param folder where packages are looked for
 * @param entry the program's file, relative to the folder
 */
export async function bundle(folder: string, entry: string): Promise<Bundle> {
  const result = await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    publicDir: false,
    plugins: [wgslPlugin()],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: {
        input: path.join(folder, entry),
        external: ['webgpu'],
        // Otherwise nothing is kept of a program that only exports.
        preserveEntrySignatures: 'strict',
      },
    },
  });
  if (!('output' in result)) throw new Error('vite gave no output for a single build');
  const chunks = result.output.filter((part) => part.type === 'chunk');
  const later = new Set(chunks.flatMap((chunk) => chunk.dynamicImports));
  const isFirst = ({ fileName }: { fileName: string }): boolean => !later.has(fileName);
  return {
    first: chunks
      .filter(isFirst)
      .map(({ code }) => code)
      .join('\n'),
    later: new Map(chunks.filter((chunk) => !isFirst(chunk)).map(({ name, code }) => [name, code])),
  };
}

/** Bytes of a text after gzip at its best. */
export function gzipSize(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}

/** A size for people. */
export function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}
