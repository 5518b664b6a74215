// node tools/lint-cases.mjs: lints the cases of tools/lint-fixtures/ with the repository's own configuration and prints, as JSON, what was
// reported for each: `{ failing: [{ name, rule, found, reported }], passing: [{ name, reported }] }`. Run by tools/src/lint.spec.ts, in a process
// of its own because jest can't load an ES module configuration.
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import nxDevkit from '@nx/devkit';
import { ESLint } from 'eslint';
import { ROOT } from './lib/workspace.mjs';
import { CASES, PASSING } from './lint-fixtures/cases.mjs';

// The boundary rule reads the cached graph, and reports nothing without one.
process.chdir(ROOT);
await nxDevkit.createProjectGraphAsync({ exitOnError: true });

const eslint = new ESLint({ cwd: ROOT });

async function reportedFor({ as, code }) {
  const [result] = await eslint.lintText(code, { filePath: join(ROOT, as) });
  return (result?.messages ?? []).map(({ ruleId, message, severity }) => ({ ruleId, message, severity }));
}

const passing = [];

// The true sources of a core project and of an adapter have to pass. First, as the cases put other text in place of files.
for (const root of ['libs/hashing', 'libs/observability']) {
  const results = await eslint.lintFiles([`${root}/src/**/*.ts`]);
  const reported = results.flatMap(({ filePath, messages }) => messages.map((it) => ({ ...it, filePath })));
  passing.push({ name: `the sources of ${root}`, reported });
}

const failing = [];
for (const it of CASES) {
  const reported = await reportedFor(it);
  const found = reported.some(({ ruleId, message }) => ruleId === it.rule && (it.message ?? /./).test(message));
  failing.push({ name: it.name, rule: it.rule, found, reported });
}
for (const it of PASSING) passing.push({ name: it.name, reported: await reportedFor(it) });

writeSync(1, JSON.stringify({ failing, passing }));
process.exit(0);
