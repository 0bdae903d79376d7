// The safetensors file format, read and written as bytes. Every claim of a file is checked against its length
// before memory is taken for it. Knows nothing of tensors on a device.
import type { DType } from '../core/dtype.ts';
import { FileFormatError, ValueError } from '../core/errors.ts';
import { formats, written } from './formats.ts';
import type { FileDType, TensorData } from './formats.ts';
import { hasLoneSurrogate, readHeader, shown } from './header.ts';
import type { Entry } from './header.ts';

export type { FileDType, TensorData } from './formats.ts';

/** A tensor as host data: `data` is row-major, one array element for each element of `shape`. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: TensorData | Float64Array;
}

/** A tensor read from a file. `fileDtype` is the type it had there. */
export interface ParsedTensor extends HostTensor {
  readonly data: TensorData;
  readonly fileDtype: FileDType;
}

/** What a file holds, in the order of its header. */
export interface ParsedFile {
  readonly tensors: Map<string, ParsedTensor>;
  readonly metadata: Map<string, string>;
}

/** Largest header that is read or written, in bytes; the limit of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000;
const PREFIX_BYTES = 8;

const MEND = 'write the file again, or check that it was downloaded whole';

function bad(what: string, expected: string, got: string): FileFormatError {
  return new FileFormatError(`safetensors: ${what}`, { expected, got, fix: MEND });
}

function asBytes(input: ArrayBuffer | Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(input)) return new Uint8Array(input);
  // Memory that another thread may write cannot be checked once and read later: take a copy.
  if (!(input.buffer instanceof ArrayBuffer)) return new Uint8Array(input);
  // A plain view: the slice() of Node's Buffer, a subclass, does not copy.
  return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
}

function headerText(bytes: Uint8Array): { text: string; end: number } {
  const size = bytes.byteLength;
  if (size < PREFIX_BYTES) throw bad('the file is too short', 'at least 8 bytes', `${String(size)} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  const room = Math.min(MAX_HEADER_BYTES, size - PREFIX_BYTES);
  if (length > room)
    throw bad('the header does not fit', `at most ${String(room)} bytes`, `${String(length)} bytes`);
  const end = PREFIX_BYTES + length;
  try {
    // ignoreBOM keeps a byte order mark in the text, where the grammar refuses it.
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(bytes.subarray(PREFIX_BYTES, end)), end };
  } catch {
    throw bad('the header is not text', 'UTF-8', 'bytes that are not UTF-8');
  }
}

/** `first` times every extent, NaN once that passes 2^53: a zero further on does not make it small again. */
function product(first: number, extents: readonly number[]): number {
  let total = first;
  for (const extent of extents) total = Number.isSafeInteger(total * extent) ? total * extent : NaN;
  return total;
}

/** The number of bytes an entry's dtype and shape ask for; must equal what its offsets span. */
function checkEntry(name: string, entry: Entry, size: number): void {
  const format = formats.get(entry.dtype);
  if (format === undefined) {
    const known = [...formats.keys()].join(', ');
    throw new FileFormatError(`safetensors: tensor ${shown(name)} has a dtype that is not supported`, {
      expected: known,
      got: shown(entry.dtype),
      fix: 'convert the tensor to F32 in the program that wrote the file',
    });
  }
  const need = product(format.bytes, entry.shape);
  const [start, end] = entry.offsets;
  const span = `bytes ${String(start)} to ${String(end)}`;
  if (!Number.isSafeInteger(need)) {
    throw bad(
      `tensor ${shown(name)} is too large`,
      'fewer than 2^53 bytes',
      `shape [${entry.shape.join(', ')}]`,
    );
  }
  if (start > end || end > size) {
    throw bad(
      `tensor ${shown(name)} lies outside the data`,
      `within the ${String(size)} bytes of data`,
      span,
    );
  }
  if (end - start !== need) {
    const want = `${String(need)} bytes for ${entry.dtype} [${entry.shape.join(', ')}]`;
    throw bad(`tensor ${shown(name)} does not fill its bytes`, want, span);
  }
}

