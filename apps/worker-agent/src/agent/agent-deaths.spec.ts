import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGroupAlive, isSameProcess, processIdentity } from '../shared/process-table.js';
import { DEADLINE_MS, endLater, eventually, fileText } from '../shared/process.spec-support.js';
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
import { token } from './fake-coordinator.spec-support.js';

jest.setTimeout(2 * DEADLINE_MS);

afterAll(endAll);

describe('deaths', () => {
  test('an agent that was killed and started again adopts what runs, and repeats results from its spool', async () => {
    const only = await startCoordinator();
    only.acknowledges = false;
    const { agent, session, data } = await startUsable([only], ['--restart-grace=30s']);
    const go = join(data, 'go');
    session.assign('over', 1, 'exit 9');
    session.assign('running', 2, `until [ -e ${go} ]; do sleep 0.05; done; exit 8`);
    await only.ended('over');
    const { pid, identity } = await processOf(data, 'running');
    const guard = guardPid(data);
    await agent.kill();
    const again = startAgent(data, [only.address]);
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
    await stop(again);
  });

  test('when an agent stays dead its guard ends what runs and tells a coordinator', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    session.assign('job', 1, FOREVER);
    const { pid } = await processOf(data, 'job');
    await eventually('the start is reported', () => only.reportsOf('job').length > 0);
    await agent.kill();
    const report = await eventually('the guard reports', () => only.guardsEnded[0]);
    expect(isGroupAlive(pid, true)).toBe(false);
    expect(report).toMatchObject({ workerId: 'w1', incarnation: session.hello?.incarnation });
    expect(report.ended).toEqual([{ jobId: 'job', attempt: 1, fencingToken: token(1) }]);
  });

  test('a result that came after the agent’s death is delivered by the guard, before it reports what it ended', async () => {
    const both = [await startCoordinator(), await startCoordinator()];
    const { agent, session, data } = await startUsable(both, ['--labels=zone=a']);
    const first = session.coordinator;
    const second = both.find((it) => it !== first) ?? first;
    const go = join(data, 'go');
    session.assign('job', 1, FOREVER);
    session.assign('result', 2, `until [ -e ${go} ]; do sleep 0.05; done; echo done; exit 5`);
    await Promise.all([processOf(data, 'job'), processOf(data, 'result')]);
    // Frozen, it can't tell; killed, it never will.
    agent.process.kill('SIGSTOP');
    writeFileSync(go, '');
    await eventually('it has ended', () => fileText(join(data, 'attempts/result.1/ended.json')) !== '');
    await agent.kill();
    first.kill();
    const { end } = await second.ended('result');
    expect(end).toMatchObject({ outcome: 'ATTEMPT_STATE_FAILED', exitCode: 5, stdoutTail: Buffer.from('done\n') });
    expect(second.sessions[0]?.hello?.incarnation).toBe(session.hello?.incarnation);
    expect(second.sessions[0]?.hello).toMatchObject({ labels: { zone: 'a' }, runsExec: false });
    const report = await eventually('the guard reports', () => second.guardsEnded[0]);
    expect(report.ended.map((it) => it.jobId)).toEqual(['job']);
    expect(second.reportsOf('job')).toEqual([]);
  });

  test('when the guard is killed its attempts are ended and reported as lost, and the next ones run under another', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
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
    await stop(agent);
  });

  test('with agent and guard killed together, the next agent ends what they left before it forgets it', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    session.assign('job', 1, FOREVER);
    const { pid } = await processOf(data, 'job');
    process.kill(guardPid(data), 'SIGKILL');
    await agent.kill();
    const again = startAgent(data, [only.address]);
    const report = await only.ended('job');
    expect(report.end?.outcome).toBe('ATTEMPT_STATE_LOST');
    expect(isGroupAlive(pid, true)).toBe(false);
    await again.ready();
    await stop(again);
  });
});

