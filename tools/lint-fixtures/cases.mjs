// Files that must fail lint. Each is linted as if it were `as`, a file of that project; `rule` has to be among what is reported.
// With `message`, what is reported has to match that too.
// Boundary cases are here because @nx/enforce-module-boundaries fails open: it reports nothing when it can't find a project.
import { join, relative } from 'node:path';
import { ROOT, filesUnder } from '../lib/workspace.mjs';

/** Some spec file of a project: typed rules want a file that exists. */
function specOf(root) {
  const [spec] = filesUnder(join(ROOT, root, 'src'), (path) => path.endsWith('.spec.ts'));
  return spec === undefined ? `${root}/src/index.spec.ts` : relative(ROOT, spec);
}

const NX = '@nx/enforce-module-boundaries';
const CORE = 'libs/hashing/src/index.ts';
const ADAPTER = 'libs/observability/src/index.ts';

export const CASES = [
  {
    name: 'core imports an adapter',
    as: CORE,
    rule: NX,
    code: `import { it } from '@synod/storage';\nexport const x = it;\n`,
  },
  {
    name: 'core imports a contract',
    as: CORE,
    rule: NX,
    code: `import { it } from '@synod/wire';\nexport const x = it;\n`,
  },
  {
    name: 'core imports an app',
    as: CORE,
    rule: NX,
    code: `import { it } from '@synod/coordinator';\nexport const x = it;\n`,
  },
  {
    name: 'core imports testing in a source',
    as: CORE,
    rule: NX,
    code: `import { it } from '@synod/testkit';\nexport const x = it;\n`,
  },
  {
    name: 'core imports another project by path',
    as: CORE,
    rule: NX,
    code: `import { it } from '../../storage/src/index.js';\nexport const x = it;\n`,
  },
  {
    name: 'core imports an npm package (nx)',
    as: CORE,
    rule: NX,
    code: `import pino from 'pino';\nexport const x = pino;\n`,
  },
  {
    name: 'core imports an npm package',
    as: CORE,
    rule: 'no-restricted-imports',
    code: `import pino from 'pino';\nexport const x = pino;\n`,
  },
  {
    name: 'core imports node:fs',
    as: CORE,
    rule: 'no-restricted-imports',
    code: `import { readFileSync } from 'node:fs';\nexport const x = readFileSync;\n`,
  },
  {
    name: 'core imports fs',
    as: CORE,
    rule: 'no-restricted-imports',
    code: `import { readFileSync } from 'fs';\nexport const x = readFileSync;\n`,
  },
  { name: 'core uses Date.now', as: CORE, rule: 'no-restricted-properties', code: `export const x = Date.now();\n` },
  { name: 'core uses new Date', as: CORE, rule: 'no-restricted-globals', code: `export const x = new Date();\n` },
  {
    name: 'core uses Math.random',
    as: CORE,
    rule: 'no-restricted-properties',
    code: `export const x = Math.random();\n`,
  },
  { name: 'core uses Math.log', as: CORE, rule: 'no-restricted-properties', code: `export const x = Math.log(2);\n` },
  {
    name: 'core takes random from Math',
    as: CORE,
    rule: 'no-restricted-properties',
    code: `const { random } = Math;\nexport const x = random;\n`,
  },
  { name: 'core uses setTimeout', as: CORE, rule: 'no-restricted-globals', code: `setTimeout(() => undefined, 1);\n` },
  {
    name: 'core uses performance',
    as: CORE,
    rule: 'no-restricted-globals',
    code: `export const x = performance.now();\n`,
  },
  { name: 'core uses Intl', as: CORE, rule: 'no-restricted-globals', code: `export const x = new Intl.Collator();\n` },
  {
    name: 'core uses globalThis',
    as: CORE,
    rule: 'no-restricted-globals',
    code: `export const x = globalThis.Date;\n`,
  },
  {
    name: 'core uses toLocaleString',
    as: CORE,
    rule: 'no-restricted-syntax',
    code: `export const x = (5).toLocaleString();\n`,
  },
  {
    name: 'core uses localeCompare',
    as: CORE,
    rule: 'no-restricted-syntax',
    code: `export const x = 'a'.localeCompare('b');\n`,
  },
  {
    name: 'core uses await',
    as: CORE,
    rule: 'no-restricted-syntax',
    code: `export async function x(y: PromiseLike<void>) {\n  await y;\n}\n`,
  },
  { name: 'core uses top-level await', as: CORE, rule: 'no-restricted-syntax', code: `export const x = await 5;\n` },
  {
    name: 'core uses an async arrow',
    as: CORE,
    rule: 'no-restricted-syntax',
    code: `export const x = async () => 5;\n`,
  },
  {
    name: 'core imports dynamically',
    as: CORE,
    rule: 'no-restricted-syntax',
    code: `export const x = () => import('@synod/base');\n`,
  },
  {
    name: 'core uses Promise',
    as: CORE,
    rule: 'no-restricted-globals',
    code: `export const x = Promise.resolve(5);\n`,
  },
  {
    name: 'core sorts numbers as strings',
    as: CORE,
    rule: '@typescript-eslint/require-array-sort-compare',
    code: `export const x = [3, 20].sort();\n`,
  },
  {
    name: 'consensus imports jobs',
    as: 'libs/consensus/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/jobs';\nexport const x = it;\n`,
  },
  {
    name: 'a spec of consensus imports jobs',
    as: specOf('libs/consensus'),
    rule: NX,
    code: `import { it } from '@synod/jobs';\nexport const x = it;\n`,
  },
  {
    name: 'jobs imports scheduling',
    as: 'libs/jobs/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/scheduling';\nexport const x = it;\n`,
  },
  {
    name: 'base imports core',
    as: 'libs/base/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/hashing';\nexport const x = it;\n`,
  },
  {
    name: 'wire imports core',
    as: 'libs/wire/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/jobs';\nexport const x = it;\n`,
  },
  {
    name: 'a contract imports an app',
    as: 'libs/contracts/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/coordinator';\nexport const x = it;\n`,
  },
  {
    name: 'a contract imports an adapter',
    as: 'libs/contracts/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/rpc';\nexport const x = it;\n`,
  },
  {
    name: 'an adapter imports an app',
    as: ADAPTER,
    rule: NX,
    code: `import { it } from '@synod/coordinator';\nexport const x = it;\n`,
  },
  {
    name: 'an adapter imports testing in a source',
    as: ADAPTER,
    rule: NX,
    code: `import { it } from '@synod/testkit';\nexport const x = it;\n`,
  },
  {
    name: 'the client imports consensus',
    as: 'libs/client/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/consensus';\nexport const x = it;\n`,
  },
  {
    name: 'rpc imports contracts',
    as: 'libs/rpc/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/contracts';\nexport const x = it;\n`,
  },
  {
    name: 'the testkit imports more than base',
    as: 'libs/testkit/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/jobs';\nexport const x = it;\n`,
  },
  {
    name: 'an app imports another app',
    as: 'apps/cli/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/coordinator';\nexport const x = it;\n`,
  },
  {
    name: 'an app imports testing',
    as: 'apps/coordinator/src/index.ts',
    rule: NX,
    code: `import { it } from '@synod/testkit';\nexport const x = it;\n`,
  },
  { name: 'export *', as: ADAPTER, rule: 'no-restricted-syntax', code: `export * from './other.js';\n` },
  { name: 'export * as', as: ADAPTER, rule: 'no-restricted-syntax', code: `export * as other from './other.js';\n` },
  { name: 'a default export', as: ADAPTER, rule: 'no-restricted-syntax', code: `export default 5;\n` },
  {
    name: 'a default export by name',
    as: ADAPTER,
    rule: 'no-restricted-syntax',
    code: `const x = 5;\nexport { x as default };\n`,
  },
  {
    name: 'a default export in a core spec',
    as: specOf('libs/hashing'),
    rule: 'no-restricted-syntax',
    code: `export default 5;\n`,
  },
  {
    name: 'an unused eslint-disable',
    as: ADAPTER,
    rule: null,
    message: /unused eslint-disable/i,
    code: `// eslint-disable-next-line no-console\nexport const x = 5;\n`,
  },
  {
    name: 'a floating promise',
    as: ADAPTER,
    rule: '@typescript-eslint/no-floating-promises',
    code: `const f = async (): Promise<void> => {};\nf();\n`,
  },
  {
    name: 'an explicit any',
    as: ADAPTER,
    rule: '@typescript-eslint/no-explicit-any',
    code: `export const x: any = 5;\n`,
  },
  {
    name: 'a switch that misses a member',
    as: ADAPTER,
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    code: `export function f(x: 'a' | 'b'): number {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n`,
  },
  {
    name: 'a file of 501 lines',
    as: ADAPTER,
    rule: 'max-lines',
    code: Array.from({ length: 501 }, (_, i) => `export const x${i} = ${i};\n`).join(''),
  },
  {
    name: 'a function of 71 lines',
    as: ADAPTER,
    rule: 'max-lines-per-function',
    code: `export function f(y: number): number {\n${'  y += 1;\n'.repeat(70)}  return y;\n}\n`,
  },
];

