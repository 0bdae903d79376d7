/**
 * The rules of the house as functions from sources to complaints. Each complaint says what to do. What the layers
 * are, and what is excused, comes from outside.
 */
import ts from 'typescript';
import type { Import, Source } from './source.ts';
import { lineOf, walk } from './source.ts';

/** A part of the library and what it may import. */
export interface Layer {
  /** Files (`src/grad.ts`) and folders (`src/core/`) that belong to it. */
  readonly places: readonly string[];
  /** Layers that it may import; its own is always allowed. */
  readonly uses: readonly string[];
  /** Layers of which it may import types alone. */
  readonly usesTypesOf?: readonly string[];
}

export type Layers = Readonly<Record<string, Layer>>;

/** A forbidden thing that one file may do after all, with the reason. */
export interface Excuse {
  readonly file: string;
  readonly what: string;
  readonly reason: string;
}

const at = (file: string, line: number, text: string): string => `${file}:${line}: ${text}`;

function layerOf(file: string, layers: Layers): string | undefined {
  const belongs = (place: string): boolean => (place.endsWith('/') ? file.startsWith(place) : file === place);
  return Object.keys(layers).find((name) => layers[name]?.places.some(belongs));
}

function importComplaint(source: Source, wanted: Import, from: string, layers: Layers): string | undefined {
  const say = (text: string): string => at(source.file, wanted.line, text);
  if (wanted.target === undefined) {
    // The one package that the library may reach for, at run time and where the user has installed it.
    if (wanted.specifier === 'webgpu' && (wanted.dynamic || wanted.typeOnly)) return undefined;
    return say(`imports the package '${wanted.specifier}': the library has no dependencies, write it here.`);
  }
  const to = layerOf(wanted.target, layers);
  if (to === undefined) {
    return say(
      `imports ${wanted.target}, which is in no layer: move it, or add its place to the layer table.`,
    );
  }
  if (to === from || layers[from]?.uses.includes(to)) return undefined;
  if (layers[from]?.usesTypesOf?.includes(to)) {
    if (wanted.typeOnly) return undefined;
    return say(`'${from}' may import only types from '${to}': write \`import type\`, or move what it needs.`);
  }
  const allowed =
    [...(layers[from]?.uses ?? []), ...(layers[from]?.usesTypesOf ?? [])].join(', ') || 'nothing';
  return say(
    `'${from}' must not import '${to}' (${wanted.specifier}); it may import ${allowed}. ` +
      'Move the code to the layer that knows both, or hand the thing in as an argument.',
  );
}

/** Imports that go against the direction of the layers, and files in no layer. */
export function layerComplaints(sources: readonly Source[], layers: Layers): string[] {
  return sources.flatMap((source) => {
    const from = layerOf(source.file, layers);
    if (from === undefined) {
      return [`${source.file}: is in no layer: move it, or add its place to the layer table.`];
    }
    return source.imports
      .map((wanted) => importComplaint(source, wanted, from, layers))
      .filter((complaint) => complaint !== undefined);
  });
}

/**
 * Files that import each other in a circle when the program runs. Types are erased, so they may. `knots` are
 * folders whose files may import each other in a circle among themselves.
 */
export function cycleComplaints(sources: readonly Source[], knots: readonly string[] = []): string[] {
  const tied = (a: string, b: string): boolean =>
    knots.some((folder) => a.startsWith(folder) && b.startsWith(folder));
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const done = new Set<string>();
  const complaints: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    const again = trail.indexOf(file);
    if (again >= 0) {
      const circle = [...trail.slice(again), file].join(' → ');
      complaints.push(
        `${circle}: a circle of imports. Move what both need into a third file, or import types only.`,
      );
      return;
    }
    if (done.has(file)) return;
    for (const { target, typeOnly } of byFile.get(file)?.imports ?? []) {
      if (typeOnly || target === undefined || !byFile.has(target) || tied(file, target)) continue;
      visit(target, [...trail, file]);
    }
    done.add(file);
  };
  for (const { file } of sources) visit(file, []);
  return complaints;
}

function declaredName(statement: ts.Statement): string | undefined {
  const declares = ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement);
  return declares || ts.isTypeAliasDeclaration(statement) ? statement.name?.text : undefined;
}

/** WebGPU's types and values named outside the folder that may know them. */
export function gpuNameComplaints(sources: readonly Source[], home: string): string[] {
  // A class of the library's own may begin with the same letters.
  const own = new Set(sources.flatMap(({ tree }) => tree.statements.map(declaredName)));
  return sources
    .filter(({ file }) => !file.startsWith(home))
    .flatMap(({ file, tree }) => {
      const complaints: string[] = [];
      walk(tree, (node) => {
        if (!ts.isIdentifier(node) || !/^GPU[A-Z]\w+$/.test(node.text) || own.has(node.text)) return;
        complaints.push(at(file, lineOf(tree, node), `names ${node.text}: only ${home} may know WebGPU.`));
      });
      return complaints;
    });
}

