import { VirtualClock } from '@synod/testkit';
import { advance, FakeGroup, settled, testModules, testNode } from '../discovery.spec-support.js';

describe('embedded node store', () => {
  const clock = (): VirtualClock => new VirtualClock();
  const ids = (group: FakeGroup, index = 0): string[] =>
    group
      .at(index)
      .nodes()
      .map(({ nodeId }) => nodeId);

  it('an hour of renewals, at the leader and through a follower, adds nothing to the log', async () => {
    const time = clock();
    const group = new FakeGroup(3, testModules(time));
    await group.at(0).register(testNode({ nodeId: 'w1' }));
    await group.at(1).register(testNode({ nodeId: 'w2' }));
    await advance(time, 3_600_000, 200);
    expect(group.log.map(({ type }) => type)).toEqual(['registerNode', 'registerNode']);
    expect(ids(group, 2)).toEqual(['w1', 'w2']);
  });

  it('the leader ends a node that was unheard for its ttl, within a sweep, by one command', async () => {
    const time = clock();
    const group = new FakeGroup(2, testModules(time));
    await group.at(1).renew(testNode({ ttlMs: 3_000 }));
    await advance(time, 3_000);
    expect(ids(group)).toEqual(['w1']);
    await advance(time, 300);
    expect(ids(group)).toEqual([]);
    expect(group.log.slice(1)).toEqual([{ type: 'deregisterNode', nodeId: 'w1', incarnation: 1, cause: 'expired' }]);
  });

  it('a new leader counts all as heard when it began to lead', async () => {
    const time = clock();
    const group = new FakeGroup(2, testModules(time));
    await group.at(0).renew(testNode({ ttlMs: 3_000 }));
    await advance(time, 2_900);
    group.lead(1);
    await advance(time, 2_900);
    expect(ids(group)).toEqual(['w1']);
    await advance(time, 600);
    expect(ids(group)).toEqual([]);
  });

  it('without a leader nothing expires, and a follower that has renewals to pass on says that it is unhealthy', async () => {
    const time = clock();
    const group = new FakeGroup(2, testModules(time));
    await group.at(1).register(testNode());
    group.lead(undefined);
    await advance(time, 60_000, 200);
    expect(ids(group)).toEqual(['w1']);
    expect(group.at(1).health()).toMatchObject({ healthy: false, reason: 'there is no leader' });
    group.lead(0);
    await advance(time, 2_000);
    expect(group.at(1).health()).toEqual({ healthy: true });
    expect(ids(group)).toEqual(['w1']);
  });

  it('a node that expired though it lives (its relays were lost) registers again by itself', async () => {
    const time = clock();
    const group = new FakeGroup(2, testModules(time));
    await group.at(1).register(testNode());
    group.cutOff = true;
    await advance(time, 10_000);
    expect(group.log.map((command) => command.type)).toContain('deregisterNode');
    expect(ids(group)).toEqual(['w1']);
  });

  it('an older incarnation that renews does not keep a newer one alive', async () => {
    const time = clock();
    const group = new FakeGroup(1, testModules(time));
    await group.at(0).renew(testNode({ incarnation: 2 }));
    for (let round = 0; round < 10; round += 1) {
      group.at(0).heard([{ nodeId: 'w1', incarnation: 1 }]);
      await advance(time, 500);
    }
    expect(ids(group)).toEqual([]);
  });

  it('after close nothing is swept, relayed or told', async () => {
    const time = clock();
    const group = new FakeGroup(1, testModules(time));
    await group.at(0).register(testNode());
    await group.at(0).close();
    const proposals = group.log.length;
    await advance(time, 60_000, 500);
    await settled();
    expect(group.log).toHaveLength(proposals);
  });
});