/** Every byte of the data belongs to exactly one tensor: a file can hide nothing, and no two tensors share. */
function checkLayout(entries: ReadonlyMap<string, Entry>, size: number): void {
  const ranges = [...entries].sort(
    ([, a], [, b]) => a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1],
  );
  let covered = 0;
  for (const [name, { offsets }] of ranges) {
    if (offsets[0] !== covered) {
      const what = offsets[0] > covered ? 'leaves a hole before it' : 'overlaps another tensor';
      throw bad(
        `tensor ${shown(name)} ${what}`,
        `data from byte ${String(covered)}`,
        `from byte ${String(offsets[0])}`,
      );
    }
    covered = offsets[1];
  }
  if (covered !== size) {
    throw bad(
      'the data does not end with the file',
      `${String(covered)} bytes of data`,
      `${String(size)} bytes`,
    );
  }
}

/**
 * Reads a safetensors file.
 *
 * F32, I32, U32 and BOOL become views of `input` where they are aligned (so `input` must not change afterwards),
 * and copies where not. F16 and BF16 become f32, exactly. F64, I64 and U64 become f32, i32 and u32 when every
 * value is exact there; otherwise the tensor is refused by name.
 *
 * @param input The whole file.
 * @returns Tensors and metadata as Maps, in the header's order.
 * @throws FileFormatError when the bytes are not a valid file; nothing else is thrown for any bytes.
 */
export function parse(input: ArrayBuffer | Uint8Array): ParsedFile {
  const bytes = asBytes(input);
  const { text, end: dataStart } = headerText(bytes);
  const { entries, metadata } = readHeader(text);
  const size = bytes.byteLength - dataStart;
  for (const [name, entry] of entries) checkEntry(name, entry, size);
  checkLayout(entries, size);
  const tensors = new Map<string, ParsedTensor>();
  for (const [name, entry] of entries) {
    const format = formats.get(entry.dtype);
    if (format === undefined) continue; // refused above
    const [start, end] = entry.offsets;
    const data = format.read(bytes.subarray(dataStart + start, dataStart + end), name);
    tensors.set(name, { dtype: format.dtype, shape: entry.shape, data, fileDtype: entry.dtype as FileDType });
  }
  return { tensors, metadata };
}

/** Named tensors, or pairs of name and tensor. */
export type TensorsToWrite = Iterable<readonly [string, HostTensor]> | Readonly<Record<string, HostTensor>>;
/** Strings by name, kept in the file's header. */
export type Metadata = Iterable<readonly [string, string]> | Readonly<Record<string, string>>;

function pairs<T>(
  source: Iterable<readonly [string, T]> | Readonly<Record<string, T>>,
): (readonly [string, T])[] {
  return Symbol.iterator in source ? [...source] : Object.entries(source);
}

function checkText(text: string, what: string): void {
  if (!hasLoneSurrogate(text)) return;
  throw new ValueError(`safetensors: a ${what} is not valid Unicode`, {
    got: shown(text),
    fix: 'remove the half surrogate pair, which UTF-8 cannot hold',
  });
}

function checkName(name: string, seen: Set<string>, what: string): void {
  checkText(name, what);
  if (seen.has(name)) {
    throw new ValueError(`safetensors: ${what} ${shown(name)} is given twice`, {
      fix: 'give each name once',
    });
  }
  seen.add(name);
}

function checkTensor(name: string, tensor: HostTensor): void {
  const count = product(1, tensor.shape);
  if (tensor.shape.every((n) => Number.isSafeInteger(n) && n >= 0) && count === tensor.data.length) return;
  throw new ValueError(`safetensors: tensor ${shown(name)} does not hold what its shape says`, {
    expected: `${String(count)} elements for [${tensor.shape.join(', ')}]`,
    got: `${String(tensor.data.length)} elements`,
  });
}

