import type { JobRecord } from '@synod/jobs';
import type { TaskRecord, TaskStore } from '@synod/task-store';
import { VirtualClock } from '@synod/testkit';
import { listJobs } from '../services/list-jobs.js';
import { aSpec, anEnd, quiet, settled, TestState, aWorker } from '../testing/basics.spec-support.js';
import { History } from './history.js';

/** A store in memory whose writes the test lets through. */
class TestStore implements Pick<TaskStore, 'putRecords' | 'getRecord' | 'listRecords' | 'prune' | 'close'> {
  readonly records = new Map<string, TaskRecord>();
  readonly writes: { finish: () => void; fail: () => void }[] = [];
  readonly pruned: object[] = [];
  held = false;
  private newestFirst: string[] | undefined;

  putRecords(records: readonly TaskRecord[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        this.newestFirst = undefined;
        for (const record of records) this.records.set(record.jobId, record);
        resolve();
      };
      if (!this.held) return finish();
      const fail = (): void => {
        reject(new Error('full'));
      };
      this.writes.push({ finish, fail });
    });
  }

  getRecord(jobId: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.records.get(jobId)?.bytes);
  }

  listRecords({ beforeJobId, limit }: { beforeJobId?: string; limit: number }) {
    this.newestFirst ??= [...this.records.keys()].sort((a, b) => (a < b ? 1 : -1));
    const from = beforeJobId === undefined ? 0 : this.newestFirst.findIndex((id) => id < beforeJobId);
    const newest = from < 0 ? [] : this.newestFirst.slice(from, from + limit);
    return Promise.resolve(newest.map((id) => this.records.get(id) as TaskRecord));
  }

  prune(options: object): Promise<number> {
    this.pruned.push(options);
    return Promise.resolve(0);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function record(number: number, changes: Partial<JobRecord> = {}): JobRecord {
  return {
    ...{ jobId: `j${String(number).padStart(6, '0')}`, spec: aSpec(), state: 'succeeded', revision: 1 },
    ...{ submittedAtMs: 1, finishedAtMs: 2, cancelRequested: false, cancelReason: '', lostAttempts: 0 },
    ...{ drainedAttempts: 0, principal: '', attempts: [] },
    ...changes,
  };
}

const ids = (jobs: readonly JobRecord[]): string[] => jobs.map(({ jobId }) => jobId);

function setUp() {
  const clock = new VirtualClock();
  const store = new TestStore();
  const limits = { maxRecords: 5, keptForMs: 1_000 };
  const history = new History(store as unknown as TaskStore, { clock, timers: clock, logger: quiet, limits });
  return { clock, store, history };
}

describe('history', () => {
  it('a record is found from the moment it is given: before its write, and after', async () => {
    const { store, history } = setUp();
    store.held = true;
    history.retired([record(1)]);
    expect(ids([(await history.find('j000001')) as JobRecord])).toEqual(['j000001']);
    expect(ids((await history.list(undefined, 10)).records)).toEqual(['j000001']);
    expect(history.unwrittenCount).toBe(1);
    store.writes[0]?.finish();
    await history.written();
    expect(history.unwrittenCount).toBe(0);
    expect((await history.find('j000001'))?.jobId).toBe('j000001');
  });

  it('a write that fails stops nothing: the record is missing, and its memory is free', async () => {
    const { store, history } = setUp();
    store.held = true;
    history.retired([record(1)]);
    store.writes[0]?.fail();
    await history.written();
    expect([history.unwrittenCount, await history.find('j000001')]).toEqual([0, undefined]);
  });

  it('pages hold both what is written and what is not, each once, newest first', async () => {
    const { store, history } = setUp();
    history.retired([1, 3, 5, 7].map((number) => record(number)));
    await settled();
    store.held = true;
    history.retired([2, 5, 6].map((number) => record(number)));
    const seen: string[][] = [];
    let before: string | undefined;
    do {
      const page = await history.list(before, 2);
      seen.push(ids(page.records));
      before = page.nextBeforeJobId;
    } while (before !== undefined);
    expect(seen.flat()).toEqual([7, 6, 5, 3, 2, 1].map((number) => record(number).jobId));
  });

  it('it is pruned by age and number once a minute, until it stops', async () => {
    const { clock, store, history } = setUp();
    history.start();
    history.start();
    clock.advance(60_000);
    expect(store.pruned).toEqual([{ maxRecords: 5, finishedBeforeMs: clock.wallMs() - 1_000 }]);
    await history.stop();
    clock.advance(600_000);
    expect(store.pruned).toHaveLength(1);
  });
});

describe('list of jobs', () => {
  const everything = { filter: { states: [], queue: '' }, limit: 3, beforeJobId: undefined };

  /** Finished jobs beyond the newest two are in history. */
  function jobsInBoth(count: number) {
    const { store, history } = setUp();
    const state = new TestState('c1', { maxFinishedJobs: 2 });
    state.apply({ type: 'openAgentSession', worker: aWorker('w1', { capacity: 10_000 }), held: [] });
    const all: string[] = [];
    for (let left = count; left > 0; left -= 1) {
      const [jobId = ''] = state.submit(1);
      all.push(jobId);
      // The very first goes on: it is older than those that retire.
      if (left === count) continue;
      state.assign(jobId, 'w1');
      history.retired(state.finish(jobId, 'w1').retired);
    }
    return { store, history, view: state.machine, all: all.reverse() };
  }

  async function pages(modules: Parameters<typeof listJobs>[0], query: Parameters<typeof listJobs>[1]) {
    const listed: string[][] = [];
    let beforeJobId = query.beforeJobId;
    for (;;) {
      const page = await listJobs(modules, { ...query, beforeJobId });
      listed.push(ids(page.jobs));
      if (page.nextPageToken === '') return listed;
      beforeJobId = page.nextPageToken;
    }
  }

  it('active and retired jobs are one list, newest first, each once, however they lie', async () => {
    const modules = jobsInBoth(10);
    const listed = await pages(modules, everything);
    expect(listed.flat()).toEqual(modules.all);
    expect(Math.max(...listed.map((page) => page.length))).toBe(3);
  });

  it('a narrow filter over a long history goes on page by page to its only match', async () => {
    const { history, store } = setUp();
    const records = Array.from({ length: 25_000 }, (_none, number) => record(number));
    history.retired([record(3, { state: 'failed' }), ...records.filter((_record, number) => number !== 3)]);
    await settled();
    expect(store.records.size).toBe(25_000);
    const view = new TestState().machine;
    const query = { ...everything, filter: { states: ['failed' as const], queue: '' } };
    const listed = await pages({ view, history }, query);
    expect(listed.flat()).toEqual([record(3).jobId]);
    expect(listed.length).toBeGreaterThan(2);
  });

  it('an old job that goes on has its place behind the retired ones that are newer, and no other', async () => {
    const { history } = setUp();
    history.retired(Array.from({ length: 15_000 }, (_none, number) => record(number + 10)));
    const old = record(1, { state: 'running' });
    const before = (jobId: string | undefined) => jobId === undefined || old.jobId < jobId;
    const view = { listJobs: (_filter: object, jobId: string | undefined) => (before(jobId) ? [old] : []) };
    const query = { ...everything, filter: { states: ['running' as const], queue: '' } };
    const listed = await pages({ view, history }, query);
    expect(listed).toEqual([[], [old.jobId]]);
  });

  it('a page of large jobs is cut to what a message holds, and the next goes on behind it', async () => {
    const payload = Buffer.alloc(250_000).toString('base64');
    const spec = aSpec({ task: { kind: 'handler', handler: 'noop', payload } });
    const { history } = setUp();
    history.retired(Array.from({ length: 40 }, (_none, number) => record(number, { spec })));
    const listed = await pages({ view: new TestState().machine, history }, { ...everything, limit: 1_000 });
    expect(listed.flat()).toEqual(Array.from({ length: 40 }, (_none, number) => record(39 - number).jobId));
    expect(listed.length).toBeGreaterThan(2);
    expect(Math.max(...listed.map((page) => page.length)) * payload.length).toBeLessThan(8 * 2 ** 20);
  });

  it('a job that retires between the two looks is listed', async () => {
    const { history } = setUp();
    const state = new TestState('c1', { maxFinishedJobs: 0 });
    state.apply({ type: 'openAgentSession', worker: aWorker('w1'), held: [] });
    const [jobId = ''] = state.submit(1);
    state.assign(jobId, 'w1');
    let looked = false;
    const view = {
      listJobs: (...args: Parameters<typeof state.machine.listJobs>) => {
        const jobs = state.machine.listJobs(...args);
        if (!looked) history.retired(state.finish(jobId, 'w1', anEnd()).retired);
        looked = true;
        return jobs;
      },
    };
    expect(ids((await listJobs({ view, history }, everything)).jobs)).toEqual([jobId]);
    expect(state.machine.job(jobId)).toBeUndefined();
  });
});
