import type { CommandReply, DueSchedule } from './commands.js';
import { aScheduleSpec, aSpec, aWorker, Driver, refused, START_MS } from './machine.spec-support.js';
import type { FiringDecision, OverlapPolicy, ScheduleSpec } from './schedule.js';
import { MAX_KEPT_DECISIONS, MAX_WAITING_FIRINGS, ON_TIME_MS } from './schedule.js';
import { firingTimeMs } from './schedule-times.js';

const ID = 'backup';
const SECOND = 1_000;

/** A group at the newest level with one worker and, unless told otherwise, the schedule. */
function begun(changes: Partial<ScheduleSpec> | null = {}): Driver {
  const driver = new Driver();
  driver.raiseLevel();
  driver.open(aWorker('w1', { capacity: 100 }));
  if (changes !== null) set(driver, changes);
  return driver;
}

function set(driver: Driver, changes: Partial<ScheduleSpec> = {}, ifRevision?: number): CommandReply {
  const spec = aScheduleSpec(changes);
  const condition = ifRevision === undefined ? {} : { ifRevision };
  return driver.command({ type: 'setSchedule', scheduleId: ID, spec, paused: false, ...condition });
}

function schedule(driver: Driver) {
  const record = driver.machine.schedule(ID);
  if (record === undefined) throw new Error('there is no schedule');
  return record;
}

/** Time passes, and the leader proposes these times, in seconds after the start. */
function fire(driver: Driver, atSecond: number, seconds: readonly number[], changes: Partial<DueSchedule> = {}) {
  driver.nowMs = START_MS + atSecond * SECOND;
  const { revision, decidedThroughMs: afterMs } = schedule(driver);
  const nominalMs = seconds.map((second) => START_MS + second * SECOND);
  const due = { scheduleId: ID, revision, afterMs, nominalMs, more: false, ...changes };
  const reply = driver.command({ type: 'fireSchedules', due: [due] });
  if (reply.type !== 'schedulesFired') throw new Error(JSON.stringify(reply));
  return reply.refusals[0];
}

function brief(decisions: readonly FiringDecision[]): string[] {
  return decisions.map(({ outcome, reason, count, jobId }) => {
    const job = jobId === undefined ? '' : ' job';
    return `${outcome} ${reason}${count === 1 ? '' : ` ×${count}`}${job}`;
  });
}

const ledger = (driver: Driver): string[] => brief(schedule(driver).ledger);
const lastJob = (driver: Driver): string =>
  schedule(driver).ledger.findLast((it) => it.jobId !== undefined)?.jobId ?? '';

