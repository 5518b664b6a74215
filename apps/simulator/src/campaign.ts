import { Digest } from './digest.js';
import { simulate } from './run.js';
import type { RunModules, RunReport } from './run.js';

/** Events that a campaign must have reached, or it proved nothing about them. */
export const MUST_REACH = {
  holesFilled: 'a hole filled with a no-op',
  minorityValuesRecovered: 'a value recovered that a minority had accepted',
  fetchesServedFromCache: 'catch-up served from the cache',
  fetchesServedFromLog: 'catch-up served from the log',
  deposedRefusals: 'a deposed leader refused',
  promisesChunked: 'a promise sent in chunks',
  lossyCrashes: 'unflushed writes lost at a crash',
  failedFlushes: 'a flush failed',
  leaderChanges: 'the leader changed',
  readsAnswered: 'a read answered',
  followersStalled: 'a follower stopped answering',
  gaveWayNoQuorum: 'a leader without a quorum gave way',
  gaveWayUnhealthy: 'an unwell leader gave way',
} as const;

export type MustReach = keyof typeof MUST_REACH;

/** Fewer runs than this may miss a rare event by chance: they are reported, and fail nothing. */
export const RUNS_TO_REACH_ALL = 20;

export interface CampaignReport {
  readonly seed: number;
  readonly runs: number;
  readonly failures: readonly RunReport[];
  readonly simulatedMs: number;
  readonly leaderChanges: number;
  readonly acknowledged: number;
  readonly chosenSlots: number;
  readonly retries: number;
  readonly medianAcknowledgedPerRun: number;
  readonly medianLatencyMs: number;
  readonly medianHealedAfterMs: number;
  readonly maxHealedAfterMs: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly network: Readonly<Record<string, number>>;
  readonly mustReach: Readonly<Record<MustReach, number>>;
  readonly notReached: readonly MustReach[];
  /** Seeds that were run twice, and those of them that differed. */
  readonly repeatedSeeds: readonly number[];
  readonly differingSeeds: readonly number[];
  /** Over all runs, in order of seeds. */
  readonly digest: string;
  readonly passed: boolean;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly runs: number;
  /** Seeds that are run twice to see that nothing but the seed decides; 1 at the least in a campaign of the program. */
  readonly repeats: number;
  readonly stopAtFirstFailure: boolean;
  readonly onRun?: (report: RunReport) => void;
}

/** Runs seeds `seed` to `seed + runs - 1`. */
export function runCampaign(options: CampaignOptions, modules: RunModules = {}): CampaignReport {
  const reports: RunReport[] = [];
  for (let index = 0; index < options.runs; index += 1) {
    const report = simulate(options.seed + index, modules);
    reports.push(report);
    options.onRun?.(report);
    if (report.failure !== undefined && options.stopAtFirstFailure) break;
  }
  const sample = reports.filter((_, index) => index % Math.ceil(reports.length / Math.max(1, options.repeats)) === 0);
  const repeated = sample.slice(0, options.repeats);
  const differing = repeated.filter(({ seed, digest }) => simulate(seed, modules).digest !== digest);
  return summarise(options, reports, repeated, differing);
}

function summarise(
  options: CampaignOptions,
  reports: readonly RunReport[],
  repeated: readonly RunReport[],
  differing: readonly RunReport[],
): CampaignReport {
  const mustReach = Object.fromEntries(
    Object.keys(MUST_REACH).map((name) => [name, total(reports, (report) => reached(report, name as MustReach))]),
  ) as Record<MustReach, number>;
  const notReached = (Object.keys(MUST_REACH) as MustReach[]).filter((name) => mustReach[name] === 0);
  const failures = reports.filter(({ failure }) => failure !== undefined);
  const enough = reports.length < RUNS_TO_REACH_ALL || notReached.length === 0;
  return {
    seed: options.seed,
    runs: reports.length,
    failures,
    simulatedMs: total(reports, ({ simulatedMs }) => simulatedMs),
    leaderChanges: total(reports, ({ leaderChanges }) => leaderChanges),
    acknowledged: total(reports, ({ acknowledged }) => acknowledged),
    chosenSlots: total(reports, ({ chosenSlots }) => chosenSlots),
    retries: total(reports, ({ retries }) => retries),
    medianAcknowledgedPerRun: median(reports.map(({ acknowledged }) => acknowledged)),
    medianLatencyMs: median(reports.flatMap(({ latenciesMs }) => latenciesMs)),
    medianHealedAfterMs: median(reports.map(({ healedAfterMs }) => healedAfterMs)),
    maxHealedAfterMs: reports.reduce((max, { healedAfterMs }) => Math.max(max, healedAfterMs), 0),
    faults: addUp(reports.map(({ faults }) => faults)),
    network: addUp(reports.map(({ network }) => ({ ...network }))),
    mustReach,
    notReached,
    repeatedSeeds: repeated.map(({ seed }) => seed),
    differingSeeds: differing.map(({ seed }) => seed),
    digest: digestOf(reports),
    passed: failures.length === 0 && differing.length === 0 && enough,
  };
}

function digestOf(reports: readonly RunReport[]): string {
  const digest = new Digest();
  for (const report of reports) digest.text(report.digest);
  return digest.value();
}

function reached(report: RunReport, name: MustReach): number {
  switch (name) {
    case 'lossyCrashes':
    case 'failedFlushes':
      return report.disks[name];
    case 'leaderChanges':
      return Math.max(0, report.leaderChanges - 1);
    case 'readsAnswered':
      return report.readsAnswered;
    default:
      return report.counters[name] ?? 0;
  }
}

function total(reports: readonly RunReport[], of: (report: RunReport) => number): number {
  return reports.reduce((sum, report) => sum + of(report), 0);
}

function addUp(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(part)) sums[name] = (sums[name] ?? 0) + count;
  return Object.fromEntries(Object.entries(sums).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
