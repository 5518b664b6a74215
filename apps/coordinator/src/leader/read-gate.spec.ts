import { VirtualClock } from '@synod/testkit';
import { settled, watched } from '../testing/basics.spec-support.js';
import { LeadershipBoard } from './leadership-board.js';
import { ReadGate } from './read-gate.js';

interface Question {
  answer: (slot: number) => void;
  fail: () => void;
}

/** A gate on a node whose questions the test answers. */
class TestGate {
  readonly clock = new VirtualClock();
  readonly board = new LeadershipBoard();
  readonly here: Question[] = [];
  readonly atLeader: Question[] = [];
  readonly awaited: { slot: number; reach: () => void }[] = [];
  serving = false;
  readonly gate = new ReadGate({
    timers: this.clock,
    serving: () => this.serving,
    readHere: () => ask(this.here),
    readAtLeader: () => ask(this.atLeader),
    appliedThrough: (slot) => new Promise((reach) => this.awaited.push({ slot, reach })),
    leadershipChange: () => this.board.nextChange(this.clock),
  });

  read(patienceMs = 1_000) {
    return watched(this.gate.pass(patienceMs));
  }
}

function ask(questions: Question[]): Promise<number> {
  return new Promise((answer, reject) => {
    questions.push({
      answer,
      fail: () => {
        reject(new Error('not leading'));
      },
    });
  });
}

describe('read gate', () => {
  it('a read waits for the read point, and until this replica has applied it', async () => {
    const test = new TestGate();
    const read = test.read();
    await settled();
    test.atLeader[0]?.answer(7);
    await settled();
    expect(test.awaited.map(({ slot }) => slot)).toEqual([7]);
    expect(read.state).toBe('pending');
    test.awaited[0]?.reach();
    await settled();
    expect(read.state).toBe('resolved');
  });

  it('the leader asks its own quorum', async () => {
    const test = new TestGate();
    test.serving = true;
    test.read();
    await settled();
    expect([test.here.length, test.atLeader.length]).toEqual([1, 0]);
  });

  it('P7: a read that comes while a question is under way is not served by it, but shares the next', async () => {
    const test = new TestGate();
    const first = test.read();
    await settled();
    const [late, later] = [test.read(), test.read()];
    test.atLeader[0]?.answer(1);
    await settled();
    test.awaited[0]?.reach();
    await settled();
    expect([first.state, late.state, later.state]).toEqual(['resolved', 'pending', 'pending']);
    expect(test.atLeader).toHaveLength(2);
    test.atLeader[1]?.answer(2);
    await settled();
    test.awaited[1]?.reach();
    await settled();
    expect([late.state, later.state]).toEqual(['resolved', 'resolved']);
    expect(test.atLeader).toHaveLength(2);
  });

  it('a question that failed is asked anew at the next change of leadership, where the leader is then', async () => {
    const test = new TestGate();
    const read = test.read();
    await settled();
    test.atLeader[0]?.fail();
    await settled();
    expect(test.here).toHaveLength(0);
    test.serving = true;
    test.board.changed({
      role: 'leader',
      ballot: { round: 2, priority: 0, nodeId: 'c1' },
      leader: 'c1',
      serving: true,
    });
    await settled();
    test.here[0]?.answer(3);
    await settled();
    test.awaited[0]?.reach();
    await settled();
    expect(read.state).toBe('resolved');
  });

  it('without a leader a read is refused after its patience, and leaves neither a waiter, a timer nor a loop behind', async () => {
    const test = new TestGate();
    const read = test.read(200);
    await settled();
    for (let passedMs = 0; passedMs < 300; passedMs += 10) {
      test.atLeader.at(-1)?.fail();
      await settled();
      test.clock.advance(10);
      await settled();
    }
    expect(read.state).toBe('noLeader');
    const asked = test.atLeader.length;
    expect(asked).toBeGreaterThan(1);
    test.atLeader.at(-1)?.fail();
    await settled();
    test.clock.advance(10_000);
    await settled();
    expect(test.atLeader).toHaveLength(asked);
    expect([test.gate.waitingCount, test.board.waitingCount]).toEqual([0, 0]);
  });

  it('after all readers of a question gave up, the next reader is served', async () => {
    const test = new TestGate();
    test.read(10);
    await settled();
    test.clock.advance(10);
    const read = test.read();
    test.atLeader[0]?.answer(1);
    await settled();
    test.awaited[0]?.reach();
    await settled();
    test.atLeader[1]?.answer(1);
    await settled();
    test.awaited[1]?.reach();
    await settled();
    expect(read.state).toBe('resolved');
  });

  it('stop refuses those who wait, and whoever comes later', async () => {
    const test = new TestGate();
    const read = test.read();
    await settled();
    test.gate.stop();
    const late = test.read();
    await settled();
    expect([read.state, late.state]).toEqual(['shuttingDown', 'shuttingDown']);
  });
});

describe('leadership board', () => {
  it('a wait for a change that does not come ends by itself, and is forgotten', async () => {
    const clock = new VirtualClock();
    const board = new LeadershipBoard();
    const waits = [watched(board.nextChange(clock)), watched(board.nextChange(clock))];
    expect(board.waitingCount).toBe(2);
    clock.advance(50);
    await settled();
    expect(waits.map(({ state }) => state)).toEqual(['resolved', 'resolved']);
    expect(board.waitingCount).toBe(0);
  });
});
