import { useCli } from '../cli-bench.spec-support.js';

const cli = useCli();

const { run } = cli;
const printed = () => cli.printed();

describe('worker show', () => {
  it('is an object with scheduling and load, or lines for people', async () => {
    await expect(run('worker', 'show', 'w1', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject({ workerId: 'w1', state: 'online', scheduling: 'active', runsHttp: true });
    expect(printed()).toMatchObject({ load: { running: 2, loadPerProcessor: 0.5, freeMemoryBytes: 1_073_741_824 } });
    cli.freshIo();
    cli.cluster.worker = {
      ...cli.cluster.worker,
      scheduling: 'WORKER_SCHEDULING_DRAINING',
      schedulingReason: 'new kernel',
    };
    await expect(run('worker', 'show', 'w1')).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain('scheduling:  draining; what runs may end by itself; new kernel\n');
    expect(cli.io.stdout.text).toContain('load:        0.50 per processor, 1024 MiB free, 2 attempts\n');
  });

  it.each(['show', 'drain', 'undrain', 'cordon'])('worker %s of one that is not there is status 3', async (command) => {
    await expect(run('worker', command, 'w9')).resolves.toBe(3);
    expect(cli.io.stderr.text).toContain('there is no worker w9');
    expect(cli.io.stdout.text).toBe('');
  });
});

describe('worker scheduling', () => {
  it('drain, with deadline and reason, cordon, undrain and uncordon reach the cluster', async () => {
    await expect(run('worker', 'drain', 'w1', '--deadline', '10m', '--reason', 'new kernel')).resolves.toBe(0);
    await expect(run('worker', 'drain', 'w1')).resolves.toBe(0);
    await expect(run('worker', 'cordon', 'w1', '--reason', 'slow')).resolves.toBe(0);
    await expect(run('worker', 'undrain', 'w1')).resolves.toBe(0);
    await expect(run('worker', 'uncordon', 'w1')).resolves.toBe(0);
    expect(cli.cluster.scheduled).toMatchObject([
      { workerId: 'w1', scheduling: 'WORKER_SCHEDULING_DRAINING', evictAfterMs: '600000', reason: 'new kernel' },
      { scheduling: 'WORKER_SCHEDULING_DRAINING', reason: '' },
      { scheduling: 'WORKER_SCHEDULING_CORDONED', reason: 'slow' },
      { scheduling: 'WORKER_SCHEDULING_ACTIVE' },
      { scheduling: 'WORKER_SCHEDULING_ACTIVE' },
    ]);
    expect(cli.cluster.scheduled[1]?.evictAfterMs).toBeUndefined();
    expect(cli.io.stdout.text).toContain('worker w1 is draining; 2 attempts run there\n');
    expect(cli.io.stdout.text).toContain('worker w1 is active; 2 attempts run there\n');
  });

  it('a list shows it in the place of online', async () => {
    await run('worker', 'cordon', 'w1');
    cli.freshIo();
    await run('worker', 'list');
    expect(cli.io.stdout.text).toMatch(/w1 +cordoned +2\/8/);
  });

  it('drain --wait returns when nothing runs there any more', async () => {
    cli.cluster.looksUntilIdle = 3;
    await expect(run('worker', 'drain', 'w1', '--wait', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject({ scheduling: 'draining', activeAttempts: 0 });
  });

  it('drain --wait that takes too long is status 124, and the worker stays drained', async () => {
    await expect(run('worker', 'drain', 'w1', '--wait', '20ms')).resolves.toBe(124);
    expect(cli.io.stderr.text).toContain('worker w1 is drained, but 2 attempts run there still');
    expect(cli.cluster.worker.scheduling).toBe('WORKER_SCHEDULING_DRAINING');
  });
});