const forbidden: Readonly<Record<string, string>> = {
  'Math.random': 'use the seeded generator, so that a run can be repeated',
  'Date.now': 'results must not depend on the clock',
  'performance.now': 'results must not depend on the clock',
  console: 'the library prints nothing; throw an error or return the text',
  eval: 'it breaks strict content security policies',
  Function: 'it breaks strict content security policies',
};

/** The forbidden thing that a node uses, if any. */
function forbiddenUse(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    return [`${text}.${node.name.text}`, text].find(
      (name) => name === 'console' || (name.includes('.') && name in forbidden),
    );
  }
  if (ts.isElementAccessExpression(node) && ts.isIdentifier(node.expression)) {
    const key = ts.isStringLiteralLike(node.argumentExpression) ? node.argumentExpression.text : '';
    const name = `${node.expression.text}.${key}`;
    return name in forbidden ? name : undefined;
  }
  if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && ts.isIdentifier(node.expression)) {
    const { text } = node.expression;
    return text === 'eval' || text === 'Function' ? text : undefined;
  }
  return undefined;
}

/** Clocks, unseeded randomness, printing and code made from text; and excuses that excuse nothing. */
export function forbiddenComplaints(sources: readonly Source[], excuses: readonly Excuse[]): string[] {
  const used = new Set<Excuse>();
  const complaints = sources.flatMap(({ file, tree }) => {
    const found: string[] = [];
    walk(tree, (node) => {
      const what = forbiddenUse(node);
      if (what === undefined) return;
      const excuse = excuses.find((entry) => entry.file === file && entry.what === what);
      if (excuse !== undefined) used.add(excuse);
      else found.push(at(file, lineOf(tree, node), `uses ${what}: ${forbidden[what] ?? 'it is forbidden'}.`));
    });
    return found;
  });
  const idle = excuses.filter((excuse) => !used.has(excuse));
  return [
    ...complaints,
    ...idle.map(({ file, what }) => `${file}: no longer uses ${what}: delete its excuse.`),
  ];
}

/** Variables of a module that can be assigned again: hidden state. */
export function moduleStateComplaints(sources: readonly Source[], home: string): string[] {
  return sources
    .filter(({ file }) => file !== home)
    .flatMap(({ file, tree }) =>
      tree.statements
        .filter((statement) => ts.isVariableStatement(statement))
        .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Const) === 0)
        .map((statement) =>
          at(
            file,
            lineOf(tree, statement),
            `a module-level let: state lives in ${home}, or in an object that is passed.`,
          ),
        ),
    );
}

/** Files that nothing imports and that are no entry. */
export function unusedFileComplaints(sources: readonly Source[], entries: readonly string[]): string[] {
  const used = new Set([
    ...entries,
    ...sources.flatMap(({ imports }) => imports.map(({ target }) => target)),
  ]);
  return sources
    .filter(({ file }) => !used.has(file))
    .map(({ file }) => `${file}: nothing imports it: use it, export it from an entry, or delete it.`);
}

/** Shaders that no source imports. */
export function unusedShaderComplaints(shaders: readonly string[], sources: readonly Source[]): string[] {
  const used = new Set(sources.flatMap(({ imports }) => imports.map(({ target }) => target)));
  return shaders
    .filter((shader) => !used.has(shader))
    .map((shader) => `${shader}: no source imports it: import it where shaders are listed, or delete it.`);
}

const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME'].join('|')})\\b`);

/** Files that are too long, and files with notes of unfinished work. */
export function textComplaints(files: readonly { file: string; text: string }[], maxLines: number): string[] {
  return files.flatMap(({ file, text }) => {
    const lines = text.replace(/\n$/, '').split('\n');
    const notes = lines.flatMap((line, i) =>
      unfinished.test(line)
        ? [at(file, i + 1, 'a note of unfinished work: finish it, or file an issue.')]
        : [],
    );
    if (lines.length <= maxLines) return notes;
    return [`${file}: ${lines.length} lines, at most ${maxLines}: split it by subject.`, ...notes];
  });
}

/** Names of operations written out where only kinds may be known. */
export function opNameComplaints(sources: readonly Source[], names: readonly string[]): string[] {
  const known = new Set(names);
  return sources.flatMap(({ file, tree }) => {
    const complaints: string[] = [];
    walk(tree, (node) => {
      if (!ts.isStringLiteralLike(node) || !known.has(node.text)) return;
      const text = `names the operation '${node.text}': ask the operation for its kind or a property of it instead.`;
      complaints.push(at(file, lineOf(tree, node), text));
    });
    return complaints;
  });
}
