import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'yaml';
import { buildCommands, runCli } from './bootstrap.js';
import { useCli } from './cli-bench.spec-support.js';
import { commandTree } from './completion/command-tree.js';
import { output } from './fake-cluster.spec-support.js';
import { FakeIo } from './fake-io.spec-support.js';

const cli = useCli();

/** A job that has ended, for commands that look at one. */
const withJob = async () => {
  cli.cluster.fate = {
    attempt: { state: 'ATTEMPT_STATE_SUCCEEDED', exitCode: 0 },
    output: [output('STDOUT', 0, 'hi\n')],
  };
  await cli.run('submit', '--', 'true');
};
const withQueue = { queue: 'mail', revision: 3 };

interface Row {
  readonly words: readonly string[];
  readonly before?: () => Promise<unknown>;
  /** Of what it prints for people, on stdout or stderr. */
  readonly text: string | RegExp;
  /** Of what it prints with --output json; undefined: it prints the same text. */
  readonly json?: unknown;
  /** Default: 0. */
  readonly status?: number;
}

const TOKEN = '281474976710657';

/** Every command that talks to a cluster, as a person would call it, with what comes of it. */
const ROWS: Readonly<Record<string, Row>> = {
  run: { words: ['--', 'true'], text: '', json: { jobId: 'j1', state: 'succeeded' } },
  submit: { words: ['--', 'true'], text: /^j1\n$/, json: { jobId: 'j1' } },
  jobs: { words: [], before: withJob, text: /JOB +STATE/, json: [{ jobId: 'j1', state: 'succeeded' }] },
  'job show': { words: ['j1'], before: withJob, text: 'j1', json: { jobId: 'j1', attempts: [{ workerId: 'w1' }] } },
  'job logs': { words: ['j1'], before: withJob, text: /^hi\n$/, json: { stream: 'stdout', data: 'aGkK' } },
  'job cancel': { words: ['j1'], before: withJob, text: 'had ended before', json: { jobId: 'j1', alreadyFinal: true } },
  'job wait': { words: ['j1'], before: withJob, text: /^succeeded\n$/, json: { jobId: 'j1', state: 'succeeded' } },
  'job check-fence': { words: ['j1', TOKEN], before: withJob, text: 'current', json: { current: true } },
  'job retry': { words: ['j1'], before: withJob, text: 'job j1 is ready to run', json: { jobId: 'j1' } },
  'job change': { words: ['j1', '--priority', '3'], before: withJob, text: 'j1', json: { jobId: 'j1' } },
  'job explain': {
    words: ['j1'],
    before: withJob,
    text: 'queue mail is paused',
    json: { state: 'ready', jobsBefore: 5 },
  },
  'queue list': { words: [], text: /QUEUE +STATE/, json: [withQueue] },
  'queue show': { words: ['mail'], text: 'paused (server moves)', json: withQueue },
  'queue set': { words: ['mail', '--max-running', '2'], text: 'mail', json: { queue: 'mail' } },
  'queue pause': { words: ['mail'], text: 'mail', json: { queue: 'mail' } },
  'queue resume': { words: ['mail'], text: 'mail', json: { queue: 'mail' } },
  'queue reset': { words: ['mail'], text: 'mail', json: { queue: 'mail' } },
  'queue dead-letters': { words: ['mail'], before: withJob, text: /JOB +/, json: [{ jobId: 'j1' }] },
  'queue redrive': { words: ['mail', '--limit', '3'], text: '3', json: { redriven: 3 } },
  'worker list': { words: [], text: /WORKER +STATE/, json: [{ workerId: 'w1' }] },
  'worker show': { words: ['w1'], text: 'w1', json: { workerId: 'w1', capacity: 8 } },
  'worker drain': { words: ['w1'], text: 'worker w1 is draining', json: { workerId: 'w1', scheduling: 'draining' } },
  'worker cordon': { words: ['w1'], text: 'worker w1 is cordoned', json: { workerId: 'w1', scheduling: 'cordoned' } },
  'worker undrain': { words: ['w1'], text: 'worker w1 is active', json: { workerId: 'w1', scheduling: 'active' } },
  'placement show': { words: ['customer-1'], text: 'w1', json: { owner: 'w1', chosen: 'w2' } },
  'placement simulate': { words: ['--remove', 'w1'], text: 'w1', json: { keys: 2, movedKeys: 1 } },
  'cluster status': { words: [], text: 'leader:  c2', json: { leaderId: 'c2', members: [{ id: 'c1' }, {}, {}] } },
  'cluster transfer': { words: ['--to', 'c1'], text: 'c1 leads', json: { leaderId: 'c1', outcome: 'transferred' } },
  events: {
    words: ['--limit', '1'],
    before: async () =>
      (cli.cluster.events = [{ type: 'jobFinished', jobId: 'j1', cursor: 'c1', timeMs: '1700000000000' }]),
    text: /jobFinished {2}j1/,
    json: { type: 'jobFinished', jobId: 'j1' },
  },
};