describe('a schedule', () => {
  it('submits a job for a nominal time that is due, and says in both records which is whose', () => {
    const driver = begun({ job: aSpec({ queue: 'nightly' }) });
    expect(fire(driver, 1, [1])).toBeUndefined();
    const [decision] = schedule(driver).ledger;
    expect(decision).toEqual({
      origin: 'timer',
      outcome: 'fired',
      reason: 'due',
      fromMs: START_MS + SECOND,
      throughMs: START_MS + SECOND,
      count: 1,
      jobId: lastJob(driver),
      decidedAtMs: START_MS + SECOND,
    });
    const { state, spec, principal, firing } = driver.job(lastJob(driver));
    expect({ state, queue: spec.queue, principal }).toEqual({ state: 'ready', queue: 'nightly', principal: 'alice' });
    expect(firing).toEqual({ scheduleId: ID, nominalMs: START_MS + SECOND, origin: 'timer' });
    expect(driver.events.slice(-2).map(({ type }) => type)).toEqual(['jobSubmitted', 'scheduleDecided']);
  });

  it('is refused below its feature level', () => {
    const driver = new Driver();
    expect(set(driver)).toEqual(refused({ code: 'featureLevelTooLow', needed: 3, level: 1 }));
  });

  it('decides a time once: the same proposal from another leader is refused, and so is one computed from an older state', () => {
    const driver = begun();
    const before = schedule(driver).decidedThroughMs;
    expect(fire(driver, 2, [1])).toBeUndefined();
    expect(fire(driver, 2, [1], { afterMs: before })).toBe('scheduleChanged');
    expect(fire(driver, 2, [1])).toBe('notDue');
    expect(ledger(driver)).toEqual(['fired due job']);
  });

  it('loses no time to proposals in another order: one that would pass over a time is refused', () => {
    const driver = begun();
    expect(fire(driver, 3, [3], { afterMs: START_MS + 2 * SECOND })).toBe('scheduleChanged');
    expect(fire(driver, 3, [1, 2])).toBeUndefined();
    expect(fire(driver, 3, [3], { afterMs: START_MS + 2 * SECOND })).toBeUndefined();
    expect(schedule(driver).counts.fired + schedule(driver).counts.skipped).toBe(3);
  });

  it('decides nothing ahead of applied time, nothing out of order, and nothing outside its bounds', () => {
    const driver = begun({ startAtMs: START_MS + 2 * SECOND, endAtMs: START_MS + 5 * SECOND });
    expect(fire(driver, 3, [4])).toBe('notDue');
    expect(fire(driver, 4, [4, 3])).toBe('notDue');
    expect(fire(driver, 4, [1])).toBe('notDue');
    expect(fire(driver, 9, [6])).toBe('notDue');
    expect(fire(driver, 9, [])).toBe('notDue');
    expect(ledger(driver)).toEqual([]);
    expect(fire(driver, 9, [2, 5])).toBeUndefined();
  });

  it('keeps a bounded ledger; times that met the same end in a row are one line of it', () => {
    const driver = begun({ catchUp: 'none' });
    fire(driver, 100, [1, 2, 3]);
    expect(ledger(driver)).toEqual(['missed late ×3']);
    fire(driver, 100, [4, 5]);
    expect(ledger(driver)).toEqual(['missed late ×5']);
    for (let second = 101; second < 200; second += 1) {
      fire(driver, second, [second]);
      driver.command({ type: 'cancelJob', jobId: lastJob(driver), reason: '' });
    }
    expect(schedule(driver).ledger).toHaveLength(MAX_KEPT_DECISIONS);
    expect(schedule(driver).counts).toEqual({ fired: 99, caughtUp: 0, skipped: 0, missed: 5 });
  });

  it('is put off by its jitter, evenly and always by the same for a time', () => {
    const rules = { jitterMs: 999 };
    const delays = Array.from({ length: 1_000 }, (_, at) => firingTimeMs(ID, rules, at * SECOND) - at * SECOND);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(999);
    expect(delays.filter((delay) => delay < 500).length).toBeGreaterThan(400);
    expect(delays.filter((delay) => delay < 500).length).toBeLessThan(600);
    expect(firingTimeMs(ID, rules, 5 * SECOND)).toBe(firingTimeMs(ID, rules, 5 * SECOND));
    const driver = begun({ jitterMs: 60 * SECOND });
    const fireAtMs = firingTimeMs(ID, schedule(driver).spec, START_MS + SECOND);
    expect(fire(driver, (fireAtMs - START_MS - 1) / SECOND, [1])).toBe('notDue');
    expect(fire(driver, (fireAtMs - START_MS) / SECOND, [1])).toBeUndefined();
  });
});

