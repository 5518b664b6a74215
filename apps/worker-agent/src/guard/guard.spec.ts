import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { attemptDirectory, dataDirectory, guardSocketPath, readJsonFile } from '../shared/data-directory.js';
import { hostClock } from '../shared/platform.js';
import { isGroupAlive, isSameProcess, processIdentity } from '../shared/process-table.js';
import {
  bundleEntry,
  cleanUp,
  DEADLINE_MS,
  eventually,
  exitOf,
  fileText,
  startEntry,
  temporaryFolder,
} from '../shared/process.spec-support.js';
import { readTimes } from '../shared/log-times.js';
import { listSegments, readStream } from '../shared/segments.js';
import { outputOf, shellOrder, startGuard, TestAgent, type RunningGuard } from './guard.spec-support.js';

jest.setTimeout(2 * DEADLINE_MS);

let file: string;
let guard: RunningGuard;
let agent: TestAgent;

beforeAll(async () => {
  file = bundleEntry('guard/main.ts', temporaryFolder(), 'guard.cjs');
  guard = await startGuard(file, temporaryFolder());
  agent = await TestAgent.connect(guard.data);
  await agent.welcome();
});

afterAll(cleanUp);

const isRoot = process.getuid?.() === 0;

describe('an exec attempt under the guard', () => {
  test('exit status 0 is success and anything else a failure with that status', async () => {
    const [good, bad] = [shellOrder('good', 'exit 0'), shellOrder('bad', 'exit 7')];
    agent.start(good);
    agent.start(bad);
    expect(await agent.ended(good.key)).toMatchObject({ outcome: 'succeeded', exitCode: 0, signal: '', message: '' });
    expect(await agent.ended(bad.key)).toMatchObject({ outcome: 'failed', exitCode: 7, signal: '' });
  });

  test('an ending is on disk before it is told', async () => {
    const order = shellOrder('kept', 'exit 3');
    agent.start(order);
    const ending = await agent.ended(order.key);
    expect(readJsonFile(attemptDirectory(dataDirectory(guard.data), order.key).endedFile)).toEqual(ending);
  });

  test('a process that a signal ended has failed by that signal', async () => {
    const order = shellOrder('signalled', 'kill -SEGV $$');
    agent.start(order);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'failed', exitCode: null, signal: 'SIGSEGV' });
  });

  test('both output streams come apart, byte for byte', async () => {
    const order = shellOrder('streams', 'echo out; echo err >&2; printf "no newline"');
    agent.start(order);
    await agent.ended(order.key);
    expect(outputOf(guard.data, order, 'stdout')).toBe('out\nno newline');
    expect(outputOf(guard.data, order, 'stderr')).toBe('err\n');
  });

  test('stdin, stdout and stderr can be opened by name', async () => {
    const stdin = Buffer.from('from stdin\n').toString('base64');
    const order = shellOrder('by-name', 'cat /dev/stdin > /dev/stdout; echo oops > /dev/stderr', { stdin });
    agent.start(order);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'succeeded' });
    expect(outputOf(guard.data, order, 'stdout')).toBe('from stdin\n');
    expect(outputOf(guard.data, order, 'stderr')).toBe('oops\n');
  });

  test('the task adds to the environment, and the attempt’s own variables win', async () => {
    const order = shellOrder('env', 'echo $COLOUR $SYNOD_JOB_ID $SYNOD_ATTEMPT $SYNOD_FENCING_TOKEN $SYNOD_WORKER_ID', {
      env: { COLOUR: 'blue', SYNOD_JOB_ID: 'forged' },
    });
    agent.start(order);
    await agent.ended(order.key);
    expect(outputOf(guard.data, order, 'stdout')).toBe('blue env 1 281474976710657 w1\n');
  });

  test('the working directory is the attempt’s own unless the task names one', async () => {
    const [own, named] = [shellOrder('own-cwd', 'pwd'), shellOrder('named-cwd', 'pwd', { cwd: '/usr' })];
    agent.start(own);
    agent.start(named);
    await Promise.all([agent.ended(own.key), agent.ended(named.key)]);
    expect(outputOf(guard.data, own, 'stdout')).toBe(`${attemptDirectory(dataDirectory(guard.data), own.key).work}\n`);
    expect(outputOf(guard.data, named, 'stdout')).toBe('/usr\n');
  });

  (isRoot ? test : test.skip)(
    'a named user runs it, with that user’s home and a directory it may write to',
    async () => {
      const order = shellOrder('as-user', 'id -un; echo $HOME $USER; echo by name > /dev/stderr', {
        user: 'nobody',
        cwd: '/',
      });
      agent.start(order);
      expect(await agent.ended(order.key)).toMatchObject({ outcome: 'succeeded' });
      expect(outputOf(guard.data, order, 'stdout')).toMatch(/^nobody\n\S+ nobody\n$/);
    },
  );

  test('what cannot be started fails as a shell would tell it', async () => {
    const folder = temporaryFolder();
    const plain = join(folder, 'plain');
    writeFileSync(plain, 'text', { mode: 0o644 });
    const orders = [
      shellOrder('no-command', '', { command: 'synod-no-such-command', args: [] }),
      shellOrder('no-permission', '', { command: plain, args: [] }),
      shellOrder('no-cwd', 'true', { cwd: join(folder, 'missing') }),
      shellOrder('no-user', 'true', { user: 'synod-no-such-user' }),
      shellOrder('null-byte', '', { args: ['-c', 'a\0b'] }),
    ];
    for (const order of orders) agent.start(order);
    const endings = await Promise.all(orders.map((order) => agent.ended(order.key)));
    expect(endings.map((it) => it.outcome)).toEqual(orders.map(() => 'failed'));
    expect(endings.map((it) => it.exitCode)).toEqual([127, 126, 126, 126, 126]);
    expect(endings[0]?.message).toContain('synod-no-such-command');
    expect(endings[2]?.message).toContain('missing');
  });

  test('an order that is repeated starts nothing', async () => {
    const order = shellOrder('once', 'echo ran');
    agent.start(order);
    agent.start(order);
    await agent.ended(order.key);
    agent.start(order);
    const next = shellOrder('behind-once', 'true');
    agent.start(next);
    await agent.ended(next.key);
    expect(outputOf(guard.data, order, 'stdout')).toBe('ran\n');
    expect(agent.messages.filter((it) => it.type === 'ended' && it.key === order.key)).toHaveLength(1);
  });
});

