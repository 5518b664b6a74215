import { encodeStatus, rpcError } from '@synod/rpc';
import { SynodClient } from './client.js';
import type { SynodClientError } from './errors.js';
import { FakeCoordinator, Signal, type FakeBehaviour } from './fake-coordinator.spec-support.js';
import type { JobSpec } from './types.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

const fakes: FakeCoordinator[] = [];
const clients: SynodClient[] = [];
const job = (command: string): JobSpec => ({ exec: { command } });

async function clientWith(count: number, behaviour: FakeBehaviour): Promise<SynodClient> {
  const started = await Promise.all(
    Array.from({ length: count }, (_, i) => new FakeCoordinator(`c${i + 1}`, behaviour).start()),
  );
  fakes.push(...started);
  const client = new SynodClient({ addresses: started.map((fake) => fake.address), deadlineMs: 5_000 });
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(fakes.splice(0).map((fake) => fake.kill()));
});

function statusOf(error: Parameters<typeof encodeStatus>[0]) {
  const { code, message, details } = encodeStatus(error);
  return { code, message, details };
}

describe('submitter', () => {
  it('what is asked for in one turn goes in one message, and each caller gets its own ids', async () => {
    const sizes: number[] = [];
    const client = await clientWith(1, {
      submitStream({ requestId, specs }) {
        sizes.push(specs.length);
        return { requestId, jobIds: specs.map((spec) => `job-${spec.exec?.command}`) };
      },
    });
    const submitter = client.submitter();
    const answers = await Promise.all([
      submitter.submit(job('a')),
      submitter.submitMany([job('b'), job('c')]),
      submitter.submit(job('d')),
    ]);
    expect(answers).toEqual(['job-a', ['job-b', 'job-c'], 'job-d']);
    expect(sizes).toEqual([4]);
    await submitter.close();
  });

  it('batches that are ready together travel in one message, as far as it may hold them', async () => {
    const messages: number[] = [];
    const client = await clientWith(1, {
      submitMessage: (submissions) => messages.push(submissions),
      submitStream: ({ requestId, specs }) => ({ requestId, jobIds: specs.map((spec) => `job-${spec.exec?.command}`) }),
    });
    const submitter = client.submitter({ maxBatchJobs: 1 });
    const large = { exec: { command: 'x', stdin: Buffer.alloc(700_000) } };
    const answers = await Promise.all([job('a'), job('b'), large, large].map((spec) => submitter.submit(spec)));
    expect(answers).toEqual(['job-a', 'job-b', 'job-x', 'job-x']);
    expect(messages).toEqual([3, 1]);
    await submitter.close();
  });

  it('unanswered batches go to another coordinator under the same keys', async () => {
    const keys: string[] = [];
    const first = new Signal<FakeCoordinator>();
    const client = await clientWith(2, {
      submitStream({ requestId, idempotencyKey, specs }, from) {
        keys.push(idempotencyKey);
        if (keys.length === 1) {
          first.resolve(from);
          return undefined;
        }
        return { requestId, jobIds: specs.map(() => 'j1') };
      },
    });
    const answer = client.submitter().submit(job('a'));
    await (await first.happened).kill();
    await expect(answer).resolves.toBe('j1');
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it('a job that is refused fails alone', async () => {
    const client = await clientWith(1, {
      submitStream({ requestId, specs }) {
        if (specs.some((spec) => spec.exec?.command === ''))
          return { requestId, error: statusOf(rpcError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'empty').facts) };
        return { requestId, jobIds: specs.map((spec) => `job-${spec.exec?.command}`) };
      },
    });
    const submitter = client.submitter();
    const answers = await Promise.allSettled([
      submitter.submit(job('a')),
      submitter.submit(job('')),
      submitter.submit(job('c')),
    ]);
    expect(answers).toMatchObject([{ value: 'job-a' }, { reason: { code: 'invalidArgument' } }, { value: 'job-c' }]);
  });

  it('above maxPendingJobs it refuses until there is room', async () => {
    const held = new Signal();
    const client = await clientWith(1, {
      submitStream({ requestId }) {
        held.resolve();
        return { requestId, jobIds: ['j1'] };
      },
    });
    const submitter = client.submitter({ maxPendingJobs: 1 });
    const first = submitter.submit(job('a'));
    const refusal: unknown = await submitter.submit(job('b')).catch((caught: unknown) => caught);
    expect((refusal as SynodClientError).code).toBe('submitterFull');
    await submitter.room();
    await expect(first).resolves.toBe('j1');
    await expect(submitter.submit(job('b'))).resolves.toBe('j1');
  });

  it('close resolves when everything is answered and refuses what comes after', async () => {
    const client = await clientWith(1, {
      submitStream: ({ requestId, specs }) => ({ requestId, jobIds: specs.map(() => 'j') }),
    });
    const submitter = client.submitter({ maxBatchJobs: 2, maxInFlightBatches: 1 });
    const answers = Promise.all(Array.from({ length: 7 }, () => submitter.submit(job('a'))));
    await submitter.close();
    await expect(answers).resolves.toHaveLength(7);
    await expect(submitter.submit(job('a'))).rejects.toMatchObject({ code: 'closed' });
  });
});