describe('the definition of a schedule', () => {
  it('has a revision that a change may ask for, and that no other definition ever has', () => {
    const driver = begun(null);
    expect(set(driver, {}, 7)).toEqual(refused({ code: 'revisionMismatch', revision: 0 }));
    expect(set(driver, {}, 0)).toMatchObject({ type: 'scheduleChanged', change: 'created' });
    const { revision } = schedule(driver);
    expect(set(driver, {}, 0)).toEqual(refused({ code: 'revisionMismatch', revision }));
    expect(set(driver)).toEqual({ type: 'scheduleChanged', revision, change: 'unchanged' });
    expect(set(driver, { jitterMs: 1 }, revision)).toMatchObject({ change: 'updated' });
    driver.command({ type: 'deleteSchedule', scheduleId: ID });
    set(driver);
    expect(schedule(driver).revision).toBeGreaterThan(revision + 1);
  });

  it('that says other times begins now: what was due before and not decided is passed over, and the ledger says so', () => {
    const driver = begun();
    driver.nowMs += 5 * SECOND;
    set(driver, { timing: 'every minute' });
    expect(ledger(driver)).toEqual(['notTaken redefined ×0']);
    expect(schedule(driver).decidedThroughMs).toBe(driver.nowMs);
    driver.nowMs += 5 * SECOND;
    set(driver, { timing: 'every minute', overlap: 'allowAll' });
    expect(schedule(driver).decidedThroughMs).toBe(driver.nowMs - 5 * SECOND);
  });

  it('that was replaced decides nothing more: what was computed from it is refused', () => {
    const driver = begun();
    const { revision } = schedule(driver);
    set(driver, { overlap: 'allowAll' });
    expect(fire(driver, 1, [1], { revision })).toBe('scheduleChanged');
    expect(fire(driver, 1, [1])).toBeUndefined();
  });

  it('is refused above the greatest number of schedules', () => {
    const driver = new Driver({ maxSchedules: 1 });
    driver.raiseLevel();
    set(driver);
    const other = { type: 'setSchedule', scheduleId: 'other', spec: aScheduleSpec(), paused: false } as const;
    expect(driver.command(other)).toEqual(refused({ code: 'tooManySchedules', limit: 1 }));
    expect(set(driver, { jitterMs: 5 })).toMatchObject({ change: 'updated' });
  });

  it('paused, decides nothing; resumed, it goes on from then', () => {
    const driver = begun();
    const pause = (paused: boolean) =>
      driver.command({ type: 'pauseSchedule', scheduleId: ID, paused, reason: 'holidays' });
    expect(pause(true)).toMatchObject({ change: 'paused' });
    expect(pause(true)).toMatchObject({ change: 'unchanged' });
    expect(schedule(driver)).toMatchObject({ paused: true, pauseReason: 'holidays' });
    expect(fire(driver, 1, [1])).toBe('scheduleChanged');
    driver.nowMs = START_MS + 10 * SECOND;
    expect(pause(false)).toMatchObject({ change: 'resumed' });
    expect(ledger(driver)).toEqual(['notTaken paused ×0']);
    expect(fire(driver, 11, [10])).toBe('notDue');
    expect(fire(driver, 11, [11])).toBeUndefined();
  });

  it.each([
    { type: 'deleteSchedule', scheduleId: 'nobody' },
    { type: 'pauseSchedule', scheduleId: 'nobody', paused: true, reason: '' },
    { type: 'triggerSchedule', scheduleId: 'nobody' },
    { type: 'backfillSchedule', scheduleId: 'nobody', revision: 1, nominalMs: [1], overlap: 'skip' },
  ] as const)('$type of one that is not there is refused', (command) => {
    expect(begun().command(command)).toEqual(refused({ code: 'scheduleUnknown', scheduleId: 'nobody' }));
  });
});

