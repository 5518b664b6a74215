import { encodeCommand } from '@synod/contracts';
import type { Command, CommandReply, JobId } from '@synod/jobs';
import type { WireReports, WireSessionRequest, WireSessionResponseInput } from '@synod/wire';
import { anEnd, aSpec, aWorker, codeOf, quiet, settled, TestState, watched } from '../testing/basics.spec-support.js';
import { AgentSession } from './agent-session.js';
import { AgentSessions } from './agent-sessions.js';
import { assignmentMessages, reportParts } from './session-messages.js';

/** What a worker sees of one session. */
class TestStream {
  readonly written: WireSessionResponseInput[] = [];
  unsent = 0;
  ended = false;
  failure: string | undefined;

  write(response: WireSessionResponseInput): boolean {
    this.written.push(response);
    return true;
  }

  end(): void {
    this.ended = true;
  }

  fail(error: unknown): void {
    this.failure = codeOf(error);
  }

  get kinds(): string[] {
    return this.written.flatMap((response) => Object.keys(response));
  }

  get assigned(): string[] {
    return this.written.flatMap((response) => response.assignments?.assignments?.map(({ jobId }) => jobId ?? '') ?? []);
  }

  get cancelled(): string[] {
    return this.written.flatMap((response) => response.cancellations?.attempts?.map(({ jobId }) => jobId ?? '') ?? []);
  }

  get evicted(): string[] {
    return this.written.flatMap((response) => response.evictions?.attempts?.map(({ jobId }) => jobId ?? '') ?? []);
  }

  get acknowledged(): string[] {
    return this.written.flatMap((response) => response.reportsAcknowledged?.sequences?.map(String) ?? []);
  }
}

/** A coordinator's sessions over a real state. What sessions propose waits until the test applies it. */
class TestCoordinator {
  readonly state = new TestState('c1');
  readonly proposed: { command: Command; resolve: (reply: CommandReply) => void; reject: (error: Error) => void }[] =
    [];
  readonly disconnected: string[] = [];
  readonly sessions = new AgentSessions({
    coordinatorId: 'c1',
    view: this.state.machine,
    disconnected: (workerId, incarnation) => this.disconnected.push(`${workerId}.${String(incarnation)}`),
  });

  session(stream: TestStream): AgentSession {
    return new AgentSession(stream, {
      coordinatorId: 'c1',
      clusterId: 'k1',
      view: this.state.machine,
      logger: quiet,
      propose: (command) => new Promise((resolve, reject) => this.proposed.push({ command, resolve, reject })),
      opened: (session) => {
        this.sessions.opened(session);
      },
    });
  }

  /** Applies the oldest proposal as an entry by itself; sessions are told of it, as of every entry. */
  async applyNext(): Promise<void> {
    this.applySoon();
    await settled();
  }

  applySoon(): void {
    const next = this.proposed.shift();
    if (next === undefined) throw new Error('nothing was proposed');
    const applied = this.state.apply(next.command);
    // In this order: the reply is there before the entry's events are told, and its continuation runs after.
    next.resolve(applied.replies[0] as CommandReply);
    this.sessions.applied(applied);
  }

  apply(...commands: Command[]): void {
    this.sessions.applied(this.state.apply(...commands));
  }

  assign(jobId: JobId, workerId = 'w1'): void {
    this.apply({ type: 'assignJobs', assignments: [this.state.assignment(jobId, workerId)] });
  }

  async open(workerId = 'w1', incarnation = 1): Promise<{ stream: TestStream; session: AgentSession }> {
    const stream = new TestStream();
    const session = this.session(stream);
    watched(session.receive(hello(workerId, incarnation)));
    await this.applyNext();
    return { stream, session };
  }
}

const nothing = { hello: null, reports: null, goodbye: null };

function hello(workerId = 'w1', incarnation = 1, held: object[] = []): WireSessionRequest {
  const labels = {};
  const facts = { capacity: 100, runsExec: true, handlers: ['noop'], version: '', host: '' };
  return {
    ...nothing,
    hello: { workerId, incarnation: String(incarnation), labels, held, ...facts },
  } as unknown as WireSessionRequest;
}

