import { describeError } from '@synod/contracts';
import type { Command, CommandReply } from '@synod/jobs';
import { callUnary, ClientPool, createRpcServer } from '@synod/rpc';
import type { RpcServer } from '@synod/rpc';
import { services } from '@synod/wire';
import type { WireScheduleSpecInput } from '@synod/wire';
import type { ReadGate } from '../leader/read-gate.js';
import { codeOf, quiet, TestState } from '../testing/basics.spec-support.js';
import { scheduleServiceHandlers } from './schedule-service.js';

const SECURITY = { insecure: true } as never;
const SECOND = 1_000;
const EXEC = { exec: { command: 'true', args: [], env: {} } };
const NOW_MS = Date.UTC(2026, 2, 29, 12);

type ChangedBy =
  'getSchedule' | 'setSchedule' | 'pauseSchedule' | 'triggerSchedule' | 'deleteSchedule' | 'backfillSchedule';
type Schedules = InstanceType<(typeof services)['ScheduleService']>;

describe('the schedule service', () => {
  let server: RpcServer;
  let state: TestState;
  let pool: ClientPool<Schedules>;
  let address: string;
  let commands: Command[];

  beforeEach(async () => {
    state = new TestState();
    state.nowMs = NOW_MS;
    state.apply({ type: 'setFeatureLevel', level: 3 });
    commands = [];
    server = createRpcServer({ security: SECURITY, logger: quiet, describe: describeError });
    const reads = { pass: () => Promise.resolve() } as unknown as ReadGate;
    const propose = (command: Command): Promise<CommandReply> => {
      commands.push(command);
      return Promise.resolve(state.apply(command).replies[0] as CommandReply);
    };
    const context = { view: state.machine, reads, propose, wallMs: () => state.nowMs };
    server.addService(services.ScheduleService, scheduleServiceHandlers(context as never));
    address = await server.listen('127.0.0.1:0');
    pool = new ClientPool(services.ScheduleService, SECURITY);
  });

  afterEach(async () => {
    pool.close();
    await server.stop(0);
  });

  const options = { deadlineMs: 20_000 };
  const call = (method: ChangedBy, request: object): Promise<unknown> =>
    callUnary(pool.get(address), method, request as never, options);
  const set = (scheduleId: string, spec: WireScheduleSpecInput): Promise<{ change: string; revision: string }> =>
    callUnary(pool.get(address), 'setSchedule', { scheduleId, spec: { job: EXEC, ...spec } }, options);
  const get = async (scheduleId: string) =>
    (await callUnary(pool.get(address), 'getSchedule', { scheduleId }, options)).schedule;
  const refused = async (asked: Promise<unknown>) => {
    const error = await asked.then(
      () => undefined,
      (it: unknown) => it,
    );
    const facts = (error as { facts?: { violations?: readonly { field: string }[] } } | undefined)?.facts;
    return [error === undefined ? '' : codeOf(error), ...(facts?.violations ?? []).map(({ field }) => field)];
  };
  const cron = (expression: string, timeZone = 'Europe/Berlin'): WireScheduleSpecInput => ({
    timing: { cron: { expression, timeZone } },
  });
  const every = (everyMs: number): WireScheduleSpecInput => ({ timing: { interval: { everyMs } } });

  it('says when a schedule is due next, unless it is paused, over, or of times that are unknown here', async () => {
    await set('nightly', cron('30 2 * * *'));
    expect(Number((await get('nightly'))?.nextNominalMs)).toBe(Date.UTC(2026, 2, 30, 0, 30));
    await set('over', { ...every(SECOND), endAtMs: NOW_MS - 1 });
    expect((await get('over'))?.nextNominalMs).toBeUndefined();
    await set('later', { ...every(SECOND), startAtMs: NOW_MS + 90 * SECOND });
    expect(Number((await get('later'))?.nextNominalMs)).toBe(NOW_MS + 90 * SECOND);
    await call('pauseSchedule', { scheduleId: 'nightly', reason: 'holiday' });
    expect(await get('nightly')).toMatchObject({ paused: true, pauseReason: 'holiday' });
    expect((await get('nightly'))?.nextNominalMs).toBeUndefined();
    const record = state.machine.schedule('later');
    const spec = { ...record?.spec, timing: '{"moon":"full"}' } as never;
    state.apply({ type: 'setSchedule', scheduleId: 'later', spec, paused: false });
    expect(await get('later')).toMatchObject({ scheduleId: 'later' });
    expect((await get('later'))?.nextNominalMs).toBeUndefined();
  });

  it.each([
    [cron('61 * * * *'), 'spec.timing.cron.expression'],
    [cron('0 0 31 2 *'), 'spec.timing.cron.expression'],
    [cron('@daily', 'Europe/Atlantis'), 'spec.timing.cron.time_zone'],
    [every(1_500), 'spec.timing.interval.every_ms'],
    [{ timing: { interval: { everyMs: 1_000, offsetMs: 1_000 } } }, 'spec.timing.interval.offset_ms'],
    [{ ...every(SECOND), catchUp: 'CATCH_UP_POLICY_WINDOW' as const }, 'spec.catch_up_window_ms'],
    [{ ...every(SECOND), catchUpWindowMs: 5_000 }, 'spec.catch_up_window_ms'],
    [{ ...every(SECOND), startAtMs: 2, endAtMs: 1 }, 'spec.end_at_ms'],
    [{ ...every(SECOND), jitterMs: 86_400_001 }, 'spec.jitter_ms'],
    [{}, 'spec.timing'],
  ])('refuses %j: its field is %s, and nothing reaches the log', async (spec, field) => {
    expect(await refused(set('bad', spec))).toEqual(['INVALID_REQUEST', field]);
    expect(commands).toEqual([]);
  });

  it('refuses what is not there, and a change of what somebody else has changed', async () => {
    for (const method of ['getSchedule', 'pauseSchedule', 'triggerSchedule', 'deleteSchedule'] as const) {
      expect(await refused(call(method, { scheduleId: 'none' }))).toEqual(['SCHEDULE_UNKNOWN']);
    }
    const { revision } = await set('x', every(SECOND));
    await set('x', every(2 * SECOND));
    expect(await refused(call('deleteSchedule', { scheduleId: 'x', ifRevision: revision }))).toEqual([
      'REVISION_MISMATCH',
    ]);
    expect(
      await refused(call('setSchedule', { scheduleId: 'x', spec: { ...every(SECOND), job: EXEC }, ifRevision: 0 })),
    ).toEqual(['REVISION_MISMATCH']);
  });

  it('previews the times of a schedule within its bounds, and of a timing that is none yet', async () => {
    const preview = async (request: object) =>
      (await callUnary(pool.get(address), 'previewSchedule', request, options)).nominalMs.map(Number);
    const nights = { timing: cron('30 2 * * *').timing, count: 2, afterMs: Date.UTC(2026, 2, 28, 12) };
    expect(await preview(nights)).toEqual([Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 2, 30, 0, 30)]);
    await set('bounded', { ...every(60 * SECOND), endAtMs: NOW_MS + 150 * SECOND });
    expect(await preview({ scheduleId: 'bounded' })).toEqual([NOW_MS + 60 * SECOND, NOW_MS + 120 * SECOND]);
    expect(await refused(preview({ timing: cron('* * *').timing }))).toEqual([
      'INVALID_REQUEST',
      'timing.cron.expression',
    ]);
    expect(await refused(preview({}))).toEqual(['INVALID_REQUEST', 'timing']);
  });

  it('backfills in commands of bounded size, within the bounds, and not what is still to come', async () => {
    await set('tick', { ...every(SECOND), startAtMs: NOW_MS - 1_500 * SECOND });
    commands = [];
    const span = { scheduleId: 'tick', fromMs: NOW_MS - 10_000 * SECOND, toMs: NOW_MS };
    const answer = await callUnary(
      pool.get(address),
      'backfillSchedule',
      { ...span, overlap: 'OVERLAP_POLICY_ALLOW_ALL' },
      options,
    );
    expect(answer).toMatchObject({ fired: '1501', skipped: '0' });
    expect(commands.map((it) => (it.type === 'backfillSchedule' ? it.nominalMs.length : it.type))).toEqual([
      1_000, 501,
    ]);
    expect(await refused(call('backfillSchedule', { ...span, toMs: NOW_MS + 1 }))).toEqual([
      'INVALID_REQUEST',
      'to_ms',
    ]);
  });

  it('lists in order of id, page by page, without ledgers', async () => {
    for (let at = 0; at < 45; at += 1) await set(`s${String(at).padStart(2, '0')}`, cron(`${at} * * * *`));
    await call('triggerSchedule', { scheduleId: 's00' });
    const ids: string[] = [];
    let pages = 0;
    for (let pageToken = ''; pages === 0 || pageToken !== ''; pages += 1) {
      const page = await callUnary(pool.get(address), 'listSchedules', { pageSize: 30, pageToken }, options);
      ids.push(...page.schedules.map(({ scheduleId }) => scheduleId));
      expect(
        page.schedules.every(({ ledger, nextNominalMs }) => ledger.length === 0 && nextNominalMs !== undefined),
      ).toBe(true);
      pageToken = page.nextPageToken;
    }
    expect([pages, ids]).toEqual([2, Array.from({ length: 45 }, (_, at) => `s${String(at).padStart(2, '0')}`)]);
    expect((await get('s00'))?.ledger).toHaveLength(1);
  });
});