describe('a firing while a job of an earlier one runs', () => {
  /** The first firing's job runs; the others come while it does. */
  function overlapping(overlap: OverlapPolicy, firings: number) {
    const driver = begun({ overlap });
    fire(driver, 1, [1]);
    const first = lastJob(driver);
    driver.start('w1', driver.assign(first, 'w1'));
    for (let at = 0; at < firings; at += 1) fire(driver, 2 + at, [2 + at]);
    return { driver, first };
  }

  it('is skipped by skip', () => {
    const { driver, first } = overlapping('skip', 2);
    expect(ledger(driver)).toEqual(['fired due job', 'skipped overlap ×2']);
    driver.finish('w1', driver.attemptOf(first));
    fire(driver, 9, [9]);
    expect(ledger(driver).at(-1)).toBe('fired due job');
  });

  it('waits by bufferOne, one at a time', () => {
    const { driver, first } = overlapping('bufferOne', 3);
    expect(ledger(driver)).toEqual(['fired due job', 'fired waitsForOthers job', 'skipped bufferFull ×2']);
    const second = lastJob(driver);
    expect(driver.job(second)).toMatchObject({ state: 'waiting', waitReason: 'overlap' });
    expect(driver.machine.scheduleJobs(ID)).toEqual({ active: [first], waiting: [second] });
    driver.finish('w1', driver.attemptOf(first));
    expect(driver.job(second).state).toBe('ready');
    fire(driver, 9, [9]);
    expect(ledger(driver).at(-1)).toBe('fired waitsForOthers job');
  });

  it('waits by bufferAll, and all begin one after another, in order', () => {
    const { driver, first } = overlapping('bufferAll', 3);
    const { waiting } = driver.machine.scheduleJobs(ID);
    expect(waiting).toHaveLength(3);
    const order: string[] = [];
    for (let job = first, round = 0; round < 4; round += 1) {
      order.push(job);
      driver.finish('w1', round === 0 ? driver.attemptOf(job) : driver.assign(job, 'w1'));
      const ready = driver.machine.listJobs({ states: ['ready'], queue: '' }, undefined, 10);
      expect(ready.length).toBe(round === 3 ? 0 : 1);
      job = ready[0]?.jobId ?? '';
    }
    expect(order).toEqual([first, ...waiting]);
  });

  it('is skipped by bufferAll when as many wait as may', () => {
    const { driver } = overlapping('bufferAll', 0);
    const { revision } = schedule(driver);
    const nominalMs = Array.from({ length: MAX_WAITING_FIRINGS + 5 }, (_, at) => at);
    const backfill = { type: 'backfillSchedule', scheduleId: ID, revision, nominalMs, overlap: 'bufferAll' } as const;
    expect(driver.command(backfill)).toEqual({ type: 'scheduleBackfilled', fired: MAX_WAITING_FIRINGS, skipped: 5 });
    expect(ledger(driver).at(-1)).toBe('skipped bufferFull ×5');
  });

  it.each([
    ['cancelOther', undefined],
    ['terminateOther', true],
  ] as const)('by %s ends the others, and begins when they have', (overlap, terminate) => {
    const { driver, first } = overlapping(overlap, 1);
    expect(ledger(driver)).toEqual(['fired due job', 'fired endsOthers job']);
    const second = lastJob(driver);
    expect(driver.job(first).cancelRequested).toBe(true);
    const request = driver.events.findLast((event) => event.type === 'cancelRequested');
    expect(request).toMatchObject({ jobId: first, attempt: 1 });
    expect(request?.type === 'cancelRequested' ? request.terminate : 'no request').toBe(terminate);
    fire(driver, 9, [9]);
    const third = lastJob(driver);
    expect(driver.job(second).state).toBe('cancelled');
    expect(driver.job(third).state).toBe('waiting');
    driver.finish('w1', driver.attemptOf(first), { ...END, outcome: 'cancelled' });
    expect(driver.job(first).state).toBe('cancelled');
    expect(driver.job(third).state).toBe('ready');
  });

  it('by cancelOther begins at once when no worker has begun with the others', () => {
    const driver = begun({ overlap: 'cancelOther' });
    fire(driver, 1, [1]);
    const first = lastJob(driver);
    fire(driver, 2, [2]);
    expect(driver.job(first).state).toBe('cancelled');
    expect(driver.job(lastJob(driver)).state).toBe('ready');
    expect(ledger(driver)).toEqual(['fired due job', 'fired due job']);
  });

  it('begins at once by allowAll', () => {
    const { driver } = overlapping('allowAll', 2);
    expect(ledger(driver)).toEqual(['fired due job', 'fired due job', 'fired due job']);
    expect(driver.machine.counts()).toMatchObject({ running: 1, ready: 2 });
  });

  it('a job that waits can be cancelled, and the next one takes its turn', () => {
    const { driver, first } = overlapping('bufferAll', 2);
    const [second, third] = driver.machine.scheduleJobs(ID).waiting as [string, string];
    driver.command({ type: 'cancelJob', jobId: second, reason: '' });
    driver.finish('w1', driver.attemptOf(first));
    expect(driver.job(third).state).toBe('ready');
  });

  it('jobs that wait go on when the schedule is deleted', () => {
    const { driver, first } = overlapping('bufferOne', 1);
    const second = lastJob(driver);
    driver.command({ type: 'deleteSchedule', scheduleId: ID });
    driver.finish('w1', driver.attemptOf(first));
    expect(driver.job(second).state).toBe('ready');
  });

  it('a job that failed and waits to be retried still counts as running', () => {
    const retry = { maxAttempts: 2, backoff: 'fixed', initialMs: 60_000, maxMs: 60_000, jitterPercent: 0 } as const;
    const driver = begun({ job: aSpec({ retry: { ...retry, notRetriedExitCodes: [], notRetriedErrors: [] } }) });
    fire(driver, 1, [1]);
    driver.finish('w1', driver.assign(lastJob(driver), 'w1'), { ...END, outcome: 'failed' });
    fire(driver, 2, [2]);
    expect(ledger(driver)).toEqual(['fired due job', 'skipped overlap']);
  });

  it('a job that waits begins when none is active any more, also beside one that was triggered', () => {
    const { driver, first } = overlapping('bufferOne', 1);
    const waits = lastJob(driver);
    driver.command({ type: 'triggerSchedule', scheduleId: ID, overlap: 'allowAll' });
    const beside = lastJob(driver);
    driver.finish('w1', driver.attemptOf(first));
    expect(driver.job(waits).state).toBe('waiting');
    driver.finish('w1', driver.assign(beside, 'w1'));
    expect(driver.job(waits).state).toBe('ready');
  });

  it('by cancelOther ends what waits as well, and none of it begins on the way', () => {
    const driver = begun({ overlap: 'bufferOne' });
    fire(driver, 2, [1, 2]);
    const { active, waiting } = driver.machine.scheduleJobs(ID);
    set(driver, { overlap: 'cancelOther' });
    fire(driver, 3, [3]);
    for (const jobId of [...active, ...waiting]) expect(driver.job(jobId).state).toBe('cancelled');
    expect(driver.job(lastJob(driver)).state).toBe('ready');
  });

  it('is skipped when there are as many jobs as may be', () => {
    const driver = new Driver({ maxUnfinishedJobs: 1 });
    driver.raiseLevel();
    set(driver, { overlap: 'allowAll' });
    fire(driver, 2, [1, 2]);
    expect(ledger(driver)).toEqual(['fired due job', 'skipped tooManyJobs']);
  });
});

