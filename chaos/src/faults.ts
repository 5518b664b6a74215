import type { FaultyNetwork, LocalCluster, ProxyNetwork, SmallDisk } from '@synod/e2e';
import { CLIENTS, FlushFault, isolate, until } from '@synod/e2e';
import type { SeededRandom } from '@synod/testkit';

/** What a fault can lay its hands on. */
export interface Scene {
  readonly cluster: LocalCluster;
  /** Undefined where all talk over plain loopback. */
  readonly network: FaultyNetwork | undefined;
  /** Set when the network is one of proxies. */
  readonly proxies: ProxyNetwork | undefined;
  /** Small disks, by the coordinator whose data is on it. */
  readonly disks: ReadonlyMap<string, SmallDisk>;
  readonly random: SeededRandom;
}

/** What a machine or an episode must have for a fault. */
export type Requirement = 'network' | 'proxies' | 'strace' | 'smallDisk';

export interface FaultKind {
  readonly name: string;
  readonly requires: readonly Requirement[];
  /** How long it lasts, in milliseconds, at least and at most. */
  readonly lastsMs: readonly [number, number];
  /** Does it, and gives what ends it: afterwards nobody is stopped, cut off or down. */
  readonly inject: (scene: Scene) => Promise<() => Promise<void>>;
}

const NOTHING_NEEDED: readonly Requirement[] = [];
const HEAL_LIMIT_MS = 60_000;
const MIB = 1024 * 1024;
/** Of one small disk. A coordinator does not lead with less than a tenth of it free, and writes nothing with less than 3 %. */
export const SMALL_DISK_MIB = 512;
const LOW_BYTES = 30 * MIB;

export const FAULT_KINDS: readonly FaultKind[] = [
  kill('leader killed', (scene) => leader(scene).then((id) => [id])),
  kill('follower killed', (scene) => follower(scene).then((id) => [id])),
  kill('all coordinators killed', (scene) => Promise.resolve(scene.cluster.coordinatorIds())),
  {
    name: 'agent killed',
    requires: NOTHING_NEEDED,
    lastsMs: [100, 4_000],
    inject: async ({ cluster, random }) => {
      const agent = random.pick(cluster.agentIds());
      await cluster.process(agent).end('SIGKILL');
      return async () => {
        await cluster.startAgent(agent);
      };
    },
  },
  stop('leader stopped', leader, [1_000, 6_000]),
  stop('follower stopped', follower, [1_000, 6_000]),
  stop('agent stopped', (scene) => Promise.resolve(scene.random.pick(scene.cluster.agentIds())), [1_000, 7_000]),
  partition('leader cut off from its peers', async (scene, network) => {
    isolate(network, await leader(scene), network.coordinatorIds);
  }),
  partition('leader cut off from all', async (scene, network) => {
    isolate(network, await leader(scene), network.hosts);
  }),
  partition('follower cut off from all', async (scene, network) => {
    isolate(network, await follower(scene), network.hosts);
  }),
  partition('one-way link, leader not heard by a follower', async (scene, network) => {
    network.cut(await leader(scene), await follower(scene));
  }),
  partition('one-way link, leader deaf to a follower', async (scene, network) => {
    network.cut(await follower(scene), await leader(scene));
  }),
  partition('one-way links, leader heard by none of its peers', async (scene, network) => {
    const led = await leader(scene);
    for (const id of network.coordinatorIds) if (id !== led) network.cut(led, id);
  }),
  partition('two coordinators cut from each other, both reach the third', async (scene, network) => {
    const [a = '', b = ''] = scene.random.shuffle([await leader(scene), await follower(scene)]);
    isolate(network, a, [b]);
  }),
  partition('no two coordinators reach each other', (_scene, network) => {
    for (const id of network.coordinatorIds) isolate(network, id, network.coordinatorIds);
    return Promise.resolve();
  }),
  partition('agent cut off from all', (scene, network) => {
    isolate(network, scene.random.pick(scene.cluster.agentIds()), network.hosts);
    return Promise.resolve();
  }),
  partition('clients cut off from the leader', async (scene, network) => {
    isolate(network, CLIENTS, [await leader(scene)]);
  }),
  proxied('links late by 20 to 120 ms', () => ({ delayMs: 20, jitterMs: 100 })),
  proxied('links that lose 5 % of what they carry', () => ({ lossChance: 0.05 })),
  flush('flush fails with EIO, leader', leader, { fails: 'EIO' }),
  flush('flush fails with EIO, follower', follower, { fails: 'EIO' }),
  flush('flushes late by 100 ms, leader', leader, { delayMs: 100 }),
  flush('flushes hang, leader', leader, { delayMs: 30_000 }),
  flush('flushes hang, follower', follower, { delayMs: 30_000 }),
  fillDisk('disk nearly full', LOW_BYTES),
  fillDisk('disk full', 0),
];

