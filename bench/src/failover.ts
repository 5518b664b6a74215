import { setTimeout as pause } from 'node:timers/promises';
import {
  CLIENTS,
  FreshReads,
  isolate,
  LocalCluster,
  NamespaceNetwork,
  namespacesMissing,
  SteadyLoad,
} from '@synod/e2e';
import { HandlerProcess } from './handler-process.js';
import { latencyRows } from './report.js';
import type { Row } from './report.js';

export interface FailoverOptions {
  /** Times that the leader is killed. */
  readonly kills: number;
  /** Times that it is stopped, and that it is cut off. */
  readonly pauses: number;
}

const COORDINATORS = 3;
const CLIENT_COUNT = 6;
/** 100 jobs a second: light. */
const LOAD_INTERVAL_MS = 10;
const READ_INTERVAL_MS = 20;
/** Faults come at no particular time of the election's rounds. */
const MIN_QUIET_MS = 300;
const MAX_QUIET_MS = 800;
const PAUSE_MS = 5_000;

/** How long the cluster does not acknowledge after its leader was lost, at default settings and under a light load. */
export async function measureFailover(options: FailoverOptions): Promise<Row[]> {
  const rows: Row[] = [];
  await withLoad(await LocalCluster.start({ coordinators: COORDINATORS, agents: 0 }), async (load) => {
    rows.push(...(await rounds(`leader killed (SIGKILL, ${options.kills} times)`, load, options.kills, killLeader)));
    rows.push(...(await rounds(`leader stopped for 5 s (${options.pauses} times)`, load, options.pauses, stopLeader)));
  });
  const missing = namespacesMissing();
  if (missing !== undefined) {
    process.stderr.write(`skipped  leader cut off: ${missing}\n`);
    return rows;
  }
  const network = await NamespaceNetwork.open(COORDINATORS);
  const isolated = (others: readonly string[]) => async (load: Loaded) => {
    const leader = await load.cluster.leader();
    const lostAtMs = performance.now();
    isolate(network, leader, others);
    return {
      leader,
      lostAtMs,
      undo: () =>
        pause(PAUSE_MS).then(() => {
          network.healAll();
        }),
    };
  };
  await withLoad(await LocalCluster.start({ coordinators: COORDINATORS, agents: 0, network }), async (load) => {
    const { coordinatorIds, hosts } = network;
    const times = `for 5 s (${options.pauses} times)`;
    const fromPeers = `leader cut off from its peers ${times}`;
    rows.push(...(await rounds(fromPeers, load, options.pauses, isolated(coordinatorIds))));
    const fromAll = `leader cut off from all ${times}`;
    rows.push(...(await rounds(fromAll, load, options.pauses, isolated([...hosts, CLIENTS]))));
  });
  return rows;
}

interface Loaded {
  readonly cluster: LocalCluster;
  readonly load: SteadyLoad;
  readonly reads: FreshReads;
}

async function withLoad(cluster: LocalCluster, work: (loaded: Loaded) => Promise<void>): Promise<void> {
  const { addresses } = cluster;
  const handlers = await HandlerProcess.start(cluster.addresses, 100);
  const spec = { handler: { handler: 'noop' } };
  const load = new SteadyLoad({ addresses, clients: CLIENT_COUNT, intervalMs: LOAD_INTERVAL_MS, spec });
  const reads = new FreshReads({ addresses, acknowledged: () => load.jobIds, intervalMs: READ_INTERVAL_MS });
  try {
    load.start();
    reads.start();
    await work({ cluster, load, reads });
  } finally {
    await Promise.all([load.stop(), reads.stop()]);
    await handlers.stop();
    await cluster.stop();
  }
}

/** What befell the leader, and how to make it good again. */
interface Loss {
  readonly leader: string;
  readonly lostAtMs: number;
  /** Resolves when it may come back; nothing else is done for its return. */
  readonly undo: () => Promise<unknown>;
}

async function killLeader({ cluster }: Loaded): Promise<Loss> {
  const leader = await cluster.leader();
  const process = cluster.process(leader);
  const lostAtMs = performance.now();
  process.kill('SIGKILL');
  return { leader, lostAtMs, undo: () => process.exited.then(() => cluster.startCoordinator(leader)) };
}

async function stopLeader({ cluster }: Loaded): Promise<Loss> {
  const leader = await cluster.leader();
  const process = cluster.process(leader);
  const lostAtMs = performance.now();
  process.kill('SIGSTOP');
  return {
    leader,
    lostAtMs,
    undo: () =>
      pause(PAUSE_MS).then(() => {
        process.kill('SIGCONT');
      }),
  };
}

async function rounds(
  scenario: string,
  loaded: Loaded,
  count: number,
  lose: (loaded: Loaded) => Promise<Loss>,
): Promise<Row[]> {
  const { cluster, load, reads } = loaded;
  const firstMs: number[] = [];
  const eachMs: number[] = [];
  const backMs: number[] = [];
  const staleBefore = reads.stale.length;
  const failedBefore = load.failures.length;
  for (let round = 1; round <= count; round++) {
    await cluster.allWell();
    await pause(MIN_QUIET_MS + Math.random() * (MAX_QUIET_MS - MIN_QUIET_MS));
    const { leader, lostAtMs, undo } = await lose(loaded);
    const undone = undo().then(() => performance.now());
    const answers = await load.firstAnswersSince(lostAtMs);
    const delaysMs = answers.map(({ ackedAtMs }) => ackedAtMs - lostAtMs).sort((a, b) => a - b);
    firstMs.push(Math.min(...delaysMs));
    eachMs.push(...delaysMs);
    const undoneAtMs = await undone;
    await cluster.allWell();
    backMs.push(performance.now() - undoneAtMs);
    const shown = delaysMs.map((delay) => Math.round(delay)).join(' ');
    process.stderr.write(`${scenario}, ${round}: ${leader}; next acknowledgement of each client after ${shown} ms\n`);
  }
  if (reads.stale.length > staleBefore) process.stderr.write(`${reads.stale.slice(staleBefore).join('\n')}\n`);
  return [
    ...latencyRows(scenario, 'next acknowledgement', firstMs),
    ...latencyRows(scenario, 'next acknowledgement, each of 6 clients', eachMs),
    ...latencyRows(scenario, 'all members well again', backMs),
    { scenario, metric: 'submissions given up', value: load.failures.length - failedBefore, unit: '' },
    { scenario, metric: 'stale reads', value: reads.stale.length - staleBefore, unit: '' },
  ];
}
