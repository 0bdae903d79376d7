// Reads the fixtures that PyTorch made: JSON to plain arrays. Knows their format (see opinfo_dump.py), and nothing of wgrad.

export type Dtype = 'f32' | 'i32' | 'bool';

/** Numbers of a tensor, row-major. `data` is a Float64Array where the truth is finer than float32. */
export interface Plain {
  readonly kind: 'tensor';
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly data:
    Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;
  readonly requiresGrad: boolean;
  /** PyTorch's own name of the element type. */
  readonly torchDtype: string;
}

/** A tensor that the call was given before, at another place. */
export interface Same {
  readonly kind: 'same';
  readonly path: string;
}

/** A dtype or another constant of torch as an argument. */
export interface Constant {
  readonly kind: 'constant';
  readonly name: string;
}

export type Decoded = Plain | Same | Constant | number | string | boolean | null | readonly Decoded[];

export interface SecondOrder {
  readonly v: Readonly<Record<string, Plain>>;
  readonly grads: Readonly<Record<string, Plain | null>>;
}

/** One call, and what PyTorch answered. */
export interface Sample {
  readonly args: readonly Decoded[];
  readonly kwargs: Readonly<Record<string, Decoded>>;
  readonly outputs: readonly Plain[];
  /** PyTorch's float32 answers, where they are other numbers than the truth. */
  readonly outputs32: readonly Plain[] | null;
  readonly gradOutputs: readonly Plain[];
  readonly grads: Readonly<Record<string, Plain | null>>;
  readonly grads32: Readonly<Record<string, Plain | null>> | null;
  readonly grads2: SecondOrder | null;
  /** How far each part moves when the inputs are rounded, of operations whose tolerance depends on it. */
  readonly noise: Noise | null;
}

export type Noise = Readonly<Record<'output' | 'grads' | 'grads2', number>>;

/** A call that PyTorch refuses. */
export interface Refusal {
  readonly args: readonly Decoded[];
  readonly kwargs: Readonly<Record<string, Decoded>>;
  readonly type: string;
  readonly pattern: string;
}

export interface OpRecord {
  /** PyTorch's name with its variant, as in `max.reduction_with_dim`. */
  readonly name: string;
  readonly family: Family;
  readonly source: string;
  readonly dtype: string;
  readonly samples: readonly Sample[];
  readonly errors: readonly Refusal[];
  /** What the dump left out: reason → count. */
  readonly skipped: Readonly<Record<string, number>>;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const DTYPES: Readonly<Record<string, Dtype>> = {
  float32: 'f32',
  float64: 'f32',
  int64: 'i32',
  int32: 'i32',
  uint8: 'i32',
  bool: 'bool',
};

const WORDS: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

/** Whether a decoded argument is a tensor. */
export const isPlain = (x: Decoded | undefined): x is Plain =>
  typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'tensor';

/** Whether a decoded argument is a list. */
export const isList = (x: Decoded | undefined): x is readonly Decoded[] => Array.isArray(x);

function isObject(x: Json | undefined): x is JsonObject {
  return typeof x === 'object' && x !== null && !Array.isArray(x);
}

function object(x: Json | undefined, what: string): JsonObject {
  if (!isObject(x)) throw new Error(`fixture: ${what} is no object`);
  return x;
}

function list(x: Json | undefined, what: string): readonly Json[] {
  if (!Array.isArray(x)) throw new Error(`fixture: ${what} is no array`);
  return x as readonly Json[];
}

function number(x: Json): number {
  if (typeof x === 'number') return x;
  const word = typeof x === 'string' ? WORDS[x] : undefined;
  if (word !== undefined) return word;
  if (typeof x === 'string' && /^-?\d+$/.test(x)) return Number(x);
  throw new Error(`fixture: ${JSON.stringify(x)} is no number`);
}

function int32(n: number): number {
  if (n !== (n | 0)) throw new Error(`fixture: ${n} does not fit in 32 bits`);
  return n;
}

function text(x: Json | undefined, what: string): string {
  if (typeof x !== 'string') throw new Error(`fixture: ${what} is no text`);
  return x;
}

function plain(x: JsonObject): Plain {
  const torchDtype = text(x['dtype'], 'dtype');
  const dtype = DTYPES[torchDtype];
  if (dtype === undefined) throw new Error(`fixture: dtype ${torchDtype}`);
  const numbers = list(x['data'], 'data').map(number);
  const arrays = { f32: x['wide'] === true ? Float64Array : Float32Array, i32: Int32Array, bool: Uint8Array };
  return {
    kind: 'tensor',
    shape: list(x['shape'], 'shape').map(number),
    dtype,
    data: new arrays[dtype](dtype === 'i32' ? numbers.map(int32) : numbers),
    requiresGrad: x['requires_grad'] === true,
    torchDtype,
  };
}

function decode(x: Json): Decoded {
  if (typeof x === 'string') return WORDS[x] ?? x;
  if (Array.isArray(x)) return (x as readonly Json[]).map(decode);
  if (!isObject(x)) return x as number | boolean | null;
  if ('shape' in x) return plain(x);
  if ('same' in x) return { kind: 'same', path: text(x['same'], 'same') };
  return { kind: 'constant', name: text(x['dtype'] ?? x['torch'], 'constant') };
}

function record<T>(x: JsonObject, f: (value: Json) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(x).map(([key, value]) => [key, f(value)]));
}

