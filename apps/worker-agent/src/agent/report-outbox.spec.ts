import type { AttemptReport } from '@synod/jobs';
import { endReport, NO_TAILS, startReport } from '../shared/attempt-report.js';
import { endingWithoutGuard } from './held-attempt.js';
import { ReportOutbox } from './report-outbox.js';

const ref = (jobId: string) => ({ jobId, attempt: 1, fencingToken: { generation: 1, counter: 1 } });
const started = (jobId: string): AttemptReport => startReport(ref(jobId), 100);
const ended = (jobId: string): AttemptReport =>
  endReport(ref(jobId), endingWithoutGuard('succeeded', '', { startedAtMs: 100, finishedAtMs: 200 }), NO_TAILS);

describe('the outbox of reports', () => {
  let known: string[];
  let outbox: ReportOutbox;

  beforeEach(() => {
    known = [];
    outbox = new ReportOutbox((key) => known.push(key));
  });

  test('a report is sent once for each session until it is acknowledged', () => {
    outbox.add(ended('a'));
    const first = outbox.next();
    expect(first?.reports).toEqual([ended('a')]);
    expect(outbox.next()).toBeUndefined();
    outbox.sessionLost();
    const second = outbox.next();
    expect(second?.reports).toEqual([ended('a')]);
    expect(second?.sequence).toBeGreaterThan(first?.sequence ?? 0);
    outbox.acknowledged(second?.sequence ?? 0);
    expect(known).toEqual(['a.1']);
    outbox.sessionLost();
    expect(outbox.next()).toBeUndefined();
  });

  test('an acknowledgement of a start does not cover the end that came meanwhile', () => {
    outbox.add(started('a'));
    const start = outbox.next();
    outbox.add(ended('a'));
    const end = outbox.next();
    outbox.acknowledged(start?.sequence ?? 0);
    expect(known).toEqual([]);
    outbox.acknowledged(end?.sequence ?? 0);
    expect(known).toEqual(['a.1']);
    expect(outbox.size).toBe(0);
  });

  test('an acknowledgement from an earlier session counts for nothing', () => {
    outbox.add(ended('a'));
    const lost = outbox.next();
    outbox.sessionLost();
    outbox.acknowledged(lost?.sequence ?? 0);
    expect(known).toEqual([]);
    expect(outbox.next()?.reports).toHaveLength(1);
  });

  test('a start that is repeated behind the end changes nothing', () => {
    outbox.add(ended('a'));
    outbox.add(started('a'));
    expect(outbox.next()?.reports).toEqual([ended('a')]);
  });

  test('batches and batches under way are bounded', () => {
    for (let job = 0; job < 10_000; job++) outbox.add(ended(`job-${job}`));
    const batches = [];
    for (let batch = outbox.next(); batch !== undefined; batch = outbox.next()) batches.push(batch);
    expect(batches).toHaveLength(16);
    expect(Math.max(...batches.map((it) => it.reports.length))).toBe(256);
    outbox.acknowledged(batches[0]?.sequence ?? 0);
    expect(known).toHaveLength(256);
    expect(outbox.next()?.reports).toHaveLength(256);
  });
});