const END = { exitCode: undefined, signal: '', message: '', result: '', stdoutTail: '', stderrTail: '' };

describe('times that are decided late', () => {
  const LATE = 100 + ON_TIME_MS / SECOND;

  it.each<[string, Partial<ScheduleSpec>, string[]]>([
    ['none', { catchUp: 'none' }, ['missed late ×3']],
    ['latest', { catchUp: 'latest' }, ['missed superseded ×2', 'caughtUp due job']],
    ['all', { catchUp: 'all' }, ['caughtUp due job', 'caughtUp due job', 'caughtUp due job']],
    [
      'window',
      { catchUp: 'window', catchUpWindowMs: (LATE - 2) * SECOND },
      ['missed outsideWindow', 'caughtUp due job', 'caughtUp due job'],
    ],
  ])('by %s', (_, changes, expected) => {
    const driver = begun({ overlap: 'allowAll', ...changes });
    fire(driver, LATE, [1, 2, 3]);
    expect(ledger(driver)).toEqual(expected);
  });

  it('are on time within the tolerance, to the millisecond', () => {
    for (const [lateMs, expected] of [
      [ON_TIME_MS, 'fired due job'],
      [ON_TIME_MS + 1, 'missed late'],
    ] as const) {
      const driver = begun({ catchUp: 'none' });
      fire(driver, 1 + lateMs / SECOND, [1]);
      expect(ledger(driver)).toEqual([expected]);
    }
  });

  it('by latest are all missed when more are due, or one is on time', () => {
    const driver = begun({ catchUp: 'latest' });
    fire(driver, LATE, [1, 2], { more: true });
    expect(ledger(driver)).toEqual(['missed superseded ×2']);
    fire(driver, LATE, [3, LATE - 1]);
    expect(ledger(driver)).toEqual(['missed superseded ×3', 'fired due job']);
  });
});

describe('by hand', () => {
  it('a trigger fires now, even when paused, and leaves the times alone', () => {
    const driver = begun();
    driver.command({ type: 'pauseSchedule', scheduleId: ID, paused: true, reason: '' });
    const { decidedThroughMs } = schedule(driver);
    driver.nowMs += 500;
    const reply = driver.command({ type: 'triggerSchedule', scheduleId: ID });
    expect(reply).toEqual({ type: 'scheduleTriggered', outcome: 'fired', reason: 'due', jobId: lastJob(driver) });
    expect(driver.job(lastJob(driver)).firing).toEqual({
      scheduleId: ID,
      nominalMs: driver.nowMs,
      origin: 'trigger',
    });
    expect(schedule(driver).decidedThroughMs).toBe(decidedThroughMs);
    expect(driver.command({ type: 'triggerSchedule', scheduleId: ID })).toMatchObject({ outcome: 'skipped' });
    const beside = driver.command({ type: 'triggerSchedule', scheduleId: ID, overlap: 'allowAll' });
    expect(beside).toMatchObject({ outcome: 'fired', reason: 'due' });
  });

  it('a backfill fires for each time asked for, in order, of the definition that they came from', () => {
    const driver = begun();
    const { revision } = schedule(driver);
    const nominalMs = [START_MS - 3 * SECOND, START_MS - 2 * SECOND];
    const backfill = { type: 'backfillSchedule', scheduleId: ID, nominalMs, overlap: 'bufferAll' } as const;
    expect(driver.command({ ...backfill, revision: revision + 1 })).toEqual(
      refused({ code: 'revisionMismatch', revision }),
    );
    expect(driver.command({ ...backfill, revision })).toEqual({ type: 'scheduleBackfilled', fired: 2, skipped: 0 });
    const { active, waiting } = driver.machine.scheduleJobs(ID);
    expect([...active, ...waiting].map((jobId) => driver.job(jobId).firing?.nominalMs)).toEqual(nominalMs);
  });
});
