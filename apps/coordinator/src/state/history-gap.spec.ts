import { encodeJobRecord } from '@synod/contracts';
import type { JobRecord } from '@synod/jobs';
import { failedPrecondition } from '@synod/rpc';
import { VirtualClock } from '@synod/testkit';
import { advance, aSpec, codeOf, quiet, settled } from '../testing/basics.spec-support.js';
import { MemoryGapNote, MemoryRecords } from '../testing/memory-snapshots.spec-support.js';
import { HistoryGap } from './history-gap.js';
import type { HistoryPart, HistoryQuery } from './history-gap.js';
import { serveHistory } from './history-server.js';
import { History } from './history.js';

const record = (jobId: string, finishedAtMs: number, bytes = 0): JobRecord =>
  ({
    ...{ jobId, state: 'succeeded', spec: aSpec(), attempts: [], finishedAtMs },
    principal: 'x'.repeat(bytes),
  }) as never;

const idOf = (number: number): string => `j${String(number).padStart(6, '0')}`;

/** A history that misses records, and peers that have some. */
class Harness {
  readonly clock = new VirtualClock();
  readonly note = new MemoryGapNote();
  readonly records = new MemoryRecords();
  readonly history = this.historyOf(this.records);
  readonly peers = new Map<string, { rows: MemoryRecords; hasGap: boolean; breaksAfter: number }>();
  readonly asked: [string, HistoryQuery][] = [];
  gap = this.newGap();

  historyOf(records: MemoryRecords): History {
    const limits = { maxRecords: 1e9, keptForMs: 1e15 };
    return new History(records as never, { clock: this.clock, timers: this.clock, logger: quiet, limits });
  }

  newGap(): HistoryGap {
    return new HistoryGap({
      ...{ note: this.note, history: this.history, timers: this.clock, logger: quiet, peerIds: ['c2', 'c3'] },
      fetch: (peer, query) => this.fetch(peer, query),
    });
  }

  async *fetch(peer: string, query: HistoryQuery): AsyncGenerator<HistoryPart> {
    this.asked.push([peer, query]);
    const found = this.peers.get(peer);
    if (found === undefined) throw new Error('unreachable');
    for await (const part of serveHistory(this.historyOf(found.rows), () => found.hasGap, query)) {
      if (found.breaksAfter-- <= 0) throw failedPrecondition('BROKEN', 'broken');
      yield part;
    }
  }

  async peer(id: string, jobs: readonly JobRecord[], changes: { hasGap?: boolean; breaksAfter?: number } = {}) {
    const rows = new MemoryRecords();
    const { hasGap = false, breaksAfter = Infinity } = changes;
    this.peers.set(id, { rows, hasGap, breaksAfter });
    await rows.putRecords(
      jobs.map((job) => ({ ...job, finishedAtMs: job.finishedAtMs ?? 0, bytes: encodeJobRecord(job) })),
    );
  }

  get ids(): string[] {
    return [...this.records.rows.keys()].sort();
  }
}

