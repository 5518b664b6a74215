import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGroupAlive, isSameProcess } from '../shared/process-table.js';
import { DEADLINE_MS, eventually, exitOf, fileText, temporaryFolder } from '../shared/process.spec-support.js';
import { readTail } from '../shared/segments.js';
import {
  endAll,
  FOREVER,
  guardPid,
  processOf,
  startAgent,
  startCoordinator,
  startUsable,
  stop,
} from './agent.spec-support.js';
import { token, type FakeCoordinator } from './fake-coordinator.spec-support.js';

jest.setTimeout(2 * DEADLINE_MS);

afterAll(endAll);

function peakMemoryBytes(pid: number): number {
  const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  if (kib === undefined) throw new Error(`no memory of process ${pid}`);
  return Number(kib) * 1024;
}

function bytesBelow(directory: string): number {
  const files = readdirSync(directory).map((name) => statSync(join(directory, name)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

describe('an agent and its coordinator', () => {
  test('an assignment runs, its start and end are reported, and the end brings the last of the output', async () => {
    const only = await startCoordinator();
    const { agent, session } = await startUsable([only], ['--capacity=3', '--labels=zone=a,disk=ssd']);
    expect(session.hello).toMatchObject({ workerId: 'w1', capacity: 3, runsExec: true, handlers: [], held: [] });
    expect(session.hello?.labels).toEqual({ zone: 'a', disk: 'ssd' });
    session.assign('job', 1, 'head -c 5000 /dev/zero | tr "\\0" x; echo OUT; echo err >&2; exit 7');
    const report = await only.ended('job');
    expect(report).toMatchObject({
      attempt: 1,
      fencingToken: token(1),
      end: { outcome: 'ATTEMPT_STATE_FAILED', exitCode: 7 },
    });
    expect(Number(report.finishedAtMs)).toBeGreaterThanOrEqual(Number(report.startedAtMs));
    expect(report.end?.stdoutTail).toHaveLength(4096);
    expect(report.end?.stdoutTail.toString().endsWith('xOUT\n')).toBe(true);
    expect(report.end?.stderrTail.toString()).toBe('err\n');
    await stop(agent);
    expect(session.goodbye).toBe(true);
  });

  test('an assignment that is repeated, or older than one that came, is ignored', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    const ran = join(data, 'ran');
    session.assign('second', 2, `echo second >> ${ran}`);
    session.assign('second', 2, `echo second >> ${ran}`);
    session.assign('first', 1, `echo first >> ${ran}`);
    await only.ended('second');
    session.break();
    const next = await only.session(1);
    next.assign('second', 2, `echo second >> ${ran}`);
    next.assign('third', 3, `echo third >> ${ran}`);
    await only.ended('third');
    expect(readFileSync(ran, 'utf8')).toBe('second\nthird\n');
    await stop(agent);
  });

  test('what runs outlives the session, and reports are repeated at the next coordinator until they are acknowledged', async () => {
    const both = [await startCoordinator(), await startCoordinator()];
    for (const it of both) it.acknowledges = false;
    const { agent, session, data } = await startUsable(both);
    const go = join(data, 'go');
    session.assign('over', 1, 'exit 0');
    session.assign('running', 2, `until [ -e ${go} ]; do sleep 0.05; done; echo done`);
    await session.coordinator.ended('over');
    const { pid, identity } = await processOf(data, 'running');
    const second = both.find((it) => it !== session.coordinator) as FakeCoordinator;
    second.acknowledges = true;
    session.coordinator.kill();
    const next = await second.session(0);
    expect(next.hello?.incarnation).toBe(session.hello?.incarnation);
    expect(next.hello?.held.map((it) => [it.jobId, it.fencingToken]).sort()).toEqual([
      ['over', token(1)],
      ['running', token(2)],
    ]);
    expect((await second.ended('over')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    expect(isSameProcess(pid, identity)).toBe(true);
    next.assign('touch', 3, `touch ${go}`);
    expect((await second.ended('running')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    next.break();
    const third = await second.session(1);
    expect(third.hello?.held).toEqual([]);
    await stop(agent);
  });

  test('above its capacity assignments wait for a place', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only], ['--capacity=1']);
    const go = join(data, 'go');
    session.assign('first', 1, `until [ -e ${go} ]; do sleep 0.05; done; rm ${go}`);
    session.assign('second', 2, `test ! -e ${go}`);
    await processOf(data, 'first');
    expect(only.reportsOf('second')).toEqual([]);
    writeFileSync(go, '');
    expect((await only.ended('second')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    await stop(agent);
  });

  test('a cancelled attempt is ended with its grace, and one that is no longer current is ended without a word', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    session.assign('cancelled', 1, FOREVER, { killGraceMs: 100 });
    session.assign('outdated', 2, FOREVER);
    await processOf(data, 'cancelled');
    const { pid } = await processOf(data, 'outdated');
    session.send({ cancellations: { attempts: [{ jobId: 'cancelled', attempt: 1, fencingToken: token(1) }] } });
    expect((await only.ended('cancelled')).end?.outcome).toBe('ATTEMPT_STATE_CANCELLED');
    only.outdated = [{ jobId: 'outdated', attempt: 1, fencingToken: token(2) }];
    session.break();
    const next = await only.session(1);
    expect(next.hello?.held.map((it) => it.jobId)).toEqual(['outdated']);
    await eventually('the outdated attempt is gone', () => !isGroupAlive(pid, true));
    next.assign('behind', 3, 'exit 0');
    await only.ended('behind');
    expect(only.reportsOf('outdated').filter((it) => it.end !== null)).toEqual([]);
    await stop(agent);
  });

  test('a worker whose id a newer incarnation took ends what runs and stops with an error', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    session.assign('job', 1, FOREVER);
    const { pid } = await processOf(data, 'job');
    only.newestIncarnation = Number.MAX_SAFE_INTEGER;
    session.break();
    expect(await exitOf(agent.process)).toMatchObject({ code: 1 });
    expect(agent.log()).toContain("another worker with the id 'w1'");
    expect(isGroupAlive(pid, true)).toBe(false);
  });

  test('a data directory is one agent’s only, and one worker’s', async () => {
    const only = await startCoordinator();
    const { agent, data } = await startUsable([only]);
    const second = startAgent(data, [only.address]);
    expect(await exitOf(second.process)).toMatchObject({ code: 1 });
    await stop(agent);
    const other = startAgent(data, [only.address], ['--id=w2']);
    expect(await exitOf(other.process)).toMatchObject({ code: 1 });
    expect(other.log()).toContain("belongs to worker 'w1'");
  });
});

describe('discovery', () => {
  test('with a registry alone an agent finds its coordinator and registers; the registry’s death changes nothing', async () => {
    const [registry, only] = [await startCoordinator(), await startCoordinator()];
    registry.nodes = [{ nodeId: 'c1', kind: 'NODE_KIND_COORDINATOR', address: only.address }];
    const agent = startAgent(temporaryFolder(), [], [`--registry=${registry.address}`, '--labels=zone=a']);
    const session = await only.session(0);
    await eventually('it is registered', () => registry.registered.length > 0);
    expect(registry.registered[0]).toMatchObject({ nodeId: 'w1', kind: 'NODE_KIND_WORKER', labels: { zone: 'a' } });
    expect(registry.registered[0]?.incarnation).toBe(session.hello?.incarnation);
    await agent.ready();
    registry.kill();
    session.assign('job', 1, 'exit 0');
    expect((await only.ended('job')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    await stop(agent);
  });
});

describe('worker leases', () => {
  test('confirmations by a leader of a lower ballot extend no lease', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    session.assign('leased', 1, FOREVER, { lostAfterMs: 3_000 });
    session.assign('alone', 2, FOREVER, { killGraceMs: 100, mode: 'EXECUTION_MODE_AT_LEAST_ONCE' });
    await processOf(data, 'leased');
    const alone = await processOf(data, 'alone');
    only.leader = { round: 4, priority: 9, nodeId: 'c9' };
    expect((await only.ended('leased')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', signal: 'SIGKILL' });
    expect(isSameProcess(alone.pid, alone.identity)).toBe(true);
    await stop(agent);
  });

  test('nothing that has a lease starts before a heartbeat was confirmed', async () => {
    const only = await startCoordinator();
    only.leader = undefined;
    const { agent, session, data } = await startUsable([only]);
    session.assign('leased', 1, 'exit 0');
    session.assign('alone', 2, 'exit 0', { mode: 'EXECUTION_MODE_AT_LEAST_ONCE' });
    await only.ended('alone');
    expect(fileText(join(data, 'attempts/leased.1/started.json'))).toBe('');
    only.leader = { round: 5, priority: 1, nodeId: 'c1' };
    expect((await only.ended('leased')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    await stop(agent);
  });
});

describe('logs', () => {
  test('a reader follows both streams from its positions until the attempt has ended', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    const go = join(data, 'go');
    session.assign('talker', 1, `echo 0123456789; echo early >&2; until [ -e ${go} ]; do sleep 0.05; done; echo late`);
    await processOf(data, 'talker');
    session.send({
      tailLogs: { tailId: 't1', jobId: 'talker', attempt: 1, follow: true, stdoutPosition: 4, stderrPosition: 0 },
    });
    await eventually(
      'early output comes',
      () => only.text('LOG_STREAM_STDERR') === 'early\n' && only.text('LOG_STREAM_STDOUT') !== '',
    );
    expect(only.text('LOG_STREAM_STDOUT')).toBe('456789\n');
    session.assign('touch', 2, `touch ${go}`);
    await eventually('the tail ends', () => only.logsOver === 1);
    expect(only.text('LOG_STREAM_STDOUT')).toBe('456789\nlate\n');
    expect(only.logs[0]?.tailId).toBe('t1');
    await stop(agent);
  });

  test('a job that prints 1 GB harms nobody: memory and disk stay bounded, other logs flow, positions stay true', async () => {
    const only = await startCoordinator();
    const outputBytes = 8 * 2 ** 20;
    const { agent, session, data } = await startUsable([only], [`--output-bytes=${outputBytes}`, '--capacity=4']);
    const [agentPid, guard] = [agent.process.pid ?? 0, guardPid(data)];
    const total = 2 ** 30;
    const go = join(data, 'go');
    session.assign(
      'gusher',
      1,
      `head -c ${total} /dev/zero | tr "\\0" x; printf END; until [ -e ${go} ]; do sleep 0.05; done`,
    );
    await processOf(data, 'gusher');
    session.assign('other', 2, 'for i in 1 2 3; do echo line $i; sleep 0.1; done');
    session.send({ tailLogs: { tailId: 'other', jobId: 'other', attempt: 1, follow: true } });
    expect((await only.ended('other')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    await eventually('the other log came while 1 GB is printed', () => only.logsOver === 1);
    expect(only.text('LOG_STREAM_STDOUT')).toBe('line 1\nline 2\nline 3\n');
    const base = join(data, 'attempts/gusher.1/stdout');
    const reached = () => readTail(base, 3).toString() === 'END';
    await eventually('all was printed', reached);
    session.send({ tailLogs: { tailId: 'big', jobId: 'gusher', attempt: 1, follow: true } });
    writeFileSync(go, '');
    const { end } = await only.ended('gusher');
    expect(end?.stdoutTail.toString().endsWith('xEND')).toBe(true);
    await eventually('the tail ends', () => only.logsOver === 2);
    const chunks = only.logs.flatMap((it) => (it.chunk !== null && it.chunk.data.length > 10 ? [it.chunk] : []));
    const first = chunks.find((it) => Number(it.position) > 1_000);
    expect(first?.truncated).toBe(true);
    const last = chunks.at(-1);
    expect(Number(last?.position) + (last?.data.length ?? 0)).toBe(total + 3);
    expect(chunks.every((it) => it.times.length > 0)).toBe(true);
    // One batch beyond the bound for each of the segments, and an eighth for the times.
    expect(bytesBelow(join(data, 'attempts/gusher.1'))).toBeLessThan(1.25 * outputBytes + 8 * 512 * 1024);
    for (const pid of [agentPid, guard]) expect(peakMemoryBytes(pid)).toBeLessThan(300 * 2 ** 20);
    await stop(agent);
  });

  test('a reader that does not read holds up neither the job nor the agent, and misses nothing', async () => {
    const only = await startCoordinator();
    only.readsLogs = false;
    const { agent, session } = await startUsable([only]);
    session.assign('gusher', 1, 'sleep 0.2; head -c 40000000 /dev/zero | tr "\\0" x; printf END');
    session.send({ tailLogs: { tailId: 't1', jobId: 'gusher', attempt: 1, follow: true } });
    expect((await only.ended('gusher')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    const held = only.logs.reduce((sum, it) => sum + (it.chunk?.data.length ?? 0), 0);
    expect(held).toBeLessThan(4_000_000);
    only.readsLogs = true;
    for (const call of only.logCalls) call.resume();
    await eventually('the tail ends', () => only.logsOver === 1);
    const text = only.text('LOG_STREAM_STDOUT');
    expect(text).toHaveLength(40_000_003);
    expect(text.endsWith('xEND')).toBe(true);
    await stop(agent);
  });
});
