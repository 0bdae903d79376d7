/**
 * Vite plugin for the published build: shader text without its comments and blank space. It knows WGSL's comments
 * and nothing else of the language.
 */
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

/** What ends a line in WGSL, and so a `//` comment. */
const lineBreak = /[\n\v\f\r\u0085\u2028\u2029]/;

/** The index just behind the block comment that opens at `start`. Block comments nest. */
function endOfBlockComment(code: string, start: number): number {
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    const two = code.slice(i, i + 2);
    if (two !== '/*' && two !== '*/') continue;
    depth += two === '/*' ? 1 : -1;
    i++;
    if (depth === 0) return i + 1;
  }
  throw new Error(`a block comment that opens at character ${start} is never closed: add the missing */`);
}

/** The index of the line break that ends the comment that opens at `start`, or the text's end. */
function endOfLineComment(code: string, start: number): number {
  let i = start;
  while (i < code.length && !lineBreak.test(code.charAt(i))) i++;
  return i;
}

/**
 * WGSL without comments. Each comment becomes one space, so that what it kept apart stays apart. WGSL has no
 * strings, so every `//` and `/*` outside a comment opens one.
 *
 * @throws Error where a block comment is not closed
 */
export function stripComments(code: string): string {
  let out = '';
  let from = 0;
  for (let i = 0; i + 1 < code.length; i++) {
    if (code[i] !== '/' || (code[i + 1] !== '/' && code[i + 1] !== '*')) continue;
    const end = code[i + 1] === '/' ? endOfLineComment(code, i) : endOfBlockComment(code, i);
    out += `${code.slice(from, i)} `;
    from = end;
    i = end - 1;
  }
  return out + code.slice(from);
}

/**
 * WGSL made short: no comments, no indentation, no blank lines, single spaces. Line breaks stay where there was
 * code, so that a compiler's line number still means something.
 */
export function shortenWgsl(code: string): string {
  return stripComments(code)
    .split(lineBreak)
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** Serves `x.wgsl` and `x.wgsl?raw` as a module whose default export is the shortened text. */
export function wgslPlugin(): Plugin {
  return {
    name: 'wgrad:wgsl',
    enforce: 'pre',
    async load(id) {
      const [file = ''] = id.split('?');
      if (!file.endsWith('.wgsl')) return null;
      this.addWatchFile(file);
      const text = shortenWgsl(await readFile(file, 'utf8'));
      return { code: `export default ${JSON.stringify(text)};\n`, moduleType: 'js', map: { mappings: '' } };
    },
  };
}
