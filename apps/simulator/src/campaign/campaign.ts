import { Digest } from '../digest.js';
import type { Failure, RunReport, World } from '../world.js';
import { LatencyHistogram } from './latency.js';
import type { Simulators } from './simulators.js';

/** What a campaign of 1,000 runs or more must show, or it proves too little. */
export const ACCEPTANCE = {
  runs: 1_000,
  faultsOfEachKind: 100,
  eventsOfEachKind: 50,
  medianAcknowledged: 1_000,
  medianLeaderChanges: 3,
} as const;

/** From this many runs on, each fault and event must have been there once; fewer may miss a rare one by chance. */
export const RUNS_TO_REACH_ALL = 200;

export interface FailedRun {
  readonly seed: number;
  readonly failure: Failure;
}

export interface CampaignReport {
  readonly world: string;
  readonly seed: number;
  readonly runs: number;
  readonly failures: readonly FailedRun[];
  readonly simulatedMs: number;
  readonly leaderChanges: number;
  readonly acknowledged: number;
  readonly chosenSlots: number;
  readonly retries: number;
  readonly readsAnswered: number;
  readonly medianAcknowledgedPerRun: number;
  readonly medianLeaderChangesPerRun: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
  readonly healedAfterMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly runsBySize: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly events: Readonly<Record<string, number>>;
  readonly mustReach: Readonly<Record<string, number>>;
  /** Where the campaign fell short of what it must show; empty in a small one. */
  readonly shortfalls: readonly string[];
  /** Seeds that were run twice, and those of them that differed. */
  readonly repeatedSeeds: readonly number[];
  readonly differingSeeds: readonly number[];
  /** Over all runs, in order of seeds; the same however many jobs there were. */
  readonly digest: string;
  readonly passed: boolean;
}

export interface CampaignOptions {
  readonly seed: number;
  readonly runs: number;
  /** Seeds that are run twice to see that nothing but the seed decides; 1 at the least in a campaign of the program. */
  readonly repeats: number;
  readonly stopAtFirstFailure: boolean;
  /** Whether it must show what `ACCEPTANCE` says; not when somebody restricts what may happen. */
  readonly mustReach?: boolean;
  /** Called as runs end, in any order. */
  readonly onRun?: (report: RunReport) => void;
}

/** What of a run is kept: a campaign of ten thousand must fit into memory. */
interface Kept {
  readonly seed: number;
  readonly digest: string;
  readonly acknowledged: number;
  readonly leaderChanges: number;
  readonly healedAfterMs: number;
}

/** Runs seeds `seed` to `seed + runs - 1`, as many at a time as there are jobs. */
export async function runCampaign(
  world: Pick<World, 'name' | 'faultKinds' | 'mustReach'>,
  options: CampaignOptions,
  simulators: Simulators,
): Promise<CampaignReport> {
  const totals = new Totals();
  await forEachSeed(options, simulators, (report) => totals.add(report));
  const kept = totals.runs();
  const every = Math.max(1, Math.ceil(kept.length / Math.max(1, options.repeats)));
  const repeated = kept.filter((_, index) => index % every === 0).slice(0, options.repeats);
  const again = await Promise.all(repeated.map(({ seed }) => simulators.simulate(seed)));
  const differing = repeated.filter(({ digest }, index) => again[index]?.digest !== digest);
  return totals.report(world, options, repeated, differing);
}

async function forEachSeed(
  { seed, runs, stopAtFirstFailure, onRun }: CampaignOptions,
  simulators: Simulators,
  add: (report: RunReport) => void,
): Promise<void> {
  let next = seed;
  let stopped = false;
  const work = async (): Promise<void> => {
    while (!stopped && next < seed + runs) {
      const current = next;
      next += 1;
      const report = await simulators.simulate(current);
      if (stopped) return;
      add(report);
      onRun?.(report);
      if (report.failure !== undefined && stopAtFirstFailure) stopped = true;
    }
  };
  await Promise.all(Array.from({ length: simulators.jobs }, work));
}

class Totals {
  private readonly kept: Kept[] = [];
  private readonly failures: FailedRun[] = [];
  private readonly latencies = new LatencyHistogram();
  private readonly faults = new Map<string, number>();
  private readonly events = new Map<string, number>();
  private readonly sizes = new Map<string, number>();
  private readonly sums = {
    simulatedMs: 0,
    acknowledged: 0,
    leaderChanges: 0,
    chosenSlots: 0,
    retries: 0,
    readsAnswered: 0,
  };