/** Commands with tests of their own: they start a cluster, read files, ask nobody, or need a service that this fake has not. */
const ELSEWHERE = new Set(['dev', 'completion']);
const SCHEDULES = ['schedule', 'import'];

const { root } = buildCommands(new FakeIo());
const leaves = commandTree(root)
  .nodes.filter(({ path }) => path.length > 0)
  .map(({ path }) => path.join(' '))
  .filter((path, _index, all) => !all.some((other) => other.startsWith(`${path} `)));
const names = Object.keys(ROWS);
const line = (name: string, ...flags: string[]) => {
  const { words = [] } = ROWS[name] ?? {};
  return [...name.split(' '), ...flags, ...words];
};

it('every command has its row here, or its own spec', () => {
  const known = leaves.filter((leaf) => !ELSEWHERE.has(leaf) && !SCHEDULES.includes(leaf.split(' ')[0] ?? ''));
  expect(names.toSorted()).toEqual(known.toSorted());
});

describe('help', () => {
  it.each(leaves)('of `%s` is on stdout, with usage, examples and the flags of all commands', async (name) => {
    await expect(cli.run(...name.split(' '), '--help')).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain(`Usage: synod ${name}`);
    if (!SCHEDULES.includes(name.split(' ')[0] ?? '')) expect(cli.io.stdout.text).toMatch(/Examples:\n {2}.*synod/);
    expect(cli.io.stdout.text).toContain('--output <choice>');
    expect(cli.io.stderr.text).toBe('');
  });

  it('of synod itself lists all commands and the exit statuses', async () => {
    await expect(cli.run('--help')).resolves.toBe(0);
    for (const leaf of leaves) expect(cli.io.stdout.text).toMatch(new RegExp(`^ {2}${leaf.split(' ')[0]}\\b`, 'm'));
    expect(cli.io.stdout.text).toContain('Exit statuses:');
  });
});

describe('output and exit status', () => {
  it.each(names)('%s: text for people', async (name) => {
    await ROWS[name]?.before?.();
    cli.freshIo();
    await expect(cli.run(...line(name))).resolves.toBe(ROWS[name]?.status ?? 0);
    expect(cli.io.stdout.text + cli.io.stderr.text).toMatch(ROWS[name]?.text ?? '');
  });

  it.each(names)('%s: JSON, the same value as YAML, and nothing else on stdout', async (name) => {
    await ROWS[name]?.before?.();
    cli.freshIo();
    await expect(cli.run(...line(name, '--output', 'json'))).resolves.toBe(ROWS[name]?.status ?? 0);
    const json = cli.printed();
    expect(json).toMatchObject(ROWS[name]?.json as object);
    await cli.cluster.stop();
    await cli.start();
    await ROWS[name]?.before?.();
    cli.freshIo({ SYNOD_OUTPUT: 'yaml' });
    await expect(cli.run(...line(name))).resolves.toBe(ROWS[name]?.status ?? 0);
    expect(parse(cli.io.stdout.text)).toEqual(json);
  });
});

