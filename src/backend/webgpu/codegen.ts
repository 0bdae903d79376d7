// Writes the WGSL of a step: the kernel's file with the step's formulas in its holes. Makes text; touches no GPU.
import type { DType } from '../../core/dtype.ts';
import type { KernelPass } from '../../core/op.ts';
import { sizeOf } from '../../core/shape.ts';
import { type View, collapse, isIdentity } from '../../core/view.ts';
import type { Node, Program, Step } from '../../plan/plan.ts';
import type { ShaderLibrary } from './shaders.ts';
import { type Declaration, neededFrom, paramsOf, parseModule, specialiseModule } from './template.ts';
import { type Word, Words } from './words.ts';

/** What a binding of a kernel is bound to. */
export type Source =
  | { readonly kind: 'value'; readonly value: number }
  /** The scratch buffer that the pass before wrote. */
  | { readonly kind: 'scratch' }
  /** The scratch buffer that this pass writes. */
  | { readonly kind: 'nextScratch' };

export interface Binding {
  readonly source: Source;
  readonly access: 'read' | 'write';
}

/** One dispatch: its text, and all that is needed to run it. */
export interface Kernel {
  readonly source: string;
  readonly label: string;
  /** Storage buffers, bound from @binding(1) on; @binding(0) is the uniform. */
  readonly bindings: readonly Binding[];
  /** Values of the file's own Params, then of the words that the formulas ask for. */
  readonly params: readonly number[];
  readonly words: readonly Word[];
  readonly workgroups: number;
  /** Elements of 4 bytes that the pass writes for the next one; 0 in the last. */
  readonly scratchElements: number;
}

/** How an element type is held in a buffer. */
export const storedType = (dtype: DType): string => (dtype === 'bool' ? 'u32' : dtype);

interface Emission {
  readonly lines: readonly string[];
  readonly results: readonly string[];
}

/** The bindings of one kernel, numbered from 1. */
class Bindings {
  readonly list: Binding[] = [];
  readonly declarations: string[] = [];
  readonly #reads = new Map<number, number>();

  add(source: Source, access: Binding['access']): number {
    return this.list.push({ source, access });
  }

  /** Name of the buffer of a Value that formulas read. */
  read(value: number, dtype: DType, quads: boolean): string {
    let binding = this.#reads.get(value);
    if (binding === undefined) {
      binding = this.add({ kind: 'value', value }, 'read');
      this.#reads.set(value, binding);
      const type = quads ? `vec4<${storedType(dtype)}>` : storedType(dtype);
      this.declarations.push(
        `@group(0) @binding(${binding}) var<storage, read> in${binding}: array<${type}>;`,
      );
    }
    return `in${binding}`;
  }

  write(value: number, dtype: DType, quads: boolean): string {
    const binding = this.add({ kind: 'value', value }, 'write');
    const type = quads ? `vec4<${storedType(dtype)}>` : storedType(dtype);
    this.declarations.push(
      `@group(0) @binding(${binding}) var<storage, read_write> out${binding}: array<${type}>;`,
    );
    return `out${binding}`;
  }
}

/** Writes the formulas of one hole as `let`s over the index `i`. */
class Emitter {
  readonly #program: Program;
  readonly #words: Words;
  readonly #bindings: Bindings;
  readonly #quads: ReadonlyMap<number, string>;
  readonly #lines: string[] = [];
  readonly #coordinates = new Map<string, readonly string[]>();

  /** `quads`: formula names of elements that were loaded four at a time, by node. */
  constructor(
    program: Program,
    words: Words,
    bindings: Bindings,
    quads: ReadonlyMap<number, string> = new Map(),
  ) {
    this.#program = program;
    this.#words = words;
    this.#bindings = bindings;
    this.#quads = quads;
  }

