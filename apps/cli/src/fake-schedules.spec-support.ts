import { createRpcServer, notFound, unary, type RpcServer } from '@synod/rpc';
import {
  services,
  type WireFiringDecisionInput,
  type WireScheduleInput,
  type WireSetScheduleRequest,
} from '@synod/wire';

/** A coordinator that knows schedules, on loopback; nothing fires. */
export class FakeSchedules {
  address = '';
  /** What was asked for, in order: the method and the request. */
  readonly asked: unknown[] = [];
  readonly known = new Map<string, WireSetScheduleRequest>();
  ledger: WireFiringDecisionInput[] = [];
  private server: RpcServer | undefined;

  async start(): Promise<this> {
    const server = createRpcServer({ security: { insecure: false }, reflection: false });
    server.addService(services.ScheduleService, {
      setSchedule: unary(async (request) => {
        const before = this.known.get(request.scheduleId);
        this.known.set(request.scheduleId, request);
        if (before === undefined) return { revision: 1, change: 'created' };
        const same = JSON.stringify(before.spec) === JSON.stringify(request.spec);
        return { revision: same ? 1 : 2, change: same ? 'unchanged' : 'updated' };
      }),
      getSchedule: unary(async ({ scheduleId }) => ({ schedule: this.find(scheduleId) })),
      listSchedules: unary(async () => ({ schedules: [...this.known.keys()].map((id) => this.find(id)) })),
      deleteSchedule: unary(async (request) => {
        this.asked.push(['delete', request]);
        return {};
      }),
      pauseSchedule: unary(async (request) => {
        this.asked.push(['pause', request]);
        return { changed: true };
      }),
      resumeSchedule: unary(async (request) => {
        this.asked.push(['resume', request]);
        return { changed: true };
      }),
      triggerSchedule: unary(async (request) => {
        this.asked.push(['trigger', request]);
        const fires = request.overlap === 'OVERLAP_POLICY_ALLOW_ALL';
        return fires
          ? { outcome: 'FIRING_OUTCOME_FIRED', reason: 'due', jobId: 'j1' }
          : { outcome: 'FIRING_OUTCOME_SKIPPED', reason: 'overlap', jobId: '' };
      }),
      backfillSchedule: unary(async (request) => {
        this.asked.push(['backfill', request]);
        return { fired: 2, skipped: 1 };
      }),
      previewSchedule: unary(async (request) => {
        this.asked.push(['preview', request]);
        return { nominalMs: [Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 2, 30, 0, 30)] };
      }),
    });
    this.address = await server.listen('127.0.0.1:0');
    this.server = server;
    return this;
  }

  async stop(): Promise<void> {
    await this.server?.stop(0);
  }

  private find(scheduleId: string): WireScheduleInput {
    const set = this.known.get(scheduleId);
    if (set === undefined) throw notFound('SCHEDULE_UNKNOWN', `there is no schedule ${scheduleId}`);
    const { spec, paused } = set;
    const counts = { fired: 4, caughtUp: 1, skipped: 2, missed: 3 };
    const times = { createdAtMs: 1, changedAtMs: 1, decidedThroughMs: 1, nextNominalMs: Date.UTC(2026, 0, 1) };
    return { scheduleId, spec, revision: 1, paused, ...times, ...counts, ledger: this.ledger };
  }
}
