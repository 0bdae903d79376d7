/** Lint rules: typescript-eslint's strictest typed set, and what this project adds or leaves out, with the reason. */
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name: a default export has another name in every file that imports it.',
};

const noEnum = {
  selector: 'TSEnumDeclaration',
  message: 'Use a union of strings: an enum is code that the types alone would do without.',
};

/** ESLint's own rules that the compiler does not make needless. */
const coreRules = [
  'eqeqeq',
  'no-case-declarations',
  'no-cond-assign',
  'no-constant-binary-expression',
  'no-constant-condition',
  'no-control-regex',
  'no-debugger',
  'no-empty',
  'no-eval',
  'no-loss-of-precision',
  'no-new-func',
  'no-prototype-builtins',
  'no-sparse-arrays',
  'no-unreachable-loop',
  'no-unsafe-finally',
  'no-useless-backreference',
  'no-useless-escape',
  'no-var',
  'prefer-const',
];

export default defineConfig(
  globalIgnores(['dist/', 'runs/', 'coverage/', '**/node_modules/', '.puppeteerrc.cjs']),
  {
    files: ['**/*.ts', '**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...Object.fromEntries(coreRules.map((rule) => [rule, 'error'])),
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
      'no-restricted-syntax': ['error', noDefaultExport, noEnum],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers and truth values are written into shaders and messages all the time.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/restrict-plus-operands': ['error', { allowNumberAndString: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Array elements are typed as always there (noUncheckedIndexedAccess is off, for the sake of numeric loops),
      // so this rule would forbid the very checks that make up for it.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A type parameter used once is how `item<T>()` and JSON readers are written.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'require', '__dirname'].map((name) => ({
          name,
          message: 'The library runs in browsers too: reach Node through a guarded globalThis.',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // expect(thing.method) and expect(() => call()) are how tests are written.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    rules: {
      // Types are in comments there, and a cast in a comment is not seen by these rules.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Programs for the benchmarks, run by Node as they stand and not typed.
    files: ['bench/**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ['*.config.ts', '*.config.js'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
