// node tools/configuration.mjs: writes docs/configuration.md from the options that the programs define.
//   --check   change nothing; exit 1 when the page is not what they define today
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import * as prettier from 'prettier';
import { ROOT } from './lib/workspace.mjs';

const PAGE = join(ROOT, 'docs/configuration.md');

/** Where each program defines its options. The command line's are those of every command; its help has the rest. */
const ENTRY = `
export { COORDINATOR_OPTIONS as coordinator } from './apps/coordinator/src/options.ts';
export { agentOptions as workerAgent } from './apps/worker-agent/src/options.ts';
export { REGISTRY_OPTIONS as registry } from './apps/registry/src/options.ts';
export { GLOBAL_OPTIONS } from './apps/cli/src/session.ts';
export { listOptions } from './libs/config/src/index.ts';
`;

const { coordinator, workerAgent, registry, GLOBAL_OPTIONS, listOptions } = await load();
const cli = {
  name: 'synod',
  summary: 'The command line: options of every command. `synod COMMAND --help` has those of a command.',
  list: () => listOptions(GLOBAL_OPTIONS),
};
const text = await prettier.format(page([coordinator, workerAgent, registry, cli]), {
  ...(await prettier.resolveConfig(PAGE)),
  filepath: PAGE,
});

if (!process.argv.includes('--check')) writeFileSync(PAGE, text);
else if (readFileSync(PAGE, 'utf8') !== text) {
  process.stderr.write(`${relative(ROOT, PAGE)} is out of date: run node tools/configuration.mjs\n`);
  process.exitCode = 1;
}

/** The options themselves, from the sources. */
async function load() {
  const folder = mkdtempSync(join(tmpdir(), 'synod-configuration-'));
  try {
    const outfile = join(folder, 'options.cjs');
    await build({
      stdin: { contents: ENTRY, resolveDir: ROOT, loader: 'ts' },
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      external: ['lmdb'],
      logLevel: 'error',
    });
    return createRequire(import.meta.url)(outfile);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function page(programs) {
  return `<!-- Written by \`node tools/configuration.mjs\` from the options of the programs. Change those, not this page. -->

# Configuration

Every option is a flag, an environment variable, and a key of the YAML file that \`--config\` names (the flag without its dashes), in this order of strength;
below them is the default. Durations are \`250ms\`, \`30s\`, \`10m\`, \`2h\`, \`1d\`. An unknown flag or key, a value out of its range, and a combination that makes
no sense end the program with status 2 and one line that says what is wrong.

${programs.map(section).join('\n')}`;
}

function section({ name, summary, list }) {
  const groups = groupBy(list());
  const tables = [...groups].map(([group, options]) => `### ${name}: ${group}\n\n${table(options)}`);
  return `## ${name}\n\n${summary}\n\n${tables.join('\n')}`;
}

/** Map.groupBy is not in Node 20. */
function groupBy(options) {
  const groups = new Map();
  for (const option of options) groups.set(option.group, [...(groups.get(option.group) ?? []), option]);
  return groups;
}

function table(options) {
  const rows = options.map(({ name, valueName, variable, summary, unit, defaultText, range }) => {
    const flag = valueName === '' ? `--${name}` : `--${name} <${valueName}>`;
    const value = [defaultText === '' ? '' : defaultText === 'required' ? '**required**' : `\`${defaultText}\``, unit];
    return [`\`${flag}\``, `\`${variable}\``, value.filter((it) => it !== '').join(' '), range, summary]
      .map((cell) => cell.replaceAll('|', '\\|'))
      .join(' | ');
  });
  return [
    '| flag | variable | default | range | |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}
