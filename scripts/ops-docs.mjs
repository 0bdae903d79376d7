// @ts-check
/**
 * Writes docs/ops.md: every operation with its signature, what it does, how it runs, its gradient, its accuracy class
 * and PyTorch's name for it. All of it is read from the sources: the functions of src/tensor/functions, the operation
 * table, and the tables of the tests.
 *
 * Usage: node scripts/ops-docs.mjs [--check]      (--check: fails where the file is not what would be written)
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { createServer } from 'vite';
import { wgslPlugin } from './wgsl.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const target = path.join(root, 'docs/ops.md');
const folder = path.join(root, 'src/tensor/functions');

/** @typedef {{ kind: string, grad: unknown, name: string }} Op */
/** @typedef {{ name: string, signature: string, text: string, opName: string }} Found */

/**
 * A module of the sources, whose names are typed where it is used.
 * @template T
 * @param {import('vite').ViteDevServer} server
 * @param {string} file
 * @returns {Promise<T>}
 */
const load = async (server, file) => /** @type {T} */ (await server.ssrLoadModule(file));

/** @returns {Promise<{ operations: ReadonlyMap<string, Op>, classOf: Record<string, string>, torch: string[] }>} */
async function tables() {
  const server = await createServer({
    root,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    plugins: [wgslPlugin()],
    server: { middlewareMode: true, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  });
  try {
    /** @type {{ operations: () => ReadonlyMap<string, Op> }} */
    const table = await load(server, '/src/ops/table.ts');
    /** @type {{ classOf: Record<string, string> }} */
    const tolerances = await load(server, '/test/support/tolerances.ts');
    /** @type {{ adapters: Record<string, unknown> }} */
    const adapters = await load(server, '/test/oracle/adapters/index.ts');
    return {
      operations: table.operations(),
      classOf: tolerances.classOf,
      torch: Object.keys(adapters.adapters),
    };
  } finally {
    await server.close();
  }
}

const program = ts.createProgram([path.join(root, 'src/index.ts')], {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
});
const checker = program.getTypeChecker();

/** @param {ts.Symbol} symbol */
const resolved = (symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;

/**
 * The function behind `unary(ops.x)`, or the declaration itself.
 * @param {ts.Declaration} declaration
 * @returns {ts.SignatureDeclaration | null}
 */
function functionOf(declaration) {
  if (ts.isFunctionDeclaration(declaration)) return declaration;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer) return null;
  let value = declaration.initializer;
  while (ts.isAsExpression(value) || ts.isParenthesizedExpression(value)) value = value.expression;
  if (ts.isArrowFunction(value)) return value;
  if (!ts.isCallExpression(value)) return null;
  let argument = value.arguments[0];
  while (argument && (ts.isAsExpression(argument) || ts.isParenthesizedExpression(argument)))
    argument = argument.expression;
  if (!argument) return null;
  const symbol = checker.getSymbolAtLocation(
    ts.isPropertyAccessExpression(argument) ? argument.name : argument,
  );
  const inner = symbol && resolved(symbol).declarations?.[0];
  return inner ? functionOf(inner) : null;
}

/** @param {string} type */
const forUsers = (type) =>
  type
    .replace(/import\([^)]*\)\./g, '')
    .replace(/\breadonly /g, '')
    .replace(/\b(Value|Operand|TensorLike)\b/g, 'Tensor')
    .replace(/\bTensor \| number\b/g, 'Tensor')
    .replace(/ \| undefined/g, '')
    .replace(/\s+/g, ' ');

/** @param {ts.SignatureDeclaration} fn */
function parametersOf(fn) {
  return fn.parameters
    .map((parameter) => {
      const optional = parameter.questionToken !== undefined || parameter.initializer !== undefined;
      const rest = parameter.dotDotDotToken ? '...' : '';
      if (ts.isObjectBindingPattern(parameter.name) || optional) {
        const type = checker.getTypeAtLocation(parameter);
        const members = checker.getNonNullableType(type).getProperties();
        const isOptions =
          ts.isObjectBindingPattern(parameter.name) || /[Oo]ptions$/.test(parameter.name.getText());
        if (isOptions) return `{ ${members.map((member) => member.name).join(', ')} }${optional ? '?' : ''}`;
      }
      return `${rest}${parameter.name.getText()}${optional ? '?' : ''}`;
    })
    .join(', ');
}

