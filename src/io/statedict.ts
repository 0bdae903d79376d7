// Modules and whole training runs as bytes of a safetensors file, and back. Knows no file system and no network.
import { arrayFor } from '../core/dtype.ts';
import { FileFormatError } from '../core/errors.ts';
import { Tensor, tensor } from '../tensor.ts';
import { parse, serialize } from './safetensors.ts';
import type { HostTensor, Metadata } from './safetensors.ts';

/** What has tensors by name: a module. */
export interface HasTensors {
  stateDict(): ReadonlyMap<string, Tensor>;
  loadStateDict(state: ReadonlyMap<string, Tensor>, options?: { readonly strict?: boolean }): LoadReport;
}

/** What a loaded state lacked and had too much. */
export interface LoadReport {
  readonly missingKeys: readonly string[];
  readonly unexpectedKeys: readonly string[];
}

/**
 * Reads tensors from the device, all in one run, and writes them as a safetensors file.
 *
 * @param tensors Tensors by name.
 * @param metadata Strings kept in the header.
 */
export async function saveTensors(
  tensors: Iterable<readonly [string, Tensor]>,
  metadata?: Metadata,
): Promise<Uint8Array<ArrayBuffer>> {
  const read = [...tensors].map(async ([name, t]): Promise<[string, HostTensor]> => {
    return [name, { dtype: t.dtype, shape: t.shape, data: await t.data() }];
  });
  return serialize(await Promise.all(read), metadata);
}

/** Tensors of a safetensors file, copied from it, and its metadata. Throws FileFormatError for bytes that are none. */
export function loadTensors(bytes: ArrayBuffer | Uint8Array): {
  tensors: Map<string, Tensor>;
  metadata: Map<string, string>;
} {
  const { tensors, metadata } = parse(bytes);
  const made = [...tensors].map(([name, { dtype, shape, data }]): [string, Tensor] => {
    const own = arrayFor(dtype, data.length);
    own.set(data);
    return [name, tensor(own, { dtype }).reshape([...shape])];
  });
  return { tensors: new Map(made), metadata };
}

/**
 * A module's parameters and buffers as a safetensors file, by their names in `stateDict()`. Linear weights are
 * [out, in], as PyTorch has them: its `load_state_dict` takes the file as it is.
 */
export function saveStateDict(
  module: HasTensors,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return saveTensors(module.stateDict(), { format: 'pt', ...metadata });
}

/**
 * Loads a module's parameters and buffers from a safetensors file.
 *
 * @param options `strict: false` allows names that are missing in the file or in the module.
 * @throws FileFormatError for bytes that are no such file; ValueError or ShapeError when they do not fit the module.
 */
export function loadStateDict(
  module: HasTensors,
  bytes: ArrayBuffer | Uint8Array,
  options: { readonly strict?: boolean } = {},
): LoadReport {
  return module.loadStateDict(loadTensors(bytes).tensors, options);
}

/** An optimiser's state as it is saved: tensors and numbers of each parameter, and the options of the groups. */
export interface SavedOptimizer {
  readonly state: ReadonlyMap<number, Readonly<Record<string, Tensor | number>>>;
  readonly paramGroups: readonly object[];
}

/** A loader's place as it is saved. */
export interface SavedLoader {
  readonly seed: number;
  readonly epoch: number;
  readonly position: number;
}

/** What makes up a training run. */
export interface Run {
  readonly module: HasTensors;
  readonly optimizer?: { stateDict(): SavedOptimizer; loadStateDict(state: SavedOptimizer): void };
  readonly loader?: { stateDict(): SavedLoader; loadStateDict(state: SavedLoader): void };
}

interface Notes {
  readonly optimizer?: {
    readonly paramGroups: readonly object[];
    readonly numbers: readonly (readonly [number, string, number])[];
  };
  readonly loader?: SavedLoader;
  readonly extra?: unknown;
}

const NOTES = 'wgrad.checkpoint';

/**
 * Everything a run needs to go on as if it had never stopped: parameters, the optimiser's state and options, the
 * place in the data. The values are those of this moment, even when training goes on before the bytes are there.
 *
 * @param extra Anything else, as plain JSON data: the epoch, the seed, the best accuracy so far.
 */
export function saveCheckpoint(
  { module, optimizer, loader }: Run,
  extra: unknown = null,
): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = [...module.stateDict()].map(([name, t]): [string, Tensor] => [`model.${name}`, t]);
  const saved = optimizer?.stateDict();
  const numbers: [number, string, number][] = [];
  for (const [index, state] of saved?.state ?? []) {
    for (const [name, value] of Object.entries(state)) {
      if (value instanceof Tensor) tensors.push([`optimizer.${String(index)}.${name}`, value]);
      else numbers.push([index, name, value]);
    }
  }
  const notes: Notes = {
    extra,
    ...(saved && { optimizer: { paramGroups: saved.paramGroups, numbers } }),
    ...(loader && { loader: loader.stateDict() }),
  };
  return saveTensors(tensors, { format: 'pt', [NOTES]: JSON.stringify(notes) });
}

function readNotes(metadata: ReadonlyMap<string, string>): Notes {
  try {
    const notes: unknown = JSON.parse(metadata.get(NOTES) ?? '');
    if (typeof notes === 'object' && notes !== null) return notes;
  } catch {
    // Answered below, together with notes of another kind.
  }
  throw new FileFormatError('this file is not a checkpoint', {
    expected: `metadata '${NOTES}' written by io.saveCheckpoint`,
    got: metadata.has(NOTES)
      ? 'text that is not its JSON'
      : `metadata ${[...metadata.keys()].join(', ') || '(none)'}`,
    fix: 'load a file with the parameters alone by io.loadStateDict',
  });
}

function optimizerState(
  notes: NonNullable<Notes['optimizer']>,
  tensors: ReadonlyMap<string, Tensor>,
): SavedOptimizer {
  const state = new Map<number, Record<string, Tensor | number>>();
  const put = (index: number, name: string, value: Tensor | number): void => {
    const own = state.get(index) ?? {};
    own[name] = value;
    state.set(index, own);
  };
  for (const [index, name, value] of notes.numbers) put(index, name, value);
  for (const [key, value] of tensors) {
    const parts = /^optimizer\.(\d+)\.(.+)$/.exec(key);
    if (parts?.[1] !== undefined && parts[2] !== undefined) put(Number(parts[1]), parts[2], value);
  }
  return { state, paramGroups: notes.paramGroups };
}

/**
 * Takes a run up where `saveCheckpoint` left it. Module, optimiser and loader must be made as they were then.
 *
 * @returns The `extra` of the saved run.
 * @throws FileFormatError for bytes that are no checkpoint; ValueError or ShapeError when they do not fit.
 */
export function loadCheckpoint(bytes: ArrayBuffer | Uint8Array, { module, optimizer, loader }: Run): unknown {
  const { tensors, metadata } = loadTensors(bytes);
  const notes = readNotes(metadata);
  const own = [...tensors].filter(([name]) => name.startsWith('model.'));
  module.loadStateDict(new Map(own.map(([name, t]) => [name.slice('model.'.length), t])));
  if (optimizer && notes.optimizer) optimizer.loadStateDict(optimizerState(notes.optimizer, tensors));
  if (loader && notes.loader) loader.loadStateDict(notes.loader);
  return notes.extra;
}
