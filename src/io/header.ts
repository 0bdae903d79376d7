// Reads the JSON header of a safetensors file by its own narrow grammar, so that nothing is built from text that
// does not fit it, and a key written twice is seen. Knows nothing of element types or data.
import { FileFormatError } from '../core/errors.ts';

/** One tensor's entry as the header states it; nothing about it is checked but the grammar. */
export interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte and one past the last, counted from the end of the header. */
  readonly offsets: readonly [number, number];
}

export interface Header {
  readonly entries: Map<string, Entry>;
  readonly metadata: Map<string, string>;
}

/** Whether the text has half of a surrogate pair alone, which UTF-8 cannot carry. */
export const hasLoneSurrogate = (text: string): boolean => /\p{Surrogate}/u.test(text);

// Names come from the file: shown quoted, and cut, in messages.
export const shown = (text: string): string =>
  JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);

const MAX_RANK = 64;

class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  fail(what: string, expected: string): FileFormatError {
    const got =
      this.at >= this.text.length ? 'the end of the header' : shown(this.text.slice(this.at, this.at + 20));
    return new FileFormatError(`safetensors: ${what}`, {
      where: `character ${String(this.at)} of the header`,
      expected,
      got,
      fix: 'write the file again, or check that it was downloaded whole',
    });
  }

  private space(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.at++;
    }
  }

  take(char: string): boolean {
    this.space();
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  expect(char: string): void {
    if (!this.take(char)) throw this.fail('the header is not the JSON of this format', `'${char}'`);
  }

  end(): void {
    this.space();
    if (this.at !== this.text.length)
      throw this.fail('text after the header', 'only spaces after the last }');
  }

  string(): string {
    const start = this.at;
    this.expect('"');
    const open = this.at - 1;
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c === 0x5c) this.at++;
      else if (c === 0x22) return this.decode(open, ++this.at);
    }
    this.at = start;
    throw this.fail('a string in the header does not end', 'a closing "');
  }

  private decode(open: number, close: number): string {
    let value: unknown;
    try {
      value = JSON.parse(this.text.slice(open, close));
    } catch {
      value = undefined;
    }
    if (typeof value === 'string' && !hasLoneSurrogate(value)) return value;
    this.at = open;
    throw this.fail('a string in the header is not valid', 'a JSON string of whole Unicode characters');
  }

  /** A safe non-negative integer, in plain digits. */
  integer(): number {
    this.space();
    const start = this.at;
    while (this.at - start < 17 && this.digit()) this.at++;
    const digits = this.text.slice(start, this.at);
    const value = Number(digits);
    const next = this.text[this.at] ?? '';
    if (digits !== '' && String(value) === digits && Number.isSafeInteger(value) && !/[.eE\d]/.test(next))
      return value;
    this.at = start;
    throw this.fail('not a size or an offset', 'a whole number from 0 to 2^53 - 1');
  }

  private digit(): boolean {
    const c = this.text.charCodeAt(this.at);
    return c >= 0x30 && c <= 0x39;
  }

  integers(what: string, limit: number): number[] {
    const out: number[] = [];
    this.expect('[');
    if (this.take(']')) return out;
    do {
      if (out.length === limit) throw this.fail(`${what} is too long`, `at most ${String(limit)} numbers`);
      out.push(this.integer());
    } while (this.take(','));
    this.expect(']');
    return out;
  }

  /** Reads an object, giving each key to `member`; a key met twice is an error, since JSON keeps only the last. */
  object(what: string, member: (key: string) => void): void {
    const seen = new Set<string>();
    this.expect('{');
    if (this.take('}')) return;
    do {
      const key = this.string();
      if (seen.has(key)) throw this.fail(`${what} names ${shown(key)} twice`, 'each key once');
      seen.add(key);
      this.expect(':');
      member(key);
    } while (this.take(','));
    this.expect('}');
  }
}

function readEntry(reader: Reader, name: string): Entry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  reader.object(`tensor ${shown(name)}`, (key) => {
    if (key === 'dtype') dtype = reader.string();
    else if (key === 'shape') shape = reader.integers(`the shape of ${shown(name)}`, MAX_RANK);
    else if (key === 'data_offsets') offsets = reader.integers(`data_offsets of ${shown(name)}`, 2);
    else
      throw reader.fail(
        `tensor ${shown(name)} has the unknown key ${shown(key)}`,
        'dtype, shape, data_offsets',
      );
  });
  const [start, end] = offsets ?? [];
  if (dtype === undefined || shape === undefined || start === undefined || end === undefined) {
    throw reader.fail(`tensor ${shown(name)} is not described whole`, 'dtype, shape and two data_offsets');
  }
  return { dtype, shape, offsets: [start, end] };
}

/** Reads a header's text. Throws FileFormatError at the first character that does not fit. */
export function readHeader(text: string): Header {
  const entries = new Map<string, Entry>();
  const metadata = new Map<string, string>();
  const reader = new Reader(text);
  if (!text.startsWith('{'))
    throw reader.fail('this is not a safetensors file', "a header that begins with '{'");
  reader.object('the header', (name) => {
    if (name === '__metadata__') reader.object('__metadata__', (key) => metadata.set(key, reader.string()));
    else entries.set(name, readEntry(reader, name));
  });
  reader.end();
  return { entries, metadata };
}