/** Files that must pass, so that a rule that reports everything is noticed too. */
export const PASSING = [
  { name: 'core imports base', as: CORE, code: `import * as base from '@synod/base';\nexport const x = base;\n` },
  {
    name: 'scheduling imports jobs and hashing',
    as: 'libs/scheduling/src/index.ts',
    code: `import * as jobs from '@synod/jobs';\nimport * as hashing from '@synod/hashing';\nexport const x = [jobs, hashing];\n`,
  },
  {
    name: 'a core spec imports the testkit, npm and Node',
    as: specOf('libs/hashing'),
    code: `import { readFileSync } from 'node:fs';\nimport fc from 'fast-check';\nimport * as testkit from '@synod/testkit';\nexport const x = [fc, readFileSync, testkit];\n`,
  },
  {
    name: 'an adapter imports a contract',
    as: 'libs/discovery/src/index.ts',
    code: `import * as contracts from '@synod/contracts';\nexport const x = contracts;\n`,
  },
  {
    name: 'the client imports wire',
    as: 'libs/client/src/index.ts',
    code: `import * as wire from '@synod/wire';\nexport const x = wire;\n`,
  },
  {
    name: 'the simulator imports an app and the testkit',
    as: 'apps/simulator/src/index.ts',
    code: `import * as coordinator from '@synod/coordinator';\nimport * as testkit from '@synod/testkit';\nexport const x = [coordinator, testkit];\n`,
  },
];
