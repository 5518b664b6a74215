import { LocalCluster } from '@synod/e2e';
import { SynodClient } from '@synod/client';
import { connect } from '@synod/rpc';
import { services, type JobServiceClient, type WireSubmitStreamResponse } from '@synod/wire';
import { median } from './report.js';
import type { Row } from './report.js';

export interface SubmitOptions {
  readonly rounds: number;
  readonly jobs: number;
}

const COORDINATORS = 3;
const BATCH_JOBS = 100;
const BATCHES_IN_FLIGHT = 32;
/** No worker has it: what is measured is submission alone. */
const JOB = { handler: { handler: 'nobody' } } as const;

/**
 * Submission alone, on three coordinators that flush before they answer: by the bare stream of the API, as a program would write it
 * against the generated types, and by the client library. The ways take turns, so that each meets the same machine.
 */
export async function measureSubmit(options: SubmitOptions): Promise<Row[]> {
  const cluster = await LocalCluster.start({ coordinators: COORDINATORS, agents: 0 });
  // Both at the leader: a follower passes on what it gets, and that would be measured as well.
  const address = cluster.addressOf(await cluster.leader());
  const raw = connect(services.JobService, address, { insecure: false });
  const client = new SynodClient({ addresses: [address] });
  try {
    const ways: Readonly<Record<string, (jobs: number) => Promise<void>>> = {
      'bare stream, batches of 100': (jobs) => bareStream(raw, jobs),
      'client library, batches of 100': (jobs) => byLibrary(client, jobs, BATCH_JOBS),
      'client library, job by job, batched by itself': (jobs) => byLibrary(client, jobs, 1),
    };
    const rates = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
    for (const way of Object.values(ways)) await way(options.jobs / 4);
    for (let round = 0; round < options.rounds; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const before = performance.now();
        await way(options.jobs);
        rates.get(name)?.push(options.jobs / ((performance.now() - before) / 1000));
      }
    }
    const [bare = 0] = [...rates.values()].map(median);
    return [...rates].flatMap(([name, ofRounds]): Row[] => [
      { scenario: `submit, ${name}`, metric: 'jobs, median', value: median(ofRounds), unit: '1/s' },
      { scenario: `submit, ${name}`, metric: 'of the bare stream', value: (100 * median(ofRounds)) / bare, unit: '%' },
    ]);
  } finally {
    raw.close();
    client.close();
    await cluster.stop();
  }
}

/** A window of batches on one stream: as many as are answered together are written together. */
function bareStream(client: JobServiceClient, jobs: number): Promise<void> {
  const stream = client.submitStream();
  const specs = Array.from({ length: BATCH_JOBS }, () => JOB);
  const batches = Math.ceil(jobs / BATCH_JOBS);
  const prefix = `bare-${String(performance.now())}`;
  return new Promise((resolve, reject) => {
    let sent = 0;
    let answered = 0;
    const next = (count: number): void => {
      const submissions = Array.from({ length: Math.min(count, batches - sent) }, () => {
        sent += 1;
        const requestId = String(sent);
        return { requestId, idempotencyKey: `${prefix}-${requestId}`, specs };
      });
      if (submissions.length > 0) stream.write({ submissions });
    };
    stream.on('error', reject);
    stream.on('data', ({ answers }: WireSubmitStreamResponse) => {
      for (const { error } of answers) if (error !== null) reject(new Error(error.message));
      answered += answers.length;
      next(answers.length);
      if (answered < batches) return;
      stream.end();
      resolve();
    });
    next(BATCHES_IN_FLIGHT);
  });
}

/** `together`: jobs in one call of the library. */
async function byLibrary(client: SynodClient, jobs: number, together: number): Promise<void> {
  const submitter = client.submitter({
    maxBatchJobs: BATCH_JOBS,
    maxInFlightBatches: BATCHES_IN_FLIGHT,
    maxPendingJobs: jobs,
  });
  const answers: Promise<unknown>[] = [];
  for (let sent = 0; sent < jobs; sent += together) {
    answers.push(
      together === 1 ? submitter.submit(JOB) : submitter.submitMany(Array.from({ length: together }, () => JOB)),
    );
  }
  await Promise.all(answers);
  await submitter.close();
}
