import type { Command, CommandReply } from '@synod/jobs';
import type { WireSessionRequest, WireSessionResponseInput } from '@synod/wire';
import { AgentSession } from './agents/agent-session.js';
import { aSpec, aWorker, quiet, settled, watched } from './testing/basics.spec-support.js';
import { TestGroup } from './testing/group.spec-support.js';
import type { TestNode } from './testing/group.spec-support.js';

const submit = (count = 1, idempotencyKey = ''): Command => ({
  type: 'submitJobs',
  specs: Array.from({ length: count }, () => aSpec()),
  idempotencyKey,
});

const jobIdsOf = (reply: CommandReply): readonly string[] => (reply.type === 'jobsSubmitted' ? reply.jobIds : []);

/** Jobs that a coordinator's log ever took in. */
function submittedAt(node: TestNode): string[] {
  return node.applied.flatMap(({ events }) =>
    events.flatMap((event) => (event.type === 'jobSubmitted' ? [event.jobId] : [])),
  );
}

describe('group (N=3)', () => {
  let group: TestGroup;

  beforeEach(async () => {
    group = await TestGroup.start(3);
  });

  afterEach(() => {
    group.stop();
    expect(group.deaths).toEqual([]);
  });

  const converged = (): Promise<void> =>
    group.until('equal states', () => {
      const slots = new Set(group.all.map((node) => node.replication.state.appliedSlot));
      return slots.size === 1;
    });

  it('a command of a follower is applied once everywhere, and its reply comes when its effect is seen there', async () => {
    const [follower] = group.followers() as [TestNode];
    const [jobId = ''] = jobIdsOf(await group.outcome('a reply', follower.propose(submit())));
    expect(follower.replication.state.view.job(jobId)?.state).toBe('ready');
    await converged();
    for (const node of group.all) expect(submittedAt(node)).toEqual([jobId]);
  });

  it('P9: the leader dies after it proposed and before it answered: applied once, answered once', async () => {
    const leader = group.theLeader();
    const [follower] = group.followers() as [TestNode];
    const others = group.followers().map(({ id }) => id);
    const answer = follower.propose(submit());
    const reply = watched(answer);
    // Until both followers have accepted the entry, which is therefore chosen; nobody has applied it.
    const held = (node: TestNode): boolean =>
      node.log.recover().accepted.some(({ entry }) => entry.kind === 'commands');
    await group.until('an accepted entry', () => group.followers().every(held));
    group.crash(leader.id);
    expect(reply.state).toBe('pending');
    const jobIds = jobIdsOf(await group.outcome('a reply', answer));
    await group.startNode(leader.id);
    await converged();
    expect(jobIds).toHaveLength(1);
    for (const id of [...others, leader.id]) expect(submittedAt(group.node(id))).toEqual(jobIds);
  });

  it('P9: the leader dies with the command in its memory only: the next one is sent it, and applies it once', async () => {
    const leader = group.theLeader();
    const [follower] = group.followers() as [TestNode];
    const answer = follower.propose(submit());
    await group.pass(1);
    group.crash(leader.id);
    const jobIds = jobIdsOf(await group.outcome('a reply', answer));
    await converged();
    for (const node of group.all) expect(submittedAt(node)).toEqual(jobIds);
  });

  it('P9: 200 commands through three changes of leader: each applied once, each answered with its own jobs', async () => {
    const answers: Promise<CommandReply>[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 50; index += 1) {
        const node = group.all[index % group.all.length] as TestNode;
        // Those at a node that dies are lost with it; they are not asked of it here.
        if (node === group.leader() && round < 3) continue;
        answers.push(node.propose(submit()));
        if (index % 10 === 0) await group.pass(1);
      }
      if (round === 3) break;
      const { id } = group.theLeader();
      group.crash(id);
      await group.until('another leader', () => group.leader() !== undefined);
      await group.startNode(id);
    }
    // A follower that was crashed later has lost its callers; the rest is answered.
    await group.pass(3_000, 5);
    await converged();
    const [log = [], ...others] = group.all.map((node) => [...new Set(submittedAt(node))]);
    for (const other of others) expect(other).toEqual(log);
    for (const node of group.all) expect(submittedAt(node)).toHaveLength(new Set(submittedAt(node)).size);
    const outcomes = await Promise.all(answers.map((answer) => answer.then(jobIdsOf, () => undefined)));
    const answered = outcomes.flatMap((jobIds) => jobIds ?? []);
    expect(new Set(answered).size).toBe(answered.length);
    expect(answered.filter((jobId) => !log.includes(jobId))).toEqual([]);
    expect(answered.length).toBeGreaterThan(80);
  });

  it('a follower that was cut off sends what it holds when the link is back: each once, in order', async () => {
    const [follower] = group.followers() as [TestNode];
    group.cutOff(follower.id);
    const answers = Array.from({ length: 100 }, () => follower.propose(submit()));
    await group.pass(300, 5);
    group.heal();
    const jobIds = (await group.outcome('replies', Promise.all(answers))).flatMap(jobIdsOf);
    expect(submittedAt(follower)).toEqual(jobIds);
    expect([...jobIds].sort((a, b) => (a < b ? -1 : 1))).toEqual(jobIds);
  });

  it('P7: a read at a follower sees what was acknowledged anywhere before it was asked', async () => {
    const [writer, reader] = group.followers() as [TestNode, TestNode];
    for (let round = 0; round < 5; round += 1) {
      const [jobId = ''] = jobIdsOf(await group.outcome('a reply', writer.propose(submit())));
      await group.outcome('a read', reader.replication.reads.pass(5_000));
      expect(reader.replication.state.view.job(jobId)).toBeDefined();
    }
  });

  it('P7: a leader that was deposed without knowing answers no read', async () => {
    const old = group.theLeader();
    group.cutOff(old.id);
    const read = watched(old.replication.reads.pass(10_000));
    await group.until('another leader', () => group.leader() !== undefined);
    await group.outcome('a reply', group.theLeader().propose(submit()));
    expect(read.state).toBe('pending');
    group.heal();
    await group.until('the read', () => read.state !== 'pending');
    expect(read.state).toBe('resolved');
    expect(submittedAt(old)).toHaveLength(1);
  });

  it('without a quorum nothing is answered, callers are told after their patience, and what never left is not proposed later', async () => {
    const leader = group.theLeader();
    for (const node of group.followers()) group.crash(node.id);
    const sent = watched(leader.replication.propose(submit(), { sheddable: true, timeoutMs: 2_000 }));
    await group.pass(1_500, 5);
    const unsent = watched(leader.replication.propose(submit(), { sheddable: true, timeoutMs: 2_000 }));
    await group.pass(2_100, 5);
    expect([sent.state, unsent.state]).toEqual(['outcomeUnknown', 'noLeader']);
    const [first, second] = group.ids.filter((id) => group.running(id) === undefined) as [string, string];
    await group.startNode(first);
    await group.startNode(second);
    await group.until('a leader', () => group.leader() !== undefined);
    await group.pass(3_000, 5);
    expect(submittedAt(leader)).toHaveLength(1);
  });

  describe('workers', () => {
    class Worker {
      readonly written: WireSessionResponseInput[] = [];
      readonly session: AgentSession;
      acknowledged: { round: number; nodeId: string; atMs: number }[] = [];
      failure: unknown;

      constructor(
        readonly id: string,
        readonly node: TestNode,
      ) {
        const { replication, agents } = node;
        const stream = {
          unsent: 0,
          write: (response: WireSessionResponseInput) => this.written.push(response) > 0,
          end: () => undefined,
          fail: (error: unknown) => {
            this.failure = error;
          },
        };
        this.session = new AgentSession(stream, {
          coordinatorId: node.id,
          clusterId: 'k1',
          view: replication.state.view,
          logger: quiet,
          propose: (command, timeoutMs) => replication.propose(command, { sheddable: false, timeoutMs }),
          opened: (session) => {
            agents.sessions.opened(session);
          },
        });
        const { labels, ...facts } = aWorker(id, { capacity: 100 });
        const hello = { ...facts, incarnation: '1', labels, held: [] };
        watched(this.session.receive({ hello, reports: null, goodbye: null } as unknown as WireSessionRequest));
      }

      beat(sequence: number, at: TestNode = this.node): void {
        at.agents.heartbeats.received({ workerId: this.id, incarnation: 1, sequence }, (_mark, ballot) =>
          this.acknowledged.push({ round: ballot.round, nodeId: ballot.nodeId, atMs: group.clock.nowMs }),
        );
      }

      get assigned(): string[] {
        return this.written.flatMap(
          ({ assignments }) => assignments?.assignments?.map(({ jobId }) => jobId ?? '') ?? [],
        );
      }

      get isWelcome(): boolean {
        return this.written.length > 0;
      }
    }

    it('a job submitted anywhere reaches a worker anywhere', async () => {
      const [one, two] = group.followers() as [TestNode, TestNode];
      const worker = new Worker('w1', two);
      await group.until('a welcome', () => worker.isWelcome);
      const [jobId = ''] = jobIdsOf(await group.outcome('a reply', one.propose(submit())));
      await group.until('an assignment', () => worker.assigned.includes(jobId), 1_000);
    });

    it('P8: neither a deposed leader nor its followers acknowledge a heartbeat that arrived after it was deposed', async () => {
      const old = group.theLeader();
      const worker = new Worker('w1', old);
      await group.until('a welcome', () => worker.isWelcome);
      worker.beat(1);
      await group.until('an acknowledgement', () => worker.acknowledged.length === 1);
      group.cutOff(old.id);
      for (let sequence = 2; sequence < 12; sequence += 1) {
        worker.beat(sequence);
        await group.pass(100, 2);
      }
      expect(worker.acknowledged).toHaveLength(1);
      group.heal();
      await group.until('one leader', () => !old.serving && group.leader() !== undefined);
      worker.beat(12);
      await group.pass(500, 2);
      worker.beat(13);
      await group.until('an acknowledgement', () => worker.acknowledged.length > 1);
      expect(worker.acknowledged[1]?.nodeId).toBe(group.theLeader().id);
      expect(worker.acknowledged[1]?.round).toBeGreaterThan(worker.acknowledged[0]?.round ?? 0);
    });

    it('P8: a leader that is cut off declares no attempt lost, not even later by way of its successor', async () => {
      const old = group.theLeader();
      const [near, far] = group.followers() as [TestNode, TestNode];
      const worker = new Worker('w1', far);
      await group.until('a welcome', () => worker.isWelcome);
      const quick: Command = { type: 'submitJobs', specs: [aSpec({ lostAfterMs: 3_000 })], idempotencyKey: '' };
      const [jobId = ''] = jobIdsOf(await group.outcome('a reply', near.propose(quick)));
      await group.until('an assignment', () => worker.assigned.includes(jobId));
      // The old leader hears nothing from now on, and is too quiet itself to be asked: its successor hears the worker.
      group.cutOff(old.id);
      for (let sequence = 1; sequence <= 60; sequence += 1) {
        worker.beat(sequence);
        await group.pass(100, 5);
        if (sequence === 45) group.heal();
      }
      expect(worker.acknowledged.length).toBeGreaterThan(30);
      await converged();
      for (const node of group.all) {
        expect(node.replication.state.view.job(jobId)).toMatchObject({ state: 'assigned', lostAttempts: 0 });
      }
    }, 20_000);

    it('a worker that falls silent loses its job after lostAfter, and another one gets it', async () => {
      const [node] = group.followers() as [TestNode];
      const silent = new Worker('w1', node);
      await group.until('a welcome', () => silent.isWelcome);
      const quick: Command = { type: 'submitJobs', specs: [aSpec({ lostAfterMs: 3_000 })], idempotencyKey: '' };
      const [jobId = ''] = jobIdsOf(await group.outcome('a reply', node.propose(quick)));
      await group.until('an assignment', () => silent.assigned.includes(jobId));
      const heardAtMs = group.clock.nowMs;
      const other = new Worker('w2', group.theLeader());
      let sequence = 0;
      for (; !other.assigned.includes(jobId) && sequence < 100; sequence += 1) {
        other.beat(sequence);
        await group.pass(100, 5);
      }
      const lostAfterMs = group.clock.nowMs - heardAtMs;
      expect(lostAfterMs).toBeGreaterThanOrEqual(2_900);
      expect(lostAfterMs).toBeLessThan(4_500);
      expect(node.replication.state.view.job(jobId)).toMatchObject({ lostAttempts: 1 });
    }, 20_000);

    it('after the leader died, a worker connected elsewhere gets work as soon as it is heard again', async () => {
      const leader = group.theLeader();
      const [node, other] = group.followers() as [TestNode, TestNode];
      const worker = new Worker('w1', node);
      await group.until('a welcome', () => worker.isWelcome);
      group.crash(leader.id);
      const answer = other.propose(submit());
      let sequence = 0;
      await group.until('an assignment', () => {
        if (group.clock.nowMs % 500 === 0) worker.beat((sequence += 1));
        return worker.assigned.length > 0;
      });
      expect(worker.assigned).toEqual(jobIdsOf(await answer));
      await settled();
    });
  });
});
