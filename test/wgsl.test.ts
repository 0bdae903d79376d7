/** Shader text loses its comments and its blank space in the published build, and nothing else. */
import { expect, test } from 'vitest';
import { shortenWgsl, stripComments } from '../scripts/wgsl.mjs';

test.each([
  ['a line comment', 'a; // b\nc;', 'a;\nc;'],
  ['a line comment at the end', 'a; // b', 'a;'],
  ['a comment alone', '// nothing else', ''],
  ['a block comment', 'a /* b */ c', 'a c'],
  ['a block comment keeps words apart', 'let/**/a', 'let a'],
  ['a nested block comment', 'a /* b /* c */ d */ e', 'a e'],
  ['nested twice, touching', 'a/*/**//**/*/b', 'a b'],
  ['a line comment in a block comment', 'a /* // */ b', 'a b'],
  ['a block comment in a line comment', 'a // /*\nb', 'a\nb'],
  ['a star and slash that overlap', 'a /*/ b */ c', 'a c'],
  ['division stays', 'a / b * c / d', 'a/b*c/d'],
  ['signs stay apart', 'a - -b + c > = d', 'a - -b+c > = d'],
  ['indentation and blank lines', '  fn f() {\n\n\t  return;\r\n  }\n', 'fn f(){\nreturn;\n}'],
  ['every line break of WGSL ends a line comment', 'a// x\u2028b// y\u0085c', 'a\nb\nc'],
])('%s', (_name, code, expected) => {
  expect(shortenWgsl(code)).toBe(expected);
});

test('a block comment that is never closed is an error', () => {
  expect(() => stripComments('a /* b /* c */')).toThrow('opens at character 2 is never closed');
});

test('shortening twice changes nothing more', () => {
  const code = 'alias T = f32; /* x */\n@compute   @workgroup_size(64)\nfn main() { } // end';
  expect(shortenWgsl(shortenWgsl(code))).toBe(shortenWgsl(code));
});
