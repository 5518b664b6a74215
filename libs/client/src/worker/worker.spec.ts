import { rpcError } from '@synod/rpc';
import type {
  WireAssignmentInput,
  WireAttemptReport,
  WireHello,
  WireSessionRequest,
  WireSessionResponseInput,
} from '@synod/wire';
import { FakeCoordinator, Signal, type Duplex, type FakeBehaviour } from '../fake-coordinator.spec-support.js';
import type { HandlerContext } from './attempt.js';
import type { Handler } from './runner.js';
import { SynodWorker } from './worker.js';

type SessionOf = Duplex<WireSessionRequest, WireSessionResponseInput>;

/** One session as the coordinator sees it. */
interface Seen {
  readonly hello: WireHello;
  readonly stream: SessionOf;
  readonly from: FakeCoordinator;
}

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

const fakes: FakeCoordinator[] = [];
const workers: SynodWorker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.stop({ graceMs: 0 })));
  await Promise.all(fakes.splice(0).map((fake) => fake.kill()));
});

const WELCOME = { welcome: { clusterId: 'k', coordinatorId: 'c1', heartbeatIntervalMs: 1_000, outdated: [] } };

function assignment(token: number, more: WireAssignmentInput['spec'] = {}): WireAssignmentInput {
  const spec = { handler: { handler: 'echo', payload: Buffer.from(`p${token}`) }, lostAfterMs: 10_000, ...more };
  return { jobId: `j${token}`, attempt: 1, fencingToken: String(token), spec };
}

/** A coordinator that welcomes, acknowledges what `acknowledges` lets it, and hands sessions and reports to the test. */
class Bench {
  readonly sessions: Seen[] = [];
  readonly reports: WireAttemptReport[] = [];
  readonly goodbye = new Signal();
  acknowledges = true;
  private waiting: { done: () => boolean; resolve: () => void }[] = [];

  readonly behaviour: FakeBehaviour = {
    session: (stream, from) => {
      stream.on('data', ({ hello, reports, goodbye }) => {
        if (hello) {
          this.sessions.push({ hello, stream, from });
          stream.write(WELCOME);
        }
        if (reports) {
          this.reports.push(...reports.reports);
          if (this.acknowledges) stream.write({ reportsAcknowledged: { sequences: [reports.sequence] } });
        }
        if (goodbye) {
          this.goodbye.resolve();
          stream.end();
        }
        this.look();
      });
      stream.on('end', () => stream.end());
    },
  };

  look(): void {
    this.waiting = this.waiting.filter(({ done, resolve }) => !done() || void resolve());
  }

  until(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ done, resolve }));
  }

  async session(number: number): Promise<Seen> {
    await this.until(() => this.sessions.length >= number);
    return this.sessions[number - 1]!;
  }

  assign(session: Seen, ...assignments: WireAssignmentInput[]): void {
    session.stream.write({ assignments: { assignments } });
  }
}

async function start(
  bench: Bench,
  handler: Handler,
  coordinators = 1,
  behaviour: FakeBehaviour = {},
): Promise<SynodWorker> {
  const started = await Promise.all(
    Array.from({ length: coordinators }, (_, i) =>
      new FakeCoordinator(`c${i + 1}`, { ...bench.behaviour, ...behaviour }).start(),
    ),
  );
  fakes.push(...started);
  const worker = new SynodWorker({
    addresses: started.map((fake) => fake.address),
    workerId: 'w1',
    capacity: 10,
    handlers: { echo: handler },
  });
  workers.push(worker);
  await worker.start();
  return worker;
}

