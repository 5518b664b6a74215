import type { Ballot } from '@synod/consensus';
import { VirtualClock } from '@synod/testkit';
import { ballot, settled } from '../testing/basics.spec-support.js';
import { HeartbeatHub } from './heartbeat-hub.js';
import type { ConfirmedMarks, HeartbeatMark } from './heartbeat-hub.js';

const mark = (workerId: string, sequence: number, incarnation = 1): HeartbeatMark => ({
  workerId,
  incarnation,
  sequence,
});

class TestHub {
  readonly clock = new VirtualClock();
  serving = true;
  readonly heard: string[] = [];
  readonly gone: string[] = [];
  readonly here: ((ballot: Ballot) => void)[] = [];
  readonly relayed: {
    marks: readonly HeartbeatMark[];
    gone: readonly HeartbeatMark[];
    confirm: (confirmed: ConfirmedMarks) => void;
    fail: () => void;
  }[] = [];
  readonly acknowledged: string[] = [];
  readonly hub = new HeartbeatHub({
    timers: this.clock,
    serving: () => this.serving,
    heard: (workerId, incarnation) => this.heard.push(`${workerId}.${String(incarnation)}`),
    gone: (workerId, incarnation) => this.gone.push(`${workerId}.${String(incarnation)}`),
    confirmHere: () => new Promise((resolve) => this.here.push(resolve)),
    confirmAtLeader: (marks, gone) =>
      new Promise((confirm, reject) => {
        const fail = (): void => {
          reject(new Error('broken'));
        };
        this.relayed.push({ marks, gone, confirm, fail });
      }),
  });

  constructor() {
    this.hub.start();
  }

  beat(workerId: string, sequence: number, incarnation = 1): void {
    this.hub.received(mark(workerId, sequence, incarnation), (of, { round }) =>
      this.acknowledged.push(`${of.workerId}.${String(of.incarnation)} #${String(of.sequence)} by ${String(round)}`),
    );
  }

  async round(): Promise<void> {
    this.clock.advance(100);
    await settled();
  }
}

describe('heartbeat hub', () => {
  it('P8: a heartbeat is acknowledged by a round that began after it arrived, never by one under way', async () => {
    const test = new TestHub();
    test.beat('w1', 1);
    await test.round();
    test.beat('w2', 1);
    test.here[0]?.(ballot(5));
    await settled();
    expect(test.acknowledged).toEqual(['w1.1 #1 by 5']);
    await test.round();
    test.here[1]?.(ballot(5));
    await settled();
    expect(test.acknowledged).toEqual(['w1.1 #1 by 5', 'w2.1 #1 by 5']);
  });

  it('one round serves all workers, and the last heartbeat of each', async () => {
    const test = new TestHub();
    test.beat('w1', 1);
    test.beat('w2', 1);
    test.beat('w1', 2);
    await test.round();
    expect(test.here).toHaveLength(1);
    test.here[0]?.(ballot(5));
    await settled();
    expect(test.acknowledged).toEqual(['w1.1 #2 by 5', 'w2.1 #1 by 5']);
    expect(test.heard).toEqual(['w1.1', 'w2.1', 'w1.1']);
  });

  it('nobody leads: nothing is acknowledged, and the next heartbeat asks again', async () => {
    const test = new TestHub();
    test.serving = false;
    test.beat('w1', 1);
    await test.round();
    test.relayed[0]?.fail();
    await settled();
    expect(test.acknowledged).toEqual([]);
    test.beat('w1', 2);
    await test.round();
    expect(test.relayed[1]?.marks).toEqual([mark('w1', 2)]);
  });

  it('a follower acknowledges what the leader covered, by its ballot, and nothing else', async () => {
    const test = new TestHub();
    test.serving = false;
    test.beat('w1', 1);
    test.beat('w2', 7);
    await test.round();
    expect(test.relayed[0]?.marks).toEqual([mark('w1', 1), mark('w2', 7)]);
    test.relayed[0]?.confirm({ covered: [mark('w1', 1), mark('w2', 8), mark('w3', 1)], ballot: ballot(9, 'c2') });
    await settled();
    expect(test.acknowledged).toEqual(['w1.1 #1 by 9']);
    expect(test.heard).toEqual([]);
  });

  it('heartbeats that came just before this node led count as heard from then on', async () => {
    const test = new TestHub();
    test.serving = false;
    test.beat('w1', 1);
    test.hub.disconnected('w2', 1);
    test.serving = true;
    await test.round();
    expect([test.heard, test.gone]).toEqual([['w1.1'], ['w2.1']]);
  });

  it('a process that was replaced and lives on does not take the place of its successor', async () => {
    const test = new TestHub();
    test.beat('w1', 1, 2);
    test.beat('w1', 99, 1);
    await test.round();
    test.here[0]?.(ballot(5));
    await settled();
    expect(test.acknowledged).toEqual(['w1.2 #1 by 5']);
  });

  it('a session that ended: its heartbeat is not acknowledged, and the leader hears that it is gone', async () => {
    const test = new TestHub();
    test.serving = false;
    test.beat('w1', 1);
    test.beat('w2', 1, 2);
    test.hub.disconnected('w1', 1);
    test.hub.disconnected('w2', 1);
    await test.round();
    expect(test.relayed[0]?.marks).toEqual([mark('w2', 1, 2)]);
    expect(test.relayed[0]?.gone).toEqual([mark('w1', 0), mark('w2', 0)]);
    test.serving = true;
    test.hub.disconnected('w3', 4);
    expect(test.gone).toEqual(['w3.4']);
  });

  it('a leader that says nothing is asked ten times; what arrives then gathers, and goes out once it answers', async () => {
    const test = new TestHub();
    test.serving = false;
    for (let sequence = 1; sequence <= 20; sequence += 1) {
      test.beat('w1', sequence);
      await test.round();
    }
    expect(test.relayed).toHaveLength(10);
    test.relayed[0]?.fail();
    await settled();
    await test.round();
    expect(test.relayed).toHaveLength(11);
    expect(test.relayed[10]?.marks).toEqual([mark('w1', 20)]);
  });

  it('rounds go on once, also when started twice, and end with stop', async () => {
    const test = new TestHub();
    test.hub.start();
    test.beat('w1', 1);
    await test.round();
    expect(test.here).toHaveLength(1);
    test.hub.stop();
    test.beat('w1', 2);
    await test.round();
    expect(test.here).toHaveLength(1);
  });
});
