import { MUST_REACH } from './campaign.js';
import type { CampaignReport, MustReach } from './campaign.js';

/** A campaign as text for a terminal. */
export function formatReport(report: CampaignReport): string {
  const seconds = report.simulatedMs / 1_000;
  const lines = [
    `runs ${report.runs} (seeds ${report.seed} to ${report.seed + report.runs - 1}), simulated ${seconds.toFixed(0)} s`,
    `acknowledged ${report.acknowledged} commands (median of a run ${report.medianAcknowledgedPerRun}, latency ${report.medianLatencyMs.toFixed(1)} ms), ${report.retries} retries, ${report.chosenSlots} slots chosen`,
    `leader changes ${report.leaderChanges}, healed after ${report.medianHealedAfterMs.toFixed(0)} ms (median), ${report.maxHealedAfterMs.toFixed(0)} ms (longest)`,
    `faults   ${pairs(report.faults)}`,
    `network  ${pairs(report.network)}`,
    'must reach:',
    ...(Object.keys(MUST_REACH) as MustReach[]).map(
      (name) => `  ${String(report.mustReach[name]).padStart(7)}  ${MUST_REACH[name]}`,
    ),
    `digest ${report.digest}; same seed, same digest: ${report.repeatedSeeds.length - report.differingSeeds.length} of ${report.repeatedSeeds.length}`,
    ...report.differingSeeds.map((seed) => `NOT DETERMINISTIC seed ${seed}: ${command(seed)}`),
    ...report.failures.map(
      ({ seed, failure }) =>
        `FAILED seed ${seed}: ${failure?.invariant}: ${failure?.detail}\n  again: ${command(seed)}`,
    ),
  ];
  if (report.notReached.length > 0) lines.push(`not reached: ${report.notReached.join(', ')}`);
  lines.push(report.passed ? 'passed' : 'failed');
  return `${lines.join('\n')}\n`;
}

/** What runs one seed again. */
export function command(seed: number): string {
  return `npm run sim -- --runs 1 --seed ${seed}`;
}

function pairs(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
