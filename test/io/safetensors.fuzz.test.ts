// The safetensors reader against files nobody would write: only our error may come out, and memory stays bounded.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FileFormatError } from '../../src/core/errors.ts';
import { parse, serialize } from '../../src/io/safetensors.ts';
import type { HostTensor, ParsedFile } from '../../src/io/safetensors.ts';

const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });
const tensor: fc.Arbitrary<HostTensor> = shape.chain((extents) => {
  const count = extents.reduce((product, n) => product * n, 1);
  const length = { minLength: count, maxLength: count };
  return fc.oneof(
    fc.float32Array(length).map((data) => ({ dtype: 'f32' as const, shape: extents, data })),
    fc.int32Array(length).map((data) => ({ dtype: 'i32' as const, shape: extents, data })),
    fc.uint32Array(length).map((data) => ({ dtype: 'u32' as const, shape: extents, data })),
    fc.uint8Array({ ...length, max: 1 }).map((data) => ({ dtype: 'bool' as const, shape: extents, data })),
  );
});
// Names with any Unicode in them, and those that are dangerous as keys of plain objects.
const name = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom('__proto__', 'constructor', 'a.b', '"', '\\'),
  )
  .filter((s) => s !== '__metadata__' && !/\p{Surrogate}/u.test(s));
const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 });
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((s) => !/\p{Surrogate}/u.test(s));
const metadata = fc.uniqueArray(fc.tuple(text, text), { selector: ([key]) => key, maxLength: 3 });

test('reading what was written gives the same tensors and metadata', () => {
  fc.assert(
    fc.property(tensors, metadata, (list, notes) => {
      const back = parse(serialize(list, notes));
      expect([...back.metadata]).toEqual(notes);
      expect([...back.tensors].map(([key, { fileDtype: _, ...rest }]) => [key, rest])).toEqual(list);
      // Byte for byte the same when written again.
      expect(serialize(back.tensors, back.metadata)).toEqual(serialize(list, notes));
    }),
    { numRuns: 300, seed: 1 },
  );
});

/** Bytes of the arrays that reading made, beyond views of the file itself. */
function allocated(parsed: ParsedFile, bytes: Uint8Array): number {
  let total = 0;
  for (const { data } of parsed.tensors.values())
    if (data.buffer !== bytes.buffer) total += data.buffer.byteLength;
  return total;
}

/** Reads a file; anything but a result within bounds or our error fails the test. Returns whether it was accepted. */
function read(bytes: Uint8Array): boolean {
  const start = performance.now();
  try {
    const parsed = parse(bytes);
    expect(allocated(parsed, bytes)).toBeLessThanOrEqual(2 * bytes.length);
    for (const { shape: extents, data } of parsed.tensors.values()) {
      expect(data.length).toBe(extents.reduce((product, n) => product * n, 1));
    }
    return true;
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    return false;
  } finally {
    expect(performance.now() - start).toBeLessThan(1000);
  }
}

interface Edit {
  readonly kind: 'set' | 'insert' | 'remove' | 'cut' | 'swap';
  readonly at: number;
  readonly to: number;
  readonly bytes: readonly number[];
}

// Positions are fractions, squared so that most fall into the prefix and header, where the decisions are.
const position = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }).map((x) => x * x);
const json = fc.constantFrom(...Array.from('{}[]":,\\0129 eE.-+\0', (c) => [c.charCodeAt(0)]));
const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('set', 'set', 'set', 'insert', 'remove', 'cut', 'swap'),
  at: position,
  to: position,
  bytes: fc.oneof(json, fc.array(fc.nat({ max: 255 }), { minLength: 1, maxLength: 4 })),
});

function apply(bytes: readonly number[], { kind, at, to, bytes: patch }: Edit): number[] {
  const out = [...bytes];
  const i = Math.floor(at * out.length);
  if (kind === 'set') out.splice(i, patch.length, ...patch);
  else if (kind === 'insert') out.splice(i, 0, ...patch);
  else if (kind === 'remove') out.splice(i, patch.length);
  else if (kind === 'cut') out.length = i;
  else {
    const [taken] = out.splice(i, 1);
    if (taken !== undefined) out.splice(Math.floor(to * out.length), 0, taken);
  }
  return out;
}

test('mutated files are read or refused by our error', () => {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(tensors, metadata, fc.array(edit, { minLength: 1, maxLength: 3 }), (list, notes, edits) => {
      const mutated = edits.reduce(apply, [...serialize(list, notes)]);
      if (read(Uint8Array.from(mutated))) accepted++;
      else refused++;
    }),
    { numRuns: 3000, seed: 2 },
  );
  // Both roads were walked: a mutation in the data is still a file, one in the header mostly is not.
  expect(accepted).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(1000);
});

test('headers made of the right words in any order are read or refused by our error', () => {
  const word = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"dtype"',
      '"shape"',
      '"data_offsets"',
      '"F16"',
      '"I64"',
      '"BOOL"',
    ],
    ...[
      '0',
      '1',
      '4',
      '9007199254740991',
      '-1',
      '"__metadata__"',
      '"__proto__"',
      ' ',
      'null',
      '{"a":',
      '[0,4]',
    ],
    '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}',
    '"b":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.uint8Array({ maxLength: 8 }), (words, data) => {
      const header = new TextEncoder().encode(`{${words.join('')}}`);
      const bytes = new Uint8Array(8 + header.length + data.length);
      bytes[0] = header.length & 255;
      bytes[1] = header.length >> 8;
      bytes.set(header, 8);
      bytes.set(data, 8 + header.length);
      read(bytes);
    }),
    { numRuns: 3000, seed: 3 },
  );
});

test('bytes of any kind are read or refused by our error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      read(bytes);
    }),
    { numRuns: 1000, seed: 4 },
  );
});
