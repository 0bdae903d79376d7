// The README's programs are the files in docs/examples, to the letter, and they run and learn.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(['logistic-regression', 'network'])('the %s program', (name) => {
  const file = `docs/examples/${name}.ts`;

  test('stands in the README as it is', () => {
    expect(read('README.md')).toContain(['```ts', read(file).trim(), '```'].join('\n'));
  });

  test('runs, and its loss falls', async () => {
    const printed: unknown[][] = [];
    vi.spyOn(console, 'log').mockImplementation((...line: unknown[]) => {
      printed.push(line);
    });
    await import(path.join(root, file));
    const losses = printed.map((line) => Number(line[1]));
    expect(losses).toHaveLength(5);
    expect(losses[4]).toBeLessThan(losses[0]);
  });
});
