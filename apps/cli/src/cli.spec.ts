import { runCli } from './bootstrap.js';
import { FakeCluster } from './fake-cluster.spec-support.js';
import { FakeIo } from './fake-io.spec-support.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

let cluster: FakeCluster;
let io: FakeIo;

beforeEach(async () => {
  cluster = await new FakeCluster().start();
  io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
});

afterEach(() => cluster.stop());

const run = (...argv: string[]) => runCli(argv, io);

describe('help', () => {
  const commands = [
    'run',
    'submit',
    'jobs',
    'job show',
    'job logs',
    'job cancel',
    'job wait',
    'worker list',
    'cluster status',
  ].concat(['events', 'dev']);

  it.each(commands)('of `%s` is on stdout, with usage, examples and the flags of all commands', async (command) => {
    await expect(run(...command.split(' '), '--help')).resolves.toBe(0);
    expect(io.stdout.text).toContain(`Usage: synod ${command}`);
    expect(io.stdout.text).toContain('Examples:\n  ');
    expect(io.stdout.text).toContain('--output <choice>');
    expect(io.stderr.text).toBe('');
  });

  it('of synod itself lists all commands and the exit statuses', async () => {
    await expect(run('--help')).resolves.toBe(0);
    for (const command of commands) expect(io.stdout.text).toContain(`  ${command.split(' ')[0]}`);
    expect(io.stdout.text).toContain('Exit statuses:');
  });
});

describe('usage errors are one line on stderr with status 2', () => {
  it.each<[string[], string]>([
    [['jbos'], 'did you mean jobs?'],
    [['job', 'shwo', 'j1'], 'did you mean show?'],
    [['jobs', '--satte', 'ready'], 'did you mean --state?'],
    [['jobs', '--state', 'redy'], '--state must be one of'],
    [['run', '--'], 'the command is missing'],
    [['run', '--', ''], 'the command is missing'],
    [['run', 'ls', '-l'], 'synod run -- ls -l'],
    [['run', '--timeout', 'soon', '--', 'true'], '--timeout must be a duration'],
    [['run', '--env', 'NOVALUE', '--', 'true'], '--env takes KEY=VALUE'],
    [['submit', '--payload', 'x', '--', 'true'], '--handler'],
    [['submit', '--handler', 'h', '--', 'true'], '--payload'],
    [['submit', '-f', '/nowhere/jobs.yaml'], "/nowhere/jobs.yaml can't be read (ENOENT)"],
    [['job', 'show'], "missing required argument 'id'"],
    [['dev', '--coordinators', '0'], '--coordinators must be an integer from 1 to 9'],
    [['run', '--', 'refused'], 'spec.exec.command: no'],
  ])('%j', async (argv, text) => {
    await expect(run(...argv)).resolves.toBe(2);
    expect(io.stderr.text).toContain(text);
    expect(io.stderr.text.trimEnd().split('\n')).toHaveLength(1);
    expect(io.stdout.text).toBe('');
  });
});

describe('no coordinator', () => {
  it('is status 4 and one line with the addresses and what to do', async () => {
    const dead = '127.0.0.1:1,127.0.0.1:2';
    await expect(run('jobs', '--address', dead, '--output', 'json')).resolves.toBe(4);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.text).toMatch(
      /^synod: no coordinator reachable at 127\.0\.0\.1:1, 127\.0\.0\.1:2; .*synod dev.*--address, or --tls-ca if it uses TLS\n$/,
    );
  });

  it('an address beyond loopback without TLS is refused', async () => {
    await expect(run('jobs', '--address', 'example.org:7401')).resolves.toBe(2);
    expect(io.stderr.text).toContain('--insecure');
  });
});