const orNull = (x: Json): Plain | null => (x === null ? null : plain(object(x, 'tensor')));

function tensors(x: Json | undefined): readonly Plain[] {
  const many: readonly Json[] = Array.isArray(x) ? (x as readonly Json[]) : [x as Json];
  return many.map((one) => plain(object(one, 'output')));
}

function sample(x: Json): Sample {
  const s = object(x, 'sample');
  const two = s['grads2'];
  return {
    args: list(s['args'], 'args').map(decode),
    kwargs: record(object(s['kwargs'], 'kwargs'), decode),
    outputs: tensors(s['output']),
    outputs32: s['output32'] === undefined ? null : tensors(s['output32']),
    gradOutputs: list(s['grad_output'], 'grad_output').map((g) => plain(object(g, 'grad_output'))),
    grads: record(object(s['grads'], 'grads'), orNull),
    grads32: s['grads32'] === undefined ? null : record(object(s['grads32'], 'grads32'), orNull),
    grads2: isObject(two)
      ? {
          v: record(object(two['v'], 'v'), (g) => plain(object(g, 'v'))),
          grads: record(object(two['grads'], 'grads2.grads'), orNull),
        }
      : null,
    noise: isObject(s['noise']) ? (record(s['noise'], number) as Noise) : null,
  };
}

function refusal(x: Json): Refusal {
  const e = object(x, 'error');
  return {
    args: list(e['args'], 'args').map(decode),
    kwargs: record(object(e['kwargs'], 'kwargs'), decode),
    type: text(e['error_type'], 'error_type'),
    pattern: text(e['error_regex'], 'error_regex'),
  };
}

/** The operators of a fixture's text. */
export function parse(source: string, family: Family): OpRecord[] {
  const file = object(JSON.parse(source) as Json, 'file');
  return list(file['ops'], 'ops').map((x) => {
    const op = object(x, 'operator');
    return {
      name: text(op['name'], 'name'),
      family,
      source: text(op['source'], 'source'),
      dtype: text(op['dtype'], 'dtype'),
      samples: list(op['samples'], 'samples').map(sample),
      errors: list(op['errors'] ?? [], 'errors').map(refusal),
      skipped: record(object(op['skipped'], 'skipped'), number),
    };
  });
}

const files = {
  elementwise: () => import('./elementwise.json?raw'),
  comparison: () => import('./comparison.json?raw'),
  reduction: () => import('./reduction.json?raw'),
  matmul: () => import('./matmul.json?raw'),
  movement: () => import('./movement.json?raw'),
  indexing: () => import('./indexing.json?raw'),
  loss: () => import('./loss.json?raw'),
  summary: () => import('./summary.json?raw'),
  scan: () => import('./scan.json?raw'),
  activation: () => import('./activation.json?raw'),
  transcendental: () => import('./transcendental.json?raw'),
  elementary: () => import('./elementary.json?raw'),
  bitwise: () => import('./bitwise.json?raw'),
  order: () => import('./order.json?raw'),
  creation: () => import('./creation.json?raw'),
  diagonal: () => import('./diagonal.json?raw'),
  arrangement: () => import('./arrangement.json?raw'),
  products: () => import('./products.json?raw'),
  subscript: () => import('./subscript.json?raw'),
  scatter: () => import('./scatter.json?raw'),
  padding: () => import('./padding.json?raw'),
  reference: () => import('./reference.json?raw'),
  integer: () => import('./integer.json?raw'),
  conv: () => import('./conv.json?raw'),
  pool: () => import('./pool.json?raw'),
  interpolate: () => import('./interpolate.json?raw'),
  norm: () => import('./norm.json?raw'),
  attention: () => import('./attention.json?raw'),
  losses: () => import('./losses.json?raw'),
  convChosen: () => import('./convChosen.json?raw'),
  linalg: () => import('./linalg.json?raw'),
  fourier: () => import('./fourier.json?raw'),
  spectral: () => import('./spectral.json?raw'),
  chosen: () => import('./chosen.json?raw'),
  chosen_order: () => import('./chosen_order.json?raw'),
  chosen_activation: () => import('./chosen_activation.json?raw'),
  chosen_transcendental: () => import('./chosen_transcendental.json?raw'),
  chosen_elementary: () => import('./chosen_elementary.json?raw'),
  selection: () => import('./selection.json?raw'),
  special: () => import('./special.json?raw'),
};

/** A fixture: one file of PyTorch's samples. */
export type Family = keyof typeof files;

/** The fixtures of ordinary samples: all but special values and what has to wait, which have tests of their own. */
export const families = (Object.keys(files) as readonly Family[]).filter(
  (family) => family !== 'special' && family !== 'selection',
);

/** All operators of a fixture. */
export async function load(family: Family): Promise<OpRecord[]> {
  return parse((await files[family]()).default, family);
}