describe('a gap in history', () => {
  it('is filled with all that finished since, from the member whose snapshot made it, and then forgotten', async () => {
    const harness = new Harness();
    await harness.peer('c3', [record(idOf(1), 50), record(idOf(2), 100), record(idOf(3), 150)]);
    await harness.gap.open(100, 'c3');
    expect([harness.gap.isOpen, harness.note.gap?.finishedFromMs]).toEqual([true, 100]);
    expect(harness.asked).toEqual([]);
    harness.gap.begin();
    await advance(harness.clock, 100);
    expect(harness.ids).toEqual([idOf(2), idOf(3)]);
    expect([harness.gap.isOpen, harness.note.gap]).toEqual([false, undefined]);
    expect(harness.asked.map(([peer]) => peer)).toEqual(['c3']);
  });

  it('a transfer that breaks goes on where it ended, with another member', async () => {
    const harness = new Harness();
    const jobs = Array.from({ length: 1_200 }, (_none, index) => record(idOf(index), 100));
    await harness.peer('c2', jobs, { breaksAfter: 1 });
    await harness.peer('c3', jobs);
    await harness.gap.open(100, 'c2');
    harness.gap.begin();
    for (let round = 0; round < 5; round += 1) await advance(harness.clock, 50);
    expect(harness.ids).toHaveLength(1_200);
    const queries = harness.asked.map(([peer, { beforeJobId }]) => [peer, beforeJobId]);
    expect(queries).toEqual([
      ['c2', ''],
      ['c3', idOf(700)],
    ]);
  });

  it('is taken up after a restart', async () => {
    const harness = new Harness();
    await harness.gap.open(100, 'c2');
    harness.gap.stop();
    await harness.peer('c2', [record(idOf(7), 100)]);
    harness.gap = harness.newGap();
    await harness.gap.start();
    await advance(harness.clock, 100);
    expect([harness.ids, harness.gap.isOpen]).toEqual([[idOf(7)], false]);
  });

  it('a member with a gap of its own is no source of all, and the others are tried again until one is', async () => {
    const harness = new Harness();
    await harness.peer('c2', [record(idOf(1), 100)], { hasGap: true });
    await harness.gap.open(0, 'c2');
    harness.gap.begin();
    await advance(harness.clock, 5_000, 100);
    expect([harness.ids, harness.gap.isOpen]).toEqual([[], true]);
    await harness.peer('c3', [record(idOf(1), 100), record(idOf(2), 100)]);
    await advance(harness.clock, 2_000, 100);
    expect([harness.ids, harness.gap.isOpen]).toEqual([[idOf(1), idOf(2)], false]);
  });

  it('one that opens anew while it is filled is filled from its beginning', async () => {
    const harness = new Harness();
    const jobs = Array.from({ length: 1_200 }, (_none, index) => record(idOf(index), 100));
    await harness.peer('c2', jobs);
    await harness.gap.open(100, 'c2');
    harness.gap.begin();
    await harness.gap.open(500, 'c2');
    await harness.peers.get('c2')?.rows.putRecords([{ ...row(record(idOf(5_000), 600)) }]);
    await advance(harness.clock, 3_000, 100);
    expect(harness.gap.isOpen).toBe(false);
    expect(harness.ids).toContain(idOf(5_000));
    expect(harness.ids).toHaveLength(1_201);
  });

  it('while it is open a job that is not here is asked for; nobody to say is an error, and no gap asks nobody', async () => {
    const harness = new Harness();
    await harness.peer('c3', [record(idOf(1), 10)], { hasGap: true });
    expect(await harness.gap.find(idOf(1))).toBeUndefined();
    expect(harness.asked).toEqual([]);
    await harness.gap.open(0, 'c2');
    expect((await harness.gap.find(idOf(1)))?.jobId).toBe(idOf(1));
    const error = await harness.gap.find(idOf(2)).catch(codeOf);
    expect(error).toBe('noLeader');
    await harness.peer('c2', []);
    expect(await harness.gap.find(idOf(2))).toBeUndefined();
    await settled();
  });
});

describe('serving history', () => {
  it('parts hold a bounded number of bytes, one record at least, and damaged records are left out', async () => {
    const harness = new Harness();
    const jobs = [1, 2, 3].map((number) => record(idOf(number), 100, 1_500_000));
    await harness.peer('c2', jobs);
    harness.peers.get('c2')?.rows.rows.set(idOf(4), { jobId: idOf(4), finishedAtMs: 100, bytes: undefined as never });
    const parts: HistoryPart[] = [];
    const query = { jobId: '', finishedFromMs: 0, beforeJobId: '' };
    for await (const part of harness.fetch('c2', query)) parts.push(part);
    expect(parts.map(({ records, throughJobId }) => [records.length, throughJobId])).toEqual([
      [1, idOf(3)],
      [1, idOf(2)],
      [1, idOf(1)],
    ]);
  });
});

function row(job: JobRecord) {
  return { jobId: job.jobId, finishedAtMs: job.finishedAtMs ?? 0, bytes: encodeJobRecord(job) };
}
