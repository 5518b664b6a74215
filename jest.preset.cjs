// What every project's jest.config.cjs shares. TypeScript (ES modules) becomes CommonJS by swc; types are checked by `nx typecheck` only.
const { join } = require('node:path');

/** Dependencies published as ES modules only: they have to be transformed too. */
const esmOnlyPackages = ['temporal-polyfill', 'temporal-utils', 'temporal-spec'];

module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  moduleFileExtensions: ['ts', 'mts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: {
    '^@synod/([^/]+)$': [join(__dirname, 'libs/$1/src/index.ts'), join(__dirname, 'apps/$1/src/index.ts')],
    '^(\\.{1,2}/.*)\\.js$': ['$1', '$1.js'],
  },
  transform: {
    '^.+\\.m?[tj]s$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript' },
          transform: { verbatimModuleSyntax: true },
          keepClassNames: true,
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  transformIgnorePatterns: [
    esmOnlyPackages.length === 0 ? '/node_modules/' : `/node_modules/(?!(?:${esmOnlyPackages.join('|')})/)`,
  ],
};
