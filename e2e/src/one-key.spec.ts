import { SynodClient } from '@synod/client';
import { LocalCluster } from './harness/cluster.js';

const CLIENTS = 50;
/** Answered before the leader dies, and sent while it does; the rest is sent after. */
const BEFORE = 10;
const MEANWHILE = 25;

describe('one idempotency key (3 coordinators, 50 clients)', () => {
  let cluster: LocalCluster;
  const clients: SynodClient[] = [];

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 0 });
  }, 60_000);

  afterAll(async () => {
    for (const client of clients) client.close();
    await cluster.stop();
  }, 60_000);

  it('through the death of the leader: one job, 50 equal answers', async () => {
    const leader = await cluster.leader();
    for (let at = 0; at < CLIENTS; at += 1) {
      // Each begins at another coordinator, so a third of them talks to the one that dies.
      const addresses = cluster.addresses.map(
        (_, turn) => cluster.addresses[(at + turn) % cluster.addresses.length] ?? '',
      );
      clients.push(new SynodClient({ addresses, deadlineMs: 30_000 }));
    }
    const submit = (client: SynodClient) =>
      client.submit({ exec: { command: 'true' }, queue: 'once' }, { idempotencyKey: 'invoice-2026-11' });
    const before = await Promise.all(clients.slice(0, BEFORE).map(submit));
    const meanwhile = clients.slice(BEFORE, BEFORE + MEANWHILE).map(submit);
    const death = cluster.process(leader).end('SIGKILL');
    const after = clients.slice(BEFORE + MEANWHILE).map(submit);
    const answers = [...before, ...(await Promise.all([...meanwhile, ...after]))];
    await death;
    expect(answers).toHaveLength(CLIENTS);
    expect(new Set(answers.map(({ jobId }) => jobId)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await cluster.leader(cluster.coordinatorIds().filter((id) => id !== leader))).not.toBe(leader);

    await cluster.startCoordinator(leader);
    await cluster.allWell();
    for (const [at, id] of cluster.coordinatorIds().entries()) {
      const client = new SynodClient({ addresses: [cluster.addressOf(id)] });
      clients.push(client);
      const jobIds: string[] = [];
      for await (const { jobId } of client.list({ queue: 'once' })) jobIds.push(jobId);
      expect([at, jobIds]).toEqual([at, [answers[0]?.jobId]]);
      expect(await submit(client)).toEqual({ jobId: answers[0]?.jobId, replayed: true });
    }
  }, 120_000);
});
