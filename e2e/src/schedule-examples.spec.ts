import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FiringDecision, Schedule } from '@synod/client';
import { LocalCluster, until } from './index.js';

const EXAMPLES = join(__dirname, '..', '..', 'examples', 'schedules');
/** The examples that this file submits; a new one has to be looked at here. */
const FILES = [
  ...['catch-up.yaml', 'cron.yaml', 'dst.yaml', 'intervals.yaml', 'on-failure.yaml', 'overlap.yaml', 'paused.yaml'],
];
const SECOND = 1_000;
/** What is decided later than this is late. */
const ON_TIME_MS = 10_000;

/** Each example on a real cluster: what it does, not that it is accepted. */
describe('files of schedules (3 coordinators, 2 agents)', () => {
  let cluster: LocalCluster;
  let out: string;

  beforeAll(async () => {
    cluster = await LocalCluster.start({ coordinators: 3, agents: 2, capacity: 16 });
    out = join(cluster.directory, 'out');
    mkdirSync(out);
    // Schedules begin with a feature level, and that when all members are heard.
    await until('the feature level of schedules', async () => {
      await cluster.client.schedules.set('probe', { timing: { cron: '@yearly' }, job: { exec: { command: 'true' } } });
      return true;
    });
  }, 60_000);

  afterAll(async () => {
    await cluster.stop();
  }, 60_000);

  /** Submits an example, with $OUT as a directory of this test. */
  async function submit(name: string, alter = (text: string): string => text): Promise<void> {
    const path = join(cluster.directory, name);
    writeFileSync(path, alter(readFileSync(join(EXAMPLES, name), 'utf8')).replaceAll('$OUT', out));
    const submitted = await cluster.cli(['submit', path]);
    expect(submitted).toMatchObject({ status: 0, stdout: '' });
    expect(submitted.stderr).toMatch(/schedule [a-zA-Z-]+ is created/);
  }

  const lines = (name: string): readonly string[] =>
    existsSync(join(out, name)) ? readFileSync(join(out, name), 'utf8').trim().split('\n') : [];
  const numbers = (name: string): readonly number[] =>
    lines(name)
      .map(Number)
      .sort((left, right) => left - right);
  const show = (id: string): Promise<Schedule> => cluster.client.schedules.get(id);
  const trigger = async (id: string) => (await cluster.client.schedules.trigger(id)).reason;
  const lined = (name: string, count: number) =>
    until(`${String(count)} lines of ${name}`, () => (lines(name).length >= count ? lines(name) : undefined));

  it('are all looked at here', () => {
    expect(readdirSync(EXAMPLES).sort()).toEqual(FILES);
  });

  it('cron.yaml: fires when the clock of its zone says so', async () => {
    await submit('cron.yaml');
    await until('three firings', () => (numbers('even').length >= 3 ? true : undefined));
    await cluster.client.schedules.pause('even');
    const times = numbers('even');
    expect(times.map((at) => at % (2 * SECOND))).toEqual(times.map(() => 0));
    expect(new Set(times).size).toBe(times.length);
    // Half past nine in Kolkata is four o'clock in UTC, from Monday to Friday: 1 May 2026 is a Friday.
    const span = { fromMs: Date.UTC(2026, 4, 1), toMs: Date.UTC(2026, 4, 5, 23) };
    expect(await cluster.client.schedules.backfill('workdays', span)).toEqual({ fired: 3, skipped: 0 });
    await lined('workdays', 3);
    expect(numbers('workdays')).toEqual([1, 4, 5].map((day) => Date.UTC(2026, 4, day, 4)));
  }, 60_000);

  it('dst.yaml: a night without half past two, and one with two of them, by each rule', async () => {
    await submit('dst.yaml');
    const [march, october] = [Date.UTC(2025, 2, 30), Date.UTC(2025, 9, 26)];
    const hour = 3_600_000;
    const expected = {
      'dst-cron': [march + hour, october + hour / 2],
      'dst-once': [march + hour, october + hour / 2],
      'dst-skip': [october + hour / 2],
      'dst-both': [october + hour / 2, october + 1.5 * hour],
    };
    for (const id of Object.keys(expected)) {
      for (const fromMs of [march, october]) {
        await cluster.client.schedules.backfill(id, { fromMs, toMs: fromMs + 12 * hour });
      }
    }
    for (const [id, times] of Object.entries(expected)) {
      await lined(id, times.length);
      expect([id, numbers(id)]).toEqual([id, times]);
      const preview = { afterMs: march, count: 1 };
      const [next] = await cluster.client.schedules.preview(id, preview);
      expect(next).toBe(id === 'dst-skip' || id === 'dst-both' ? march + 24.5 * hour : march + hour);
    }
  }, 60_000);

  it('intervals.yaml: with an offset, put off by jitter, and not outside of bounds', async () => {
    await submit('intervals.yaml');
    await until('six firings', () => (numbers('jitter').length >= 6 ? true : undefined));
    for (const id of ['interval', 'jitter']) await cluster.client.schedules.pause(id);
    expect(numbers('interval').map((at) => at % SECOND)).toEqual(numbers('interval').map(() => 300));
    expect(numbers('jitter').map((at) => at % SECOND)).toEqual(numbers('jitter').map(() => 0));
    const { ledger } = await show('jitter');
    const delays = timed(ledger).map(({ fromMs, decidedAtMs }) => decidedAtMs - fromMs);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    // Up to 700 ms, evenly: six or more that are all due within the first 100 ms are one in 100,000.
    expect(Math.max(...delays)).toBeGreaterThan(100);
    const preview = await cluster.cli(['schedule', 'preview', 'bounded', '-n', '1', '--output', 'json']);
    expect(JSON.parse(preview.stdout)).toMatchObject([{ time: '2099-01-01T00:00:00.000Z' }]);
    expect(lines('bounded')).toEqual([]);
  }, 60_000);

  it('overlap.yaml: each policy does what it is called', async () => {
    await submit('overlap.yaml');
    const thrice = async (id: string): Promise<string[]> => {
      const reasons = [await trigger(id), await trigger(id), await trigger(id)];
      return reasons;
    };
    expect(await thrice('overlap-skip')).toEqual(['due', 'overlap', 'overlap']);
    expect(await thrice('overlap-bufferOne')).toEqual(['due', 'waitsForOthers', 'bufferFull']);
    expect(await thrice('overlap-bufferAll')).toEqual(['due', 'waitsForOthers', 'waitsForOthers']);
    expect(await thrice('overlap-allowAll')).toEqual(['due', 'due', 'due']);
    for (const id of ['overlap-cancelOther', 'overlap-terminateOther']) {
      expect(await trigger(id)).toBe('due');
      await lined(id, 1);
      expect(await trigger(id)).toBe('endsOthers');
    }
    // The one that is cancelled has said good-bye before the next one begins; the one that is killed can't.
    expect(await lined('overlap-cancelOther', 3)).toEqual(['+', 'good-bye', '+']);
    expect(await lined('overlap-terminateOther', 2)).toEqual(['+', '+']);
    writeFileSync(join(out, 'stop'), '');
    expect(await lined('overlap-cancelOther', 4)).toEqual(['+', 'good-bye', '+', '-']);
    expect(await lined('overlap-terminateOther', 3)).toEqual(['+', '+', '-']);
    expect(await lined('overlap-skip', 2)).toEqual(['+', '-']);
    expect(await lined('overlap-bufferOne', 4)).toEqual(['+', '-', '+', '-']);
    expect(await lined('overlap-bufferAll', 6)).toEqual(['+', '-', '+', '-', '+', '-']);
    expect((await lined('overlap-allowAll', 6)).slice(0, 3)).toEqual(['+', '+', '+']);
    const skipped = await cluster.cli(['schedule', 'ledger', 'overlap-skip', '--output', 'json']);
    expect(JSON.parse(skipped.stdout)).toMatchObject([
      { outcome: 'fired', reason: 'due', origin: 'trigger', count: 1 },
      { outcome: 'skipped', reason: 'overlap', origin: 'trigger', count: 2 },
    ]);
  }, 60_000);

  it('paused.yaml: nothing before it is resumed, and nothing of what passed until then', async () => {
    await submit('paused.yaml');
    await pause(1_500);
    expect(lines('nightly')).toEqual([]);
    expect(await cluster.cli(['schedule', 'resume', 'nightly'])).toMatchObject({ status: 0 });
    const [first = 0] = (await lined('nightly', 2)).map(Number);
    await cluster.client.schedules.pause('nightly');
    const [passed] = (await show('nightly')).ledger;
    expect(passed).toMatchObject({ outcome: 'notTaken', reason: 'paused', count: 0 });
    expect(first).toBeGreaterThan(passed?.throughMs ?? Infinity);
  }, 60_000);

  it('on-failure.yaml: the job of a firing is tried again, and another one told', async () => {
    await submit('on-failure.yaml');
    const { jobId } = await cluster.client.schedules.trigger('failing');
    expect(await lined('told', 1)).toEqual([jobId]);
    expect(lines('failing')).toEqual(['x', 'x']);
  }, 60_000);

  it('catch-up.yaml: what passed while all coordinators were dead, by each policy', async () => {
    const untilMs = Date.now() + 9_000;
    // In the example it fires too seldom to be seen here.
    const seen = `every: 1s, until: ${new Date(untilMs).toISOString()}`;
    await submit('catch-up.yaml', (text) => text.replace('every: 6h', seen));
    await until('two firings', async () => ((await show('catch-up-all')).counts.fired >= 2 ? true : undefined));
    const ids = cluster.coordinatorIds();
    await Promise.all(ids.map((id) => cluster.process(id).end('SIGKILL')));
    const killedAtMs = Date.now();
    expect(killedAtMs).toBeLessThan(untilMs - 2 * SECOND);
    // All times of the one that ends are late then, and some of the others too late for the window.
    await pause(untilMs + ON_TIME_MS + SECOND - Date.now());
    await Promise.all(ids.map((id) => cluster.startCoordinator(id)));
    await cluster.leader();
    const policies = ['none', 'latest', 'all', 'window'].map((policy) => `catch-up-${policy}`);
    for (const id of policies) {
      await until(`times on time of ${id}`, async () => {
        const { ledger, counts } = await show(id);
        const { outcome, decidedAtMs } = ledger.at(-1) as FiringDecision;
        const isBack = decidedAtMs > killedAtMs + ON_TIME_MS && (outcome === 'fired' || counts.caughtUp === 1);
        return isBack ? true : undefined;
      });
      await cluster.client.schedules.pause(id);
    }
    const [none, latest, all, window] = await Promise.all(policies.map(show));
    for (const it of [none, latest, all, window]) expectEachSecondOnce(it?.ledger ?? []);
    expect(outcomes(none)).toEqual(['fired due', 'missed late']);
    expect(outcomes(latest)).toEqual(['caughtUp due', 'fired due', 'missed superseded']);
    expect(outcomes(all)).toEqual(['caughtUp due', 'fired due']);
    expect(outcomes(window)).toEqual(['caughtUp due', 'fired due', 'missed outsideWindow']);
    const [madeUp] = timed(latest?.ledger ?? []).filter(({ outcome }) => outcome === 'caughtUp');
    expect(madeUp?.fromMs).toBe(Math.floor(untilMs / SECOND) * SECOND);
    // And what the ledger says has run.
    for (const it of [none, latest, all, window]) {
      const ran = timed(it?.ledger ?? []).filter(({ jobId }) => jobId !== undefined);
      await until(
        `all of ${it?.scheduleId ?? ''}`,
        () => numbers(it?.scheduleId ?? '').length >= ran.length || undefined,
      );
      expect(numbers(it?.scheduleId ?? '')).toEqual(ran.map(({ fromMs }) => fromMs));
    }
  }, 90_000);
});

/** Lines of nominal times that came by themselves. */
function timed(ledger: readonly FiringDecision[]): readonly FiringDecision[] {
  return ledger.filter(({ origin, outcome }) => origin === 'timer' && outcome !== 'notTaken');
}

function outcomes(schedule: Schedule | undefined): string[] {
  const said = timed(schedule?.ledger ?? []).map(({ outcome, reason }) => `${outcome} ${reason}`);
  return [...new Set(said)].sort();
}

function expectEachSecondOnce(ledger: readonly FiringDecision[]): void {
  const times = timed(ledger).flatMap(({ fromMs, count }) =>
    Array.from({ length: count }, (_, at) => fromMs + at * SECOND),
  );
  const first = times[0] as number;
  expect(times).toEqual(times.map((_, at) => first + at * SECOND));
}
