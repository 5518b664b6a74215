import { useCli } from '../cli-bench.spec-support.js';

const cli = useCli();

const { run } = cli;
const printed = () => cli.printed();

describe('placement show', () => {
  it('asks for the key with what the flags say, and prints an object', async () => {
    const flags = [
      '--queue',
      'mail',
      '--policy',
      'boundedHash',
      '--load-factor',
      '150',
      '--handler',
      'h',
      '--count',
      '2',
    ];
    await expect(
      run('placement', 'show', 'customer-1', ...flags, '--worker-label', 'zone=a', '--output', 'json'),
    ).resolves.toBe(0);
    expect(cli.cluster.placements).toMatchObject([
      {
        ...{ key: 'customer-1', queue: 'mail', placement: 'PLACEMENT_POLICY_BOUNDED_HASH', handler: 'h', count: 2 },
        ...{ placementOptions: { loadFactorPercent: 150 }, workerLabels: { zone: 'a' } },
      },
    ]);
    expect(printed()).toMatchObject({
      ...{ key: 'customer-1', owner: 'w1', chosen: 'w2' },
      preferred: [
        { workerId: 'w1', verdict: 'full', activeAttempts: 4, capacity: 4 },
        { workerId: 'w2', verdict: 'free' },
      ],
    });
  });

  it('prints owner, target and the preference list for people', async () => {
    await expect(run('placement', 'show', 'customer-1')).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain('owner:   w1');
    expect(cli.io.stdout.text).toContain('now to:  w2');
    expect(cli.io.stdout.text).toMatch(/w1 +full +4\/4 +0\.50/);
  });

  it('names the policies when one is unknown', async () => {
    await expect(run('placement', 'show', 'k', '--policy', 'best')).resolves.toBe(2);
    expect(cli.io.stderr.text).toContain('weightedRoundRobin');
    expect(cli.cluster.placements).toEqual([]);
  });
});

describe('placement simulate', () => {
  it('asks for the change that the flags say, and prints what would move', async () => {
    const change = ['--add', '3', '--add-capacity', '8', '--add-label', 'zone=b', '--remove', 'w1', '--remove', 'w2'];
    const policy = ['--policy', 'spread', '--spread-label', 'zone'];
    await expect(
      run('placement', 'simulate', '--queue', 'mail', ...change, ...policy, '--output', 'json'),
    ).resolves.toBe(0);
    expect(cli.cluster.placements).toMatchObject([
      {
        ...{ queue: 'mail', add: 3, addCapacity: 8, addLabels: { zone: 'b' }, remove: ['w1', 'w2'] },
        ...{ placement: 'PLACEMENT_POLICY_SPREAD', placementOptions: { spreadLabel: 'zone' } },
      },
    ]);
    expect(printed()).toMatchObject({
      ...{ keys: 2, movedKeys: 1, moves: [{ key: 'customer-1', from: 'w1', to: 'w2' }], attemptsLeaving: 1 },
      workers: [{ workerId: 'w1', change: 'leaves', shareBefore: 0.25, shareAfter: 0, jobsBefore: 3, jobsAfter: 0 }],
    });
  });

  it('prints a table for people, and the keys that move', async () => {
    await expect(run('placement', 'simulate', '--remove', 'w1')).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain('1 of 2 would get another owner');
    expect(cli.io.stdout.text).toMatch(/w1 +leaves +4\/4 +25\.0 % > 0\.0 % +3 > 0/);
    expect(cli.io.stdout.text).toContain('customer-1: w1 > w2');
  });

  it('says what is wrong with a number', async () => {
    await expect(run('placement', 'simulate', '--add', '0')).resolves.toBe(2);
    expect(cli.io.stderr.text).toContain('--add must be');
  });
});