  emit(core: string | null): Emission {
    const names: string[] = [];
    this.#program.nodes.forEach((node, n) => {
      names.push(`v${n}`);
      const text = this.#quads.get(n) ?? this.#expression(node, names, core);
      this.#lines.push(`  let v${n} = ${text};`);
    });
    return { lines: this.#lines, results: this.#program.results.map((n) => names[n]) };
  }

  #expression(node: Node, names: readonly string[], core: string | null): string {
    switch (node.kind) {
      case 'buffer': {
        const text = `${this.#bindings.read(node.value, node.dtype, false)}[${this.#index(node.view)}]`;
        return node.dtype === 'bool' ? `(${text} != 0u)` : text;
      }
      case 'constant':
        return this.#words.constant(node.value, node.dtype);
      case 'index': {
        const words = Array.from({ length: node.op.wordCount }, (_, w) => this.#words.index(node.value, w));
        return node.op.wgsl(this.#index(node.view), words);
      }
      case 'apply': {
        const inputs = node.args.map((arg) => this.#program.nodes[arg].dtype);
        return node.op.wgsl(
          node.args.map((arg) => names[arg]),
          node.dtype,
          inputs,
        );
      }
      case 'core':
        return node.dtype === 'bool' ? `(${core ?? ''} != 0u)` : (core ?? '');
    }
  }

  /** The u32 index into a row-major buffer of element `i` of the view. */
  #index(view: View): string {
    if (isIdentity(view, sizeOf(view.shape))) return 'i';
    const { shape, strides } = collapse(view.shape, [view]);
    const terms: string[] = [];
    if (view.offset !== 0) terms.push(this.#words.stride(view.offset));
    if (strides[0].some((stride) => stride !== 0)) {
      const coordinates = this.#unravel(shape);
      strides[0].forEach((stride, d) => {
        if (stride === 1) terms.push(`i32(${coordinates[d]})`);
        else if (stride !== 0) terms.push(`i32(${coordinates[d]}) * ${this.#words.stride(stride)}`);
      });
    }
    return terms.length === 0 ? '0u' : `u32(${terms.join(' + ')})`;
  }

  /** Names of the coordinates of `i` in the shape, outermost first. */
  #unravel(shape: readonly number[]): readonly string[] {
    const key = shape.join();
    const known = this.#coordinates.get(key);
    if (known) return known;
    const set = this.#coordinates.size;
    const names = shape.map((_, d) => `c${set}_${d}`);
    let rest = 'i';
    for (let d = shape.length - 1; d > 0; d--) {
      const length = `l${set}_${d}`;
      this.#lines.push(`  let ${length} = ${this.#words.size(shape[d])};`);
      this.#lines.push(`  let ${names[d]} = ${rest} % ${length};`);
      this.#lines.push(`  let r${set}_${d} = ${rest} / ${length};`);
      rest = `r${set}_${d}`;
    }
    this.#lines.push(`  let ${names[0]} = ${rest};`);
    this.#coordinates.set(key, names);
    return names;
  }
}

const asStored = (text: string, dtype: DType): string => (dtype === 'bool' ? `u32(${text})` : text);

/** All formula nodes of a step. */
export function nodesOf({ core, epilogue }: Step): Node[] {
  const programs = core?.operands.flatMap((operand) => (operand.kind === 'indexed' ? operand.program : []));
  return [epilogue, ...(programs ?? [])].flatMap(({ nodes }) => nodes);
}

/** The functions that a step's formulas may call: the library's, and those that came with its operations. */
function functionsOf(step: Step, library: ShaderLibrary): readonly Declaration[] {
  const own = nodesOf(step).flatMap((node) => (node.kind === 'apply' ? (node.op.functions ?? []) : []));
  return [...library.functions, ...[...new Set(own)].flatMap(parseModule)];
}

/** Most library functions that a formula may need for four copies of it to be worth their compilation. */
const QUAD_FUNCTIONS_MAX = 2;

/** Whether the formulas are little but loads and stores: exponentials and their kin are bound by arithmetic. */
function isLight(step: Step, library: ShaderLibrary): boolean {
  const { nodes } = step.epilogue;
  const texts = nodes.map((node) => {
    if (node.kind === 'index') return node.op.wgsl('', new Array<string>(node.op.wordCount).fill(''));
    if (node.kind !== 'apply') return '';
    const inputs = node.args.map((arg) => nodes[arg].dtype);
    return node.op.wgsl(
      inputs.map(() => ''),
      node.dtype,
      inputs,
    );
  });
  return neededFrom(functionsOf(step, library), texts.join('\n')).length <= QUAD_FUNCTIONS_MAX;
}

/**
 * The buffers that a step without a core reads in order, where it goes by four elements an invocation; null where it
 * goes one by one.
 */
function flatBuffers(step: Step, library: ShaderLibrary): Set<number> | null {
  if (!isLight(step, library)) return null;
  const flat = new Set<number>();
  const other = new Set<number>();
  for (const node of step.epilogue.nodes) {
    if (node.kind === 'buffer') (isIdentity(node.view, step.size) ? flat : other).add(node.value);
  }
  for (const value of other) flat.delete(value);
  return flat.size > 0 || other.size === 0 ? flat : null;
}

function elementwiseKernel(step: Step, library: ShaderLibrary): Kernel {
  const words = new Words();
  const bindings = new Bindings();
  const flat = flatBuffers(step, library);
  const quads = new Map<number, string>();
  const loads: string[] = [];
  if (flat !== null) {
    step.epilogue.nodes.forEach((node, n) => {
      if (node.kind !== 'buffer' || !flat.has(node.value)) return;
      loads.push(`  let q${n} = ${bindings.read(node.value, node.dtype, true)}[q];`);
      quads.set(n, node.dtype === 'bool' ? `(x${n} != 0u)` : `x${n}`);
    });
  }
  const { lines, results } = new Emitter(step.epilogue, words, bindings, quads).emit(null);
  const outs = step.outputs.map((out) => bindings.write(out.value, out.dtype, flat !== null));
  const stored = results.map((name, r) => asStored(name, step.outputs[r].dtype));
  const text =
    flat === null
      ? { body: [...lines, ...outs.map((out, r) => `  ${out}[i] = ${stored[r]};`)], helper: '' }
      : quadText(step, [...quads.keys()], loads, { lines, results: stored }, outs);
  const declarations = library.kernel('elementwise');
  const source = specialiseModule(declarations, {
    functions: new Map([['element', text.body.join('\n')]]),
    removed: new Set(['a', 'out']),
    members: fusedMember(words),
  });
  return {
    source: complete(functionsOf(step, library), [...bindings.declarations, text.helper], source),
    label: step.label,
    bindings: bindings.list,
    params: [flat === null ? step.size : Math.ceil(step.size / 4)],
    words: words.list,
    workgroups: Math.ceil(step.size / (flat === null ? 64 : 256)),
    scratchElements: 0,
  };
}

