// The safetensors format by example: what is written, what is read, and each way a file can be wrong.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileFormatError, ValueError } from '../../src/core/errors.ts';
import { halfToFloatBits } from '../../src/io/formats.ts';
import { parse, serialize } from '../../src/io/safetensors.ts';

/** A file from its parts, with none of the care that serialize takes. */
function file(header: string | Uint8Array, data: ArrayLike<number> = [], length?: number): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const one = (dtype: string, shape: string, data: ArrayBufferView): Uint8Array =>
  file(
    `{"t":{"dtype":"${dtype}","shape":${shape},"data_offsets":[0,${String(data.byteLength)}]}}`,
    bytesOf(data),
  );

function only(bytes: Uint8Array): { dtype: string; data: number[] } {
  const tensor = parse(bytes).tensors.get('t');
  if (tensor === undefined) throw new Error('no tensor t');
  return { dtype: tensor.dtype, data: [...tensor.data] };
}

describe('serialize', () => {
  const tensors = {
    mask: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
    weight: { dtype: 'f32', shape: [2, 2], data: Float32Array.of(1, -0, NaN, Infinity) },
    empty: { dtype: 'f32', shape: [0, 5], data: new Float32Array(0) },
    scalar: { dtype: 'i32', shape: [], data: Int32Array.of(-7) },
    count: { dtype: 'u32', shape: [1], data: Uint32Array.of(0xffffffff) },
  } as const;

  test('what is written is read back, in the same order', () => {
    const back = parse(serialize(tensors, { format: 'pt', note: 'ünï "quoted" \n' }));
    expect([...back.tensors.keys()]).toEqual(Object.keys(tensors));
    for (const [name, tensor] of Object.entries(tensors)) {
      const { fileDtype, ...rest } = back.tensors.get(name) ?? { fileDtype: undefined };
      expect(rest).toEqual(tensor);
      expect(fileDtype).toBe({ f32: 'F32', i32: 'I32', u32: 'U32', bool: 'BOOL' }[tensor.dtype]);
    }
    expect([...back.metadata]).toEqual([
      ['format', 'pt'],
      ['note', 'ünï "quoted" \n'],
    ]);
  });

  test('the header is padded to 8 bytes with spaces and every tensor is aligned to its width', () => {
    const bytes = serialize(tensors);
    const length = new DataView(bytes.buffer).getUint32(0, true);
    expect(length % 8).toBe(0);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toMatch(/^\{.*\} *$/);
    for (const { data } of parse(bytes).tensors.values()) expect(data.buffer).toBe(bytes.buffer);
  });

  test('an empty file has a header and no data', () => {
    expect([...serialize([])]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, ...Array<number>(6).fill(0x20)]);
    expect(parse(serialize([])).tensors.size).toBe(0);
  });

  test('names that are members of Object.prototype are names like any other', () => {
    const data = Float32Array.of(1);
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
    const back = parse(serialize(names.map((name) => [name, { dtype: 'f32', shape: [1], data }] as const)));
    expect([...back.tensors.keys()]).toEqual(names);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as { dtype?: string }).dtype).toBeUndefined();
  });

  test('refuses what the format cannot hold', () => {
    const t = { dtype: 'f32', shape: [2], data: Float32Array.of(1) } as const;
    const good = { ...t, shape: [1] };
    expect(() => serialize({ t })).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: safetensors: tensor "t" does not hold what its shape says
        expected  2 elements for [2]
        got       1 elements]
    `);
    expect(() => serialize({ t: { ...t, shape: [0.5, 2] } })).toThrow(ValueError);
    expect(() => serialize({ __metadata__: good })).toThrowErrorMatchingInlineSnapshot(`
      [ValueError: safetensors: '__metadata__' cannot name a tensor
        fix       rename the tensor]
    `);
    expect(() => serialize([['a', good] as const, ['a', good] as const])).toThrow(/"a" is given twice/);
    expect(() => serialize({ '\ud800': good })).toThrow(ValueError);
    expect(() => serialize({}, { key: '\udc00' })).toThrow(ValueError);
  });

  test('data of another width is converted to the type stated', () => {
    const bytes = serialize({
      a: { dtype: 'f32', shape: [1], data: Float64Array.of(0.1) },
      b: { dtype: 'i32', shape: [2], data: Int8Array.of(-1, 5) },
      c: { dtype: 'bool', shape: [2], data: Float32Array.of(0, 3) },
    });
    const { tensors: read } = parse(bytes);
    expect([...(read.get('a')?.data ?? [])]).toEqual([Math.fround(0.1)]);
    expect([...(read.get('b')?.data ?? [])]).toEqual([-1, 5]);
    expect([...(read.get('c')?.data ?? [])]).toEqual([0, 1]);
  });
});

describe('element types', () => {
  test('every half is the float with its value', () => {
    for (let half = 0; half < 0x10000; half++) {
      const exponent = (half >> 10) & 31;
      const fraction = half & 1023;
      const sign = half & 0x8000 ? -1 : 1;
      let expected = sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
      if (exponent === 31) expected = fraction === 0 ? sign * Infinity : NaN;
      const value = new Float32Array(Uint32Array.of(halfToFloatBits(half)).buffer)[0];
      if (!Object.is(value, expected)) expect({ half, value }).toEqual({ half, value: expected });
    }
  });

  test('F16 and BF16 become f32', () => {
    expect(only(one('F16', '[3]', Uint16Array.of(0x3c00, 0xc000, 1)))).toEqual({
      dtype: 'f32',
      data: [1, -2, 2 ** -24],
    });
    expect(only(one('BF16', '[3]', Uint16Array.of(0x3f80, 0xff80, 1)))).toEqual({
      dtype: 'f32',
      data: [1, -Infinity, 2 ** -133],
    });
  });

  test('64-bit values are converted when they are exact, and refused by name when not', () => {
    expect(only(one('F64', '[3]', Float64Array.of(0.5, -0, NaN))).data).toEqual([0.5, -0, NaN]);
    expect(only(one('I64', '[4]', BigInt64Array.of(0n, -1n, 2147483647n, -2147483648n))).data).toEqual([
      0, -1, 2147483647, -2147483648,
    ]);
    expect(only(one('U64', '[1]', BigUint64Array.of(4294967295n)))).toEqual({
      dtype: 'u32',
      data: [4294967295],
    });
    expect(() => parse(one('F64', '[2]', Float64Array.of(1, 0.1)))).toThrowErrorMatchingInlineSnapshot(`
      [FileFormatError: tensor "t" holds F64 values that f32 cannot hold
        where     element 1
        expected  values that f32 represents exactly
        got       0.1
        fix       convert the tensor to F32 in the program that wrote the file]
    `);
    for (const value of [2147483648n, -2147483649n, 1n << 40n, -(1n << 62n)]) {
      expect(() => parse(one('I64', '[1]', BigInt64Array.of(value)))).toThrow(String(value));
    }
    expect(() => parse(one('U64', '[1]', BigUint64Array.of(4294967296n)))).toThrow('4294967296');
    expect(() => parse(one('BOOL', '[2]', Uint8Array.of(1, 2)))).toThrow(/"t" holds BOOL values/);
  });

  test('narrow integers keep their width', () => {
    const { tensors } = parse(one('I8', '[2]', Int8Array.of(-128, 127)));
    expect(tensors.get('t')).toMatchObject({ dtype: 'i32', fileDtype: 'I8', data: Int8Array.of(-128, 127) });
    expect(only(one('I16', '[1]', Int16Array.of(-300)))).toEqual({ dtype: 'i32', data: [-300] });
    expect(only(one('U16', '[1]', Uint16Array.of(65535)))).toEqual({ dtype: 'u32', data: [65535] });
    expect(only(one('U8', '[1]', Uint8Array.of(255)))).toEqual({ dtype: 'u32', data: [255] });
  });

  test('misaligned data is copied', () => {
    const plain = serialize({ t: { dtype: 'f32', shape: [2], data: Float32Array.of(1.5, -2) } });
    for (let shift = 0; shift < 8; shift++) {
      const moved = new Uint8Array(plain.length + shift);
      moved.set(plain, shift);
      expect(only(moved.subarray(shift)).data).toEqual([1.5, -2]);
      // The slice() of a Buffer shares memory, so a copy taken by it would not be aligned.
      expect(only(Buffer.from(moved.buffer, shift)).data).toEqual([1.5, -2]);
    }
    const shared = new Uint8Array(new SharedArrayBuffer(plain.length));
    shared.set(plain);
    const view = parse(shared).tensors.get('t')?.data;
    shared.fill(0);
    expect([...(view ?? [])]).toEqual([1.5, -2]);
  });
});

describe('bad files', () => {
  const t = (dtype = 'F32', shape = '[1]', offsets = '[0,4]'): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
  const four = [0, 0, 0, 0];

  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['empty', new Uint8Array(0)],
    ['7 bytes', new Uint8Array(7)],
    ['header longer than the file', file('{}', [], 3)],
    ['header over the limit', file('{}', [], 100_000_001)],
    ['header length of 2^64 - 1', Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 255, 123, 125])],
    ['empty header', file('')],
    ['not UTF-8', file(Uint8Array.of(0x7b, 0xff, 0x7d))],
    ['byte order mark', file('\ufeff{}')],
    ['not an object', file('[]')],
    ['leading space', file(' {}')],
    ['NUL padding', file('{}\0\0')],
    ['text after the header', file('{} x')],
    ['cut short', file('{"a":')],
    ['string without end', file('{"a')],
    ['string ending in a backslash', file('{"a\\')],
    ['control character in a string', file('{"a\n":1}')],
    ['half a surrogate pair', file(`{"\\ud800":${t()}}`, four)],
    ['trailing comma', file(`{"a":${t()},}`, four)],
    ['duplicate tensor', file(`{"a":${t()},"a":${t()}}`, four)],
    ['duplicate tensor, spelled by an escape', file(`{"a":${t()},"\\u0061":${t()}}`, four)],
    [
      'duplicate key in an entry',
      file('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', four),
    ],
    ['duplicate metadata', file('{"__metadata__":{"a":"1","a":"2"}}')],
    ['two __metadata__', file('{"__metadata__":{},"__metadata__":{}}')],
    ['metadata that is no object', file('{"__metadata__":"x"}')],
    ['metadata value that is no string', file('{"__metadata__":{"a":1}}')],
    ['entry that is no object', file('{"a":null}')],
    ['entry without shape', file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', four)],
    ['entry with an unknown key', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}', four)],
    ['unknown dtype', file(`{"a":${t('F8_E4M3')}}`, four)],
    ['dtype named like a prototype member', file(`{"a":${t('constructor')}}`, four)],
    ['shape that is no array', file(`{"a":${t('F32', '1')}}`, four)],
    ['fractional size', file(`{"a":${t('F32', '[1.0]')}}`, four)],
    ['exponent size', file(`{"a":${t('F32', '[1e0]')}}`, four)],
    ['negative size', file(`{"a":${t('F32', '[-1]')}}`, four)],
    ['leading zero', file(`{"a":${t('F32', '[01]')}}`, four)],
    ['size of 2^53', file(`{"a":${t('F32', '[9007199254740992]')}}`, four)],
    ['size that rounds to a safe one', file(`{"a":${t('F32', '[9007199254740993]')}}`, four)],
    ['product over 2^53', file(`{"a":${t('F32', '[9007199254740991,2]')}}`, four)],
    ['product over 2^53, zero at the end', file(`{"a":${t('F32', '[9007199254740991,9,0]', '[0,0]')}}`)],
    ['1,000 dimensions', file(`{"a":${t('F32', `[${Array(1000).fill('1').join(',')}]`)}}`, four)],
    ['one offset', file(`{"a":${t('F32', '[1]', '[4]')}}`, four)],
    ['three offsets', file(`{"a":${t('F32', '[1]', '[0,4,4]')}}`, four)],
    ['start after end', file(`{"a":${t('F32', '[1]', '[4,0]')}}`, four)],
    ['end past the file', file(`{"a":${t('F32', '[2]', '[0,8]')}}`, four)],
    ['too few bytes', file(`{"a":${t('F32', '[2]')}}`, four)],
    ['hole at the start', file(`{"a":${t('F32', '[1]', '[4,8]')}}`, [...four, ...four])],
    ['hole inside', file(`{"a":${t('U8', '[1]', '[0,1]')},"b":${t('U8', '[1]', '[2,3]')}}`, [1, 2, 3])],
    ['overlap', file(`{"a":${t('U8', '[2]', '[0,2]')},"b":${t('U8', '[2]', '[1,3]')}}`, [1, 2, 3])],
    ['shared bytes', file(`{"a":${t()},"b":${t()}}`, four)],
    ['data after the last tensor', file(`{"a":${t()}}`, [...four, 1])],
    ['data without a tensor', file('{}', [1])],
  ];

  test.each(cases)('%s', (_name, bytes) => {
    expect(() => parse(bytes)).toThrow(FileFormatError);
  });

  test('messages say what, where, expected, got and how to mend', () => {
    const texts = cases.map(([name, bytes]) => {
      try {
        parse(bytes);
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      }
      return `${name}: accepted`;
    });
    expect(texts.join('\n\n')).toMatchSnapshot();
  });

  test('a header that claims 9 PB is refused at once', () => {
    const bytes = file(`{"a":${t('F32', '[2251799813685247]', '[0,9007199254740988]')}}`, four);
    const before = performance.now();
    expect(() => parse(bytes)).toThrow(FileFormatError);
    expect(performance.now() - before).toBeLessThan(50);
  });

  test('zero-size tensors anywhere are no hole', () => {
    const bytes = file(
      `{"a":${t('F32', '[0]', '[4,4]')},"b":${t()},"c":${t('F32', '[3,0]', '[0,0]')}} \n`,
      four,
    );
    expect([...parse(bytes).tensors.keys()]).toEqual(['a', 'b', 'c']);
  });
});

const python = '/usr/bin/python3';

// Reads a file by the format's description alone and prints it.
const READER = `
import json, struct, sys
raw = open(sys.argv[1], 'rb').read()
(n,) = struct.unpack('<Q', raw[:8])
header, data = json.loads(raw[8:8 + n].decode('utf-8')), raw[8 + n:]
assert n % 8 == 0
code = {'F32': 'f', 'I32': 'i', 'U32': 'I', 'BOOL': '?'}
out = {'__metadata__': header.pop('__metadata__', {})}
for name, t in header.items():
    a, b = t['data_offsets']
    size = struct.calcsize('<' + code[t['dtype']])
    out[name] = [t['dtype'], t['shape'], list(struct.unpack('<%d%s' % ((b - a) // size, code[t['dtype']]), data[a:b]))]
print(json.dumps(out))
`;

test.skipIf(!existsSync(python))('another program reads our file (skipped where there is no python3)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wgrad-safetensors-'));
  try {
    const path = join(folder, 'x.safetensors');
    const bytes = serialize(
      {
        flag: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
        'fc1.weight': { dtype: 'f32', shape: [2, 1], data: Float32Array.of(0.5, -3) },
        count: { dtype: 'u32', shape: [], data: Uint32Array.of(4000000000) },
        sign: { dtype: 'i32', shape: [1], data: Int32Array.of(-2) },
      },
      { note: 'é' },
    );
    writeFileSync(path, bytes);
    const printed = execFileSync(python, ['-c', READER, path], { encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual({
      __metadata__: { note: 'é' },
      flag: ['BOOL', [3], [true, false, true]],
      'fc1.weight': ['F32', [2, 1], [0.5, -3]],
      count: ['U32', [], [4000000000]],
      sign: ['I32', [1], [-2]],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
