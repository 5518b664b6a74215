import { rmSync } from 'node:fs';
import { SynodClient } from '@synod/client';
import { LocalCluster, until } from './index.js';

const LINES = 20_000;
const SCRIPT = `i=0; while [ $i -lt ${String(LINES)} ]; do echo "line $i of many"; i=$((i + 1)); done; echo done >&2`;
const expected = Array.from({ length: LINES }, (_value, i) => `line ${String(i)} of many\n`).join('');

describe('cluster (3 coordinators) that keeps logs', () => {
  let cluster: LocalCluster;

  beforeEach(async () => {
    cluster = await LocalCluster.start({
      ...{ coordinators: 3, agents: 1 },
      coordinatorArgs: ['--keep-logs-mib', '64', '--log-level', 'debug'],
    });
  }, 60_000);

  afterEach(() => cluster.stop(), 60_000);

  it('the whole log of a job is there, with times and through every coordinator, when its worker is gone with its disk', async () => {
    const before = Date.now();
    const { jobId } = await cluster.client.submit({ exec: { command: 'sh', args: ['-c', SCRIPT] } });
    await cluster.client.wait(jobId);
    const { coordinatorId } = await cluster.client.worker('w1');
    await until('the log is kept', () =>
      Promise.resolve(cluster.process(coordinatorId).stderr.includes('a log is kept') ? true : undefined),
    );
    await cluster.process('w1').end('SIGKILL');
    rmSync(cluster.dataOf('w1'), { recursive: true, force: true });
    for (const id of cluster.coordinatorIds()) {
      const client = new SynodClient({ addresses: [cluster.addressOf(id)] });
      const read = await readAll(client, jobId);
      client.close();
      expect(read.stdout === expected).toBe(true);
      expect(read.stderr).toBe('done\n');
      expect(read.firstTimeMs).toBeGreaterThanOrEqual(before);
    }
  }, 120_000);
});

async function readAll(client: SynodClient, jobId: string) {
  const text = { stdout: '', stderr: '' };
  let firstTimeMs = 0;
  for await (const chunk of client.logs(jobId)) {
    text[chunk.stream] += Buffer.from(chunk.data).toString();
    firstTimeMs ||= chunk.times[0]?.timeMs ?? 0;
  }
  return { ...text, firstTimeMs };
}
