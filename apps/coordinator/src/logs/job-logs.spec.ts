import { VirtualClock } from '@synod/testkit';
import type { WireGetJobLogsResponse, WireGetJobLogsResponseInput } from '@synod/wire';
import { JobChanges } from '../events/job-changes.js';
import { aWorker, codeOf, settled, TestState } from '../testing/basics.spec-support.js';
import { JobLogs } from './job-logs.js';
import type { JobLogsRequest } from './job-logs.js';
import type { TailRequest } from './log-tails.js';

type Source = (tail: TailRequest, signal: AbortSignal) => AsyncIterable<WireGetJobLogsResponse>;

function chunk(text: string, position = 0, stream = 'LOG_STREAM_STDOUT'): WireGetJobLogsResponse {
  return { attempt: 1, stream, position: String(position), data: Buffer.from(text), truncated: false } as never;
}

async function* these(...chunks: WireGetJobLogsResponse[]): AsyncGenerator<WireGetJobLogsResponse> {
  yield* chunks;
}

// eslint-disable-next-line require-yield -- one that breaks before anything comes
async function* broken(): AsyncGenerator<WireGetJobLogsResponse> {
  throw new Error('broken');
}

/** Logs of jobs of a real state; `worker` says what the worker's stream gives. */
class TestLogs {
  readonly clock = new VirtualClock();
  readonly state = new TestState();
  readonly changes = new JobChanges(this.clock);
  readonly tails: TailRequest[] = [];
  readonly relays: string[] = [];
  connected = true;
  /** What this member has kept, from the position asked for, and whether that is all. */
  archived: (stdout: number) => [chunks: WireGetJobLogsResponse[], complete: boolean] = () => [[], false];
  worker: Source = () => these();
  relayed: Source = () => these();
  readonly logs = new JobLogs({
    coordinatorId: 'c1',
    others: ['c2', 'c3'],
    archive: {
      read: (_jobId, _attempt, { stdout }) => {
        const [chunks, complete] = this.archived(stdout);
        return (async function* () {
          yield* chunks;
          return complete;
        })();
      },
    },
    tails: {
      read: (_session, tail, signal) => {
        this.tails.push(tail);
        return this.worker(tail, signal) as AsyncGenerator<WireGetJobLogsResponse>;
      },
    },
    findJob: (jobId) => Promise.resolve(this.state.machine.job(jobId)),
    session: () => (this.connected ? { tail: () => undefined } : undefined),
    coordinatorOf: (workerId) => this.state.machine.worker(workerId)?.coordinatorId,
    relay: (coordinatorId, tail, signal) => {
      this.relays.push(coordinatorId);
      return this.relayed(tail, signal);
    },
    jobChanged: (jobId, signal, orAfterMs) => this.changes.next(jobId, signal, orAfterMs),
  });
  readonly jobId: string;

  constructor(options: { readonly assigned: boolean } = { assigned: true }) {
    this.apply(this.state.apply({ type: 'openAgentSession', worker: aWorker('w1'), held: [] }));
    this.jobId = this.state.submit(1)[0] ?? '';
    if (options.assigned) this.apply(this.state.assign(this.jobId, 'w1'));
  }

  apply(entry: ReturnType<TestState['apply']>): void {
    this.changes.applied(entry);
  }

  read(request: Partial<JobLogsRequest> = {}): TestRead {
    const all = { jobId: this.jobId, attempt: undefined, follow: true, stdoutPosition: 0, stderrPosition: 0 };
    return new TestRead((signal) => this.logs.read({ ...all, relayed: false, ...request }, signal));
  }
}

class TestRead {
  readonly texts: string[] = [];
  readonly abort = new AbortController();
  outcome = 'reading';

  constructor(open: (signal: AbortSignal) => AsyncGenerator<WireGetJobLogsResponseInput>) {
    const run = async (): Promise<void> => {
      for await (const { data } of open(this.abort.signal)) this.texts.push(Buffer.from(data as Buffer).toString());
    };
    run().then(
      () => (this.outcome = 'ended'),
      (error: unknown) => (this.outcome = codeOf(error)),
    );
  }
}