async function leader({ cluster }: Scene): Promise<string> {
  return cluster.leader();
}

async function follower({ cluster, random }: Scene): Promise<string> {
  const led = await cluster.leader();
  return random.pick(cluster.coordinatorIds().filter((id) => id !== led));
}

function kill(name: string, whom: (scene: Scene) => Promise<readonly string[]>): FaultKind {
  return {
    name,
    requires: NOTHING_NEEDED,
    lastsMs: [0, 3_000],
    inject: async (scene) => {
      const ids = await whom(scene);
      await Promise.all(ids.map((id) => scene.cluster.process(id).end('SIGKILL')));
      return () => startDead(scene);
    },
  };
}

function stop(name: string, whom: (scene: Scene) => Promise<string>, lastsMs: readonly [number, number]): FaultKind {
  return {
    name,
    requires: NOTHING_NEEDED,
    lastsMs,
    inject: async (scene) => {
      const process = scene.cluster.process(await whom(scene));
      process.kill('SIGSTOP');
      return () => {
        process.kill('SIGCONT');
        return Promise.resolve();
      };
    },
  };
}

function partition(name: string, cut: (scene: Scene, network: FaultyNetwork) => Promise<void>): FaultKind {
  return {
    name,
    requires: ['network'],
    lastsMs: [500, 7_000],
    inject: async (scene) => {
      const { network } = scene;
      if (network === undefined) throw new Error(`${name} needs a network with faults`);
      await cut(scene, network);
      return () => {
        network.healAll();
        return Promise.resolve();
      };
    },
  };
}

function proxied(name: string, conditions: () => Parameters<ProxyNetwork['set']>[2]): FaultKind {
  return {
    name,
    requires: ['proxies'],
    lastsMs: [2_000, 6_000],
    inject: ({ proxies }) => {
      if (proxies === undefined) throw new Error(`${name} needs proxies`);
      for (const from of proxies.hosts) {
        for (const to of proxies.hosts) if (from !== to) proxies.set(from, to, conditions());
      }
      return Promise.resolve(() => {
        proxies.healAll();
        return Promise.resolve();
      });
    },
  };
}

function flush(
  name: string,
  whom: (scene: Scene) => Promise<string>,
  kind: Parameters<(typeof FlushFault)['inject']>[1],
): FaultKind {
  return {
    name,
    requires: ['strace'],
    lastsMs: [1_000, 5_000],
    inject: async (scene) => {
      const victim = scene.cluster.process(await whom(scene));
      const fault = await FlushFault.inject(victim.pid, kind);
      return async () => {
        // The load makes every member flush all the time; one that lives on after a failed flush could pass lost data off as safe.
        if ('fails' in kind && victim.isRunning) throw new Error(`${name}: ${victim.id} lives on after a failed flush`);
        await fault.end();
        await startDead(scene);
      };
    },
  };
}

function fillDisk(name: string, freeBytes: number): FaultKind {
  return {
    name,
    requires: ['smallDisk'],
    lastsMs: [3_000, 6_000],
    inject: (scene) => {
      const disk = scene.random.pick([...scene.disks.values()]);
      disk.leaveFree(freeBytes);
      return Promise.resolve(async () => {
        disk.leaveFree(SMALL_DISK_MIB * MIB);
        await startDead(scene);
      });
    },
  };
}

/** Starts every coordinator that has ended, whatever ended it. */
async function startDead({ cluster }: Scene): Promise<void> {
  const start = (id: string): Promise<boolean | undefined> =>
    cluster.process(id).isRunning ? Promise.resolve(true) : cluster.startCoordinator(id).then(() => true);
  await Promise.all(cluster.coordinatorIds().map((id) => until(`${id} runs`, () => start(id), HEAL_LIMIT_MS)));
}
