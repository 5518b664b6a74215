import { writeFileSync } from 'node:fs';
import { InformationRequested, UsageError, defineOptions, option } from '@synod/config';
import { measureFdatasync } from './fdatasync.js';
import { measureLife } from './life.js';
import { formatRows } from './report.js';
import type { Row } from './report.js';

const OPTIONS = defineOptions({
  name: 'bench',
  summary: 'Measures Synod on this machine: real processes, three coordinators that flush before they answer.',
  options: {
    rounds: option.integer({
      summary: 'Rounds of each scenario; medians are shown',
      default: 5,
      min: 1,
      max: 100,
      unit: 'rounds',
    }),
    jobs: option.integer({ summary: 'Jobs of a round', default: 10_000, min: 400, max: 50_000, unit: 'jobs' }),
    json: option.string({
      summary: 'Also writes the rows {scenario, metric, value, unit} to this file',
      valueName: 'file',
    }),
  },
});

async function main(): Promise<void> {
  const options = OPTIONS.parse(process.argv.slice(2), process.env);
  const rows: Row[] = [...measureFdatasync(), ...(await measureLife(options)), ...measureFdatasync()];
  process.stdout.write(`${formatRows(rows)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
}

main().catch((error: unknown) => {
  if (error instanceof InformationRequested) {
    process.stdout.write(error.output);
    return;
  }
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? error.exitStatus : 1;
});
