/** Reads source files as syntax trees, for the rules in rules.ts. It knows no rule itself. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One import or re-export. */
export interface Import {
  /** As written, for example `../core/shape.ts` or `../shaders/add.wgsl?raw`. */
  readonly specifier: string;
  /** The file meant, relative to the root, without `?raw`; undefined for a package. */
  readonly target: string | undefined;
  /** Erased by the compiler: `import type`, `export type`, `import('x').T`. */
  readonly typeOnly: boolean;
  /** `import('x')` as an expression. */
  readonly dynamic: boolean;
  readonly line: number;
}

/** A source file with its tree. */
export interface Source {
  /** Relative to the root, with slashes: `src/core/shape.ts`. */
  readonly file: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
}

/** All files under a folder of `root` whose names end as asked, relative to the root and sorted. */
export function listFiles(root: string, folder: string, endings: readonly string[]): string[] {
  const found: string[] = [];
  const visit = (place: string): void => {
    let entries;
    try {
      entries = readdirSync(path.join(root, place), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      const name = `${place}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules') visit(name);
      else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(name);
    }
  };
  visit(folder);
  return found.sort();
}

/** The line, counted from 1, on which a node begins. */
export function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Calls `visit` for every node of a tree. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** What a node imports, if it does. */
function importOf(node: ts.Node): Pick<Import, 'specifier' | 'typeOnly' | 'dynamic'> | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, typeOnly, dynamic: false };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, typeOnly: node.isTypeOnly, dynamic: false };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    if (ts.isStringLiteral(literal)) return { specifier: literal.text, typeOnly: true, dynamic: false };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [argument] = node.arguments;
    if (argument !== undefined && ts.isStringLiteralLike(argument)) {
      return { specifier: argument.text, typeOnly: false, dynamic: true };
    }
  }
  return undefined;
}

/** Parses a file's text. `file` is relative to the root and need not exist. */
export function parse(file: string, text: string): Source {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, false, ts.ScriptKind.TS);
  const imports: Import[] = [];
  walk(tree, (node) => {
    const found = importOf(node);
    if (found === undefined) return;
    const [plain = ''] = found.specifier.split('?');
    const target = plain.startsWith('.') ? path.posix.join(path.posix.dirname(file), plain) : undefined;
    imports.push({ ...found, target, line: lineOf(tree, node) });
  });
  return { file, text, tree, imports };
}

/** Reads and parses all TypeScript files of a folder. */
export function readSources(root: string, folder: string): Source[] {
  const files = listFiles(root, folder, ['.ts']).filter((file) => !file.endsWith('.d.ts'));
  return files.map((file) => parse(file, readFileSync(path.join(root, file), 'utf8')));
}