const goodbye = { ...nothing, goodbye: {} } as unknown as WireSessionRequest;

function reports(sequence: number, of: readonly object[]): WireSessionRequest {
  return { ...nothing, reports: { sequence: String(sequence), reports: of } as unknown as WireReports };
}

/** A report on the wire that the attempt ended well. */
function endOf(state: TestState, jobId: JobId, changes: object = {}): object {
  const { attempt, fencingToken } = state.refOf(jobId);
  const token = (BigInt(fencingToken.generation) << 48n) + BigInt(fencingToken.counter);
  const bytes = Buffer.alloc(0);
  const end = {
    ...{ outcome: 'ATTEMPT_STATE_SUCCEEDED', exitCode: 0, signal: '', message: '', errorType: '', result: bytes },
    ...{ stdoutTail: bytes, stderrTail: bytes },
    ...changes,
  };
  return { jobId, attempt, fencingToken: String(token), startedAtMs: '1', finishedAtMs: '2', end };
}

describe('agent session', () => {
  it('the welcome comes first, then what the worker does not hold, then what came since', async () => {
    const coordinator = new TestCoordinator();
    await coordinator.open();
    const [before = '', after = ''] = coordinator.state.submit(2);
    coordinator.assign(before);
    const { stream } = await coordinator.open();
    coordinator.assign(after);
    expect(stream.kinds).toEqual(['welcome', 'assignments', 'assignments']);
    expect(stream.assigned).toEqual([before, after]);
  });

  it('entries applied between the hello and its reply are in the welcome, and not told twice', async () => {
    const coordinator = new TestCoordinator();
    const stream = new TestStream();
    watched(coordinator.session(stream).receive(hello()));
    await settled();
    coordinator.applySoon();
    const [jobId = ''] = coordinator.state.submit(1);
    coordinator.assign(jobId);
    await settled();
    expect(stream.assigned).toEqual([jobId]);
  });

  it('what the worker holds is not assigned again; what is no longer current it is told to end', async () => {
    const coordinator = new TestCoordinator();
    await coordinator.open();
    const [kept = '', gone = ''] = coordinator.state.submit(2);
    coordinator.assign(kept);
    coordinator.assign(gone);
    const held = [kept, gone].map((jobId) => endOf(coordinator.state, jobId));
    coordinator.state.finish(gone, 'w1');
    const stream = new TestStream();
    watched(coordinator.session(stream).receive(hello('w1', 1, held)));
    await coordinator.applyNext();
    expect(stream.assigned).toEqual([]);
    expect(stream.written[0]?.welcome?.outdated?.map(({ jobId }) => jobId)).toEqual([gone]);
  });

  it('a session whose stream ended before its hello was applied is never registered', async () => {
    const coordinator = new TestCoordinator();
    const stream = new TestStream();
    const session = coordinator.session(stream);
    watched(session.receive(hello()));
    await settled();
    coordinator.sessions.closed(session);
    await coordinator.applyNext();
    expect([coordinator.sessions.count, stream.written]).toEqual([0, []]);
    expect(coordinator.disconnected).toEqual([]);
  });

  it('nor is one whose worker went to another coordinator while the reply was on its way', async () => {
    const coordinator = new TestCoordinator();
    const stream = new TestStream();
    const opening = watched(coordinator.session(stream).receive(hello()));
    await settled();
    coordinator.applySoon();
    coordinator.state.applyFrom('c2', { type: 'openAgentSession', worker: aWorker('w1'), held: [] });
    await settled();
    expect([opening.state, coordinator.sessions.count, stream.written]).toEqual(['SESSION_REPLACED', 0, []]);
  });

  it('an older incarnation is refused', async () => {
    const coordinator = new TestCoordinator();
    await coordinator.open('w1', 2);
    const opening = watched(coordinator.session(new TestStream()).receive(hello('w1', 1)));
    await coordinator.applyNext();
    expect(opening.state).toBe('incarnationOutdated');
  });

  it('the first message is Hello, and there is one only', async () => {
    const coordinator = new TestCoordinator();
    const early = watched(coordinator.session(new TestStream()).receive(reports(1, [])));
    const { session } = await coordinator.open();
    const second = watched(session.receive(hello()));
    const empty = watched(session.receive(nothing));
    await settled();
    expect([early.state, second.state, empty.state]).toEqual(Array(3).fill('INVALID_REQUEST'));
  });

  describe('reports', () => {
    it('are acknowledged when they were applied, each message by its own sequence', async () => {
      const coordinator = new TestCoordinator();
      const { stream, session } = await coordinator.open();
      const [a = '', b = ''] = coordinator.state.submit(2);
      coordinator.assign(a);
      coordinator.assign(b);
      await session.receive(reports(5, [endOf(coordinator.state, a)]));
      await session.receive(reports(6, [endOf(coordinator.state, b)]));
      expect(stream.acknowledged).toEqual([]);
      await coordinator.applyNext();
      expect(stream.acknowledged).toEqual(['5']);
      await coordinator.applyNext();
      expect(stream.acknowledged).toEqual(['5', '6']);
      expect(coordinator.state.machine.counts()).toMatchObject({ succeeded: 2 });
    });

    it('of one message that no log entry holds become several commands, acknowledged with the last', async () => {
      const coordinator = new TestCoordinator();
      const { stream, session } = await coordinator.open();
      const jobIds = coordinator.state.submit(60);
      for (const jobId of jobIds) coordinator.assign(jobId);
      const result = Buffer.alloc(64 * 1024, 7);
      await session.receive(
        reports(
          1,
          jobIds.map((jobId) => endOf(coordinator.state, jobId, { result })),
        ),
      );
      expect(coordinator.proposed.length).toBeGreaterThan(1);
      for (const { command: body } of coordinator.proposed) {
        const origin = { nodeId: 'c1', incarnation: 1, sequence: 1, acknowledgedBelow: 1 };
        const envelope = { groupId: 0, version: 1, stampMs: 0, principal: '', traceContext: '', origin, body };
        expect(() => encodeCommand(envelope)).not.toThrow();
      }
      const told = coordinator.proposed.flatMap(({ command }) =>
        command.type === 'reportAttempts' ? command.reports.map(({ jobId }) => jobId) : [],
      );
      expect(told).toEqual(jobIds);
      while (coordinator.proposed.length > 0) {
        expect(stream.acknowledged).toEqual([]);
        coordinator.proposed.shift()?.resolve({ type: 'attemptsReported', outcomes: [] });
        await settled();
      }
      expect(stream.acknowledged).toEqual(['1']);
    });

    it('64 messages are under way at most: then the stream is not read until one is applied', async () => {
      const coordinator = new TestCoordinator();
      const { session } = await coordinator.open();
      for (let sequence = 1; sequence < 64; sequence += 1) await session.receive(reports(sequence, []));
      // An empty message proposes nothing; the session is not held up by it.
      const [jobId = ''] = coordinator.state.submit(1);
      coordinator.assign(jobId);
      await settled();
      const pending: { state: string }[] = [];
      for (let sequence = 100; sequence < 164; sequence += 1) {
        pending.push(watched(session.receive(reports(sequence, [endOf(coordinator.state, jobId)]))));
        await settled();
      }
      expect(pending.map(({ state }) => state)).toEqual([...Array<string>(63).fill('resolved'), 'pending']);
      await coordinator.applyNext();
      expect(pending.at(-1)?.state).toBe('resolved');
    });

    it('that can not be applied end the session, so that the worker repeats them elsewhere', async () => {
      const coordinator = new TestCoordinator();
      const { stream, session } = await coordinator.open();
      const [jobId = ''] = coordinator.state.submit(1);
      coordinator.assign(jobId);
      await session.receive(reports(1, [endOf(coordinator.state, jobId)]));
      coordinator.proposed.shift()?.reject(new Error('no leader'));
      await settled();
      expect([stream.failure, stream.acknowledged]).toEqual(['Error', []]);
    });
  });

  describe('goodbye', () => {
    it('waits for the reports under way, closes the worker, and ends the stream in order', async () => {
      const coordinator = new TestCoordinator();
      const { stream, session } = await coordinator.open();
      const [jobId = ''] = coordinator.state.submit(1);
      coordinator.assign(jobId);
      await session.receive(reports(1, [endOf(coordinator.state, jobId)]));
      const left = watched(session.receive(goodbye));
      await settled();
      expect(coordinator.proposed.map(({ command }) => command.type)).toEqual(['reportAttempts']);
      await coordinator.applyNext();
      expect(coordinator.proposed.map(({ command }) => command.type)).toEqual(['closeWorker']);
      await coordinator.applyNext();
      expect([left.state, stream.acknowledged, stream.ended, stream.failure]).toEqual([
        'resolved',
        ['1'],
        true,
        undefined,
      ]);
      expect(coordinator.state.machine.worker('w1')?.state).toBe('left');
    });

    it('of a session that breaks meanwhile still closes the worker', async () => {
      const coordinator = new TestCoordinator();
      const { session } = await coordinator.open();
      const [jobId = ''] = coordinator.state.submit(1);
      coordinator.assign(jobId);
      await session.receive(reports(1, [endOf(coordinator.state, jobId)]));
      watched(session.receive(goodbye));
      await settled();
      coordinator.sessions.closed(session);
      await settled();
      expect(coordinator.proposed.map(({ command }) => command.type)).toEqual(['reportAttempts', 'closeWorker']);
    });
  });

  it('a worker that does not read its session loses it before the messages pile up', async () => {
    const coordinator = new TestCoordinator();
    const { stream } = await coordinator.open();
    stream.unsent = 2_000;
    const [jobId = ''] = coordinator.state.submit(1);
    coordinator.assign(jobId);
    expect([stream.failure, stream.assigned]).toEqual(['SESSION_STALLED', []]);
  });

  it('nothing is written to a session that ended', async () => {
    const coordinator = new TestCoordinator();
    const { stream, session } = await coordinator.open();
    session.end();
    session.end(new Error('late'));
    const written = stream.written.length;
    session.assign(coordinator.state.machine.activeAttempts('w1'));
    session.cancel([{ jobId: 'j', attempt: 1, fencingToken: { generation: 0, counter: 1 } }]);
    session.tail({ tailId: 't' });
    await session.receive(goodbye);
    expect([stream.written.length, stream.ended, stream.failure]).toEqual([written, true, undefined]);
  });
});

