// @ts-check
/**
 * Shader text for the published package: WGSL without comments and blank space, and the Vite plugin that serves it.
 * It knows WGSL's comments and nothing else of the language.
 */
import { readFile } from 'node:fs/promises';

/** What ends a line in WGSL, and so a `//` comment. */
const lineBreak = /[\n\v\f\r\u0085\u2028\u2029]/;

/**
 * The index just behind the block comment that opens at `start`. Block comments nest.
 * @param {string} code
 * @param {number} start
 */
function endOfBlockComment(code, start) {
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

/**
 * The index of the line break that ends the comment that opens at `start`, or the text's end.
 * @param {string} code
 * @param {number} start
 */
function endOfLineComment(code, start) {
  let i = start;
  while (i < code.length && !lineBreak.test(code.charAt(i))) i++;
  return i;
}

/**
 * WGSL without comments. Each comment becomes one space, so that what it kept apart stays apart. WGSL has no
 * strings, so every `//` and `/*` outside a comment opens one. Throws where a block comment is not closed.
 * @param {string} code
 * @returns {string}
 */
export function stripComments(code) {
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
 * A line without the spaces that no token needs. Those around - & | ! < > stay: `- -x` is not `--x`, and what `<` and
 * `>` are depends on their neighbours.
 * @param {string} line
 */
const squeeze = (line) => line.replace(/ ?([(){},;:]) ?/g, '$1').replace(/(?<![>]) ([*/%+=]) /g, '$1');

/**
 * WGSL made short: no comments, no indentation, no blank lines, few spaces. Line breaks stay where there was
 * code, so that a compiler's line number still means something.
 * @param {string} code
 * @returns {string}
 */
export function shortenWgsl(code) {
  return stripComments(code)
    .split(lineBreak)
    .map((line) => squeeze(line.replace(/\s+/g, ' ').trim()))
    .filter((line) => line !== '')
    .join('\n');
}

/**
 * A shader as a JavaScript module whose default export is the shortened text.
 * @param {string} file path of the .wgsl file
 * @returns {Promise<string>}
 */
export async function shaderModule(file) {
  return `export default ${JSON.stringify(shortenWgsl(await readFile(file, 'utf8')))};\n`;
}

/**
 * Serves imports of `x.wgsl` and `x.wgsl?raw` as shortened text.
 * @returns {import('vite').Plugin}
 */
export function wgslPlugin() {
  return {
    name: 'wgrad:wgsl',
    // Before Vite's own reading of `?raw`.
    enforce: 'pre',
    async load(id) {
      const [file = ''] = id.split('?');
      if (!file.endsWith('.wgsl')) return null;
      this.addWatchFile(file);
      return { code: await shaderModule(file), moduleType: 'js', map: { mappings: '' } };
    },
  };
}
