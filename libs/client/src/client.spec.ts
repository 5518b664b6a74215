import { rpcError } from '@synod/rpc';
import type { UnavailableNotice } from './calls.js';
import { SynodClient } from './client.js';
import { SynodClientError } from './errors.js';
import { FakeCoordinator, Signal, wireJob, type FakeBehaviour, type Writer } from './fake-coordinator.spec-support.js';
import type { JobSpec, LogChunk } from './types.js';

const SPEC: JobSpec = { exec: { command: 'true' } };
// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

const fakes: FakeCoordinator[] = [];
const clients: SynodClient[] = [];

async function coordinators(count: number, behaviour: FakeBehaviour): Promise<FakeCoordinator[]> {
  const started = await Promise.all(
    Array.from({ length: count }, (_, i) => new FakeCoordinator(`c${i + 1}`, behaviour).start()),
  );
  fakes.push(...started);
  return started;
}

function clientOf(addresses: readonly string[], onUnavailable?: (notice: UnavailableNotice) => void): SynodClient {
  const client = new SynodClient({ addresses, deadlineMs: 5_000, ...(onUnavailable ? { onUnavailable } : {}) });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(fakes.splice(0).map((fake) => fake.kill()));
});

/** An address where nobody listens. */
async function deadAddress(): Promise<string> {
  const fake = await new FakeCoordinator('dead', {}).start();
  await fake.kill();
  return fake.address;
}

function codeOf(error: unknown): string {
  return error instanceof SynodClientError ? error.code : `not a SynodClientError: ${String(error)}`;
}

describe('submit', () => {
  it('finds the coordinator that is there among addresses that are not', async () => {
    const [fake] = await coordinators(1, { submitJob: () => ({ jobId: 'j1' }) });
    const client = clientOf([await deadAddress(), await deadAddress(), fake!.address]);
    await expect(client.submit(SPEC)).resolves.toEqual({ jobId: 'j1', replayed: false });
  });

  it('repeats a lost answer under the same idempotency key', async () => {
    const keys: string[] = [];
    const started = await coordinators(2, {
      submitJob({ idempotencyKey }) {
        keys.push(idempotencyKey);
        if (keys.length === 1) throw rpcError('UNAVAILABLE', 'LEADER_LOST', 'the outcome is unknown');
        return { jobId: 'j1', replayed: true };
      },
    });
    const client = clientOf(started.map((fake) => fake.address));
    await expect(client.submit(SPEC)).resolves.toEqual({ jobId: 'j1', replayed: true });
    expect(keys).toHaveLength(2);
    expect(keys[0]).not.toBe('');
    expect(new Set(keys).size).toBe(1);
  });

  it('gives what the coordinator found wrong, field by field, without a second try', async () => {
    let calls = 0;
    const [fake] = await coordinators(1, {
      submitJob() {
        calls += 1;
        throw rpcError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'bad', {
          violations: [{ field: 'exec.command', description: 'empty' }],
        });
      },
    });
    const error: unknown = await clientOf([fake!.address])
      .submit(SPEC)
      .catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('invalidArgument');
    expect((error as SynodClientError).facts.violations).toEqual([{ field: 'exec.command', description: 'empty' }]);
    expect(calls).toBe(1);
  });

  it('waits as long as an overloaded cluster asks for', async () => {
    let calls = 0;
    const [fake] = await coordinators(1, {
      submitJob() {
        calls += 1;
        if (calls === 1) throw rpcError('RESOURCE_EXHAUSTED', 'OVERLOADED', 'later', { retryAfterMs: 20 });
        return { jobId: 'j1' };
      },
    });
    await expect(clientOf([fake!.address]).submit(SPEC)).resolves.toMatchObject({ jobId: 'j1' });
  });

  it('names the addresses when none answers within connectDeadlineMs', async () => {
    const addresses = [await deadAddress(), await deadAddress()];
    const notices: string[] = [];
    const client = new SynodClient({
      addresses,
      connectDeadlineMs: 100,
      onUnavailable: (notice) => notices.push(notice.address),
    });
    clients.push(client);
    const error: unknown = await client.submit(SPEC).catch((caught: unknown) => caught);
    expect(codeOf(error)).toBe('unavailable');
    expect((error as SynodClientError).facts.addresses).toEqual(addresses);
    expect(new Set(notices)).toEqual(new Set(addresses));
  });

  it('refuses a spec with no task and one with a fraction before anything is sent', async () => {
    const client = clientOf(['127.0.0.1:1']);
    await expect(client.submit({} as JobSpec).catch(codeOf)).resolves.toBe('invalidArgument');
    await expect(client.submit({ ...SPEC, lostAfterMs: 0.5 }).catch(codeOf)).resolves.toBe('invalidArgument');
  });
});

