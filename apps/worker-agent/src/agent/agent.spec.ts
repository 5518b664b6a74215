import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGroupAlive, isSameProcess, processIdentity } from '../shared/process-table.js';
import {
  cleanUp,
  DEADLINE_MS,
  endLater,
  eventually,
  exitOf,
  fileText,
  temporaryFolder,
} from '../shared/process.spec-support.js';
import { bundleAgent, guardPid, processOf, startAgent, type RunningAgent } from './agent.spec-support.js';
import { FakeCoordinator, token, type FakeSession } from './fake-coordinator.spec-support.js';

jest.setTimeout(2 * DEADLINE_MS);

const FOREVER = 'trap "" TERM; while :; do sleep 0.2; done';

let file: string;
const coordinators: FakeCoordinator[] = [];

beforeAll(() => {
  file = bundleAgent();
});

afterAll(() => {
  for (const coordinator of coordinators) coordinator.kill();
  cleanUp();
});

async function coordinator(): Promise<FakeCoordinator> {
  const made = await new FakeCoordinator().start();
  coordinators.push(made);
  return made;
}

async function usable(
  at: readonly FakeCoordinator[],
  flags: readonly string[] = [],
): Promise<{ agent: RunningAgent; session: FakeSession; data: string }> {
  const data = temporaryFolder();
  const addresses = at.map((it) => it.address);
  const agent = startAgent(file, data, addresses, flags);
  await agent.ready();
  const session = await eventually('a session opens', () => at.flatMap((it) => it.sessions).find((it) => it.hello));
  return { agent, session, data };
}

async function stopped(agent: RunningAgent): Promise<void> {
  agent.process.kill('SIGTERM');
  expect(await exitOf(agent.process)).toEqual({ code: 0, signal: null });
}

describe('an agent and its coordinator', () => {
  test('an assignment runs, its start and end are reported, and the end brings the last of the output', async () => {
    const only = await coordinator();
    const { agent, session } = await usable([only], ['--capacity=3', '--labels=zone=a,disk=ssd']);
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
    await stopped(agent);
    expect(session.goodbye).toBe(true);
  });

  test('an assignment that is repeated, or older than one that came, is ignored', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
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
    await stopped(agent);
  });

  test('what runs outlives the session, and reports are repeated at the next coordinator until they are acknowledged', async () => {
    const both = [await coordinator(), await coordinator()];
    for (const it of both) it.acknowledges = false;
    const { agent, session, data } = await usable(both);
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
    await stopped(agent);
  });

  test('above its capacity assignments wait for a place', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only], ['--capacity=1']);
    const go = join(data, 'go');
    session.assign('first', 1, `until [ -e ${go} ]; do sleep 0.05; done; rm ${go}`);
    session.assign('second', 2, `test ! -e ${go}`);
    await processOf(data, 'first');
    expect(only.reportsOf('second')).toEqual([]);
    writeFileSync(go, '');
    expect((await only.ended('second')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    await stopped(agent);
  });

  test('a cancelled attempt is ended with its grace, and one that is no longer current is ended without a word', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
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
    await stopped(agent);
  });

  test('a worker whose id a newer incarnation took ends what runs and stops with an error', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
    session.assign('job', 1, FOREVER);
    const { pid } = await processOf(data, 'job');
    only.newestIncarnation = Number.MAX_SAFE_INTEGER;
    session.break();
    expect(await exitOf(agent.process)).toMatchObject({ code: 1 });
    expect(agent.log()).toContain("another worker with the id 'w1'");
    expect(isGroupAlive(pid, true)).toBe(false);
  });

  test('a data directory is one agent’s only, and one worker’s', async () => {
    const only = await coordinator();
    const { agent, data } = await usable([only]);
    const second = startAgent(file, data, [only.address]);
    expect(await exitOf(second.process)).toMatchObject({ code: 1 });
    await stopped(agent);
    const other = startAgent(file, data, [only.address], ['--id=w2']);
    expect(await exitOf(other.process)).toMatchObject({ code: 1 });
    expect(other.log()).toContain("belongs to worker 'w1'");
  });
});

