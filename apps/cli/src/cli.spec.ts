import { useCli } from './cli-bench.spec-support.js';

const cli = useCli();

const { run } = cli;

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
    [['submit', '--http', 'http://h/', '--', 'true'], '--http takes no command'],
    [['submit', '--http', 'http://h/', '--handler', 'x'], '--http and --handler exclude each other'],
    [['run', '--http', 'http://h/', '--memory', '1g'], '--memory is for commands; it does not go with --http'],
    [['submit', '--handler', 'h', '--env', 'A=b'], '--env is for commands; it does not go with --handler'],
    [['run', '--method', 'PUT', '--', 'true'], '--method belongs to --http'],
    [['run', '--http', 'http://h/', '--method', 'FETCH'], '--method must be one of GET, HEAD'],
    [['run', '--http', 'http://h/', '--header', 'nothing'], '--header takes NAME: VALUE'],
    [['run', '--http', 'http://h/', '--body', 'a', '--body-file', 'b'], '--body-file and --body exclude each other'],
    [['run', '--http', 'http://h/', '--expect-status', '299-200'], '--expect-status must be statuses or ranges'],
    [['run', '--umask', '9', '--', 'true'], '--umask must be octal, from 0 to 777, not "9"'],
    [['run', '--ulimit', 'files=1', '--', 'true'], 'one of as, core, cpu, fsize, nofile, nproc, stack'],
    [['run', '--memory', 'lots', '--', 'true'], '--memory must be a size, such as 512m or 2g'],
    [['run', '--cpus', '0', '--', 'true'], '--cpus must be a number of processors'],
    [['run', '--pids', '0', '--', 'true'], '--pids must be an integer from 1'],
    [['run', '--limits-policy', 'maybe', '--', 'true'], 'Allowed choices are require, prefer'],
    [['worker', 'drain', 'w1', '--deadline', 'soon'], '--deadline must be a duration'],
    [['worker', 'drain', 'w1', '--wait', 'long'], '--wait must be a duration'],
    [['worker', 'show'], "missing required argument 'id'"],
    [['job', 'check-fence', 'j1'], "missing required argument 'token'"],
    [['job', 'show'], "missing required argument 'id'"],
    [['dev', '--coordinators', '0'], '--coordinators must be an integer from 1 to 9'],
    [['run', '--', 'refused'], 'spec.exec.command: no'],
  ])('%j', async (argv, text) => {
    await expect(run(...argv)).resolves.toBe(2);
    expect(cli.io.stderr.text).toContain(text);
    expect(cli.io.stderr.text.trimEnd().split('\n')).toHaveLength(1);
    expect(cli.io.stdout.text).toBe('');
  });
});

describe('no coordinator', () => {
  it('is status 4 and one line with the addresses and what to do, with JSON too', async () => {
    const dead = '127.0.0.1:1,127.0.0.1:2';
    await expect(run('jobs', '--address', dead, '--output', 'json')).resolves.toBe(4);
    expect(cli.io.stdout.text).toBe('');
    expect(cli.io.stderr.text).toMatch(
      /^synod: no coordinator reachable at 127\.0\.0\.1:1, 127\.0\.0\.1:2; .*synod dev.*--address, or --tls-ca if it uses TLS\n$/,
    );
  });

  it('an address beyond loopback without TLS is refused', async () => {
    await expect(run('jobs', '--address', 'example.org:7401')).resolves.toBe(2);
    expect(cli.io.stderr.text).toContain('--insecure');
  });
});
