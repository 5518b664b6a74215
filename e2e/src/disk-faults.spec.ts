import { FlushFault, LocalCluster, mountMissing, SmallDisk, straceMissing, until } from './index.js';
import { LoadUnderTest, NOTHING_AMISS } from './harness/load-under-test.js';

const MIB = 1024 * 1024;
/** A coordinator does not lead with less than a tenth of a disk so small, and writes nothing with less than 3 %. */
const DISK_MIB = 512;
const LOW_BYTES = 30 * MIB;
const ROOMY_BYTES = DISK_MIB * MIB;

const noStrace = straceMissing();
const noMount = mountMissing();
if (noStrace !== undefined) process.stderr.write(`skipped: flushes that fail and hang: ${noStrace}\n`);
if (noMount !== undefined) process.stderr.write(`skipped: a full disk: ${noMount}\n`);
const withStrace = noStrace === undefined ? it : it.skip;
const withMount = noMount === undefined ? it : it.skip;

describe('cluster (3 coordinators) under load, and one disk', () => {
  let cluster: LocalCluster;
  /** Where c1 has its data, in the tests that need it. */
  let disk: SmallDisk | undefined;

  async function start(onSmallDisk = false): Promise<LoadUnderTest> {
    cluster = await LocalCluster.create({ coordinators: 3, agents: 0 });
    if (onSmallDisk) disk = SmallDisk.mount(cluster.dataOf('c1'), DISK_MIB);
    await cluster.startAll();
    return LoadUnderTest.start(cluster);
  }

  afterEach(async () => {
    LoadUnderTest.abortAll();
    const processes = [...cluster.processes.values()].filter((process) => process.isRunning);
    await Promise.all(processes.map((process) => process.end('SIGKILL')));
    disk?.unmount();
    disk = undefined;
    await cluster.stop();
  }, 60_000);

  async function member(id: string) {
    return (await cluster.status()).members.find((it) => it.id === id);
  }

  async function roles(): Promise<{ readonly leader: string; readonly follower: string }> {
    const leader = await cluster.leader();
    return { leader, follower: cluster.coordinatorIds().find((id) => id !== leader) ?? '' };
  }

  withStrace.each(['leader', 'follower'] as const)(
    'EIO on a flush of the %s: it kills itself at once, the others go on, and it recovers by a restart',
    async (who) => {
      const load = await start();
      const victim = (await roles())[who];
      const fault = await FlushFault.inject(cluster.process(victim).pid, { fails: 'EIO' });
      expect(await cluster.process(victim).exited).toEqual({ code: null, signal: 'SIGKILL' });
      await fault.end();
      await load.servesAgain();
      await cluster.startCoordinator(victim);
      await cluster.allWell();
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    },
    120_000,
  );

  withStrace(
    'flushes of the leader hang: it gives way and says so, the others go on, and it is well again when they end',
    async () => {
      const load = await start();
      const { leader } = await roles();
      const fault = await FlushFault.inject(cluster.process(leader).pid, { delayMs: 60_000 });
      await until('another leader', async () => ((await cluster.leader()) === leader ? undefined : true));
      await load.servesAgain();
      expect(
        await until('its word', async () => ((await member(leader))?.happy === false ? 'unwell' : undefined)),
      ).toBe('unwell');
      expect(await member(leader)).toMatchObject({ unfitReason: 'disk', diskState: 'slow' });
      expect(await cluster.leader()).not.toBe(leader);
      await fault.end();
      await cluster.allWell();
      expect(cluster.process(leader).isRunning).toBe(true);
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    },
    120_000,
  );

  withMount(
    'the disk of one member nearly full, then full: it does not lead and says why, the others go on; with room it is well again',
    async () => {
      const load = await start(true);
      disk?.leaveFree(LOW_BYTES);
      const low = await until('c1 to say that its disk is low', async () => {
        const said = await member('c1');
        return said?.diskState === 'low' ? said : undefined;
      });
      expect(low).toMatchObject({ happy: false, unfitReason: 'disk' });
      await until('another leader', async () => ((await cluster.leader()) !== 'c1' ? true : undefined));
      await load.servesAgain();

      disk?.leaveFree(0);
      const full = await until('c1 to say that its disk is full', async () => {
        const said = await member('c1');
        return said?.diskState === 'full' || said?.role === 'unreachable' ? said : undefined;
      });
      await load.servesAgain();
      expect(await cluster.leader()).not.toBe('c1');
      // Seen in time it takes no part; a write that meets the full disk first ends it.
      expect(full.role === 'unreachable').toBe(!cluster.process('c1').isRunning);

      disk?.leaveFree(ROOMY_BYTES);
      if (!cluster.process('c1').isRunning) await cluster.startCoordinator('c1');
      await cluster.allWell();
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    },
    120_000,
  );

  withMount(
    'a member whose disk is full can be restarted as it is: it says what is wrong, and catches up when there is room',
    async () => {
      const load = await start(true);
      disk?.leaveFree(0);
      await until('c1 to take no part', async () =>
        cluster.process('c1').isRunning && (await member('c1'))?.diskState !== 'full' ? undefined : true,
      );
      await cluster.process('c1').end('SIGKILL');
      await cluster.startCoordinator('c1');
      await until('c1 to say that its disk is full', async () => {
        const said = await member('c1');
        return said?.diskState === 'full' && !said.happy ? true : undefined;
      });
      await load.servesAgain();
      disk?.leaveFree(ROOMY_BYTES);
      await cluster.allWell();
      expect(await load.finish()).toMatchObject(NOTHING_AMISS);
    },
    120_000,
  );
});