describe('agent sessions', () => {
  it('each worker is sent its own assignments, those of one entry together', async () => {
    const coordinator = new TestCoordinator();
    const { stream: first } = await coordinator.open('w1');
    const { stream: second } = await coordinator.open('w2');
    const [a = '', b = '', c = ''] = coordinator.state.submit(3);
    const assignments = [
      coordinator.state.assignment(a, 'w1'),
      coordinator.state.assignment(b, 'w2'),
      coordinator.state.assignment(c, 'w1'),
    ];
    coordinator.apply({ type: 'assignJobs', assignments });
    expect([first.assigned, second.assigned]).toEqual([[a, c], [b]]);
    expect(first.kinds).toEqual(['welcome', 'assignments']);
  });

  it('an assignment that the same entry takes back is not sent', async () => {
    const coordinator = new TestCoordinator();
    const { stream } = await coordinator.open('w1');
    const [jobId = ''] = coordinator.state.submit(1);
    const assignments = [coordinator.state.assignment(jobId, 'w1')];
    coordinator.apply(
      { type: 'assignJobs', assignments },
      { type: 'openAgentSession', worker: aWorker('w1', { incarnation: 2 }), held: [] },
    );
    expect(stream.assigned).toEqual([]);
  });

  it('a job that one entry assigns, loses and assigns again is sent once', async () => {
    const coordinator = new TestCoordinator();
    const { stream } = await coordinator.open('w1');
    const [before = '', jobId = ''] = coordinator.state.submit(2);
    coordinator.assign(before);
    const { fencingToken: last } = coordinator.state.refOf(before);
    const lost = { jobId, attempt: 1, fencingToken: { ...last, counter: last.counter + 1 } };
    const first = coordinator.state.assignment(jobId, 'w1');
    // One of these has the revision that the job has by then; the others are refused.
    const again = [1, 2, 3, 4].map((later) => ({ ...first, jobRevision: first.jobRevision + later }));
    coordinator.apply(
      { type: 'assignJobs', assignments: [first] },
      { type: 'loseAttempts', attempts: [lost], reason: '' },
      { type: 'assignJobs', assignments: again },
    );
    expect(coordinator.state.refOf(jobId).attempt).toBe(2);
    expect(stream.assigned).toEqual([before, jobId]);
  });

  it('a cancel and the loss of an attempt reach the worker that runs it', async () => {
    const coordinator = new TestCoordinator();
    const { stream } = await coordinator.open('w1');
    const [a = '', b = ''] = coordinator.state.submit(2);
    coordinator.assign(a);
    coordinator.assign(b);
    coordinator.apply(
      { type: 'cancelJob', jobId: a, reason: '' },
      { type: 'loseAttempts', attempts: [coordinator.state.refOf(b)], reason: '' },
    );
    expect(stream.cancelled).toEqual([a, b]);
  });

  it('a job whose cancel was asked for before the worker came is cancelled at its welcome', async () => {
    const coordinator = new TestCoordinator();
    await coordinator.open('w1');
    const [jobId = ''] = coordinator.state.submit(1);
    coordinator.assign(jobId);
    coordinator.apply({ type: 'cancelJob', jobId, reason: '' });
    const { stream } = await coordinator.open('w1');
    expect([stream.assigned, stream.cancelled]).toEqual([[jobId], [jobId]]);
  });

  it('a new session of the same worker ends the old one, which is no disconnection', async () => {
    const coordinator = new TestCoordinator();
    const { stream: old, session: oldSession } = await coordinator.open('w1');
    const { session } = await coordinator.open('w1');
    expect(old.failure).toBe('SESSION_REPLACED');
    coordinator.sessions.closed(oldSession);
    expect([coordinator.sessions.session('w1'), coordinator.disconnected]).toEqual([session, []]);
    coordinator.sessions.closed(session);
    coordinator.sessions.closed(session);
    expect([coordinator.sessions.count, coordinator.disconnected]).toEqual([0, ['w1.1']]);
  });

  it('a worker that opened a session elsewhere, or was replaced, loses the one that is left here', async () => {
    const coordinator = new TestCoordinator();
    const { stream: moved } = await coordinator.open('w1');
    const { stream: replaced } = await coordinator.open('w2');
    coordinator.sessions.applied(
      coordinator.state.applyFrom(
        'c2',
        { type: 'openAgentSession', worker: aWorker('w1'), held: [] },
        { type: 'openAgentSession', worker: aWorker('w2', { incarnation: 2 }), held: [] },
      ),
    );
    expect([moved.failure, replaced.failure]).toEqual(['SESSION_REPLACED', 'incarnationOutdated']);
    expect([coordinator.sessions.count, coordinator.disconnected]).toEqual([0, []]);
  });

  it('a worker that was closed as lost loses its session: only a new one brings it back', async () => {
    const coordinator = new TestCoordinator();
    const { stream, session } = await coordinator.open('w1');
    coordinator.apply({ type: 'closeWorker', workerId: 'w1', incarnation: 1, cause: 'lost' });
    expect(stream.failure).toBe('WORKER_CLOSED');
    coordinator.sessions.closed(session);
    await coordinator.open('w1');
    expect(coordinator.state.machine.worker('w1')?.state).toBe('online');
  });

  it('stop ends all, and a session that opens then', async () => {
    const coordinator = new TestCoordinator();
    const { stream } = await coordinator.open('w1');
    coordinator.sessions.stop(new Error('stopping'));
    const { stream: late } = await coordinator.open('w2');
    expect([stream.failure, late.failure, coordinator.sessions.count]).toEqual(['Error', 'Error', 0]);
  });
});