  add(report: RunReport): void {
    const { seed, digest, acknowledged, leaderChanges, healedAfterMs, failure } = report;
    this.kept.push({ seed, digest, acknowledged, leaderChanges, healedAfterMs });
    if (failure !== undefined) this.failures.push({ seed, failure });
    this.latencies.add(report.latencyHistogram);
    addAll(this.faults, report.faults);
    addAll(this.events, report.events);
    addAll(this.sizes, { [report.size]: 1 });
    for (const name of Object.keys(this.sums) as (keyof typeof this.sums)[]) this.sums[name] += report[name];
  }

  /** In order of seeds. */
  runs(): readonly Kept[] {
    return this.kept.sort((left, right) => left.seed - right.seed);
  }

  report(
    world: Pick<World, 'name' | 'faultKinds' | 'mustReach'>,
    { seed, mustReach = true }: CampaignOptions,
    repeated: readonly Kept[],
    differing: readonly Kept[],
  ): CampaignReport {
    const runs = this.runs();
    const { events, faults, sums } = this;
    const medianAcknowledgedPerRun = quantile(
      runs.map(({ acknowledged }) => acknowledged),
      0.5,
    );
    const medianLeaderChangesPerRun = quantile(
      runs.map(({ leaderChanges }) => leaderChanges),
      0.5,
    );
    const healed = runs.map(({ healedAfterMs }) => healedAfterMs);
    const shortfalls = mustReach
      ? shortfallsOf(world, runs.length, faults, events, medianAcknowledgedPerRun, medianLeaderChangesPerRun)
      : [];
    this.failures.sort((left, right) => left.seed - right.seed);
    return {
      world: world.name,
      seed,
      runs: runs.length,
      failures: this.failures,
      ...sums,
      medianAcknowledgedPerRun,
      medianLeaderChangesPerRun,
      latencyMs: { p50: this.latencies.quantileMs(0.5), p99: this.latencies.quantileMs(0.99) },
      healedAfterMs: { p50: quantile(healed, 0.5), p99: quantile(healed, 0.99), max: quantile(healed, 1) },
      runsBySize: sorted(this.sizes),
      faults: Object.fromEntries(world.faultKinds.map((kind) => [kind, faults.get(kind) ?? 0])),
      events: sorted(events),
      mustReach: Object.fromEntries(Object.keys(world.mustReach).map((name) => [name, events.get(name) ?? 0])),
      shortfalls,
      repeatedSeeds: repeated.map((run) => run.seed),
      differingSeeds: differing.map((run) => run.seed),
      digest: digestOf(runs),
      passed: this.failures.length === 0 && differing.length === 0 && shortfalls.length === 0,
    };
  }
}

function shortfallsOf(
  { faultKinds, mustReach }: Pick<World, 'faultKinds' | 'mustReach'>,
  runs: number,
  faults: ReadonlyMap<string, number>,
  events: ReadonlyMap<string, number>,
  medianAcknowledged: number,
  medianLeaderChanges: number,
): string[] {
  if (runs < RUNS_TO_REACH_ALL) return [];
  const enough = runs >= ACCEPTANCE.runs;
  const shortfalls: string[] = [];
  const demand = (name: string, count: number, least: number): void => {
    if (count < least) shortfalls.push(`${name}: ${count}, not ${least}`);
  };
  for (const kind of faultKinds) {
    demand(`fault ${kind}`, faults.get(kind) ?? 0, enough ? ACCEPTANCE.faultsOfEachKind : 1);
  }
  for (const name of Object.keys(mustReach)) {
    demand(`event ${name}`, events.get(name) ?? 0, enough ? ACCEPTANCE.eventsOfEachKind : 1);
  }
  demand('median of acknowledged commands', medianAcknowledged, ACCEPTANCE.medianAcknowledged);
  demand('median of leader changes', medianLeaderChanges, ACCEPTANCE.medianLeaderChanges);
  return shortfalls;
}

function digestOf(runs: readonly Kept[]): string {
  const digest = new Digest();
  for (const run of runs) digest.text(run.digest);
  return digest.value();
}

function addAll(totals: Map<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) totals.set(name, (totals.get(name) ?? 0) + count);
}

function sorted(totals: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...totals].sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The value that this share of all does not exceed; 0 of none. */
function quantile(values: readonly number[], share: number): number {
  const inOrder = [...values].sort((left, right) => left - right);
  return inOrder[Math.min(inOrder.length - 1, Math.max(0, Math.ceil(share * inOrder.length) - 1))] ?? 0;
}
