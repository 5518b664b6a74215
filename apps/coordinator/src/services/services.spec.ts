import type { Command, CommandReply } from '@synod/jobs';
import { ClientPool, createRpcServer } from '@synod/rpc';
import type { RpcServer } from '@synod/rpc';
import { describeError, RequestRefusedError } from '@synod/contracts';
import { services } from '@synod/wire';
import { VirtualClock } from '@synod/testkit';
import { AgentSessions } from '../agents/agent-sessions.js';
import { HeartbeatHub } from '../agents/heartbeat-hub.js';
import { LeaderProposals } from '../commands/leader-proposals.js';
import { LogTails } from '../logs/log-tails.js';
import { aWorker, ballot, codeOf, quiet, TestState } from '../testing/basics.spec-support.js';
import { agentServiceHandlers } from './agent-service.js';
import { answerEach } from './answer-each.js';
import { answerForwarded } from './forwarding.js';
import type { ForwardingModules } from './forwarding.js';
import { expectReply, patienceMs } from './service-context.js';

const SECURITY = { insecure: true } as never;

/** Services over a real connection on this host; waits are for named events of the streams. */
describe('services over gRPC', () => {
  let server: RpcServer;
  let state: TestState;
  let tails: LogTails;
  let sessions: AgentSessions;
  let hub: HeartbeatHub;
  let clock: VirtualClock;
  let pool: ClientPool<InstanceType<(typeof services)['AgentService']>>;
  let address: string;

  beforeEach(async () => {
    clock = new VirtualClock();
    state = new TestState();
    tails = new LogTails('c1-1', clock);
    sessions = new AgentSessions({ coordinatorId: 'c1', view: state.machine, disconnected: () => undefined });
    hub = new HeartbeatHub({
      timers: clock,
      serving: () => true,
      heard: () => undefined,
      gone: () => undefined,
      confirmHere: () => Promise.resolve(ballot(7)),
      confirmAtLeader: () => Promise.reject(new Error('leads itself')),
    });
    hub.start();
    const propose = (command: Command): Promise<CommandReply> =>
      Promise.resolve(state.apply(command).replies[0] as CommandReply);
    server = createRpcServer({ security: SECURITY, logger: quiet, describe: describeError });
    server.addService(
      services.AgentService,
      agentServiceHandlers({
        session: {
          ...{ coordinatorId: 'c1', clusterId: 'k1', view: state.machine, logger: quiet, propose },
          opened: (session) => {
            sessions.opened(session);
          },
        },
        ...{ sessions, heartbeats: hub, tails, propose },
      }),
    );
    address = await server.listen('127.0.0.1:0');
    pool = new ClientPool(services.AgentService, SECURITY);
  });

  afterEach(async () => {
    hub.stop();
    pool.close();
    await server.stop(0);
  });

  const statusOf = (call: {
    on(event: 'status', listener: (status: { code: number; details: string }) => void): void;
  }) =>
    new Promise<{ code: number; details: string }>((resolve) => {
      call.on('status', resolve);
    });

  function openSession(hello: object) {
    const call = pool.get(address).session();
    call.on('error', () => undefined);
    const messages: string[] = [];
    const waiting: { kind: string; resolve: () => void }[] = [];
    call.on('data', (response: { message?: string }) => {
      messages.push(response.message ?? '');
      for (const { kind, resolve } of waiting) if (kind === response.message) resolve();
    });
    const seen = (kind: string) =>
      new Promise<void>((resolve) => {
        if (messages.includes(kind)) resolve();
        waiting.push({ kind, resolve });
      });
    const status = statusOf(call);
    const { labels, ...facts } = aWorker('w1');
    call.write({ hello: { ...facts, labels, held: [], ...hello } } as never);
    return { call, messages, seen, status };
  }

  it('a refused hello says why: the status is that of the refusal, not an orderly end', async () => {
    state.apply({ type: 'openAgentSession', worker: aWorker('w1', { incarnation: 5 }), held: [] });
    const { status, messages } = openSession({ incarnation: 4 });
    expect(await status).toMatchObject({ code: 9 });
    expect(messages).toEqual([]);
  });

  it('a message that is not allowed ends the session with INVALID_ARGUMENT', async () => {
    const { call, seen, status } = openSession({});
    await seen('welcome');
    call.write({});
    expect(await status).toMatchObject({ code: 3 });
    expect(sessions.count).toBe(0);
  });

  it('goodbye ends the stream in order, and the worker has left', async () => {
    const { call, seen, status } = openSession({});
    await seen('welcome');
    call.write({ goodbye: {} });
    call.end();
    expect(await status).toMatchObject({ code: 0 });
    expect(state.machine.worker('w1')?.state).toBe('left');
  });

  it('a heartbeat is answered on its own stream with its sequence and the confirmed ballot', async () => {
    const call = pool.get(address).heartbeat();
    call.on('error', () => undefined);
    const answer = new Promise<object>((resolve) => {
      call.on('data', resolve);
    });
    const received = new Promise<void>((resolve) => {
      const original = hub.received.bind(hub);
      hub.received = (mark, acknowledge) => {
        original(mark, acknowledge);
        resolve();
      };
    });
    call.write({ workerId: 'w1', incarnation: 1, sequence: 42 });
    await received;
    clock.advance(100);
    expect(await answer).toMatchObject({ sequence: '42', leader: { round: '7', nodeId: 'c1' } });
    call.cancel();
  });

  describe('PushLogs', () => {
    const push = () => {
      let answered: (error: { code: number } | null) => void = () => undefined;
      const answer = new Promise<{ code: number } | null>((resolve) => {
        answered = resolve;
      });
      const call = pool.get(address).pushLogs((error) => {
        answered(error);
      });
      call.on('error', () => undefined);
      return { call, answer };
    };
    const TAIL = { jobId: 'j', attempt: 1, follow: true, stdoutPosition: 0, stderrPosition: 0 };
    const aChunk = { attempt: 1, stream: 'LOG_STREAM_STDOUT', position: 0, data: Buffer.from('a'), truncated: false };

    function reader() {
      const abort = new AbortController();
      let tailId = '';
      const session = {
        tail: (request: { tailId?: string }) => {
          tailId = request.tailId ?? '';
        },
      };
      const chunks = tails.read(session, TAIL, abort.signal);
      const first = chunks.next();
      return { abort, first, chunks, tailId };
    }

    it('a reader that leaves a silent log ends the worker’s call with CANCELLED', async () => {
      const { abort, first, chunks, tailId } = reader();
      const { call, answer } = push();
      call.write({ tailId });
      call.write({ chunk: aChunk } as never);
      expect(await first).toMatchObject({ value: { data: Buffer.from('a') } });
      const next = chunks.next();
      abort.abort();
      expect((await next).done).toBe(true);
      expect((await answer)?.code).toBe(1);
      expect(tails.count).toBe(0);
    });

    it('a log that was read to its end is answered OK', async () => {
      const { first, chunks, tailId } = reader();
      const { call, answer } = push();
      call.write({ tailId });
      call.write({ chunk: aChunk } as never);
      call.end();
      await first;
      expect((await chunks.next()).done).toBe(true);
      expect(await answer).toBeNull();
    });

    it('a worker that is lost in the middle is no end of its log', async () => {
      const { first, chunks, tailId } = reader();
      const { call } = push();
      call.write({ tailId });
      call.write({ chunk: aChunk } as never);
      await first;
      const next = chunks.next().then(
        () => 'end',
        (error: unknown) => codeOf(error),
      );
      call.cancel();
      expect(await next).not.toBe('end');
    });

    it('a stream that nobody asked for, or that names no tail, is turned away', async () => {
      const unknown = push();
      unknown.call.write({ tailId: 'nobody' });
      expect((await unknown.answer)?.code).toBe(1);
      const nameless = push();
      nameless.call.end();
      expect((await nameless.answer)?.code).toBe(3);
    });
  });
});

