import type { EventPosition } from '@synod/contracts';
import { cursorFromWire } from '@synod/contracts';
import type { JobEvent } from '@synod/jobs';
import { VirtualClock } from '@synod/testkit';
import type { WireWatchEventsResponseInput } from '@synod/wire';
import { anEnd, codeOf, settled, watched } from '../testing/basics.spec-support.js';
import { EventLog } from './event-log.js';
import { EventWatch } from './event-watch.js';
import { JobChanges } from './job-changes.js';

const submitted = (jobId: string): JobEvent => ({ type: 'jobSubmitted', jobId });
const entry = (slot: number, ...events: JobEvent[]) => ({ slot, timeMs: slot, replies: [], events, retired: [] });
const START: EventPosition = { slot: 0, index: 0 };

function jobsOf(log: EventLog, place: EventPosition, limit = 100): string[] {
  return log.read(place, limit).map(({ event }) => ('jobId' in event ? event.jobId : event.type));
}

describe('event log', () => {
  it('a reader gets what is behind its place, in order, so many at a time', () => {
    const log = new EventLog();
    log.append(entry(1, submitted('a'), submitted('b')));
    log.append(entry(2));
    log.append(entry(3, submitted('c')));
    expect(jobsOf(log, START)).toEqual(['a', 'b', 'c']);
    const [first] = log.read(START, 1);
    expect(first).toMatchObject({ position: { slot: 1, index: 0 }, timeMs: 1 });
    expect(jobsOf(log, first?.position ?? START, 2)).toEqual(['b', 'c']);
    expect(jobsOf(log, { slot: 2, index: 5 })).toEqual(['c']);
    expect(jobsOf(log, log.now())).toEqual([]);
  });

  it('now is behind everything so far, also of entries without events', () => {
    const log = new EventLog();
    log.append(entry(1, submitted('a')));
    log.append(entry(2));
    const now = log.now();
    log.append(entry(3, submitted('b')));
    expect(jobsOf(log, now)).toEqual(['b']);
  });

  it('no gap: whoever has not read the last dropped event is told so, in the middle of an entry, too', () => {
    const log = new EventLog(3);
    log.append(entry(1, submitted('a'), submitted('b')));
    const [a, b] = log.read(START, 2).map(({ position }) => position);
    log.append(entry(2, submitted('c'), submitted('d')));
    const codes = [START, a ?? START].map((place) => {
      try {
        return jobsOf(log, place).join();
      } catch (error) {
        return codeOf(error);
      }
    });
    expect(codes).toEqual(['cursorOutdated', 'cursorOutdated']);
    expect(jobsOf(log, b ?? START)).toEqual(['c', 'd']);
  });

  it('the cursor that an outdated reader is given works', () => {
    const log = new EventLog(2);
    for (let slot = 1; slot <= 5; slot += 1) log.append(entry(slot, submitted(String(slot))));
    let oldest = '';
    try {
      log.read(START, 1);
    } catch (error) {
      oldest = (error as { facts: { oldestCursor: string } }).facts.oldestCursor;
    }
    expect(jobsOf(log, cursorFromWire(oldest))).toEqual(['4', '5']);
  });

  it('it keeps so many events, and the newest entry whatever its size, through 100,000 entries', () => {
    const log = new EventLog(10);
    for (let slot = 1; slot <= 100_000; slot += 1) log.append(entry(slot, submitted(String(slot))));
    expect(log.size).toBe(10);
    expect(jobsOf(log, { slot: 99_995, index: 0 })).toEqual(['99996', '99997', '99998', '99999', '100000']);
    log.append(entry(100_001, ...Array.from({ length: 50 }, () => submitted('x'))));
    expect(log.size).toBe(50);
  });

  it('what an attempt put out is not kept, how it ended is', () => {
    const log = new EventLog();
    const end = anEnd({ result: 'r'.repeat(1_000), stdoutTail: 'o', stderrTail: 'e', message: 'm', exitCode: 3 });
    const token = { generation: 0, counter: 1 };
    const event: JobEvent = {
      type: 'attemptFinished',
      jobId: 'j',
      attempt: 1,
      fencingToken: token,
      workerId: 'w',
      end,
    };
    log.append(entry(1, event));
    expect(log.read(START, 1)[0]?.event).toEqual({ ...event, end: anEnd({ message: 'm', exitCode: 3 }) });
  });
});

