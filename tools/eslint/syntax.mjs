// Lists for the `no-restricted-*` rules: STYLE's bans for all code, and the purity of core projects.
import { builtinModules } from 'node:module';

/** For all code. One list per rule and file, as a later `no-restricted-syntax` replaces an earlier one. */
export const NO_EXPORT_STAR = {
  selector: 'ExportAllDeclaration',
  message: 'No `export *`: name what is exported.',
};
export const NO_DEFAULT_EXPORT = [
  { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is the same wherever it is used.' },
  {
    selector: 'ExportSpecifier[exported.name="default"]',
    message: 'No default exports: a name is the same wherever it is used.',
  },
];

const pure = (what) => `Core is a pure, synchronous function of state and input: no ${what}.`;

/** Core: nothing asynchronous, nothing that depends on a locale or on a machine's floating point. */
export const CORE_SYNTAX = [
  { selector: 'AwaitExpression', message: pure('await') },
  { selector: 'ForOfStatement[await=true]', message: pure('await') },
  { selector: ':function[async=true]', message: pure('async function') },
  { selector: 'ImportExpression', message: pure('dynamic import') },
  { selector: 'MetaProperty[meta.name="import"]', message: pure('import.meta') },
  {
    selector: 'MemberExpression[property.name=/^(toLocale[A-Z]\\w*|localeCompare)$/]',
    message: pure('locale; compare by code units'),
  },
];

const UNSAFE_MATH = [
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp', 'expm1', 'hypot'],
  ...['log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'sqrt', 'tan', 'tanh'],
];

export const CORE_PROPERTIES = [
  { object: 'Math', property: 'random', message: pure('Math.random; randomness is an input') },
  { object: 'Date', property: 'now', message: pure('Date.now; time is an input') },
  ...UNSAFE_MATH.map((property) => ({
    object: 'Math',
    property,
    message: pure(`Math.${property}; replicated code uses integers only`),
  })),
];

export const CORE_GLOBALS = [
  ...['Date', 'Intl', 'performance', 'Temporal'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'clearImmediate'],
  ...['queueMicrotask', 'Promise', 'Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry'],
  ...['process', 'console', 'crypto', 'fetch', 'Buffer', 'require', 'global', 'globalThis', 'eval', 'Function'],
].map((name) => ({ name, message: pure(name) }));

/** Core imports: relative files and other core projects; never npm, never Node. The nx rule does not see built-ins. */
export const CORE_IMPORTS = {
  paths: builtinModules.map((name) => ({ name, message: pure(`Node module (${name})`) })),
  patterns: [
    { regex: '^node:', message: pure('Node module') },
    { regex: '^(?!node:|\\.{1,2}/|@synod/)', message: pure('npm package') },
  ],
};