describe('job logs', () => {
  it('an unknown job has no log', async () => {
    const read = new TestLogs().read({ jobId: 'nowhere' });
    await settled();
    expect(read.outcome).toBe('jobUnknown');
  });

  it('without follow: what is there now, and no waiting', async () => {
    const test = new TestLogs();
    test.worker = () => these(chunk('a'), chunk('b', 1));
    const read = test.read({ follow: false });
    await settled();
    expect([read.texts, read.outcome]).toEqual([['a', 'b'], 'ended']);
    const early = new TestLogs({ assigned: false }).read({ follow: false });
    await settled();
    expect([early.texts, early.outcome]).toEqual([[], 'ended']);
  });

  it('following waits for the first attempt, and ends when the job has ended', async () => {
    const test = new TestLogs({ assigned: false });
    test.worker = () => these(chunk('a'));
    const read = test.read();
    await settled();
    expect(test.tails).toEqual([]);
    test.apply(test.state.assign(test.jobId, 'w1'));
    await settled();
    expect([read.texts, read.outcome]).toEqual([['a'], 'reading']);
    test.apply(test.state.finish(test.jobId, 'w1'));
    await settled();
    expect(read.outcome).toBe('ended');
  });

  it('a stream that breaks is read on where it broke, for each of the two outputs', async () => {
    const test = new TestLogs();
    let opened = 0;
    test.worker = async function* () {
      opened += 1;
      if (opened === 1) {
        yield chunk('abc');
        yield chunk('xy', 0, 'LOG_STREAM_STDERR');
        throw new Error('broken');
      }
      yield chunk('d', 3);
    };
    const read = test.read();
    await settled();
    test.clock.advance(500);
    await settled();
    expect(read.texts).toEqual(['abc', 'xy', 'd']);
    expect(test.tails[1]).toMatchObject({ stdoutPosition: 3, stderrPosition: 2 });
    read.abort.abort();
    await settled();
  });

  it('the next attempt follows the lost one, from its beginning', async () => {
    const test = new TestLogs();
    test.worker = ({ attempt }) => these(chunk(`attempt ${String(attempt)}`));
    const read = test.read();
    await settled();
    test.apply(test.state.apply({ type: 'loseAttempts', attempts: [test.state.refOf(test.jobId)], reason: '' }));
    await settled();
    test.apply(test.state.assign(test.jobId, 'w1'));
    await settled();
    test.apply(test.state.finish(test.jobId, 'w1'));
    await settled();
    expect([read.texts, read.outcome]).toEqual([['attempt 1', 'attempt 2'], 'ended']);
    expect(test.tails.map(({ stdoutPosition }) => stdoutPosition)).toEqual([0, 0]);
  });

  it('one attempt that was asked for is all there is', async () => {
    const test = new TestLogs();
    test.worker = () => these(chunk('a'));
    const read = test.read({ attempt: 1 });
    await settled();
    expect(read.outcome).toBe('ended');
  });

  it('a worker that is gone: the tails of the record, unless a part was read already', async () => {
    const test = new TestLogs();
    const tails = {
      stdoutTail: Buffer.from('out').toString('base64'),
      stderrTail: Buffer.from('err').toString('base64'),
    };
    test.apply(test.state.finish(test.jobId, 'w1', tails));
    test.worker = broken;
    const [all, rest] = [test.read(), test.read({ stdoutPosition: 2 })];
    await settled();
    expect([all.texts, all.outcome, rest.texts]).toEqual([['out', 'err'], 'ended', ['err']]);
  });

  describe('a worker that is gone, and logs that are kept', () => {
    const stdoutTail = Buffer.from('tail').toString('base64');
    const gone = (end: object = { stdoutTail }) => {
      const test = new TestLogs();
      test.apply(test.state.finish(test.jobId, 'w1', end));
      test.worker = broken;
      test.relayed = broken;
      return test;
    };

    it('one that is kept here is read from the position asked for, and nobody else is asked', async () => {
      const test = gone();
      test.archived = (stdout) => [[chunk('whole log'.slice(stdout), stdout)], true];
      const read = test.read({ stdoutPosition: 6 });
      await settled();
      expect([read.texts, read.outcome, test.relays]).toEqual([['log'], 'ended', []]);
    });

    it('of one that is kept elsewhere the first member that has it gives it, behind what is here', async () => {
      const test = gone();
      test.archived = (stdout) => [stdout === 0 ? [chunk('begun ')] : [], false];
      test.relayed = ({ stdoutPosition }) =>
        test.relays.at(-1) === 'c3' ? these(chunk('done', stdoutPosition)) : broken();
      const read = test.read();
      await settled();
      expect([read.texts, read.outcome, test.relays]).toEqual([['begun ', 'done'], 'ended', ['c2', 'c3']]);
    });

    it('where nobody has it, the tail of the record is what is left', async () => {
      const test = gone();
      const read = test.read();
      await settled();
      expect([read.texts, read.outcome, test.relays]).toEqual([['tail'], 'ended', ['c2', 'c3']]);
    });

    it('a lost attempt has no tail, but what was kept of it', async () => {
      const test = gone({ outcome: 'lost' });
      test.archived = () => [[chunk('until the host died')], false];
      const read = test.read({ attempt: 1 });
      await settled();
      expect([read.texts, read.outcome]).toEqual([['until the host died'], 'ended']);
    });

    it('a worker that is there and has removed the files is as good as gone', async () => {
      const test = gone();
      test.worker = () => these();
      test.archived = () => [[chunk('whole')], true];
      const read = test.read();
      await settled();
      expect([read.texts, read.outcome]).toEqual([['whole'], 'ended']);
    });

    it('who is asked by another member gives what is kept here, asks nobody, and says when that is not all', async () => {
      const test = gone();
      test.archived = () => [[chunk('part')], false];
      const part = test.read({ relayed: true });
      await settled();
      expect([part.texts, part.outcome, test.relays]).toEqual([['part'], 'Error', []]);
      test.archived = () => [[chunk('whole')], true];
      const whole = test.read({ relayed: true });
      await settled();
      expect([whole.texts, whole.outcome, test.relays]).toEqual([['whole'], 'ended', []]);
    });
  });

  it('a worker connected elsewhere: that coordinator is asked, but not by one that was asked itself', async () => {
    const test = new TestLogs();
    test.connected = false;
    test.apply(test.state.applyFrom('c2', { type: 'openAgentSession', worker: aWorker('w1'), held: [] }));
    test.relayed = () => these(chunk('from afar'));
    const read = test.read({ follow: false });
    const relayed = test.read({ follow: false, relayed: true });
    await settled();
    expect([read.texts, test.relays]).toEqual([['from afar'], ['c2']]);
    expect(relayed.outcome).toBe('WORKER_UNREACHABLE');
  });

  it('a reader that leaves ends the wait for a silent job, and leaves nothing behind', async () => {
    const test = new TestLogs();
    test.worker = broken;
    const read = test.read();
    await settled();
    expect(test.changes.count).toBe(1);
    read.abort.abort();
    await settled();
    expect([read.outcome, test.changes.count]).toEqual(['ended', 0]);
  });

  it('a reader that asks for an attempt no longer kept goes on with the oldest that is', async () => {
    const test = new TestLogs();
    test.worker = broken;
    const read = test.read();
    await settled();
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      test.state.apply({ type: 'loseAttempts', attempts: [test.state.refOf(test.jobId)], reason: '' });
      if (test.state.machine.job(test.jobId)?.state === 'ready') test.state.assign(test.jobId, 'w1');
    }
    test.worker = ({ attempt }) => these(chunk(String(attempt)));
    test.clock.advance(500);
    await settled();
    const oldest = test.state.machine.job(test.jobId)?.attempts[0]?.attempt ?? 0;
    expect(read.texts[0]).toBe(String(Math.max(1, oldest)));
    read.abort.abort();
    await settled();
  });
});