describe('a session of a worker that is drained', () => {
  const schedule = { type: 'setWorkerScheduling', workerId: 'w1', incarnation: undefined, reason: '' } as const;
  const overdue: Command = { ...schedule, scheduling: 'draining', evictAtMs: 0 };
  const level: Command = { type: 'setFeatureLevel', level: 2 };

  it('tells it what is evicted, and the next session once more', async () => {
    const coordinator = new TestCoordinator();
    const { stream } = await coordinator.open();
    const [jobId = ''] = coordinator.state.submit(1);
    coordinator.assign(jobId);
    coordinator.apply(level, overdue);
    coordinator.apply({ type: 'evictWorker', workerId: 'w1' });
    expect([stream.evicted, stream.cancelled]).toEqual([[jobId], []]);
    const { stream: next } = await coordinator.open();
    expect(next.evicted).toEqual([jobId]);
  });

  it('has it drained for as long as it lives when it says so', async () => {
    const coordinator = new TestCoordinator();
    coordinator.apply(level);
    const { session } = await coordinator.open();
    watched(session.receive({ ...nothing, draining: { reason: 'restart' } }));
    await coordinator.applyNext();
    const worker = () => coordinator.state.machine.worker('w1');
    expect(worker()).toMatchObject({ scheduling: 'draining', schedulingReason: 'restart' });
    await coordinator.open('w1', 2);
    expect(worker()?.scheduling).toBe('active');
  });

  it('acknowledges what the worker says behind that when it is decided, and all that was assigned before has been sent', async () => {
    const coordinator = new TestCoordinator();
    coordinator.apply(level);
    const { session, stream } = await coordinator.open();
    // As a stream is read: the next message when the one before has been dealt with.
    const drained = session.receive({ ...nothing, draining: { reason: 'restart' } });
    watched(drained.then(() => session.receive(reports(7, []))));
    const [jobId = ''] = coordinator.state.submit(1);
    coordinator.assign(jobId);
    await settled();
    expect([stream.assigned, stream.acknowledged]).toEqual([[jobId], []]);
    await coordinator.applyNext();
    expect(stream.acknowledged).toEqual(['7']);
  });

  it('says again what the worker can do when the level that begins it is reached', async () => {
    const coordinator = new TestCoordinator();
    const stream = new TestStream();
    const session = coordinator.session(stream);
    const request = hello();
    watched(session.receive({ ...request, hello: { ...request.hello, runsHttp: true } } as WireSessionRequest));
    await coordinator.applyNext();
    expect(coordinator.state.machine.worker('w1')?.runsHttp).toBe(false);
    coordinator.apply(level);
    await coordinator.applyNext();
    expect(coordinator.state.machine.worker('w1')?.runsHttp).toBe(true);
    coordinator.apply(level);
    expect(coordinator.proposed).toEqual([]);
    expect(stream.ended).toBe(false);
  });
});