describe('what can be wrong with a connection is one line on stderr, with status 4, and never a stack trace', () => {
  const ends = async (address: string, argv: readonly string[]) => {
    const io = new FakeIo({ SYNOD_ADDRESS: address });
    const status = await runCli(argv, io);
    expect({ status, stdout: io.stdout.text }).toEqual({ status: 4, stdout: '' });
    expect(io.stderr.text).toMatch(/^synod: [^\n]*\n$/);
    expect(io.stderr.text).not.toMatch(/\n {4}at |Error:/);
    return io.stderr.text;
  };

  it('no coordinator: every command names the addresses and what to do', async () => {
    const said = await Promise.all(names.map((name) => ends('127.0.0.1:1,127.0.0.1:2', line(name))));
    for (const text of said)
      expect(text).toContain('no coordinator reachable at 127.0.0.1:1, 127.0.0.1:2; start a cluster');
  });

  it('a wrong address, where something else answers', async () => {
    const server = createServer((_request, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(ends(`127.0.0.1:${port}`, ['jobs'])).resolves.toContain(
      `no coordinator reachable at 127.0.0.1:${port}`,
    );
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('a port that takes connections and drops them', async () => {
    const server = createServer().on('connection', (socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(ends(`127.0.0.1:${port}`, ['cluster', 'status'])).resolves.toContain('no coordinator reachable');
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([['nowhere'], ['127.0.0.1:99999'], [':7401'], ['http://127.0.0.1:7401']])(
    'an address that is none (%s) is wrong usage, and the line says what one looks like',
    async (address) => {
      cli.freshIo();
      await expect(cli.run('jobs', '--address', address)).resolves.toBe(2);
      expect(cli.io.stderr.text).toMatch(/^synod: [^\n]*host:port[^\n]*\n$/);
    },
  );
});

describe('a coordinator that dies while something is waited for', () => {
  it('is told in one line, and the wait goes on until its time is over', async () => {
    cli.cluster.fate = { runsOn: true };
    await cli.run('submit', '--', 'sleep', '60');
    const { address } = cli.cluster;
    cli.freshIo();
    const waiting = cli.run('job', 'wait', 'j1', '--timeout', '6s');
    await cli.cluster.watched;
    await cli.cluster.stop();
    await expect(waiting).resolves.toBe(124);
    expect(cli.io.stdout.text).toBe('');
    expect(cli.io.stderr.text).toBe(
      `synod: no coordinator answers at ${address}; still trying, press Ctrl-C to leave\n` +
        'synod: job j1 has not ended within 6000 ms; it goes on\n',
    );
  });
});

describe('a bar on the terminal', () => {
  it('fills while many jobs are waited for', async () => {
    cli.io.stderr.isTTY = true;
    cli.io.input = [Buffer.from('[{exec: a}, {exec: b}]')];
    await expect(cli.run('submit', '-f', '-', '--wait')).resolves.toBe(0);
    expect(cli.io.stderr.text).toContain('0/2 jobs have ended');
    expect(cli.io.stderr.text).toContain('2/2 jobs have ended');
    expect(cli.io.stderr.text.endsWith('\r\u001b[K')).toBe(true);
    expect(cli.io.stdout.text).toBe('j1\nj2\n');
  });

  it('shows how far a handler says it is', async () => {
    cli.cluster.fate = { runsOn: true, output: [output('STDOUT', 0, 'begins\n[progress 40%] 4 of 10\n')] };
    cli.io.stderr.isTTY = true;
    const waiting = cli.run('submit', '--handler', 'resize', '--wait');
    await cli.io.stderr.until('40/100 percent, 4 of 10');
    const { io } = cli;
    cli.freshIo();
    await cli.run('job', 'cancel', 'j1');
    await expect(waiting).resolves.toBe(1);
    expect(io.stdout.text).toBe('j1\n');
  });
});

describe('--watch', () => {
  it.each([['jobs'], ['job show'], ['worker list'], ['worker show'], ['cluster status']])(
    '%s shows itself again until Ctrl-C, one JSON value a line',
    async (name) => {
      await ROWS[name]?.before?.();
      cli.freshIo();
      const watching = cli.run(...line(name, '--output', 'json', '--watch', '200ms'));
      await cli.io.stdout.untilLines(3);
      cli.io.pressCtrlC();
      await expect(watching).resolves.toBe(130);
      const [first = '', second] = cli.io.stdout.text.split('\n');
      expect(JSON.parse(first)).toMatchObject(ROWS[name]?.json as object);
      expect(second).toBe(first);
    },
  );

  it('on a terminal each look takes the place of the last', async () => {
    cli.io.stdout.isTTY = true;
    const watching = cli.run('worker', 'list', '--watch', '200ms');
    await cli.io.stdout.untilLines(4);
    cli.io.pressCtrlC();
    await watching;
    expect(cli.io.stdout.text.split('\u001b[H\u001b[2J').length).toBeGreaterThan(2);
  });

  it('a fault ends it as it would end a single look', async () => {
    await expect(cli.run('job', 'show', 'j9', '--watch')).resolves.toBe(3);
  });
});

describe('completion', () => {
  const complete = async (...words: readonly string[]): Promise<readonly string[]> => {
    cli.freshIo();
    await cli.run('completion', 'bash');
    const script = `${cli.io.stdout.text}\nCOMP_WORDS=(synod "$@"); COMP_CWORD=$#; _synod; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const printed = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { encoding: 'utf8' });
    return printed.trimEnd().split('\n');
  };

  it('bash completes commands, commands of commands, flags and their values', async () => {
    await expect(complete('jo')).resolves.toEqual(['jobs', 'job']);
    await expect(complete('job', 's')).resolves.toEqual(['show']);
    await expect(complete('submit', '--prio')).resolves.toEqual(['--priority']);
    await expect(complete('job', 'show', 'j1', '--wa')).resolves.toEqual(['--watch']);
    await expect(complete('jobs', '--output', '')).resolves.toEqual(['table', 'json', 'yaml']);
    await expect(complete('run', '--', 'unexpand')).resolves.toEqual(expect.arrayContaining(['unexpand']));
  });

  it.each([
    ['zsh', 'bashcompinit'],
    ['fish', 'complete -c synod -n "__synod_at \' job\'" -f -a "show logs'],
  ])('%s has a script, too', async (shell, text) => {
    await expect(cli.run('completion', shell)).resolves.toBe(0);
    expect(cli.io.stdout.text).toContain(text);
  });

  it('another shell is wrong usage', async () => {
    await expect(cli.run('completion', 'csh')).resolves.toBe(2);
    expect(cli.io.stderr.text).toContain('bash, zsh, fish');
  });
});
