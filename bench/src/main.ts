import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { InformationRequested, UsageError, defineOptions, nearestName, option, suggestionText } from '@synod/config';
import { endInOrderOnSignals } from '@synod/e2e';
import { brokenBounds, formatRows } from './report.js';
import { measure, SCENARIOS } from './scenarios.js';

const OPTIONS = defineOptions({
  name: 'bench [scenario…]',
  summary:
    'Measures Synod on this machine: real processes, three coordinators that flush before they answer.\n\nScenarios:\n' +
    Object.entries(SCENARIOS)
      .map(([name, { summary, byDefault }]) => `  ${name.padEnd(10)} ${summary}${byDefault ? ' (default)' : ''}`)
      .join('\n'),
  options: {
    rounds: option.integer({
      summary: 'Rounds of each scenario; medians are shown',
      default: 5,
      min: 1,
      max: 100,
      unit: 'rounds',
    }),
    jobs: option.integer({ summary: 'Jobs of a round', default: 10_000, min: 400, max: 50_000, unit: 'jobs' }),
    kills: option.integer({
      summary: 'failover: kills of the leader',
      default: 200,
      min: 1,
      max: 10_000,
      unit: 'kills',
    }),
    pauses: option.integer({
      summary: 'failover: times that the leader is stopped, and that it is cut off',
      default: 30,
      min: 1,
      max: 1_000,
      unit: 'times',
    }),
    lagJobs: option.integer({
      summary: 'snapshot: jobs submitted in batches of 1,000 while the member is away, beside the steady load',
      default: 100_000,
      min: 1_000,
      max: 1_500_000,
      unit: 'jobs',
    }),
    backlogJobs: option.integer({
      summary: 'backlog: separate jobs that wait',
      default: 1_000_000,
      min: 1_000,
      max: 1_900_000,
      unit: 'jobs',
    }),
    docs: option.string({
      summary: 'placement: also writes the plots, and the tables of PLACEMENT.md, in this directory',
      valueName: 'dir',
    }),
    agents: option.integer({
      summary: 'agents: simulated agents',
      default: 2_000,
      min: 100,
      max: 10_000,
      unit: 'agents',
    }),
    outputMib: option.integer({
      summary: 'output: what the job prints',
      default: 1_024,
      min: 1,
      max: 1_048_576,
      unit: 'MiB',
    }),
    json: option.string({
      summary: 'Also writes the rows {scenario, metric, value, unit} to this file',
      valueName: 'file',
    }),
  },
});

async function main(): Promise<void> {
  endInOrderOnSignals();
  const { names, flags } = splitArguments(process.argv.slice(2));
  const options = OPTIONS.parse(flags, process.env);
  const unknown = names.find((name) => !(name in SCENARIOS));
  if (unknown !== undefined) {
    const known = Object.keys(SCENARIOS);
    throw new UsageError(
      { code: 'unexpectedArgument', option: unknown },
      `unknown scenario ${unknown}${suggestionText(nearestName(unknown, known))}; there are ${known.join(', ')}`,
    );
  }
  const chosen = names.length > 0 ? names : Object.keys(SCENARIOS).filter((name) => SCENARIOS[name]?.byDefault);
  process.stderr.write(`load of the machine before: ${loadText()}\n`);
  const rows = await measure(chosen, options);
  process.stderr.write(`load of the machine after: ${loadText()}\n`);
  process.stdout.write(`${formatRows(rows)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
  const broken = brokenBounds(rows);
  for (const problem of broken) process.stderr.write(`bench: ${problem}\n`);
  if (broken.length > 0) process.exitCode = 1;
}

/** Names of scenarios stand in front of the flags. */
function splitArguments(args: readonly string[]): {
  readonly names: readonly string[];
  readonly flags: readonly string[];
} {
  const firstFlag = args.findIndex((arg) => arg.startsWith('-'));
  const end = firstFlag < 0 ? args.length : firstFlag;
  return { names: args.slice(0, end), flags: args.slice(end) };
}

function loadText(): string {
  return loadavg()
    .map((load) => load.toFixed(2))
    .join(' ');
}

main().catch((error: unknown) => {
  if (error instanceof InformationRequested) {
    process.stdout.write(error.output);
    return;
  }
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? error.exitStatus : 1;
});