describe('reads', () => {
  it('an unknown job is notFound', async () => {
    const [fake] = await coordinators(1, {
      getJob() {
        throw rpcError('NOT_FOUND', 'JOB_UNKNOWN', 'there is no such job');
      },
    });
    await expect(clientOf([fake!.address]).get('j9').catch(codeOf)).resolves.toBe('notFound');
  });

  it('list goes through all pages and stops when its reader does', async () => {
    const asked: string[] = [];
    const [fake] = await coordinators(1, {
      listJobs(pageToken) {
        asked.push(pageToken);
        const page = pageToken === '' ? 1 : Number(pageToken) + 1;
        return { jobs: [wireJob(`j${page}a`), wireJob(`j${page}b`)], nextPageToken: page < 9 ? String(page) : '' };
      },
    });
    const seen: string[] = [];
    for await (const job of clientOf([fake!.address]).list()) {
      seen.push(job.jobId);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['j1a', 'j1b', 'j2a']);
    expect(asked).toEqual(['', '1']);
  });

  it('states, times and tokens come as plain values', async () => {
    const attempt = {
      attempt: 1,
      fencingToken: '281474976710657',
      workerId: 'w1',
      state: 'ATTEMPT_STATE_TIMED_OUT',
      assignedAtMs: '1700000000000',
      exitCode: 7,
    } as const;
    const [fake] = await coordinators(1, {
      getJob: (jobId) => wireJob(jobId, 'JOB_STATE_FAILED', { attempts: [attempt] }),
    });
    const job = await clientOf([fake!.address]).get('j1');
    expect(job).toMatchObject({ state: 'failed', finishedAtMs: undefined });
    expect(job.attempts[0]).toMatchObject({
      fencingToken: '281474976710657',
      state: 'timedOut',
      assignedAtMs: 1_700_000_000_000,
      exitCode: 7,
      startedAtMs: undefined,
    });
  });
});