describe('ending an attempt', () => {
  const TRAP = 'trap "" TERM; sh -c \'trap "" TERM; echo child; sleep 600\' & echo ready; sleep 600; wait';

  test('a time-out ends a command that ignores SIGTERM, its children too', async () => {
    const order = shellOrder('timed-out', `(sleep 600 & wait) & ${TRAP}`, { timeoutMs: 300, killGraceMs: 200 });
    agent.start(order);
    const { pid } = await agent.started(order.key);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'timedOut', signal: 'SIGKILL', exitCode: null });
    expect(isGroupAlive(pid, true)).toBe(false);
  });

  test('a cancelled command may clean up within its grace, and is cancelled whatever its status', async () => {
    const order = shellOrder('cancelled', 'trap "echo cleaned; exit 0" TERM; echo up; while :; do sleep 0.05; done');
    agent.start(order);
    await eventually('the trap is set', () => outputOf(guard.data, order, 'stdout') !== '');
    agent.send({ type: 'stop', key: order.key, stop: { outcome: 'cancelled', message: 'by test', immediate: false } });
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'cancelled', message: 'by test', exitCode: 0 });
    expect(outputOf(guard.data, order, 'stdout')).toBe('up\ncleaned\n');
  });

  test('an attempt has ended only when the children that its command left behind are gone', async () => {
    const order = shellOrder('left-behind', 'sh -c \'trap "" TERM; echo $$; exec sleep 600\' & sleep 0.2; exit 4', {
      killGraceMs: 100,
    });
    agent.start(order);
    const { pid } = await agent.started(order.key);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'failed', exitCode: 4 });
    expect(isGroupAlive(pid, true)).toBe(false);
  });

  test('a process that left the group and keeps the output open does not keep the attempt', async () => {
    const order = shellOrder('escaped', 'setsid sh -c "echo \\$\\$; exec sleep 600" & sleep 0.3; echo last');
    agent.start(order);
    expect(await agent.ended(order.key)).toMatchObject({ outcome: 'succeeded' });
    const [escaped = '', last] = outputOf(guard.data, order, 'stdout').split('\n');
    expect(last).toBe('last');
    process.kill(Number(escaped), 'SIGKILL');
  });

  test('a lapsed lease kills the attempt at once and counts it as lost; being heard in time keeps it', async () => {
    const kept = shellOrder('lease-kept', TRAP, { leaseMs: 3_600_000 });
    const alone = shellOrder('lease-none', TRAP);
    const lapsing = shellOrder('lease-lapsing', TRAP, { leaseMs: 400 });
    for (const order of [kept, alone, lapsing]) agent.start(order);
    expect(await agent.ended(lapsing.key)).toMatchObject({ outcome: 'lost', signal: 'SIGKILL' });
    agent.send({ type: 'heard', heardAtMs: hostClock.monotonicMs() });
    const probe = shellOrder('behind-lease', 'true');
    agent.start(probe);
    await agent.ended(probe.key);
    expect(agent.messages.some((it) => it.type === 'ended' && [kept.key, alone.key].includes(it.key))).toBe(false);
    for (const order of [kept, alone]) {
      agent.send({ type: 'stop', key: order.key, stop: { outcome: 'lost', message: '', immediate: true } });
      expect(await agent.ended(order.key)).toMatchObject({ outcome: 'lost' });
    }
  });
});