describe('session messages', () => {
  const attempt = (payload: string) => ({
    ...{ jobId: 'j', attempt: 1, fencingToken: { generation: 0, counter: 1 }, workerIncarnation: 1 },
    ...{
      spec: aSpec({ task: { kind: 'handler', handler: 'noop', payload } }),
      started: false,
      cancelRequested: false,
      evicting: false,
    },
  });

  it('a thousand small assignments are one message', () => {
    expect(assignmentMessages(Array.from({ length: 1_000 }, () => attempt('')))).toHaveLength(1);
  });

  it('a hundred large ones are as many as the transport needs, none lost, in order', () => {
    const payload = Buffer.alloc(256 * 1024).toString('base64');
    const attempts = Array.from({ length: 100 }, (_none, index) => ({ ...attempt(payload), attempt: index + 1 }));
    const messages = assignmentMessages(attempts);
    const sizes = messages.map(({ assignments }) => assignments?.assignments?.length ?? 0);
    expect(Math.max(...sizes) * 256 * 1024).toBeLessThan(8 * 1024 * 1024);
    const order = messages.flatMap(({ assignments }) => assignments?.assignments?.map(({ attempt: of }) => of) ?? []);
    expect(order).toEqual(attempts.map(({ attempt: of }) => of));
  });

  it('a report that fills a part by itself is one, and nothing is nothing', () => {
    const report = { jobId: 'j', attempt: 1, fencingToken: { generation: 0, counter: 1 } };
    const large = { ...report, startedAtMs: 1, finishedAtMs: 2, end: anEnd({ result: 'x'.repeat(3 * 1024 * 1024) }) };
    expect(reportParts([large, large]).map((part) => part.length)).toEqual([1, 1]);
    expect(reportParts([])).toEqual([]);
  });
});
