import { measureAgents } from './agents.js';
import { measureBacklog } from './backlog/backlog.js';
import { measureFailover } from './failover.js';
import { measureFdatasync } from './fdatasync.js';
import { measureLife } from './life.js';
import { measureOutput } from './output.js';
import { measurePlacement } from './placement/placement-rows.js';
import type { Row } from './report.js';
import { measureSnapshot } from './snapshot.js';
import { measureSubmit } from './submit.js';

export interface BenchOptions {
  readonly rounds: number;
  readonly jobs: number;
  readonly kills: number;
  readonly pauses: number;
  readonly lagJobs: number;
  readonly backlogJobs: number;
  readonly docs: string | undefined;
  readonly agents: number;
  readonly outputMib: number;
}

export interface Scenario {
  readonly summary: string;
  /** Runs when no scenario is named. */
  readonly byDefault: boolean;
  readonly measure: (options: BenchOptions) => Promise<Row[]>;
}

/** By the name on the command line, in the order in which they run. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  life: {
    summary: 'the whole life of jobs, in batches and one by one',
    byDefault: true,
    measure: measureLife,
  },
  submit: {
    summary: 'submission alone: the bare stream of the API beside the client library',
    byDefault: false,
    measure: measureSubmit,
  },
  failover: {
    summary: 'the leader killed, stopped and cut off: time to the next acknowledgement',
    byDefault: false,
    measure: measureFailover,
  },
  snapshot: {
    summary: 'a member that is behind the trimmed log comes back under load',
    byDefault: false,
    measure: measureSnapshot,
  },
  backlog: {
    summary: 'a million separate jobs wait: memory of coordinators, time of the planner',
    byDefault: false,
    measure: measureBacklog,
  },
  agents: {
    summary: '2,000 agents: what heartbeats cost, a dead leader, 200 dead agents',
    byDefault: false,
    measure: measureAgents,
  },
  output: {
    summary: 'a job that prints 1 GiB: CPU and memory of agent, guard and coordinators',
    byDefault: false,
    measure: measureOutput,
  },
  placement: {
    summary: 'placement algorithms and policies side by side, without a cluster',
    byDefault: false,
    measure: (options) => Promise.resolve(measurePlacement(options)),
  },
};

/** The machine's own figures stand at both ends, so that a change of it meanwhile shows. */
export async function measure(names: readonly string[], options: BenchOptions): Promise<Row[]> {
  const rows: Row[] = measureFdatasync();
  for (const name of names) rows.push(...((await SCENARIOS[name]?.measure(options)) ?? []));
  return [...rows, ...measureFdatasync()];
}