describe('worker leases', () => {
  test('confirmations by a leader of a lower ballot extend no lease', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
    session.assign('leased', 1, FOREVER, { lostAfterMs: 3_000 });
    session.assign('alone', 2, FOREVER, { killGraceMs: 100, mode: 'EXECUTION_MODE_AT_LEAST_ONCE' });
    await processOf(data, 'leased');
    const alone = await processOf(data, 'alone');
    only.leader = { round: 4, priority: 9, nodeId: 'c9' };
    expect((await only.ended('leased')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', signal: 'SIGKILL' });
    expect(isSameProcess(alone.pid, alone.identity)).toBe(true);
    await stopped(agent);
  });

  test('nothing that has a lease starts before a heartbeat was confirmed', async () => {
    const only = await coordinator();
    only.leader = undefined;
    const { agent, session, data } = await usable([only]);
    session.assign('leased', 1, 'exit 0');
    session.assign('alone', 2, 'exit 0', { mode: 'EXECUTION_MODE_AT_LEAST_ONCE' });
    await only.ended('alone');
    expect(fileText(join(data, 'attempts/leased.1/started.json'))).toBe('');
    only.leader = { round: 5, priority: 1, nodeId: 'c1' };
    expect((await only.ended('leased')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    await stopped(agent);
  });
});

describe('logs', () => {
  test('a reader follows both streams from its positions until the attempt has ended', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
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
    await stopped(agent);
  });

  test('a reader that does not read holds up neither the job nor the agent, and misses nothing', async () => {
    const only = await coordinator();
    only.readsLogs = false;
    const { agent, session } = await usable([only]);
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
    await stopped(agent);
  });
});

describe('deaths', () => {
  test('an agent that was killed and started again adopts what runs, and repeats results from its spool', async () => {
    const only = await coordinator();
    only.acknowledges = false;
    const { agent, session, data } = await usable([only]);
    const go = join(data, 'go');
    session.assign('over', 1, 'exit 9');
    session.assign('running', 2, `until [ -e ${go} ]; do sleep 0.05; done; exit 8`);
    await only.ended('over');
    const { pid, identity } = await processOf(data, 'running');
    const guard = guardPid(data);
    await agent.kill();
    const again = startAgent(file, data, [only.address]);
    const next = await only.session(1);
    expect(guardPid(data)).toBe(guard);
    expect(isSameProcess(pid, identity)).toBe(true);
    expect(Number(next.hello?.incarnation)).toBeGreaterThan(Number(session.hello?.incarnation));
    expect(next.hello?.held.map((it) => it.jobId).sort()).toEqual(['over', 'running']);
    await eventually('the result is repeated', () =>
      next.reports.some((it) => it.jobId === 'over' && it.end?.exitCode === 9),
    );
    only.acknowledges = true;
    next.assign('touch', 3, `touch ${go}`);
    await eventually('the adopted attempt ends', () =>
      next.reports.some((it) => it.jobId === 'running' && it.end?.exitCode === 8),
    );
    await again.ready();
    // The repeated result is still under way on that session; a new one sends it once more.
    next.break();
    await only.session(2);
    await stopped(again);
  });

  test('when an agent stays dead its guard ends what runs and tells a coordinator', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
    session.assign('job', 1, FOREVER);
    const { pid } = await processOf(data, 'job');
    await eventually('the start is reported', () => only.reportsOf('job').length > 0);
    await agent.kill();
    const report = await eventually('the guard reports', () => only.guardsEnded[0]);
    expect(isGroupAlive(pid, true)).toBe(false);
    expect(report).toMatchObject({ workerId: 'w1', incarnation: session.hello?.incarnation });
    expect(report.ended).toEqual([{ jobId: 'job', attempt: 1, fencingToken: token(1) }]);
  });

  test('when the guard is killed its attempts are ended and reported as lost, and the next ones run under another', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
    session.assign('job', 1, `setsid sh -c 'echo $$ > ${join(data, 'escaped')}; exec sleep 600' & ${FOREVER}`);
    const { pid } = await processOf(data, 'job');
    const escaped = Number(await eventually('a child left the group', () => fileText(join(data, 'escaped')).trim()));
    const identity = processIdentity(escaped);
    endLater(escaped);
    const guard = guardPid(data);
    process.kill(guard, 'SIGKILL');
    expect((await only.ended('job')).end?.outcome).toBe('ATTEMPT_STATE_LOST');
    expect(isGroupAlive(pid, true)).toBe(false);
    expect(isSameProcess(escaped, identity)).toBe(false);
    session.assign('next', 2, 'exit 0');
    expect((await only.ended('next')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
    expect(guardPid(data)).not.toBe(guard);
    endLater(guardPid(data));
    await stopped(agent);
  });

  test('with agent and guard killed together, the next agent ends what they left before it forgets it', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
    session.assign('job', 1, FOREVER);
    const { pid } = await processOf(data, 'job');
    process.kill(guardPid(data), 'SIGKILL');
    await agent.kill();
    const again = startAgent(file, data, [only.address]);
    const report = await only.ended('job');
    expect(report.end?.outcome).toBe('ATTEMPT_STATE_LOST');
    expect(isGroupAlive(pid, true)).toBe(false);
    await again.ready();
    await stopped(again);
  });
});

describe('SIGTERM', () => {
  test('by default what runs is ended with its grace and reported as lost before the goodbye', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only]);
    session.assign('polite', 1, 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
    session.assign('stubborn', 2, FOREVER, { killGraceMs: 100 });
    const { pid } = await processOf(data, 'stubborn');
    await eventually('the trap is set', () => fileText(join(data, 'attempts/polite.1/stdout.0')) === 'up\n');
    const guard = guardPid(data);
    const identity = processIdentity(guard);
    await stopped(agent);
    expect(only.reportsOf('polite').at(-1)?.end).toMatchObject({
      outcome: 'ATTEMPT_STATE_LOST',
      stdoutTail: Buffer.from('up\nbye\n'),
    });
    expect(only.reportsOf('stubborn').at(-1)?.end?.outcome).toBe('ATTEMPT_STATE_LOST');
    expect(session.goodbye).toBe(true);
    expect(isGroupAlive(pid, true)).toBe(false);
    await eventually('the guard is gone', () => !isSameProcess(guard, identity));
  });

  test('with --on-stop keep an agent that is started in its place goes on with what runs', async () => {
    const only = await coordinator();
    const { agent, session, data } = await usable([only], ['--on-stop=keep']);
    const go = join(data, 'go');
    session.assign('job', 1, `until [ -e ${go} ]; do sleep 0.05; done; exit 6`);
    await processOf(data, 'job');
    await stopped(agent);
    expect(session.goodbye).toBe(false);
    const again = startAgent(file, data, [only.address]);
    const next = await only.session(1);
    expect(next.hello?.held.map((it) => it.jobId)).toEqual(['job']);
    next.assign('touch', 2, `touch ${go}`);
    await eventually('the attempt ends', () => next.reports.some((it) => it.jobId === 'job' && it.end?.exitCode === 6));
    await again.ready();
    await stopped(again);
  });
});
