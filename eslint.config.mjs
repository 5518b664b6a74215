import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';
import { CORE_PROJECTS, depConstraints } from './tools/eslint/layers.mjs';
import {
  CORE_GLOBALS,
  CORE_IMPORTS,
  CORE_PROPERTIES,
  CORE_SYNTAX,
  NO_DEFAULT_EXPORT,
  NO_EXPORT_STAR,
} from './tools/eslint/syntax.mjs';

const TS = ['**/*.ts'];
const TESTS = ['**/*.spec.ts', '**/*.spec-support.ts'];
const CORE = CORE_PROJECTS.map((name) => `libs/${name}/src/**/*.ts`);

const boundaries = ({ forTests = false, allow = [] } = {}) => ({
  '@nx/enforce-module-boundaries': ['error', { allow, depConstraints: depConstraints({ forTests }) }],
});

const NODE_GLOBALS = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'fetch']
    .concat(['setImmediate', 'AbortSignal', 'AbortController', 'performance', 'TextDecoder', 'TextEncoder'])
    .map((name) => [name, 'readonly']),
);

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      '**/dist',
      '**/coverage',
      '.nx',
      '**/.synod*',
      'libs/wire/src/generated',
      'tools/lint-fixtures',
      '**/*.cjs',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: NODE_GLOBALS },
    rules: { 'no-restricted-syntax': ['error', NO_EXPORT_STAR] },
  },
  {
    files: TS,
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...boundaries(),
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', NO_EXPORT_STAR, ...NO_DEFAULT_EXPORT],
      eqeqeq: 'error',
      'no-constant-condition': ['error', { checkLoops: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/require-array-sort-compare': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowNever: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    files: CORE,
    ignores: TESTS,
    rules: {
      'no-restricted-globals': ['error', ...CORE_GLOBALS],
      'no-restricted-imports': ['error', CORE_IMPORTS],
      'no-restricted-properties': ['error', ...CORE_PROPERTIES],
      'no-restricted-syntax': ['error', NO_EXPORT_STAR, ...NO_DEFAULT_EXPORT, ...CORE_SYNTAX],
    },
  },
  {
    files: TESTS,
    rules: {
      ...boundaries({ forTests: true }),
      'max-lines-per-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // The one project that runs whole apps inside its own process; nx forbids imports of apps whatever the tags say.
    files: ['apps/simulator/**/*.ts'],
    rules: boundaries({ forTests: true, allow: ['@synod/coordinator', '@synod/worker-agent', '@synod/registry'] }),
  },
);
