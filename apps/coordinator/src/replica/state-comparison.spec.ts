import { VirtualClock } from '@synod/testkit';
import { advance, quiet } from '../testing/basics.spec-support.js';
import { StateComparison } from './state-comparison.js';
import type { StateAt } from './state-comparison.js';

const IDS = ['c1', 'c2', 'c3', 'c4', 'c5'];

/** Members that compare their states; c1 leads. */
class Members {
  readonly clock = new VirtualClock();
  readonly stopped: string[] = [];
  readonly errors: string[] = [];
  readonly members = new Map<string, StateComparison>();
  asked = 0;
  reachable = true;

  constructor(count: number) {
    const memberIds = IDS.slice(0, count);
    for (const nodeId of memberIds) {
      const member = new StateComparison({
        nodeId,
        memberIds,
        timers: this.clock,
        logger: { ...quiet, error: (_fields, message) => this.errors.push(message) },
        leading: () => nodeId === 'c1',
        askLeader: async (hashes): Promise<readonly StateAt[]> => {
          this.asked += 1;
          if (!this.reachable) throw new Error('no leader');
          await Promise.resolve();
          return this.members.get('c1')?.report(nodeId, hashes) ?? [];
        },
        differs: () => {
          if (!this.stopped.includes(nodeId)) this.stopped.push(nodeId);
        },
      });
      this.members.set(nodeId, member);
      member.start();
    }
  }

  apply(slot: number, states: Readonly<Record<string, string>>): void {
    for (const [id, hash] of Object.entries(states)) this.members.get(id)?.applied(slot, () => hash);
  }
}

describe('comparison of states (I11)', () => {
  it('equal states: nobody stops, and each slot is asked for once', async () => {
    const group = new Members(3);
    group.apply(999, { c1: 'x', c2: 'y', c3: 'z' });
    group.apply(1_000, { c1: 'a', c2: 'a', c3: 'a' });
    await advance(group.clock, 5_000, 100);
    expect(group.stopped).toEqual([]);
    expect(group.errors).toEqual([]);
    expect(group.asked).toBe(2);
  });

  it('a follower that differs from the majority stops, alone', async () => {
    const group = new Members(3);
    group.apply(1_000, { c1: 'a', c2: 'b', c3: 'a' });
    await advance(group.clock, 5_000, 100);
    expect(group.stopped).toEqual(['c2']);
  });

  it('a leader that differs from the majority stops, and no follower does', async () => {
    const group = new Members(3);
    group.apply(2_000, { c1: 'b', c2: 'a', c3: 'a' });
    await advance(group.clock, 5_000, 100);
    expect(group.stopped).toEqual(['c1']);
  });

  it('two of three differ and the third is away: half of them is no majority, nobody stops, and it is said', async () => {
    const group = new Members(3);
    group.apply(1_000, { c1: 'a', c2: 'b' });
    await advance(group.clock, 5_000, 100);
    expect(group.stopped).toEqual([]);
    expect(group.errors).toHaveLength(1);
    group.apply(1_000, { c3: 'b' });
    await advance(group.clock, 5_000, 100);
    expect(group.stopped).toEqual(['c1']);
  });

  it('three states of three members convict nobody: the whole cluster never stops', async () => {
    const group = new Members(3);
    group.apply(1_000, { c1: 'a', c2: 'b', c3: 'c' });
    await advance(group.clock, 5_000, 100);
    expect(group.stopped).toEqual([]);
    expect(group.errors).toHaveLength(1);
  });

  it('five members: a majority of all is asked for, not of those that answered', async () => {
    const group = new Members(5);
    group.apply(1_000, { c1: 'a', c2: 'a', c3: 'b' });
    await advance(group.clock, 3_000, 100);
    expect(group.stopped).toEqual([]);
    group.apply(1_000, { c4: 'a' });
    await advance(group.clock, 3_000, 100);
    expect(group.stopped).toEqual(['c3']);
  });

  it('without a leader it is asked again later; what strangers say counts for nothing', async () => {
    const group = new Members(3);
    group.reachable = false;
    group.apply(1_000, { c1: 'a', c2: 'b', c3: 'a' });
    await advance(group.clock, 3_000, 100);
    expect(group.stopped).toEqual([]);
    expect(group.members.get('c1')?.report('c9', [{ slot: 1_000, hash: 'b' }])).toEqual([]);
    group.reachable = true;
    await advance(group.clock, 3_000, 100);
    expect(group.stopped).toEqual(['c2']);
  });

  it('remembers a bounded number of slots', () => {
    const group = new Members(1);
    for (let slot = 1_000; slot <= 100_000; slot += 1_000) group.apply(slot, { c1: 'a' });
    expect(group.members.get('c1')?.report('c1', [])).toHaveLength(16);
  });
});