describe('a lease that lapsed', () => {
  test('is not revived by a heartbeat that was sent later, however late the guard looks', async () => {
    const lapsing = shellOrder('revived', 'sleep 600', { leaseMs: 60_000 });
    const kept = shellOrder('continuous', 'sleep 600', { leaseMs: 600_000 });
    agent.start(lapsing);
    agent.start(kept);
    await Promise.all([agent.started(lapsing.key), agent.started(kept.key)]);
    agent.send({ type: 'heard', heardAtMs: hostClock.monotonicMs() + 61_000 });
    expect(await agent.ended(lapsing.key)).toMatchObject({ outcome: 'lost', signal: 'SIGKILL' });
    expect(agent.messages.some((it) => it.type === 'ended' && it.key === kept.key)).toBe(false);
    agent.send({ type: 'stop', key: kept.key, stop: { outcome: 'lost', message: '', immediate: true } });
    await agent.ended(kept.key);
  });
});

describe('output beyond its bound', () => {
  test('only the last part is kept, and its positions stay true', async () => {
    const bounded = await startGuard(file, temporaryFolder(), { streamBytes: 1024 * 1024 });
    const writer = await TestAgent.connect(bounded.data);
    const order = shellOrder('chatty', 'head -c 30000000 /dev/zero | tr "\\0" x; printf END');
    writer.start(order);
    await writer.ended(order.key);
    const base = join(attemptDirectory(dataDirectory(bounded.data), order.key).root, 'stdout');
    const segments = listSegments(base);
    const bytes = segments.reduce((sum, it) => sum + statSync(it.path).size, 0);
    // A segment is closed behind the batch that fills it, so each may exceed its eighth by one batch.
    expect(bytes).toBeLessThan(1024 * 1024 + 8 * 512 * 1024);
    expect((segments.at(-1)?.position ?? 0) + statSync(segments.at(-1)?.path ?? '').size).toBe(30_000_003);
    expect(outputOf(bounded.data, order, 'stdout').endsWith('xEND')).toBe(true);
    writer.send({ type: 'retire' });
    expect(await exitOf(bounded.process)).toMatchObject({ code: 0 });
  });
});

describe('times of output', () => {
  test('each part has the time at which it came, and segments take theirs with them when they are dropped', async () => {
    const bounded = await startGuard(file, temporaryFolder(), { streamBytes: 256 * 1024 });
    const writer = await TestAgent.connect(bounded.data);
    const go = join(bounded.data, 'go');
    const gush = 'head -c 3000000 /dev/zero | tr "\\0" x';
    const order = shellOrder(
      'timed',
      `printf early; until [ -e ${go} ]; do sleep 0.01; done; printf late; ${gush}; printf END`,
    );
    const base = join(attemptDirectory(dataDirectory(bounded.data), order.key).root, 'stdout');
    const before = Date.now();
    writer.start(order);
    await eventually('the first part is there', () => readStream(base, 0, 100).data.length === 5);
    const between = Date.now();
    await eventually('time goes on', () => Date.now() > between);
    const [early] = readTimes(base, 0, 5, 10).times;
    expect(early?.position).toBe(0);
    expect(early?.timeMs).toBeGreaterThanOrEqual(before);
    expect(early?.timeMs).toBeLessThanOrEqual(between);
    writeFileSync(go, '');
    const { finishedAtMs } = await writer.ended(order.key);
    const end = 5 + 4 + 3_000_000 + 3;
    const last = readTimes(base, end - 3, 3, 10).times.at(-1);
    expect(last?.timeMs).toBeGreaterThan(between);
    expect(last?.timeMs).toBeLessThanOrEqual(finishedAtMs);
    const names = readdirSync(dirname(base)).filter((name) => name.endsWith('.times'));
    expect(names.sort()).toEqual(
      listSegments(base)
        .map((it) => `${basename(it.path)}.times`)
        .sort(),
    );
    writer.send({ type: 'retire' });
    expect(await exitOf(bounded.process)).toMatchObject({ code: 0 });
  });
});