function bytesOf({ dtype, data }: HostTensor): Uint8Array {
  const direct =
    (dtype === 'f32' && data instanceof Float32Array) ||
    (dtype === 'i32' && data instanceof Int32Array) ||
    (dtype === 'u32' && data instanceof Uint32Array) ||
    (dtype === 'bool' && data instanceof Uint8Array);
  let array: HostTensor['data'] = data;
  if (!direct && dtype === 'f32') array = Float32Array.from(data);
  else if (!direct && dtype === 'i32') array = Int32Array.from(data);
  else if (!direct && dtype === 'u32') array = Uint32Array.from(data);
  else if (!direct) array = Uint8Array.from(data, (x) => (x === 0 ? 0 : 1));
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function encodeHeader(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  const padded = Math.ceil(bytes.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES) {
    throw new ValueError('safetensors: the header is too large', {
      expected: `at most ${String(MAX_HEADER_BYTES)} bytes`,
      got: `${String(padded)} bytes`,
      fix: 'write fewer tensors or less metadata into one file',
    });
  }
  const out = new Uint8Array(padded).fill(0x20);
  out.set(bytes);
  return out;
}

function headerOf(
  named: readonly (readonly [string, HostTensor])[],
  starts: ReadonlyMap<string, number>,
  notes: readonly (readonly [string, string])[],
): string {
  const parts: string[] = [];
  const keys = new Set<string>();
  for (const [key, value] of notes) {
    checkName(key, keys, 'metadata key');
    checkText(value, 'metadata value');
  }
  const noteText = notes.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  if (notes.length > 0) parts.push(`"__metadata__":{${noteText.join(',')}}`);
  for (const [name, { dtype, shape, data }] of named) {
    const start = starts.get(name) ?? 0;
    const entry = {
      dtype: written[dtype].name,
      shape,
      data_offsets: [start, start + data.length * written[dtype].bytes],
    };
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }
  return `{${parts.join(',')}}`;
}

/**
 * Writes a safetensors file: f32 as F32, i32 as I32, u32 as U32, bool as BOOL. The header lists the tensors in the
 * order given and is padded with spaces, so that the data of every tensor is aligned to its width.
 *
 * @param tensors Tensors by name; the data of each must have as many elements as its shape says.
 * @param metadata Strings kept in the header, for example `{ format: 'pt' }`.
 * @throws ValueError for a name given twice, a name that is `__metadata__` or not Unicode, or data that does not
 *   fit its shape.
 */
export function serialize(tensors: TensorsToWrite, metadata: Metadata = {}): Uint8Array<ArrayBuffer> {
  const named = pairs(tensors);
  const names = new Set<string>();
  for (const [name, tensor] of named) {
    if (name === '__metadata__') {
      throw new ValueError("safetensors: '__metadata__' cannot name a tensor", { fix: 'rename the tensor' });
    }
    checkName(name, names, 'tensor name');
    checkTensor(name, tensor);
  }
  // Four-byte types first: after a bool tensor of odd length nothing wider would be aligned.
  let offset = 0;
  const starts = new Map<string, number>();
  for (const wide of [true, false]) {
    for (const [name, { dtype, data }] of named) {
      if (written[dtype].bytes > 1 !== wide) continue;
      starts.set(name, offset);
      offset += data.length * written[dtype].bytes;
    }
  }
  return assemble(encodeHeader(headerOf(named, starts, pairs(metadata))), named, starts, offset);
}

function assemble(
  header: Uint8Array,
  named: readonly (readonly [string, HostTensor])[],
  starts: ReadonlyMap<string, number>,
  size: number,
): Uint8Array<ArrayBuffer> {
  const dataStart = PREFIX_BYTES + header.length;
  const file = new Uint8Array(dataStart + size);
  new DataView(file.buffer).setUint32(0, header.length, true);
  file.set(header, PREFIX_BYTES);
  for (const [name, tensor] of named) file.set(bytesOf(tensor), dataStart + (starts.get(name) ?? 0));
  return file;
}