/** Four elements an invocation: vector loads and stores around four calls of the formula. */
function quadText(
  step: Step,
  loaded: readonly number[],
  loads: readonly string[],
  { lines, results }: Emission,
  outs: readonly string[],
): { body: string[]; helper: string } {
  const nodes = step.epilogue.nodes;
  const parameters = loaded.map((n) => `x${n}: ${storedType(nodes[n].dtype)}`);
  const fields = step.outputs.map((out, r) => `r${r}: ${storedType(out.dtype)},`);
  const helper = [
    `struct Element { ${fields.join(' ')} }`,
    `fn formula(${['i: u32', ...parameters].join(', ')}) -> Element {`,
    ...lines,
    `  return Element(${results.join(', ')});`,
    '}',
  ].join('\n');
  const call = (lane: number): string =>
    `formula(${[`4u * q + ${lane}u`, ...loaded.map((n) => `q${n}.${'xyzw'[lane]}`)].join(', ')})`;
  const body = ['  let q = i;', ...loads];
  for (let lane = 0; lane < 4; lane++) body.push(`  let e${lane} = ${call(lane)};`);
  outs.forEach((out, r) => {
    const type = storedType(step.outputs[r].dtype);
    body.push(`  ${out}[q] = vec4<${type}>(e0.r${r}, e1.r${r}, e2.r${r}, e3.r${r});`);
  });
  return { body, helper };
}

const fusedMember = (words: Words): string[] =>
  words.list.length === 0 ? [] : [`fused: array<vec4<u32>, ${Math.ceil(words.list.length / 4)}>`];

/** The module with its declarations and the library functions that it calls. */
function complete(
  functions: readonly Declaration[],
  declarations: readonly string[],
  source: string,
): string {
  const body = [...declarations.filter((text) => text !== ''), source].join('\n');
  return [...neededFrom(functions, body), body].join('\n');
}

function corePassKernel(step: Step, pass: KernelPass, last: boolean, library: ShaderLibrary): Kernel {
  const words = new Words();
  const bindings = new Bindings();
  const declarations = pass.source === undefined ? library.kernel(pass.shader) : parseModule(pass.source);
  const functions = new Map<string, string>(Object.entries(pass.functions ?? {}));
  const removed = new Set<string>();
  const numbers = new Map<string, number>();
  for (const [name, read] of Object.entries(pass.reads)) {
    const operand = read === 'scratch' ? null : step.core?.operands[read];
    if (operand?.kind === 'indexed') {
      const { lines, results } = new Emitter(operand.program, words, bindings).emit(null);
      functions.set(
        `load_${name}`,
        [...lines, `  return ${asStored(results[0], operand.dtype)};`].join('\n'),
      );
      removed.add(name);
    } else {
      const source: Source = operand ? { kind: 'value', value: operand.value } : { kind: 'scratch' };
      numbers.set(name, bindings.add(source, 'read'));
    }
  }
  if (last) {
    const { lines, results } = new Emitter(step.epilogue, words, bindings).emit('value');
    const stores = step.outputs.map(
      (out, r) => `  ${bindings.write(out.value, out.dtype, false)}[i] = ${asStored(results[r], out.dtype)};`,
    );
    functions.set('store', [...lines, ...stores].join('\n'));
    removed.add('out');
  } else {
    numbers.set('out', bindings.add({ kind: 'nextScratch' }, 'write'));
  }
  const source = specialiseModule(declarations, {
    ...(pass.constants ? { constants: pass.constants } : {}),
    ...(pass.aliases ? { aliases: pass.aliases } : {}),
    functions,
    removed,
    bindings: numbers,
    members: fusedMember(words),
  });
  return {
    source: complete(functionsOf(step, library), bindings.declarations, source),
    label: last ? step.label : `${step.label} (part)`,
    bindings: bindings.list,
    params: paramsOf(declarations).map((name) => pass.params[name] ?? 0),
    words: words.list,
    workgroups: pass.workgroups,
    scratchElements: last ? 0 : (pass.scratchElements ?? 0),
  };
}

/** The kernels of a step, one a pass. `passes` are those of its core operation. */
export function kernelsOf(step: Step, passes: readonly KernelPass[], library: ShaderLibrary): Kernel[] {
  if (step.core === null) return [elementwiseKernel(step, library)];
  return passes.map((pass, p) => corePassKernel(step, pass, p === passes.length - 1, library));
}
