import { setTimeout as pause } from 'node:timers/promises';
import { LocalCluster, NamespaceNetwork, ProxyNetwork, SmallDisk } from '@synod/e2e';
import type { FaultyNetwork } from '@synod/e2e';
import { SeededRandom } from '@synod/testkit';
import { SMALL_DISK_MIB } from './faults.js';
import type { FaultKind, Scene } from './faults.js';
import { finalChecks } from './final-checks.js';
import type { Verdict } from './final-checks.js';
import { Workload } from './workload.js';

export interface EpisodePlan {
  readonly seed: number;
  readonly network: 'namespaces' | 'proxies';
  readonly smallDisk: boolean;
  /** Named one after the other; the next one may come before the last has ended. */
  readonly faults: readonly FaultKind[];
}

export interface FaultRecord {
  readonly name: string;
  readonly atMs: number;
  /** From the fault to the first acknowledgement of something sent after it; undefined when none came before the next check. */
  readonly unavailableMs: number | undefined;
  /** From the fault's end until every member was well again. */
  readonly wellAgainMs: number | undefined;
}

export interface EpisodeReport extends Verdict {
  readonly faults: readonly FaultRecord[];
  readonly reads: number;
  readonly readsUnanswered: number;
  readonly callsUnanswered: number;
  /** Kept when something was wrong. */
  readonly directory: string;
}

const COORDINATORS = 3;
const AGENTS = 2;
/** Between two faults, so that some load passes. */
const REST_MS = [300, 1_500] as const;
/** Chance that the next fault comes while one lasts. */
const OVERLAP_CHANCE = 0.2;

/** One cluster under one sequence of faults, and what is left of it. */
export async function runEpisode(plan: EpisodePlan, log: (text: string) => void): Promise<EpisodeReport> {
  const random = new SeededRandom(plan.seed);
  const scene = await build(plan, random);
  const { cluster } = scene;
  const workload = new Workload(cluster, random.fork());
  const injected: InjectedFault[] = [];
  let verdict: Verdict = { acknowledged: 0, lost: 0, violations: ['the episode did not come to its end'] };
  try {
    await workload.start();
    await inflict(plan.faults, scene, injected, log);
    await workload.stop();
    verdict = await finalChecks(cluster, workload);
  } catch (error) {
    verdict = { ...verdict, violations: [describe(error), ...workload.violations] };
  } finally {
    await tearDown(scene, workload, verdict.violations.length > 0 || verdict.lost > 0);
  }
  const reads = [...workload.reads.answered.values()].reduce((sum, count) => sum + count, 0);
  return {
    ...verdict,
    faults: injected.map((fault) => ({ ...fault, unavailableMs: windowAfter(fault.atMs, workload) })),
    reads,
    readsUnanswered: workload.reads.unanswered,
    callsUnanswered: workload.unanswered + workload.probes.failures.length,
    directory: cluster.directory,
  };
}

interface InjectedFault {
  readonly name: string;
  readonly atMs: number;
  wellAgainMs: number | undefined;
}

async function build(plan: EpisodePlan, random: SeededRandom): Promise<Scene> {
  const agentIds = Array.from({ length: AGENTS }, (_value, index) => `w${String(index + 1)}`);
  const started: { cluster?: LocalCluster } = {};
  const chances = random.fork();
  const proxies =
    plan.network === 'proxies'
      ? await ProxyNetwork.open({
          coordinators: COORDINATORS,
          agentIds,
          pids: () => started.cluster?.pids() ?? new Map<string, number>(),
          random: () => chances.fraction(),
        })
      : undefined;
  const network: FaultyNetwork = proxies ?? (await NamespaceNetwork.open(COORDINATORS, agentIds));
  const disks = new Map<string, SmallDisk>();
  const onSmallDisk = plan.smallDisk ? random.pick(network.coordinatorIds) : undefined;
  const cluster = await LocalCluster.create({
    coordinators: COORDINATORS,
    agents: AGENTS,
    network,
    coordinatorWrapper: (id, directory) => {
      // Mounted before its first start; a restart finds it.
      if (id === onSmallDisk && !disks.has(id)) disks.set(id, SmallDisk.mount(`${directory}/${id}`, SMALL_DISK_MIB));
      return [];
    },
  });
  started.cluster = cluster;
  const scene = { cluster, network, proxies, disks, random };
  try {
    await cluster.startAll();
  } catch (error) {
    await tearDown(scene, undefined, true);
    throw error;
  }
  return scene;
}

async function inflict(
  kinds: readonly FaultKind[],
  scene: Scene,
  injected: InjectedFault[],
  log: (text: string) => void,
): Promise<void> {
  const { random } = scene;
  const lasting: { fault: InjectedFault; end: () => Promise<void> }[] = [];
  for (const kind of kinds) {
    const fault: InjectedFault = { name: kind.name, atMs: performance.now(), wellAgainMs: undefined };
    const end = await kind.inject(scene);
    injected.push(fault);
    lasting.push({ fault, end });
    log(`${kind.name}${lasting.length > 1 ? ' (while another lasts)' : ''}`);
    await pause(random.between(...kind.lastsMs));
    if (lasting.length === 1 && kind !== kinds.at(-1) && random.chance(OVERLAP_CHANCE)) continue;
    for (const one of lasting) await one.end();
    const endedAtMs = performance.now();
    await scene.cluster.allWell();
    for (const one of lasting) one.fault.wellAgainMs = performance.now() - endedAtMs;
    lasting.length = 0;
    await pause(random.between(...REST_MS));
  }
}

/** Until the first acknowledgement of a probe that was sent after this time. */
function windowAfter(atMs: number, { probes }: Workload): number | undefined {
  const answers = probes.acknowledged.filter(({ sentAtMs }) => sentAtMs >= atMs).map(({ ackedAtMs }) => ackedAtMs);
  return answers.length === 0 ? undefined : Math.min(...answers) - atMs;
}

async function tearDown(
  { cluster, network, disks }: Scene,
  workload: Workload | undefined,
  keep: boolean,
): Promise<void> {
  network?.healAll();
  for (const process of cluster.processes.values()) process.kill('SIGCONT');
  if (keep) cluster.keepDirectory();
  // Without a cluster neither would come to its end; nothing of theirs counts any more.
  await Promise.race([Promise.all([workload?.stop(), workload?.stopWorker()]), pause(5_000)]);
  for (const process of cluster.processes.values()) if (process.isRunning) await process.end('SIGKILL');
  for (const disk of disks.values()) disk.unmount();
  await cluster.stop();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
