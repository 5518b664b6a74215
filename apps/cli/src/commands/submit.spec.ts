import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../bootstrap.js';
import { FakeCluster, type Fate } from '../fake-cluster.spec-support.js';
import { FakeIo } from '../fake-io.spec-support.js';

// Busy machines take their time; nothing here waits for time to pass.
jest.setTimeout(30_000);

let cluster: FakeCluster;
let io: FakeIo;
let directory: string;

beforeEach(async () => {
  cluster = await new FakeCluster().start();
  io = new FakeIo({ SYNOD_ADDRESS: cluster.address });
  directory = mkdtempSync(join(tmpdir(), 'synod-cli-'));
});

afterEach(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true });
});

const run = (...argv: string[]) => runCli(argv, io);
const fated = (fate: Fate) => (cluster.fate = fate);
const printed = (): unknown => JSON.parse(io.stdout.text);

describe('submit', () => {
  it('prints the id, or {"jobId"}', async () => {
    await expect(run('submit', '--', 'true')).resolves.toBe(0);
    expect(io.stdout.text).toBe('j1\n');
    io = new FakeIo({ SYNOD_ADDRESS: cluster.address, SYNOD_OUTPUT: 'json' });
    await expect(run('submit', '--idempotency-key', 'mine', '--', 'true')).resolves.toBe(0);
    expect(printed()).toEqual({ jobId: 'j2' });
    expect(cluster.keys[1]).toBe('mine');
  });

  it('a key, and for how long it is remembered, comes from flags or from the file, whose own say less', async () => {
    const file = join(directory, 'keyed.yaml');
    writeFileSync(
      file,
      'idempotencyKey: report\nidempotencyKeyLifetime: 1h\njobs: [{exec: "true"}]\n---\n{exec: "false"}\n',
    );
    await expect(run('submit', file)).resolves.toBe(0);
    await expect(run('submit', file, '--idempotency-key', 'mine')).resolves.toBe(0);
    const flags = ['--idempotency-key', 'mine', '--idempotency-key-lifetime', '5s'];
    await expect(run('submit', ...flags, '--', 'true')).resolves.toBe(0);
    expect(cluster.keys).toEqual(['report', 'report', 'mine', 'mine', 'mine']);
    expect(cluster.keyLifetimesMs).toEqual(['3600000', '3600000', '3600000', '3600000', '5000']);
    await expect(run('submit', '--idempotency-key-lifetime', '5s', '--', 'true')).resolves.toBe(2);
    expect(io.stderr.text).toContain('--idempotency-key-lifetime needs --idempotency-key');
  });

  it.each([
    ['idempotencyKeyLifetime: 1h\njobs: [{exec: "true"}]', 'without an idempotencyKey'],
    [
      '{idempotencyKey: a, jobs: [{exec: "true"}]}\n---\n{idempotencyKey: b, jobs: [{exec: "true"}]}',
      'a second idempotencyKey',
    ],
  ])('a file that says %j is refused: %s', async (text, because) => {
    const file = join(directory, 'bad-key.yaml');
    writeFileSync(file, text);
    await expect(run('submit', file)).resolves.toBe(2);
    expect(io.stderr.text).toContain(because);
    expect(cluster.keys).toEqual([]);
  });

  it('a handler’s payload comes from the flag, a file or the standard input', async () => {
    const file = join(directory, 'payload');
    writeFileSync(file, 'from file');
    io.input = [Buffer.from('from stdin')];
    await run('submit', '--handler', 'h', '--payload', 'from flag');
    await run('submit', '--handler', 'h', '--payload-file', file);
    await run('submit', '--handler', 'h', '--payload-file', '-');
    const payloads = cluster.submitted.map((spec) => spec.handler?.payload.toString());
    expect(payloads).toEqual(['from flag', 'from file', 'from stdin']);
  });

  it('-f takes YAML and JSON, one job or many, and says {"jobIds"}', async () => {
    const file = join(directory, 'jobs.yaml');
    writeFileSync(
      file,
      [
        '- exec: echo 1',
        '- {exec: [ls, -l], queue: night, timeout: 30s, labels: {a: 1}}',
        '- {handler: resize, payload: {image: 7}}',
      ].join('\n'),
    );
    await expect(run('submit', '-f', file, '--output', 'json')).resolves.toBe(0);
    expect(printed()).toEqual({ jobIds: ['j1', 'j2', 'j3'] });
    expect(cluster.submitted).toMatchObject([
      { exec: { command: 'sh', args: ['-c', 'echo 1'] } },
      { exec: { command: 'ls', args: ['-l'] }, queue: 'night', startToCloseTimeoutMs: 30_000, labels: { a: '1' } },
      { handler: { handler: 'resize', payload: Buffer.from('{"image":7}') } },
    ]);
    io.input = [Buffer.from('{"exec": {"command": "true"}}')];
    await expect(run('submit', '-f', '-')).resolves.toBe(0);
    expect(cluster.submitted[3]).toMatchObject({ exec: { command: 'true' } });
  });

  it('-f takes requests and limits, too', async () => {
    const jobs = [
      '- {exec: {command: make, umask: "027", ulimits: {nofile: 64, core: "0:unlimited"}, memory: 512m, cpus: 0.5, pids: 9}}',
      '- {http: "http://h/"}',
      '- {http: {url: "http://h/", method: put, body: {n: 1}, expectStatus: [200, 300-302], requestTimeout: 5s}}',
    ];
    io.input = [Buffer.from(jobs.join('\n'))];
    await expect(run('submit', '-f', '-')).resolves.toBe(0);
    expect(cluster.submitted).toMatchObject([
      { exec: { limits: { umask: 23, memoryMaxBytes: '536870912', cpuMaxPercent: 50, pidsMax: 9 } } },
      { http: { url: 'http://h/' } },
      { http: { method: 'PUT', body: Buffer.from('{"n":1}'), requestTimeoutMs: 5_000 } },
    ]);
    expect(cluster.submitted[0]?.exec?.limits?.ulimits).toMatchObject([
      { name: 'nofile', soft: '64', hard: '64' },
      { name: 'core', soft: '0', hard: '-1' },
    ]);
    expect(cluster.submitted[2]?.http?.expectedStatuses).toMatchObject([
      { from: 200, to: 200 },
      { from: 300, to: 302 },
    ]);
  });

  it('--stdin, and a request with its body from a file', async () => {
    io.input = [Buffer.from('input')];
    await expect(run('submit', '--stdin', '--', 'cat')).resolves.toBe(0);
    const file = join(directory, 'body');
    writeFileSync(file, 'body');
    await expect(run('submit', '--http', 'http://h/', '--method', 'PUT', '--body-file', file)).resolves.toBe(0);
    expect(cluster.submitted).toMatchObject([
      { exec: { stdin: Buffer.from('input') } },
      { http: { method: 'PUT', body: Buffer.from('body') } },
    ]);
  });

  it.each<[string, string]>([
    ['- [', 'is no YAML or JSON'],
    ['[]', 'holds no job, no schedule and no queue'],
    ['- {queue: x}', 'job 1 needs one of the keys exec, http and handler'],
    ['- {exec: ls, http: "http://h/"}', 'job 1 needs one of the keys exec, http and handler'],
    ['- {exec: {command: ls, umask: 027}}', 'umask must be octal in quotes'],
    ['- {exec: {command: ls, memory: lots}}', 'memory must be a size'],
    ['- {exec: {command: ls, ulimits: {files: 1}}}', 'ulimits must be NAME=SOFT'],
    ['- {http: {url: "http://h/", expectStatus: 20}}', 'expectStatus must be statuses'],
    ['- {http: {uri: "http://h/"}}', 'http has the key uri'],
    ['- {exec: ls, qeue: x}', 'has the key qeue'],
    ['- {exec: ls, timeout: soon}', 'timeout must be a duration'],
  ])('a file with %j is refused, and nothing is submitted', async (text, message) => {
    io.input = [Buffer.from(text)];
    await expect(run('submit', '-f', '-')).resolves.toBe(2);
    expect(io.stderr.text).toContain(message);
    expect(cluster.submitted).toEqual([]);
  });

  it('--wait exits with the command’s own status, for a file with that of the first that failed', async () => {
    fated({ state: 'JOB_STATE_FAILED', attempt: { state: 'ATTEMPT_STATE_FAILED', exitCode: 5 } });
    await expect(run('submit', '--wait', '--', 'false')).resolves.toBe(5);
    io.input = [Buffer.from('[{exec: a}, {exec: b}]')];
    await expect(run('submit', '-f', '-', '--wait')).resolves.toBe(5);
    expect(io.stderr.text).toContain('2 of 2 jobs have not succeeded');
  });
});