/** @param {ts.Node} node */
function textOf(node) {
  const host = ts.isArrowFunction(node) ? node.parent : node;
  const symbol =
    ts.isVariableDeclaration(host) || ts.isFunctionDeclaration(host)
      ? host.name && checker.getSymbolAtLocation(host.name)
      : undefined;
  const comment = symbol ? ts.displayPartsToString(symbol.getDocumentationComment(checker)) : '';
  return (comment.split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ').replaceAll('|', '\\|').trim();
}

/**
 * The exported functions of a family's file, in order.
 * @param {string} file
 * @returns {Found[]}
 */
function functionsIn(file) {
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) return [];
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = resolved(exported);
    const declaration = symbol.declarations?.[0];
    if (!declaration || !(symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Function))) return [];
    const fn = functionOf(declaration);
    if (fn === null) return [];
    const own = textOf(declaration);
    const inner =
      fn.name && ts.isIdentifier(fn.name)
        ? fn.name.text
        : ts.isVariableDeclaration(fn.parent)
          ? fn.parent.name.getText()
          : '';
    return [
      { name: exported.name, signature: forUsers(parametersOf(fn)), text: own || textOf(fn), opName: inner },
    ];
  });
}

/** @param {string} name */
const snake = (name) =>
  name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();

const KINDS = /** @type {Record<string, string>} */ ({
  elementwise: 'fused formula',
  core: 'kernel',
  view: 'view',
  index: 'fused formula',
  constant: 'constant',
  composite: 'composite',
});

async function text() {
  const { operations, classOf, torch } = await tables();
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !['index.ts', 'lift.ts'].includes(name))
    .sort((a, b) => Number(b === 'basic.ts') - Number(a === 'basic.ts') || a.localeCompare(b));
  let count = 0;
  const sections = files.map((name) => {
    const family = name.replace('.ts', '');
    const prefix = ['linalg', 'fft'].includes(family) ? `${family}.` : '';
    const rows = functionsIn(path.join(folder, name)).map((found) => {
      count++;
      const op = operations.get(found.name) ?? operations.get(found.opName);
      const names = [snake(found.name), found.name.toLowerCase(), snake(found.opName)].flatMap((base) =>
        ['', 'nn.functional.', 'linalg.', 'special.', 'fft.'].map((space) => `${space}${base}`),
      );
      const known =
        torch.find((t) => names.includes(t)) ?? torch.find((t) => names.some((n) => t.startsWith(`${n}.`)));
      const gradient =
        op === undefined
          ? 'of its parts'
          : op.grad !== null
            ? 'rule'
            : op.kind === 'composite'
              ? 'of its parts'
              : 'none';
      const cells = [
        `\`${prefix}${found.name}(${found.signature.replaceAll('|', '\\|')})\``,
        found.text,
        op === undefined ? 'made of others' : (KINDS[op.kind] ?? op.kind),
        gradient,
        known === undefined ? '' : (classOf[known] ?? ''),
        known === undefined ? '' : `\`${known}\``,
      ];
      return `| ${cells.join(' | ')} |`;
    });
    return rows.length === 0
      ? ''
      : `## ${family[0]?.toUpperCase()}${family.slice(1)}\n\n| function | what | runs as | gradient | accuracy | PyTorch |\n|---|---|---|---|---|---|\n${rows.join('\n')}`;
  });
  const page = `# Operations

Generated by \`node scripts/ops-docs.mjs\`; do not edit.

${count} functions of tensors, on a table of ${operations.size} operations. A number or an array may stand wherever a tensor
does; options are one object. *Runs as*: a **fused formula** becomes part of its neighbours' kernels, a **kernel** has a
shader of its own (with formulas before and after it fused in), a **view** costs nothing, and what is **made of others** is
fused like them. *Gradient*: a **rule** of its own, written in operations and so differentiable again; **of its parts**; or
**none**. *Accuracy* names the class of tolerance in \`test/support/tolerances.ts\` that PyTorch's samples must meet, under
PyTorch's name for the operator; how far each one is off is in [ops-report.md](ops-report.md).

${sections.filter((section) => section !== '').join('\n\n')}
`;
  return format(page, { ...(await resolveConfig(target)), parser: 'markdown' });
}

const made = await text();
if (!process.argv.includes('--check')) {
  writeFileSync(target, made);
  console.log(`wrote docs/ops.md, ${made.split('\n').length} lines`);
} else if (!existsSync(target) || readFileSync(target, 'utf8') !== made) {
  console.error('docs/ops.md is not up to date: run node scripts/ops-docs.mjs');
  process.exit(1);
}
process.exit(0);