describe('event watch', () => {
  const all = { after: undefined, jobIds: new Set<string>(), types: new Set<JobEvent['type']>() };

  function start(log: EventLog, query: object = {}, watch = new EventWatch(log)) {
    const abort = new AbortController();
    const responses: WireWatchEventsResponseInput[] = [];
    const run = async (): Promise<void> => {
      for await (const response of watch.watch({ ...all, ...query }, abort.signal)) responses.push(response);
    };
    return { abort, responses, done: watched(run()), watch };
  }
  const jobs = (responses: WireWatchEventsResponseInput[]) =>
    responses.flatMap(({ events }) => events?.map(({ jobId }) => jobId) ?? []);

  it('says first where it stands, then what comes, and ends with its reader', async () => {
    const log = new EventLog();
    log.append(entry(1, submitted('old')));
    const { responses, abort, done } = start(log);
    await settled();
    expect(responses).toEqual([{ events: [], cursor: expect.any(String) as string }]);
    log.append(entry(2, submitted('a')));
    await settled();
    log.append(entry(3, submitted('b')));
    await settled();
    expect(jobs(responses)).toEqual(['a', 'b']);
    expect(log.readerCount).toBe(1);
    abort.abort();
    await settled();
    expect([done.state, log.readerCount]).toEqual(['resolved', 0]);
  });

  it('another watch goes on behind the last cursor, without loss or repetition', async () => {
    const log = new EventLog();
    const first = start(log);
    await settled();
    for (let slot = 1; slot <= 3; slot += 1) log.append(entry(slot, submitted(String(slot))));
    await settled();
    first.abort.abort();
    log.append(entry(4, submitted('4')));
    const after = cursorFromWire(first.responses.at(-1)?.cursor ?? '');
    const second = start(log, { after });
    await settled();
    expect(jobs([...first.responses, ...second.responses])).toEqual(['1', '2', '3', '4']);
    second.abort.abort();
    await settled();
  });

  it('only the jobs and types asked for are told', async () => {
    const log = new EventLog();
    const { responses, abort } = start(log, { jobIds: new Set(['a']), types: new Set(['jobFinished']) });
    await settled();
    const finished = (jobId: string): JobEvent => ({ type: 'jobFinished', jobId, state: 'failed' });
    log.append(entry(1, submitted('a'), finished('b'), finished('a')));
    await settled();
    expect(responses.slice(1).map(({ events }) => events?.map(({ jobId, type }) => [jobId, type]))).toEqual([
      [['a', 'jobFinished']],
    ]);
    abort.abort();
    await settled();
  });

  it('a reader that wants nothing of what it passes gets its place now and then, and lets others run', async () => {
    const log = new EventLog();
    log.append(entry(1));
    const after = log.now();
    for (let slot = 2; slot <= 12_002; slot += 1) log.append(entry(slot, submitted('x')));
    const { responses, abort } = start(log, { after, jobIds: new Set(['y']) });
    for (let round = 0; round < 5; round += 1) await settled();
    expect(responses.length).toBe(3);
    expect(cursorFromWire(responses.at(-1)?.cursor ?? '').slot).toBeGreaterThan(9_000);
    abort.abort();
    await settled();
  });

  it('a reader that fell behind what is kept is told so', async () => {
    const log = new EventLog(10);
    const { done, responses } = start(log);
    await settled();
    // All of one turn: the watch has no chance to read in between.
    for (let slot = 1; slot <= 100; slot += 1) log.append(entry(slot, submitted('x')));
    await settled();
    expect([done.state, responses.length]).toEqual(['cursorOutdated', 1]);
  });

  it('watches are bounded, and one that ended makes room', async () => {
    const watch = new EventWatch(new EventLog());
    const started = Array.from({ length: 2_000 }, () => start(new EventLog(), {}, watch));
    await settled();
    const refused = start(new EventLog(), {}, watch);
    await settled();
    expect([watch.count, refused.done.state]).toEqual([2_000, 'TOO_MANY_WATCHES']);
    for (const { abort } of started) abort.abort();
    await settled();
    expect(watch.count).toBe(0);
  });
});

describe('job changes', () => {
  it('a change wakes those who wait for that job, and nobody else', async () => {
    const changes = new JobChanges(new VirtualClock());
    const { signal } = new AbortController();
    const waits = ['a', 'a', 'b'].map((jobId) => watched(changes.next(jobId, signal, 1_000)));
    changes.applied(entry(1, submitted('a'), submitted('c')));
    await settled();
    expect(waits.map(({ state }) => state)).toEqual(['resolved', 'resolved', 'pending']);
    expect(changes.count).toBe(1);
  });

  it('a wait ends by time or by its signal, and is forgotten', async () => {
    const clock = new VirtualClock();
    const changes = new JobChanges(clock);
    const abort = new AbortController();
    const waits = [watched(changes.next('a', abort.signal, 100)), watched(changes.next('b', abort.signal, 10_000))];
    clock.advance(100);
    await settled();
    expect(waits.map(({ state }) => state)).toEqual(['resolved', 'pending']);
    abort.abort();
    await settled();
    expect([waits[1]?.state, changes.count]).toEqual(['resolved', 0]);
    await changes.next('c', abort.signal, 10_000);
    expect(changes.count).toBe(0);
  });
});