test('the leases of a frozen agent lapse; when it goes on, it tells what its guard ended and takes new work', async () => {
  const only = await startCoordinator();
  const { agent, session, data } = await startUsable([only]);
  session.assign('job', 1, FOREVER, { lostAfterMs: 3_000 });
  const { pid } = await processOf(data, 'job');
  agent.process.kill('SIGSTOP');
  await eventually('the guard ends it', () => !isGroupAlive(pid, true));
  agent.process.kill('SIGCONT');
  expect((await only.ended('job')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', signal: 'SIGKILL' });
  (only.sessions.at(-1) ?? session).assign('next', 2, 'exit 0');
  expect((await only.ended('next')).end?.outcome).toBe('ATTEMPT_STATE_SUCCEEDED');
  await stop(agent);
});

describe('SIGTERM', () => {
  test('by default what runs is ended with its grace and reported as lost before the goodbye', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only]);
    session.assign('polite', 1, 'trap "echo bye; exit 0" TERM; echo up; while :; do sleep 0.05; done');
    session.assign('stubborn', 2, FOREVER, { killGraceMs: 100 });
    const { pid } = await processOf(data, 'stubborn');
    await eventually('the trap is set', () => fileText(join(data, 'attempts/polite.1/stdout.0')) === 'up\n');
    const guard = guardPid(data);
    const identity = processIdentity(guard);
    await stop(agent);
    expect(only.reportsOf('polite').at(-1)?.end).toMatchObject({
      outcome: 'ATTEMPT_STATE_LOST',
      stdoutTail: Buffer.from('up\nbye\n'),
    });
    expect(only.reportsOf('stubborn').at(-1)?.end?.outcome).toBe('ATTEMPT_STATE_LOST');
    expect(session.goodbye).toBe(true);
    expect(isGroupAlive(pid, true)).toBe(false);
    await eventually('the guard is gone', () => !isSameProcess(guard, identity));
  });

  test('with --on-stop drain it says so first, gives back what waits, and lets what runs end', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only], ['--on-stop=drain', '--capacity=1']);
    const go = join(data, 'go');
    session.assign('runs', 1, `until [ -e ${go} ]; do sleep 0.05; done; exit 6`);
    await processOf(data, 'runs');
    session.assign('waits', 2, 'exit 0');
    const stopped = stop(agent);
    const back = await only.ended('waits');
    expect(session.draining).toBe('its agent stops');
    expect(back.end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', message: 'drained' });
    session.assign('late', 3, 'exit 0');
    expect((await only.ended('late')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', message: 'drained' });
    expect(session.goodbye).toBe(false);
    writeFileSync(go, '');
    expect((await only.ended('runs')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_FAILED', exitCode: 6 });
    await stopped;
    expect(session.goodbye).toBe(true);
  });

  test('with --on-stop drain what may run at most once is begun although it comes late: given back it would be lost for good', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only], ['--on-stop=drain']);
    const go = join(data, 'go');
    session.assign('runs', 1, `until [ -e ${go} ]; do sleep 0.05; done`);
    await processOf(data, 'runs');
    const stopped = stop(agent);
    await eventually('it says that it drains', () => session.draining !== undefined);
    session.assign('late', 2, 'exit 6', { mode: 'EXECUTION_MODE_AT_MOST_ONCE' });
    expect((await only.ended('late')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_FAILED', exitCode: 6 });
    writeFileSync(go, '');
    await stopped;
  });

  test('with --on-stop keep it leaves only when no more is assigned, and what came meanwhile is begun', async () => {
    const only = await startCoordinator();
    only.acknowledges = false;
    const { agent, session, data } = await startUsable([only], ['--on-stop=keep', '--restart-grace=30s']);
    const stopped = stop(agent);
    await eventually('it says that it drains', () => session.draining === 'its agent is replaced');
    session.assign('late', 1, FOREVER);
    // The coordinator has dealt with the word only now.
    session.send({ reportsAcknowledged: { sequences: session.sequences } });
    await stopped;
    await processOf(data, 'late');
    expect(session.goodbye).toBe(false);
    only.acknowledges = true;
    const again = startAgent(data, [only.address]);
    expect((await only.session(1)).hello?.held.map((it) => it.jobId)).toEqual(['late']);
    await again.ready();
    await stop(again);
  });

  test('with --on-stop drain what has not ended in time is given back', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only], ['--on-stop=drain', '--stop-timeout=100ms']);
    session.assign('job', 1, FOREVER, { killGraceMs: 0 });
    const { pid } = await processOf(data, 'job');
    await stop(agent);
    expect(only.reportsOf('job').at(-1)?.end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', message: 'drained' });
    expect(isGroupAlive(pid, true)).toBe(false);
  });

  test('with --on-stop drain what may run at most once is left to finish, whatever the time-out, as when the cluster evicts', async () => {
    const only = await startCoordinator();
    const flags = ['--on-stop=drain', '--stop-timeout=100ms', '--capacity=2'];
    const { agent, session, data } = await startUsable([only], flags);
    const go = join(data, 'go');
    const patient = `until [ -e ${go} ]; do sleep 0.05; done; exit 6`;
    session.assign('once', 1, patient, { mode: 'EXECUTION_MODE_AT_MOST_ONCE' });
    session.assign('again', 2, FOREVER, { killGraceMs: 0 });
    await Promise.all([processOf(data, 'once'), processOf(data, 'again')]);
    const stopped = stop(agent);
    expect((await only.ended('again')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_LOST', message: 'drained' });
    await eventually('it says what it waits for', () => agent.log().includes('may run at most once'));
    writeFileSync(go, '');
    expect((await only.ended('once')).end).toMatchObject({ outcome: 'ATTEMPT_STATE_FAILED', exitCode: 6 });
    await stopped;
    expect(session.goodbye).toBe(true);
  });

  test('with --on-stop keep an agent that is started in its place goes on with what runs', async () => {
    const only = await startCoordinator();
    const { agent, session, data } = await startUsable([only], ['--on-stop=keep', '--restart-grace=30s']);
    const go = join(data, 'go');
    session.assign('job', 1, `until [ -e ${go} ]; do sleep 0.05; done; exit 6`);
    await processOf(data, 'job');
    await stop(agent);
    expect(session.goodbye).toBe(false);
    const again = startAgent(data, [only.address]);
    const next = await only.session(1);
    expect(next.hello?.held.map((it) => it.jobId)).toEqual(['job']);
    next.assign('touch', 2, `touch ${go}`);
    await eventually('the attempt ends', () => next.reports.some((it) => it.jobId === 'job' && it.end?.exitCode === 6));
    await again.ready();
    await stop(again);
  });
});
