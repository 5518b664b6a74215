import type { World } from '../world.js';
import type { CampaignReport } from './campaign.js';

type Told = Pick<World, 'mustReach' | 'faultDescriptions'>;

/** A campaign as text for a terminal. */
export function formatReport(report: CampaignReport, { mustReach }: Told): string {
  const { healedAfterMs, latencyMs } = report;
  const lines = [
    `${report.world}: runs ${report.runs} (seeds ${report.seed} to ${report.seed + report.runs - 1}), simulated ${hours(report)}`,
    `acknowledged ${report.acknowledged} commands (median of a run ${report.medianAcknowledgedPerRun}; latency p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(0)} ms), ${report.readsAnswered} reads, ${report.retries} retries, ${report.chosenSlots} slots chosen`,
    `leader changes ${report.leaderChanges} (median of a run ${report.medianLeaderChangesPerRun}); healed after ${healedAfterMs.p50.toFixed(0)} ms (median), ${healedAfterMs.p99.toFixed(0)} ms (p99), ${healedAfterMs.max.toFixed(0)} ms (longest)`,
    'faults:',
    ...Object.entries(report.faults).map(([kind, count]) => `  ${String(count).padStart(8)}  ${kind}`),
    'must reach:',
    ...Object.entries(report.mustReach).map(
      ([name, count]) => `  ${String(count).padStart(8)}  ${mustReach[name] ?? ''} (${name})`,
    ),
    `digest ${report.digest}; same seed, same digest: ${report.repeatedSeeds.length - report.differingSeeds.length} of ${report.repeatedSeeds.length}`,
    ...report.differingSeeds.map((seed) => `NOT DETERMINISTIC seed ${seed}: ${command(report.world, seed)}`),
    ...report.failures.map(
      ({ seed, failure }) =>
        `FAILED seed ${seed} at ${failure.atMs} ms: ${failure.invariant}: ${failure.detail}\n  again: ${command(report.world, seed)}\n  smaller: ${shrinkCommand(report.world, seed)}`,
    ),
    ...report.shortfalls.map((shortfall) => `FELL SHORT ${shortfall}`),
    report.passed ? 'passed' : 'failed',
  ];
  return `${lines.join('\n')}\n`;
}

/** A campaign as a page of documentation. */
export function formatMarkdown(report: CampaignReport, { mustReach, faultDescriptions }: Told): string {
  const sizes = Object.entries(report.runsBySize).map(([size, runs]) => `${runs} of ${size}`);
  const failures = report.failures.map(
    ({ seed, failure }) => `- seed ${seed}: ${failure.invariant}: ${failure.detail}`,
  );
  const lines = [
    `# Campaign: ${report.world}, ${report.runs} runs`,
    '',
    `\`${campaignCommand(report)}\``,
    '',
    report.passed ? 'Passed: no invariant was broken, and everything that must be reached was.' : '**Failed.**',
    '',
    '| | |',
    '|---|---|',
    `| runs | ${report.runs}, seeds ${report.seed} to ${report.seed + report.runs - 1}; voters: ${sizes.join(', ')} |`,
    `| simulated | ${hours(report)} |`,
    `| acknowledged commands | ${report.acknowledged}; ${report.medianAcknowledgedPerRun} in the median run |`,
    `| linearizable reads answered | ${report.readsAnswered} |`,
    `| slots chosen | ${report.chosenSlots} |`,
    `| leader changes | ${report.leaderChanges}; ${report.medianLeaderChangesPerRun} in the median run |`,
    `| latency of acknowledged commands, amid faults, from the first attempt on | p50 ${report.latencyMs.p50.toFixed(1)} ms, p99 ${report.latencyMs.p99.toFixed(0)} ms |`,
    `| converged after the last repair | p50 ${report.healedAfterMs.p50.toFixed(0)} ms, p99 ${report.healedAfterMs.p99.toFixed(0)} ms, longest ${report.healedAfterMs.max.toFixed(0)} ms |`,
    `| seeds run twice | ${report.repeatedSeeds.length}, of which ${report.differingSeeds.length} differed |`,
    `| digest of all runs | \`${report.digest}\` |`,
    '',
    '## Faults',
    '',
    '| kind | times | what it is |',
    '|---|---|---|',
    ...Object.entries(report.faults).map(
      ([kind, count]) => `| ${kind} | ${count} | ${faultDescriptions[kind] ?? ''} |`,
    ),
    '',
    '## Events that a campaign must reach',
    '',
    '| times | event |',
    '|---|---|',
    ...Object.entries(report.mustReach).map(([name, count]) => `| ${count} | ${mustReach[name] ?? name} |`),
  ];
  if (failures.length > 0) lines.push('', '## Failures', '', ...failures);
  if (report.shortfalls.length > 0) lines.push('', '## Shortfalls', '', ...report.shortfalls.map((it) => `- ${it}`));
  return `${lines.join('\n')}\n`;
}

/** What runs one seed again. */
export function command(world: string, seed: number): string {
  return `npm run sim -- --world ${world} --runs 1 --seed ${seed}`;
}

export function shrinkCommand(world: string, seed: number): string {
  return `npm run sim -- --world ${world} --shrink ${seed}`;
}

function campaignCommand({ world, runs, seed }: CampaignReport): string {
  return `npm run sim -- --world ${world} --runs ${runs} --seed ${seed}`;
}

function hours({ simulatedMs }: CampaignReport): string {
  const seconds = simulatedMs / 1_000;
  return seconds < 3_600 ? `${seconds.toFixed(0)} s` : `${(seconds / 3_600).toFixed(1)} h`;
}
