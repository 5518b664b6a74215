import { EventEmitter } from 'node:events';
import { VirtualClock } from '@synod/testkit';
import type { WireForwardRequestInput } from '@synod/wire';
import { quiet, settled, watched } from '../testing/basics.spec-support.js';
import { LeaderLink } from './leader-link.js';

class TestCall extends EventEmitter {
  readonly written: WireForwardRequestInput[] = [];
  cancelled = 0;

  write(request: WireForwardRequestInput): boolean {
    this.written.push(request);
    return true;
  }

  cancel(): void {
    this.cancelled += 1;
    // As grpc-js does: a cancelled call fails.
    setImmediate(() => this.emit('error', new Error('cancelled')));
  }

  answer(index: number, fields: object = { commandsProposed: {} }): void {
    this.emit('data', { requestId: this.written[index]?.requestId, error: null, ...fields });
  }
}

function setUp() {
  const clock = new VirtualClock();
  const calls: { leader: string; call: TestCall }[] = [];
  let ready = 0;
  const link = new LeaderLink({
    open: (leader) => {
      const call = new TestCall();
      calls.push({ leader, call });
      return call;
    },
    timers: clock,
    logger: quiet,
    ready: () => (ready += 1),
  });
  const call = (index = -1): TestCall => calls.at(index)?.call ?? new TestCall();
  return { clock, link, calls, call, readyCount: () => ready };
}

describe('leader link', () => {
  it('answers reach the request that they are for, in any order', async () => {
    const { link, call } = setUp();
    link.setLeader('c2');
    const commands = watched(link.sendCommands([Buffer.from('a')]));
    const slot = link.readIndex();
    call().answer(1, { readIndexed: { appliedSlot: '9' } });
    expect(await slot).toBe(9);
    expect(commands.state).toBe('pending');
    call().answer(0);
    await settled();
    expect(commands.state).toBe('resolved');
    expect(link.requestCount).toBe(0);
  });

  it('a link that breaks rejects what it carried, is made anew, and says so', async () => {
    const { clock, link, call, calls, readyCount } = setUp();
    link.setLeader('c2');
    const lost = watched(link.sendCommands([Buffer.from('a')]));
    call().emit('end');
    await settled();
    expect([lost.state, link.isUp, link.requestCount]).toEqual(['LinkBroken', false, 0]);
    clock.advance(50);
    expect([calls.length, readyCount(), link.isUp]).toEqual([2, 2, true]);
  });

  it('an unreachable leader is tried less and less often, and as often as ever once it answered', () => {
    const { clock, link, calls, call } = setUp();
    link.setLeader('c2');
    const openedAt: number[] = [];
    for (let ms = 0; ms < 10_000; ms += 10) {
      if (calls.length > openedAt.length) {
        openedAt.push(clock.nowMs);
        call().emit('error', new Error('refused'));
      }
      clock.advance(10);
    }
    const gaps = openedAt.slice(1).map((at, index) => at - (openedAt[index] ?? 0));
    expect(gaps.slice(0, 5)).toEqual([50, 100, 200, 400, 800]);
    expect(Math.max(...gaps)).toBe(1_000);
    clock.advance(1_000);
    void link.sendCommands([]).catch(() => undefined);
    call().answer(0);
    const before = calls.length;
    call().emit('end');
    clock.advance(50);
    expect(calls).toHaveLength(before + 1);
  });

  it('another leader: the old link ends, and what its broken call says later harms nobody', async () => {
    const { clock, link, calls, call } = setUp();
    link.setLeader('c2');
    link.setLeader('c2');
    const old = call();
    const lost = watched(link.readIndex());
    link.setLeader('c3');
    await settled();
    expect([lost.state, old.cancelled]).toEqual(['LinkBroken', 1]);
    clock.advance(10_000);
    expect(calls.map(({ leader }) => leader)).toEqual(['c2', 'c3']);
    expect(link.isUp).toBe(true);
  });

  it('this node leads, or stops: no link, no attempt at one, and requests are refused at once', async () => {
    const { clock, link, calls, call } = setUp();
    link.setLeader('c2');
    call().emit('end');
    link.setLeader(undefined);
    clock.advance(10_000);
    expect([calls.length, link.isUp]).toEqual([1, false]);
    const refused = watched(link.relayHeartbeats([], []));
    await settled();
    expect(refused.state).toBe('LinkBroken');
    link.setLeader('c3');
    link.stop();
    clock.advance(10_000);
    expect([calls.length, link.isUp]).toEqual([2, false]);
  });

  it('a read that the leader refuses is no read point', async () => {
    const { link, call } = setUp();
    link.setLeader('c2');
    const read = watched(link.readIndex());
    call().answer(0, { readIndexed: null, error: { code: 9 } });
    await settled();
    expect(read.state).toBe('LinkBroken');
  });
});
