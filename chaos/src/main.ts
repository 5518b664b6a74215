import { writeFileSync } from 'node:fs';
import { defineOptions, InformationRequested, option, UsageError } from '@synod/config';
import { endInOrderOnSignals } from '@synod/e2e';
import { runCampaign } from './campaign.js';
import { formatReport, summarize } from './report.js';

const OPTIONS = defineOptions({
  name: 'chaos',
  summary:
    'Runs clusters of real processes under faults: processes killed and stopped, partitions in network namespaces, proxies that ' +
    'delay and lose, flushes that fail and hang, full disks. Status 0 only if nothing acknowledged was lost, no read was stale, ' +
    'nothing ran twice unasked, all members came back by themselves and to the same state. What this machine does not allow ' +
    'is skipped by name.',
  options: {
    minutes: option.integer({
      summary: 'How long; an episode takes about one',
      default: 5,
      min: 1,
      max: 10_000,
      unit: 'minutes',
    }),
    seed: option.integer({
      summary: 'Picks networks, faults and their order',
      default: 1,
      min: 0,
      max: 2 ** 32 - 1,
      unit: 'seed',
    }),
    json: option.string({ summary: 'Also writes the report to this file', valueName: 'file' }),
  },
});

async function main(): Promise<void> {
  endInOrderOnSignals();
  const options = OPTIONS.parse(process.argv.slice(2), process.env);
  const campaign = await runCampaign(options, (text) => process.stderr.write(`${text}\n`));
  const report = summarize(options.seed, campaign);
  process.stdout.write(`${formatReport(report)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  // What still holds on to a cluster that is gone must not keep this process.
  process.exit(report.passed ? 0 : 1);
}

main().catch((error: unknown) => {
  if (error instanceof InformationRequested) {
    process.stdout.write(error.output);
    return;
  }
  process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(error instanceof UsageError ? error.exitStatus : 1);
});