describe('wait', () => {
  it('resumes at its cursor when the coordinator is killed, and resolves with the final job', async () => {
    const cursors: string[] = [];
    const watched = new Signal<FakeCoordinator>();
    let state: 'JOB_STATE_RUNNING' | 'JOB_STATE_SUCCEEDED' = 'JOB_STATE_RUNNING';
    const started = await coordinators(2, {
      getJob(jobId, from) {
        watched.resolve(from);
        return wireJob(jobId, state);
      },
      watch(request, stream) {
        cursors.push(request.cursor);
        stream.write({ events: [], cursor: `cursor-${cursors.length}` });
        if (cursors.length === 1) return;
        state = 'JOB_STATE_SUCCEEDED';
        stream.write({ events: [{ type: 'jobFinished', jobId: 'j1', cursor: 'cursor-9' }], cursor: 'cursor-9' });
      },
    });
    const waiting = clientOf(started.map((fake) => fake.address)).wait('j1');
    await (await watched.happened).kill();
    await expect(waiting).resolves.toMatchObject({ jobId: 'j1', state: 'succeeded' });
    expect(cursors).toEqual(['', 'cursor-1']);
  });

  it('begins anew when its cursor is no longer kept', async () => {
    const cursors: string[] = [];
    const [fake] = await coordinators(1, {
      getJob: (jobId) => wireJob(jobId, cursors.length < 3 ? 'JOB_STATE_RUNNING' : 'JOB_STATE_CANCELLED'),
      watch(request, stream) {
        cursors.push(request.cursor);
        if (request.cursor !== '') throw rpcError('OUT_OF_RANGE', 'CURSOR_TOO_OLD', 'too old');
        stream.write({ events: [], cursor: 'old' });
        if (cursors.length === 1) stream.end();
      },
    });
    await expect(clientOf([fake!.address]).wait('j1')).resolves.toMatchObject({ state: 'cancelled' });
    expect(cursors).toEqual(['', 'old', '']);
  });

  it('asks the other coordinators for what one keeps no longer, before a cursor counts as outdated', async () => {
    const asked: string[] = [];
    let keepsAll: string | undefined;
    const event = { cursor: 'next', timeMs: '1', type: 'jobFinished', jobId: 'j1' };
    const started = await coordinators(3, {
      watch(request, stream, fake) {
        asked.push(`${fake.id} ${request.cursor}`);
        if (fake.id !== keepsAll) throw rpcError('OUT_OF_RANGE', 'CURSOR_OUTDATED', 'too old');
        stream.write({ events: [event], cursor: 'next' });
      },
    });
    const addresses = started.map(({ address }) => address);
    keepsAll = 'c2';
    for await (const seen of clientOf(addresses).watchEvents({ cursor: 'old' })) {
      expect(seen).toMatchObject({ cursor: 'next', jobId: 'j1' });
      break;
    }
    expect(asked.at(-1)).toBe('c2 old');
    expect(asked.length).toBeLessThanOrEqual(3);
    keepsAll = undefined;
    asked.length = 0;
    const outdated = clientOf(addresses).watchEvents({ cursor: 'old' }).next();
    await expect(outdated.catch(codeOf)).resolves.toBe('outOfRange');
    expect(asked.sort()).toEqual(['c1 old', 'c2 old', 'c3 old']);
  });

  it('an outdated cursor is told also while a coordinator is away that might keep more', async () => {
    const [fake] = await coordinators(1, {
      watch: () => {
        throw rpcError('OUT_OF_RANGE', 'CURSOR_OUTDATED', 'too old');
      },
    });
    const watching = clientOf([fake!.address, await deadAddress()])
      .watchEvents({ cursor: 'old' })
      .next();
    await expect(watching.catch(codeOf)).resolves.toBe('outOfRange');
  });

  it('gives up after timeoutMs and on an aborted signal', async () => {
    const [fake] = await coordinators(1, {
      getJob: (jobId) => wireJob(jobId),
      watch: (_request, stream) => stream.write({ events: [], cursor: 'c' }),
    });
    const client = clientOf([fake!.address]);
    await expect(client.wait('j1', { timeoutMs: 20 }).catch(codeOf)).resolves.toBe('waitTimedOut');
    await expect(client.wait('j1', { signal: AbortSignal.abort() }).catch(codeOf)).resolves.toBe('cancelled');
  });
});