describe('worker', () => {
  it('says what it is, runs what is assigned and reports start and end in one', async () => {
    const bench = new Bench();
    await start(bench, (context) => context.payload);
    const session = await bench.session(1);
    expect(session.hello).toMatchObject({
      workerId: 'w1',
      capacity: 10,
      runsExec: false,
      handlers: ['echo'],
      held: [],
    });
    bench.assign(session, assignment(1), assignment(2));
    await bench.until(() => bench.reports.length === 2);
    expect(bench.reports).toMatchObject([
      { jobId: 'j1', fencingToken: '1', end: { outcome: 'ATTEMPT_STATE_SUCCEEDED', result: Buffer.from('p1') } },
      { jobId: 'j2', fencingToken: '2', end: { outcome: 'ATTEMPT_STATE_SUCCEEDED', result: Buffer.from('p2') } },
    ]);
    expect(bench.reports[0]?.startedAtMs).toBeDefined();
  });

  it('a handler that throws, is unknown or returns too much fails the attempt with a reason', async () => {
    const bench = new Bench();
    await start(bench, async ({ jobId }) => {
      if (jobId === 'j1') throw new Error('no luck');
      return 'x'.repeat(64 * 1024 + 1);
    });
    const unknown = { handler: { handler: 'nobody' } };
    bench.assign(await bench.session(1), assignment(1), assignment(2), assignment(3, unknown));
    await bench.until(() => bench.reports.length === 3);
    const byJob = new Map(bench.reports.map((report) => [report.jobId, report.end]));
    for (const jobId of ['j1', 'j2', 'j3']) expect(byJob.get(jobId)?.outcome).toBe('ATTEMPT_STATE_FAILED');
    expect(byJob.get('j1')?.message).toBe('no luck');
  });

  it('a token that is not above all seen before is a repetition and runs nothing', async () => {
    const bench = new Bench();
    const ran: string[] = [];
    await start(bench, ({ fencingToken }) => void ran.push(fencingToken));
    bench.assign(await bench.session(1), assignment(9), assignment(10), assignment(9), assignment(10), assignment(11));
    await bench.until(() => bench.reports.some((report) => report.fencingToken === '11'));
    expect(ran).toEqual(['9', '10', '11']);
  });

  it('repeats unacknowledged reports and says what it holds on a session with another coordinator', async () => {
    const bench = new Bench();
    bench.acknowledges = false;
    const release = new Signal<string>();
    await start(bench, ({ jobId }) => (jobId === 'j1' ? 'done' : release.happened), 2);
    const first = await bench.session(1);
    bench.assign(first, assignment(1), assignment(2));
    await bench.until(() => bench.reports.some((report) => report.jobId === 'j1' && report.end));
    bench.acknowledges = true;
    bench.reports.length = 0;
    await first.from.kill();
    const second = await bench.session(2);
    expect(second.hello.incarnation).toBe(first.hello.incarnation);
    expect(second.hello.held.map((ref) => ref.fencingToken)).toEqual(['1', '2']);
    await bench.until(() => bench.reports.some((report) => report.jobId === 'j1' && report.end));
    release.resolve('late');
    await bench.until(() => bench.reports.some((report) => report.jobId === 'j2' && report.end));
    expect(bench.reports.find((report) => report.end && report.jobId === 'j2')?.end?.outcome).toBe(
      'ATTEMPT_STATE_SUCCEEDED',
    );
  });

  it('a cancellation aborts the signal, and the attempt is reported as cancelled', async () => {
    const bench = new Bench();
    const started = new Signal();
    await start(bench, (context: HandlerContext) => {
      started.resolve();
      return new Promise((_resolve, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
    });
    const session = await bench.session(1);
    bench.assign(session, assignment(1));
    await started.happened;
    session.stream.write({ cancellations: { attempts: [{ jobId: 'j1', attempt: 1, fencingToken: '1' }] } });
    await bench.until(() => bench.reports.some((report) => report.end));
    expect(bench.reports.find((report) => report.end)?.end?.outcome).toBe('ATTEMPT_STATE_CANCELLED');
  });

  it('an eviction aborts the signal, and the attempt is reported as lost: it runs elsewhere', async () => {
    const bench = new Bench();
    const started = new Signal();
    await start(bench, (context: HandlerContext) => {
      started.resolve();
      return new Promise((_resolve, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
    });
    const session = await bench.session(1);
    bench.assign(session, assignment(1));
    await started.happened;
    session.stream.write({ evictions: { attempts: [{ jobId: 'j1', attempt: 1, fencingToken: '1' }] } });
    await bench.until(() => bench.reports.some((report) => report.end));
    expect(bench.reports.find((report) => report.end)?.end?.outcome).toBe('ATTEMPT_STATE_LOST');
  });

  it('a newer incarnation of its id ends it', async () => {
    const bench = new Bench();
    const worker = new SynodWorker({ addresses: ['127.0.0.1:1'], capacity: 1, handlers: { echo: () => undefined } });
    await worker.stop();
    const outdated = start(bench, () => undefined, 1, {
      session() {
        throw rpcError('FAILED_PRECONDITION', 'INCARNATION_OUTDATED', 'a newer one is there');
      },
    });
    await expect(outdated).rejects.toMatchObject({ code: 'incarnationOutdated' });
  });

  it('stop drains: it serves no handler any more, hands over what ran and says goodbye', async () => {
    const bench = new Bench();
    const release = new Signal<string>();
    const started = new Signal();
    const worker = await start(bench, () => {
      started.resolve();
      return release.happened;
    });
    bench.assign(await bench.session(1), assignment(1));
    await started.happened;
    const stopping = worker.stop();
    const draining = await bench.session(2);
    expect(draining.hello).toMatchObject({ handlers: [], held: [{ fencingToken: '1' }] });
    release.resolve('last');
    await bench.goodbye.happened;
    await stopping;
    expect(bench.reports.some((report) => report.end?.outcome === 'ATTEMPT_STATE_SUCCEEDED')).toBe(true);
  });
});