describe('the guard without its agent', () => {
  test('an agent that comes back in time finds what runs and what ended, and results stay until they are forgotten', async () => {
    const own = await startGuard(file, temporaryFolder(), { orphanGraceMs: 600_000 });
    const first = await TestAgent.connect(own.data, 1);
    const [running, over] = [shellOrder('running', 'sleep 600'), shellOrder('over', 'exit 5')];
    first.start(running);
    first.start(over);
    await first.started(running.key);
    await first.ended(over.key);
    first.socket.destroy();
    const second = await TestAgent.connect(own.data, 2);
    const { attempts } = await second.welcome();
    expect(attempts.map((it) => [it.key, it.ending?.exitCode])).toEqual([
      [running.key, undefined],
      [over.key, 5],
    ]);
    second.send({ type: 'forget', keys: [running.key, over.key] });
    const third = await TestAgent.connect(own.data, 3);
    expect((await third.welcome()).attempts.map((it) => it.key)).toEqual([running.key]);
    await eventually('the older agent is sent away', () => second.closed);
    const older = await TestAgent.connect(own.data, 2);
    await eventually('an older incarnation is refused', () => older.messages.some((it) => it.type === 'refused'));
    third.send({ type: 'retire' });
    expect(await third.ended(running.key)).toMatchObject({ outcome: 'lost' });
    expect(await exitOf(own.process)).toMatchObject({ code: 0 });
  });

  test('when nobody comes back it kills what runs, keeps the endings and exits', async () => {
    const own = await startGuard(file, temporaryFolder(), { orphanGraceMs: 300 });
    const only = await TestAgent.connect(own.data);
    const order = shellOrder('orphan', 'trap "" TERM; sleep 600', { killGraceMs: 600_000 });
    only.start(order);
    const { pid } = await only.started(order.key);
    only.socket.destroy();
    await exitOf(own.process);
    expect(isGroupAlive(pid, true)).toBe(false);
    const { endedFile } = attemptDirectory(dataDirectory(own.data), order.key);
    expect(readJsonFile(endedFile)).toMatchObject({ outcome: 'lost', signal: 'SIGKILL' });
  });

  test('a second guard for a directory is refused, and a killed one’s place is free', async () => {
    const own = await startGuard(file, temporaryFolder(), { orphanGraceMs: 600_000 });
    const second = startEntry(file, [`--data=${own.data}`]);
    expect(await exitOf(second)).toMatchObject({ code: 75 });
    const identity = processIdentity(own.process.pid ?? 0);
    own.process.kill('SIGKILL');
    await exitOf(own.process);
    expect(isSameProcess(own.process.pid ?? 0, identity)).toBe(false);
    const third = await startGuard(file, own.data, { orphanGraceMs: 0 });
    expect(await exitOf(third.process)).toMatchObject({ code: 0 });
  });

  test('its socket is the owner’s alone, also where the data directory is too deep for a socket', async () => {
    const data = join(temporaryFolder(), 'deep/'.repeat(30));
    mkdirSync(data, { recursive: true });
    const own = await startGuard(file, data);
    const path = guardSocketPath(dataDirectory(data));
    expect(Buffer.byteLength(path)).toBeLessThan(104);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(fileText(join(dataDirectory(data).guard, 'socket'))).toBe(`${path}\n`);
    const only = await TestAgent.connect(data);
    only.send({ type: 'retire' });
    expect(await exitOf(own.process)).toMatchObject({ code: 0 });
  });
});
