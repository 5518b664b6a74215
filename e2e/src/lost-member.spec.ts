import { rmSync } from 'node:fs';
import { LocalCluster, until } from './index.js';
import { LoadUnderTest, NOTHING_AMISS } from './harness/load-under-test.js';

describe('cluster (3 coordinators) and a member that comes back', () => {
  let cluster: LocalCluster;

  afterEach(async () => {
    LoadUnderTest.abortAll();
    await cluster.stop();
  }, 60_000);

  it('with an empty directory under its old id: refused, with a clear line and status 3, while the others go on', async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 0 });
    const load = await LoadUnderTest.start(cluster);
    await load.servesAgain();
    await cluster.process('c2').end('SIGKILL');
    rmSync(cluster.dataOf('c2'), { recursive: true });
    const impostor = await cluster.startCoordinator('c2');
    expect((await impostor.exited).code).toBe(3);
    expect(impostor.stderr).toMatch(/c2 with another data directory/);
    expect(impostor.stderr).toMatch(/new --id/);
    // Again, and it is no better: it must not become a member by being stubborn.
    const again = await cluster.startCoordinator('c2');
    expect((await again.exited).code).toBe(3);
    await load.servesAgain();
    const { members } = await cluster.status();
    expect(members.filter(({ role }) => role === 'unreachable').map(({ id }) => id)).toEqual(['c2']);
    expect(await load.finish(2)).toMatchObject(NOTHING_AMISS);
  }, 120_000);

  it('after the log was trimmed past it: it fetches a snapshot under load, and stands where the others stand', async () => {
    const coordinatorArgs = ['--log-kept-slots', '100'];
    cluster = await LocalCluster.start({ coordinators: 3, agents: 0, coordinatorArgs });
    const load = await LoadUnderTest.start(cluster);
    await load.servesAgain();
    const leader = await cluster.leader();
    const away = cluster.coordinatorIds().find((id) => id !== leader) ?? '';
    const before = (await cluster.status()).members.find(({ id }) => id === away)?.appliedSlot ?? 0;
    await cluster.process(away).end('SIGKILL');
    await until(
      'the others to trim their logs past it',
      async () => {
        const others = (await cluster.status()).members.filter(({ id }) => id !== away);
        return others.every(({ trimmedThroughSlot }) => trimmedThroughSlot > before) ? true : undefined;
      },
      90_000,
    );
    await cluster.startCoordinator(away);
    await cluster.allWell();
    const back = (await cluster.status()).members.find(({ id }) => id === away);
    // What it has below this slot came by the snapshot: the log of the others no longer had it.
    expect(back?.trimmedThroughSlot).toBeGreaterThan(before);
    expect(await load.finish()).toMatchObject(NOTHING_AMISS);
  }, 180_000);
});
