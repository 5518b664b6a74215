import { useCli } from '../cli-bench.spec-support.js';
import { output, type Fate } from '../fake-cluster.spec-support.js';

const cli = useCli();

const { run } = cli;
const fated = (fate: Fate) => (cli.cluster.fate = fate);
const printed = () => cli.printed();

describe('looking at jobs', () => {
  it('jobs lists an array with --output json, filters by state and queue, and stops at the limit', async () => {
    await run('submit', '--', 'a');
    await run('submit', '--', 'b');
    cli.freshIo();
    await expect(
      run('jobs', '--state', 'running,ready', '--queue', 'q', '--limit', '1', '--output', 'json'),
    ).resolves.toBe(0);
    expect(printed()).toMatchObject([{ jobId: 'j2' }]);
    expect(cli.cluster.listed[0]).toMatchObject({
      states: ['JOB_STATE_RUNNING', 'JOB_STATE_READY'],
      queue: 'q',
      pageSize: 1,
    });
  });

  it('a table has no colours in a pipe, and fits the terminal', async () => {
    await run('submit', '--', 'echo', 'x'.repeat(300));
    cli.freshIo();
    await run('jobs');
    expect(cli.io.stdout.text).toContain('x'.repeat(300));
    expect(cli.io.stdout.text).not.toContain('\u001b');
    cli.freshIo();
    Object.assign(cli.io.stdout, { isTTY: true, columns: 100 });
    await run('jobs');
    expect(cli.io.stdout.text).toContain('\u001b[32msucceeded');
    const widths = cli.io.stdout.text.split('\n').map((line) => Buffer.from(line, 'latin1').toString('utf8'));
    // eslint-disable-next-line no-control-regex -- colours are control characters
    for (const line of widths) expect(line.replace(/\u001b\[\d+m/g, '').length).toBeLessThanOrEqual(100);
    cli.freshIo({ NO_COLOR: '1' });
    cli.io.stdout.isTTY = true;
    await run('jobs');
    expect(cli.io.stdout.text).not.toContain('\u001b');
  });

  it('job show has jobId, state and attempts with worker, exit code and token', async () => {
    fated({ attempt: { state: 'ATTEMPT_STATE_SUCCEEDED', exitCode: 0 } });
    await run('submit', '--', 'true');
    cli.freshIo();
    await expect(run('job', 'show', 'j1', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject({
      jobId: 'j1',
      state: 'succeeded',
      attempts: [{ attempt: 1, workerId: 'w1', exitCode: 0, fencingToken: '281474976710657' }],
    });
    await expect(run('job', 'show', 'j1')).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain('token 281474976710657');
  });

  it.each([[['job', 'show', 'j9']], [['job', 'cancel', 'j9']], [['job', 'wait', 'j9']], [['job', 'logs', 'j9']]])(
    '%j of a job that is not there is status 3',
    async (argv) => {
      await expect(run(...argv)).resolves.toBe(3);
      expect(cli.io.stderr.text).toBe('synod: there is no job j9; see: synod jobs\n');
    },
  );

  it('job logs keeps the streams apart, and can print one of them', async () => {
    fated({ output: [output('STDOUT', 0, 'out'), output('STDERR', 0, 'err')] });
    await run('submit', '--', 'true');
    cli.freshIo();
    await expect(run('job', 'logs', 'j1')).resolves.toBe(0);
    expect([cli.io.stdout.text, cli.io.stderr.text]).toEqual(['out', 'err']);
    await expect(run('job', 'logs', 'j1', '--stderr', '--attempt', '1')).resolves.toBe(0);
    expect([cli.io.stdout.text, cli.io.stderr.text]).toEqual(['out', 'errerr']);
  });

  it('job logs --timestamps says before each line when it arrived, also where it comes in pieces or nobody knows', async () => {
    const at = (position: number, timeMs: number) => ({ position: String(position), timeMs: String(timeMs) });
    const noon = new Date(2026, 10, 25, 12, 0, 0, 7).getTime();
    fated({
      output: [
        { ...output('STDOUT', 0, 'a\nbc'), times: [at(0, noon), at(2, noon + 5)] },
        { ...output('STDERR', 0, 'old\n') },
        { ...output('STDOUT', 4, 'd\ne\n'), times: [at(2, noon + 5), at(4, noon + 1_000), at(6, noon + 2_000)] },
      ],
    });
    await run('submit', '--', 'true');
    cli.freshIo();
    await expect(run('job', 'logs', 'j1', '--timestamps')).resolves.toBe(0);
    const day = '2026-11-25 12:00:0';
    expect(cli.io.stdout.text).toBe(`${day}0.007 a\n${day}0.012 bcd\n${day}2.007 e\n`);
    expect(cli.io.stderr.text).toBe(`${'-'.padEnd(23)} old\n`);
    cli.freshIo({ SYNOD_OUTPUT: 'json' });
    await run('job', 'logs', 'j1');
    const [first] = cli.io.stdout.text.split('\n').map((line) => (line === '' ? {} : (JSON.parse(line) as object)));
    expect(first).toMatchObject({
      position: 0,
      times: [
        { position: 0, timeMs: noon },
        { position: 2, timeMs: noon + 5 },
      ],
    });
  });

  it('job logs goes on at the positions given, and says what is gone', async () => {
    fated({
      output: [{ ...output('STDOUT', 0, '0123456789') }, { ...output('STDERR', 100, 'late'), truncated: true }],
    });
    await run('submit', '--', 'true');
    cli.freshIo();
    await expect(run('job', 'logs', 'j1', '--stdout-position', '4')).resolves.toBe(0);
    expect(cli.io.stdout.text).toBe('456789');
    expect(cli.io.stderr.text).toBe('synod: output before byte 100 of stderr is no longer kept\nlate');
    expect(cli.cluster.logsAsked[0]).toMatchObject({ stdoutPosition: '4', stderrPosition: '0' });
  });

  it.each([
    ['281474976710657', 0, true, 'current\n'],
    ['281474976710656', 1, false, 'outdated: the job is running, its newest token is 281474976710657\n'],
  ])('job check-fence of token %s is status %d', async (token, status, current, text) => {
    fated({ runsOn: true });
    await run('submit', '--', 'true');
    cli.freshIo();
    await expect(run('job', 'check-fence', 'j1', token)).resolves.toBe(status);
    expect(cli.io.stdout.text).toBe(text);
    cli.freshIo({ SYNOD_OUTPUT: 'json' });
    await expect(run('job', 'check-fence', 'j1', token)).resolves.toBe(status);
    const expected = { jobId: 'j1', fencingToken: token, current, newestToken: '281474976710657', jobState: 'running' };
    expect(printed()).toEqual(expected);
  });

  it('job check-fence of a job that is not there is status 3, not a token that is outdated', async () => {
    await expect(run('job', 'check-fence', 'j9', '1')).resolves.toBe(3);
  });

  it('job cancel says whether it was in time', async () => {
    fated({ runsOn: true });
    await run('submit', '--', 'sleep', '1');
    cli.freshIo({ SYNOD_OUTPUT: 'json' });
    await expect(run('job', 'cancel', 'j1', '--reason', 'wrong')).resolves.toBe(0);
    expect(printed()).toEqual({ jobId: 'j1', alreadyFinal: false });
    expect(cli.cluster.cancelled).toEqual([{ jobId: 'j1', reason: 'wrong' }]);
  });

  it('job wait prints the state and exits as run does; 124 when its time is over', async () => {
    fated({ state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_FAILED', exitCode: 9 } });
    await run('submit', '--', 'false');
    fated({ runsOn: true });
    await run('submit', '--', 'sleep', '1');
    cli.freshIo();
    await expect(run('job', 'wait', 'j1')).resolves.toBe(9);
    expect(cli.io.stdout.text).toBe('failed\n');
    await expect(run('job', 'wait', 'j2', '--timeout', '20ms')).resolves.toBe(124);
  });
});

describe('looking at the cluster', () => {
  it('cluster status has leaderId and members with role, applied slot and hash', async () => {
    await expect(run('cluster', 'status', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject({
      leaderId: 'c2',
      members: [
        { id: 'c1', address: '127.0.0.1:7401', role: 'follower', appliedSlot: 17, stateHash: '00000000000000aa' },
        { id: 'c2', role: 'leader', appliedSlot: 18 },
        { id: 'c3', role: 'unreachable' },
      ],
      jobsByState: { ready: 3, failed: 0 },
    });
    cli.freshIo();
    await expect(run('cluster', 'status')).resolves.toBe(0);
    expect(cli.io.stdout.text).toMatch(/leader: +c2\njobs: +3 ready\n/);
  });

  it('cluster status says of each member what is wrong with it, how far it is, and what to do', async () => {
    await expect(run('cluster', 'status', '--output', 'json')).resolves.toBe(0);
    const { members } = printed() as { members: unknown[] };
    expect(members[0]).toMatchObject({ problem: 'needsSnapshot', needsSnapshot: true, diskState: 'unknown' });
    expect(members[0]).toMatchObject({ snapshot: { fromId: 'c2', slot: 15, receivedRecords: 40, totalRecords: 100 } });
    expect(members[1]).toMatchObject({ imageSlot: 16, trimmedThroughSlot: 9, logBytes: 1_572_864, diskState: 'low' });
    expect(members[1]).toMatchObject({ clockOffsetMs: -12, featureLevel: 1, maxFeatureLevel: 2 });
    cli.freshIo();
    await run('cluster', 'status');
    expect(cli.io.stdout.text).toContain('c1: fell behind what the others have in their logs');
    expect(cli.io.stdout.text).toContain('c1: state at slot 15 from c2: 40 of 100 records are here');
    expect(cli.io.stdout.text).toMatch(/c2 .* 16 +10 +1\.5 MiB +low, 300 MiB free +-12 ms +1 of 2 /);
  });

  it('cluster transfer names who leads now; one that cannot lead is a refusal', async () => {
    await expect(run('cluster', 'transfer', '--to', 'c1', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toEqual({ leaderId: 'c1', outcome: 'transferred' });
    for (const [to, text] of [
      ['c2', 'c2 leads already'],
      ['c1', 'c1 leads'],
    ] as const) {
      cli.freshIo();
      await expect(run('cluster', 'transfer', '--to', to)).resolves.toBe(0);
      expect(cli.io.stdout.text).toBe(`${text}\n`);
    }
    cli.freshIo();
    await expect(run('cluster', 'transfer', '--to', 'c3')).resolves.toBe(1);
    expect(cli.io.stderr.text).toContain("c3 can't lead now");
  });

  it('worker list is an array, or a table', async () => {
    await expect(run('worker', 'list', '--output', 'json')).resolves.toBe(0);
    expect(printed()).toMatchObject([{ workerId: 'w1', state: 'online', capacity: 8, handlers: ['resize'] }]);
    cli.freshIo();
    await run('worker', 'list');
    expect(cli.io.stdout.text).toMatch(/w1 +online +2\/8 +commands,requests,resize +zone=a/);
  });

  it('events prints one a line and stops at the limit', async () => {
    cli.cluster.events = [
      { type: 'jobSubmitted', jobId: 'j1', cursor: 'a', timeMs: '1700000000000' },
      { type: 'jobFinished', jobId: 'j1', cursor: 'b', timeMs: '1700000000000', jobState: 'JOB_STATE_SUCCEEDED' },
      { type: 'later', cursor: 'c' },
    ];
    await expect(run('events', '--limit', '2', '--output', 'json')).resolves.toBe(0);
    const lines = cli.io.stdout.text.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['jobSubmitted', 'jobFinished']);
    cli.freshIo();
    await expect(run('events', '--limit', '2')).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain('jobFinished  j1  succeeded');
  });
});