describe('a stream of requests and answers', () => {
  type Listener = (...args: unknown[]) => void;

  /** A server's stream whose client takes answers only when the test says so. */
  class TestStream {
    readonly requests: number[];
    readonly written: unknown[] = [];
    taken = 0;
    accepts = true;
    writable = true;
    private readonly listeners = new Map<string, Listener[]>();

    constructor(count: number) {
      this.requests = Array.from({ length: count }, (_none, index) => index);
    }

    on(event: string, listener: Listener): this {
      this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
      return this;
    }

    emit(event: string): void {
      for (const listener of this.listeners.get(event) ?? []) listener();
    }

    write(answer: unknown): boolean {
      this.written.push(answer);
      return this.accepts;
    }

    async *iterator(): AsyncGenerator<number> {
      for (const request of this.requests) {
        this.taken += 1;
        yield request;
      }
    }
  }

  const open = (stream: TestStream, maxInFlight: number, answer: (request: number) => Promise<number>) => {
    const abort = new AbortController();
    const failures: unknown[] = [];
    const fail = (error: unknown): void => void failures.push(error);
    const done = answerEach<number, number, number, number>(
      stream as never,
      { signal: abort.signal, fail },
      { maxInFlight, requestsOf: (request) => [request], answer, repliesOf: (answers) => answers },
    );
    let ended = false;
    void done.then(() => (ended = true));
    return { abort, failures, ended: () => ended };
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('so many requests are under way at most; answers go out as they are ready', async () => {
    const stream = new TestStream(10);
    const due: ((answer: number) => void)[] = [];
    const { ended } = open(stream, 3, () => new Promise((resolve) => due.push(resolve)));
    await turn();
    expect([stream.taken, due.length]).toEqual([3, 3]);
    due[2]?.(2);
    await turn();
    expect([stream.written, stream.taken]).toEqual([[2], 4]);
    for (let index = 0; index < 10; index += 1) {
      due[index]?.(index);
      await turn();
    }
    expect([stream.written.length, ended()]).toEqual([10, true]);
  });

  it('a client that takes no answers is read no further, until it does', async () => {
    const stream = new TestStream(10);
    stream.accepts = false;
    const { ended } = open(stream, 4, (request) => Promise.resolve(request));
    await turn();
    const taken = stream.taken;
    expect(taken).toBeLessThan(5);
    await turn();
    expect(stream.taken).toBe(taken);
    stream.accepts = true;
    stream.emit('drain');
    await turn();
    expect([stream.written.length, ended()]).toEqual([10, true]);
  });

  it('what one message asks for is answered by one message, when it is ready together', async () => {
    const stream = new TestStream(3);
    const abort = new AbortController();
    const done = answerEach<number, string, string, string>(
      stream as never,
      { signal: abort.signal, fail: () => undefined },
      {
        maxInFlight: 2,
        requestsOf: (message) => [`${String(message)}a`, `${String(message)}b`],
        answer: (request) => Promise.resolve(request),
        repliesOf: (answers) => [answers.join(' ')],
      },
    );
    await done;
    expect(stream.written).toEqual(['0a 0b', '1a 1b', '2a 2b']);
  });

  it('a client that is gone ends the wait for answers that are due', async () => {
    const stream = new TestStream(10);
    const { abort, ended } = open(stream, 3, () => new Promise(() => undefined));
    await turn();
    stream.requests.length = 3;
    abort.abort();
    await turn();
    expect(ended()).toBe(true);
  });

  it('an answer that fails ends the stream with its error, and no rejection escapes', async () => {
    const stream = new TestStream(2);
    const { failures, ended } = open(stream, 3, (request) =>
      request === 0 ? Promise.reject(new Error('malformed')) : Promise.resolve(request),
    );
    await turn();
    expect([failures.map(codeOf), stream.written, ended()]).toEqual([['Error'], [1], true]);
  });
});

describe('forwarded requests at the leader', () => {
  function setUp(serving = true) {
    const order: string[] = [];
    const reads: { resolve: (slot: number) => void; reject: (error: Error) => void }[] = [];
    let held = ballot(3);
    const proposals = new LeaderProposals({
      clock: new VirtualClock(),
      propose: (batch) => {
        order.push(`propose ${String(batch.length)}`);
        proposed.push(...batch.map(({ proposalId }) => proposalId));
      },
      stamp: (command) => command,
    });
    const proposed: number[] = [];
    const modules: ForwardingModules = {
      serving: () => serving,
      ballot: () => held,
      leader: () => 'c2',
      proposals,
      read: () => {
        order.push('round');
        return new Promise((resolve, reject) => reads.push({ resolve, reject }));
      },
      heard: (workerId) => order.push(`heard ${workerId}`),
      gone: (workerId) => order.push(`gone ${workerId}`),
      compareStates: (nodeId, hashes) => {
        order.push(`${nodeId} has ${hashes.map(({ slot, hash }) => `${hash} at ${String(slot)}`).join()}`);
        return [{ slot: 1_000, hash: 'aa' }];
      },
      workersHeard: (workerId) => [{ workerId: workerId ?? 'w1', heardAgoMs: 120.4, eligible: true, load: undefined }],
      nodesRenewed: (renewals) => order.push(`renewed ${renewals.map(({ nodeId }) => nodeId).join()}`),
    };
    const ask = (fields: object) =>
      answerForwarded(modules, {
        requestId: '1',
        commands: null,
        readIndex: null,
        heartbeats: null,
        stateHashes: null,
        workersHeard: null,
        ...fields,
      });
    const depose = (): void => {
      held = ballot(4, 'c2');
    };
    return { ask, order, reads, proposals, proposed, depose };
  }
  const beat = (workerId: string) => ({ workerId, incarnation: '1', sequence: '1' });
  const relayed = { heartbeats: { heartbeats: [beat('w1')], disconnected: [beat('w1')], nodes: [beat('n1')] } };

  it('P8: heartbeats are heard when they arrive and confirmed by a round that begins after', async () => {
    const { ask, order, reads } = setUp();
    const answer = ask(relayed);
    // Who was gone and is heard in one message is here.
    expect(order).toEqual(['gone w1', 'heard w1', 'renewed n1', 'round']);
    reads[0]?.resolve(1);
    expect(await answer).toMatchObject({ heartbeatsConfirmed: { heartbeats: [beat('w1')], leader: { round: 3 } } });
  });

  it('P8: a leadership that ended meanwhile confirms nothing, and lends its successor no confirmation', async () => {
    const { ask, reads, depose } = setUp();
    const answers = [ask(relayed), ask(relayed)];
    depose();
    reads[0]?.resolve(1);
    reads[1]?.reject(new Error('not leading'));
    for (const { error } of await Promise.all(answers)) expect(error?.code).toBe(9);
  });

  it('what is known of workers is told at once, without a round', async () => {
    const { ask, order } = setUp();
    const one = await ask({ workersHeard: { workerId: 'w7' } });
    expect(one.workersHeard?.workers).toEqual([{ workerId: 'w7', heardAgoMs: 120, eligible: true }]);
    expect((await ask({ workersHeard: { workerId: '' } })).workersHeard?.workers).toHaveLength(1);
    expect(order).toEqual([]);
  });

  it('one that does not serve says so, whatever it is asked', async () => {
    const { ask, order } = setUp(false);
    for (const fields of [
      { commands: { commands: [] } },
      { readIndex: {} },
      relayed,
      { workersHeard: { workerId: '' } },
    ]) {
      expect((await ask(fields)).error?.code).toBe(9);
    }
    expect(order).toEqual([]);
  });

  it('commands: applied, shed, or of unknown outcome', async () => {
    const { ask, proposals, proposed } = setUp();
    const commands = { commands: { commands: [Buffer.from('a')] } };
    const answers = [ask(commands), ask(commands), ask(commands)];
    const [first = 0, second = 0, third = 0] = proposed;
    proposals.applied([first]);
    proposals.refused([second], 'overloaded');
    proposals.refused([third], 'leadershipLost');
    const [applied, shed, unknown] = await Promise.all(answers);
    expect(applied?.commandsProposed).toEqual({});
    expect([shed?.error?.code, unknown?.error?.code]).toEqual([8, 14]);
  });

  it('a read is answered with the read point', async () => {
    const { ask, reads } = setUp();
    const answer = ask({ readIndex: {} });
    reads[0]?.resolve(17);
    expect(await answer).toMatchObject({ readIndexed: { appliedSlot: '17' } });
  });
});

describe('service context', () => {
  it('a call waits a little less than its client, and not for ever', () => {
    expect([patienceMs(5_000), patienceMs(Infinity), patienceMs(0)]).toEqual([4_900, 30_000, 1]);
  });

  it('a refusal of the state machine is thrown, a reply of another type is a bug', () => {
    const refused: CommandReply = { type: 'refused', refusal: { code: 'tooManyJobs', limit: 1 } };
    expect(() => expectReply(refused, 'jobsSubmitted')).toThrow('tooManyJobs');
    expect(() => expectReply({ type: 'workerClosed' }, 'jobsSubmitted')).toThrow(TypeError);
    expect(new RequestRefusedError({ code: 'shuttingDown' }).code).toBe('shuttingDown');
  });
});
