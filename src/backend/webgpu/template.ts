// Specialises a WGSL module by replacing declarations by name. Knows WGSL's outline, not what any kernel does.
import { GPUFaultError, InternalError } from '../../core/errors.ts';

export interface Declaration {
  readonly kind: 'fn' | 'struct' | 'const' | 'alias' | 'var';
  readonly name: string;
  readonly text: string;
}

/** WGSL without comments; block comments nest. */
export function stripComments(source: string): string {
  let out = '';
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    const two = source.slice(i, i + 2);
    if (two === '/*') {
      depth++;
      i++;
    } else if (depth > 0 && two === '*/') {
      depth--;
      i++;
    } else if (depth === 0 && two === '//') {
      while (i < source.length && source[i] !== '\n') i++;
      out += '\n';
    } else if (depth === 0) {
      out += source[i];
    }
  }
  return out;
}

const head = /^(?:@[\w]+(?:\([^)]*\))?\s*)*(fn|struct|const|alias|var)\b(?:<[^>]*>)?\s*(\w+)/;

/** The module's declarations, in order. */
export function parseModule(source: string): Declaration[] {
  const text = stripComments(source);
  const declarations: Declaration[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '{') depth++;
    if (c === '}') depth--;
    if (depth !== 0 || (c !== '}' && c !== ';')) continue;
    const piece = text.slice(start, i + 1).trim();
    start = i + 1;
    if (piece === ';' || piece === '') continue;
    const match = head.exec(piece);
    if (match === null) throw new GPUFaultError(`no declaration: ${piece.slice(0, 60)}`);
    declarations.push({ kind: match[1] as Declaration['kind'], name: match[2], text: piece });
  }
  return declarations;
}

const scalar = /^(u32|i32|f32|bool)$/;

function literal(value: number | boolean, type: string): string {
  if (typeof value === 'boolean') return String(value);
  if (!scalar.test(type)) throw new InternalError(`a constant of type ${type}`);
  return type === 'f32' ? `f32(${value})` : type === 'u32' ? `${value}u` : String(value);
}

export interface Specialisation {
  readonly constants?: Readonly<Record<string, number | boolean>>;
  readonly aliases?: Readonly<Record<string, string>>;
  /** New bodies of functions, by name. */
  readonly functions?: ReadonlyMap<string, string>;
  /** Variables to leave out. */
  readonly removed?: ReadonlySet<string>;
  /** Binding numbers of the variables that stay. */
  readonly bindings?: ReadonlyMap<string, number>;
  /** Members added to `struct Params`. */
  readonly members?: readonly string[];
}

function specialise(declaration: Declaration, by: Specialisation): string | null {
  const { kind, name, text } = declaration;
  if (kind === 'const' && by.constants && name in by.constants) {
    const type = /:\s*(\w+)/.exec(text)?.[1] ?? '';
    return `const ${name}: ${type} = ${literal(by.constants[name], type)};`;
  }
  if (kind === 'alias' && by.aliases && name in by.aliases) return `alias ${name} = ${by.aliases[name]};`;
  if (kind === 'var' && by.removed?.has(name) === true) return null;
  if (kind === 'var' && by.bindings?.has(name) === true) {
    return text.replace(/@binding\(\d+\)/, `@binding(${by.bindings.get(name) ?? 0})`);
  }
  if (kind === 'struct' && name === 'Params' && by.members && by.members.length > 0) {
    const body = text.replace(/,?\s*\}$/, '');
    return `${body},\n  ${by.members.join(',\n  ')},\n}`;
  }
  if (kind === 'fn') {
    const body = by.functions?.get(name);
    if (body !== undefined) return `${text.slice(0, text.indexOf('{'))}{\n${body}\n}`;
  }
  return text;
}

function checkNames(declarations: readonly Declaration[], by: Specialisation): void {
  const known = new Set(declarations.map((d) => d.name));
  const named = [
    ...Object.keys(by.constants ?? {}),
    ...Object.keys(by.aliases ?? {}),
    ...(by.functions?.keys() ?? []),
    ...(by.removed ?? []),
    ...(by.bindings?.keys() ?? []),
  ];
  for (const name of named) {
    if (!known.has(name)) throw new GPUFaultError(`the shader has no declaration ${name}`);
  }
}

/** The module with its declarations specialised. Throws where a name is not declared. */
export function specialiseModule(declarations: readonly Declaration[], by: Specialisation): string {
  checkNames(declarations, by);
  return declarations.flatMap((d) => specialise(d, by) ?? []).join('\n');
}

/** The members of `struct Params`, in order. */
export function paramsOf(declarations: readonly Declaration[]): string[] {
  const params = declarations.find((d) => d.kind === 'struct' && d.name === 'Params');
  if (!params) return [];
  const body = params.text.slice(params.text.indexOf('{') + 1, params.text.lastIndexOf('}'));
  return [...body.matchAll(/(\w+)\s*:\s*(?:u32|i32)/g)].map((match) => match[1]);
}

/** The declarations of a library that `text` needs, directly or through one another, in the library's order. */
export function neededFrom(library: readonly Declaration[], text: string): string[] {
  const byName = new Map(library.map((d) => [d.name, d]));
  const needed = new Set<string>();
  const stack = [text];
  for (let part = stack.pop(); part !== undefined; part = stack.pop()) {
    for (const [word] of part.matchAll(/[A-Za-z_]\w*/g)) {
      const found = byName.get(word);
      if (found && !needed.has(word)) {
        needed.add(word);
        stack.push(found.text);
      }
    }
  }
  return library.filter((d) => needed.has(d.name)).map((d) => d.text);
}