describe('logs', () => {
  const OUTPUT = Buffer.from('0123456789');

  async function read(client: SynodClient): Promise<LogChunk[]> {
    const chunks: LogChunk[] = [];
    for await (const chunk of client.logs('j1', { follow: true })) chunks.push(chunk);
    return chunks;
  }

  it('go on at the same position when their coordinator is killed, and repeat no byte', async () => {
    const asked: { attempt: number; stdoutPosition: string }[] = [];
    const halfway = new Signal<FakeCoordinator>();
    let final = false;
    const started = await coordinators(2, {
      getJob: (jobId) =>
        wireJob(jobId, final ? 'JOB_STATE_SUCCEEDED' : 'JOB_STATE_RUNNING', { attempts: [{ attempt: 1 }] }),
      logs({ attempt, stdoutPosition }, stream: Writer<object>, from) {
        asked.push({ attempt, stdoutPosition });
        const chunk = (position: number, end: number) =>
          stream.write({ attempt: 1, stream: 'LOG_STREAM_STDOUT', position, data: OUTPUT.subarray(position, end) });
        if (asked.length === 1) {
          chunk(0, 4);
          return halfway.resolve(from);
        }
        // A coordinator that answers from an earlier place than asked for.
        chunk(2, 10);
        final = true;
        stream.end();
      },
    });
    const client = clientOf(started.map((fake) => fake.address));
    const chunks: LogChunk[] = [];
    for await (const chunk of client.logs('j1', { follow: true })) {
      chunks.push(chunk);
      if (chunks.length === 1) await (await halfway.happened).kill();
    }
    expect(Buffer.concat(chunks.map((chunk) => chunk.data)).toString()).toBe('0123456789');
    expect(chunks.map((chunk) => chunk.position)).toEqual([0, 4]);
    expect(asked).toEqual([
      { attempt: 0, stdoutPosition: '0' },
      { attempt: 1, stdoutPosition: '4' },
    ]);
  });

  it('follow into the next attempt after an interruption', async () => {
    const asked: number[] = [];
    const [fake] = await coordinators(1, {
      getJob: (jobId) => wireJob(jobId, 'JOB_STATE_SUCCEEDED', { attempts: [{ attempt: 1 }, { attempt: 2 }] }),
      logs({ attempt }, stream) {
        asked.push(attempt);
        if (asked.length === 2) throw rpcError('UNAVAILABLE', 'WORKER_SILENT', 'try again');
        const data = Buffer.from(`attempt ${attempt || 1};`);
        stream.write({ attempt: attempt || 1, stream: 'LOG_STREAM_STDOUT', position: 0, data });
        stream.end();
      },
    });
    const chunks = await read(clientOf([fake!.address]));
    expect(chunks.map((chunk) => Buffer.from(chunk.data).toString()).join('')).toBe('attempt 1;attempt 2;');
    expect(asked).toEqual([0, 2, 2]);
  });

  it('of a job that a lagging coordinator does not know yet are asked for again', async () => {
    let asked = 0;
    const [fake] = await coordinators(1, {
      getJob: (jobId) => wireJob(jobId, 'JOB_STATE_SUCCEEDED', { attempts: [{ attempt: 1 }] }),
      logs(_request, stream) {
        asked += 1;
        if (asked === 1) throw rpcError('NOT_FOUND', 'JOB_UNKNOWN', 'not here');
        stream.write({ attempt: 1, stream: 'LOG_STREAM_STDERR', position: 0, data: Buffer.from('x') });
        stream.end();
      },
    });
    await expect(read(clientOf([fake!.address]))).resolves.toMatchObject([{ stream: 'stderr', attempt: 1 }]);
  });

  const ended = (tail: string) =>
    wireJob('j1', 'JOB_STATE_SUCCEEDED', {
      attempts: [{ attempt: 1, state: 'ATTEMPT_STATE_SUCCEEDED', finishedAtMs: '2', stdoutTail: Buffer.from(tail) }],
    });

  it('whose end is missing, as the record of the job shows, are asked for again until it is there', async () => {
    const asked: string[] = [];
    const [fake] = await coordinators(1, {
      getJob: () => ended('0123456789'),
      logs({ stdoutPosition }, stream) {
        asked.push(stdoutPosition);
        const [from, to] = asked.length === 1 ? [0, 4] : [4, asked.length === 2 ? 4 : 10];
        if (to > from)
          stream.write({ attempt: 1, stream: 'LOG_STREAM_STDOUT', position: from, data: OUTPUT.subarray(from, to) });
        stream.end();
      },
    });
    const chunks = await read(clientOf([fake!.address]));
    expect(Buffer.concat(chunks.map((chunk) => chunk.data)).toString()).toBe('0123456789');
    expect(asked).toEqual(['0', '4', '4']);
  });
});
