// npm run mutants: the pitfalls P1 to P23 as quiet mutants, applied one at a time until each dies. See docs/mutants.md.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail, install, requireNode } from './lib/ensure.mjs';
import { ROOT } from './lib/workspace.mjs';

requireNode();
install();
const { MUTANTS } = await import('./mutants/catalogue.mjs');
const { checkAnchors } = await import('./mutants/edits.mjs');
const { Court } = await import('./mutants/judge.mjs');
const { HELP, parseOptions, selected } = await import('./mutants/options.mjs');
const { markdownTable, summarise, summaryText, trialLine, withTable } = await import('./mutants/report.mjs');

const { options, mutants } = parse();
if (options.help) process.stdout.write(HELP);
else if (options.anchors) process.exitCode = await anchors();
else process.exitCode = await trials();

function parse() {
  try {
    const parsed = parseOptions(process.argv.slice(2));
    return { options: parsed, mutants: selected(MUTANTS, parsed) };
  } catch (error) {
    return fail(`${error.message}\n\n${HELP}`, 2);
  }
}

async function anchors() {
  const problems = await checkAnchors(mutants, ROOT);
  for (const problem of problems) process.stdout.write(`FAILED  ${problem}\n`);
  process.stdout.write(`${mutants.length - problems.length} of ${mutants.length} mutants match the source\n`);
  return problems.length === 0 ? 0 : 1;
}

async function trials() {
  const folder = mkdtempSync(join(tmpdir(), 'synod-mutants-'));
  const court = new Court({ folder, seeds: options.seeds });
  const results = new Array(mutants.length);
  const waiting = [...mutants.keys()];
  const work = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      results[index] = await trial(court, mutants[index]);
      process.stdout.write(trialLine(results[index]));
    }
  };
  try {
    await Promise.all(Array.from({ length: options.jobs }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const summary = summarise(results, { whole: mutants.length === MUTANTS.length, seeds: options.seeds });
  process.stdout.write(`\n${summaryText(summary)}`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(summary, undefined, 2)}\n`);
  if (options.markdown !== undefined) writeMarkdown(options.markdown, summary);
  return summary.passed ? 0 : 1;
}

/** What can't be told about one mutant is an error of the run, which goes on with the others. */
async function trial(court, mutant) {
  const startedMs = performance.now();
  try {
    return { mutant, ...(await court.judge(mutant)) };
  } catch (error) {
    const seconds = (performance.now() - startedMs) / 1000;
    return { mutant, verdict: 'error', message: error.message.split('\n')[0], seconds };
  }
}

function writeMarkdown(file, summary) {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, withTable(before, markdownTable(summary)));
}
