// Makes foreign text safe to print and identifiers fit to be read; it knows nothing else.

/** Makes a name fit to be printed: control characters could move the cursor, clear the terminal or swap its order. */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** An identifier as words: 'longHair' becomes 'long hair'. */
export function words(identifier: string): string {
  return identifier.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}

/** The message of whatever was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
