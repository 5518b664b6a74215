import fc from 'fast-check';
import type { DueSchedule } from './commands.js';
import type { JobEvent } from './events.js';
import { anEnd, aScheduleSpec, aWorker, Driver, START_MS } from './machine.spec-support.js';
import type { CatchUpPolicy, OverlapPolicy } from './schedule.js';

// The rules once more, from outside: what the events say is held against a clock on which a schedule is due each second, whichever
// leader proposed what, however often, however late and in whatever order.

const IDS = ['a', 'b'] as const;
const OVERLAPS: readonly OverlapPolicy[] = [
  'skip',
  'bufferOne',
  'bufferAll',
  'cancelOther',
  'terminateOther',
  'allowAll',
];
const CATCH_UPS: readonly CatchUpPolicy[] = ['none', 'latest', 'all', 'window'];
const SECOND = 1_000;

/** The first time after this one at which a schedule is due. */
const next = (afterMs: number): number => (Math.floor(afterMs / SECOND) + 1) * SECOND;

type Step =
  | { readonly do: 'pass'; readonly ms: number }
  /** A leader computes what is due from what it sees now, and proposes it at once, later, or twice. */
  | { readonly do: 'look'; readonly leader: number; readonly limit: number }
  | { readonly do: 'propose'; readonly pick: number; readonly keep: boolean }
  | {
      readonly do: 'set';
      readonly id: number;
      readonly overlap: number;
      readonly catchUp: number;
      readonly timing: number;
    }
  | { readonly do: 'pause' | 'delete' | 'trigger'; readonly id: number }
  | { readonly do: 'work'; readonly pick: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.oneof(fc.nat(1_500), fc.nat(40_000)) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      leader: fc.nat(2),
      limit: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('propose' as const), pick: fc.nat(), keep: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      id: fc.nat(1),
      overlap: fc.nat(5),
      catchUp: fc.nat(3),
      timing: fc.nat(1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'delete' as const, 'trigger' as const),
      id: fc.nat(1),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('work' as const), pick: fc.nat() }) },
);

class World {
  readonly driver = new Driver();
  readonly seen = new Set<string>();
  private readonly proposals: DueSchedule[] = [];
  private looked = 0;

  constructor() {
    this.driver.nowMs = START_MS + 300;
    this.driver.raiseLevel();
    this.driver.open(aWorker('w1', { capacity: 1_000 }));
  }

  run(steps: readonly Step[]): void {
    for (const it of steps) this.step(it);
  }

  private step(it: Step): void {
    const { driver } = this;
    switch (it.do) {
      case 'pass':
        driver.nowMs += it.ms;
        break;
      case 'look':
        this.look(it.leader, it.limit);
        break;
      case 'propose':
        this.propose(it.pick, it.keep);
        break;
      case 'set': {
        const overlap = OVERLAPS[it.overlap] as OverlapPolicy;
        const catchUp = CATCH_UPS[it.catchUp] as CatchUpPolicy;
        const catchUpWindowMs = catchUp === 'window' ? 20_000 : 0;
        const spec = aScheduleSpec({ overlap, catchUp, catchUpWindowMs, timing: `${it.timing}` });
        driver.command({ type: 'setSchedule', scheduleId: this.id(it.id), spec, paused: false });
        break;
      }
      case 'pause': {
        const scheduleId = this.id(it.id);
        const paused = driver.machine.schedule(scheduleId)?.paused !== true;
        driver.command({ type: 'pauseSchedule', scheduleId, paused, reason: '' });
        break;
      }
      case 'delete':
        driver.command({ type: 'deleteSchedule', scheduleId: this.id(it.id) });
        break;
      case 'trigger':
        driver.command({ type: 'triggerSchedule', scheduleId: this.id(it.id) });
        break;
      case 'work':
        this.work(it.pick);
    }
  }

  private id(at: number): string {
    return IDS[at] as string;
  }

  private look(leader: number, limit: number): void {
    const scheduleId = IDS[leader % IDS.length] as string;
    const record = this.driver.machine.schedule(scheduleId);
    if (record === undefined || record.paused) return;
    const nominalMs: number[] = [];
    let at = next(record.decidedThroughMs);
    // A leader whose clock is ahead proposes too early now and then.
    const nowMs = this.driver.nowMs + (this.looked % 5 === 0 ? 1_500 : 0);
    this.looked += 1;
    for (; at <= nowMs && nominalMs.length < limit; at = next(at)) nominalMs.push(at);
    if (nominalMs.length === 0) return;
    const { revision, decidedThroughMs: afterMs } = record;
    this.proposals.push({ scheduleId, revision, afterMs, nominalMs, more: at <= nowMs });
  }

  private propose(pick: number, keep: boolean): void {
    const at = pick % (this.proposals.length || 1);
    const due = this.proposals[at];
    if (due === undefined) return;
    if (!keep) this.proposals.splice(at, 1);
    const reply = this.driver.command({ type: 'fireSchedules', due: [due] });
    if (reply.type === 'schedulesFired') this.seen.add(reply.refusals[0] ?? 'decided');
  }

  /** Some job is assigned, or ends. */
  private work(pick: number): void {
    const { driver } = this;
    const jobs = driver.machine.listJobs({ states: ['ready', 'assigned'], queue: '' }, undefined, 20);
    const job = jobs[pick % (jobs.length || 1)];
    if (job === undefined) return;
    if (job.state === 'ready') driver.assign(job.jobId, 'w1');
    else driver.finish('w1', driver.attemptOf(job.jobId), anEnd(pick % 3 === 0 ? 'failed' : 'succeeded'));
  }
}

/** Throws unless each time that came while a schedule was there and not paused has one decision, up to the last one decided. */
function checkCoverage(events: readonly JobEvent[], world: World): void {
  const through = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'scheduleChanged' && event.change === 'created') through.delete(event.scheduleId);
    if (event.type !== 'scheduleDecided' || event.decision.origin !== 'timer') continue;
    const { outcome, fromMs, throughMs, count } = event.decision;
    world.seen.add(outcome);
    const before = through.get(event.scheduleId);
    through.set(event.scheduleId, throughMs);
    if (outcome === 'notTaken') {
      if (before !== undefined) expect(fromMs).toBe(before);
      continue;
    }
    // The first of the decision is the first after what was decided before: none lost, none twice.
    if (before !== undefined) expect(fromMs).toBe(next(before));
    expect(throughMs).toBe(fromMs + (count - 1) * SECOND);
  }
}

/** What the overlap policies promise, from the events alone. */
function checkOverlap(events: readonly JobEvent[], overlapOf: (scheduleId: string) => OverlapPolicy | undefined): void {
  const jobs = new Map<string, string>();
  const held = new Map<string, Set<string>>();
  for (const event of events) {
    if (event.type === 'scheduleDecided' && event.decision.jobId !== undefined) {
      jobs.set(event.decision.jobId, event.scheduleId);
    } else if (event.type === 'attemptAssigned') {
      const scheduleId = jobs.get(event.jobId) as string;
      const others = held.get(scheduleId) ?? new Set();
      held.set(scheduleId, others.add(event.jobId));
      if (overlapOf(scheduleId) !== 'allowAll') expect([...others]).toEqual([event.jobId]);
    } else if (event.type === 'jobFinished') {
      held.get(jobs.get(event.jobId) as string)?.delete(event.jobId);
    }
  }
}

describe('schedules under leaders that come, go and repeat themselves', () => {
  it('decide each nominal time once, lose none, and never run two jobs side by side unless that is allowed', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom(...OVERLAPS),
        fc.nat(3),
        fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
        (overlap, catchUp, steps) => {
          const world = new World();
          const at = OVERLAPS.indexOf(overlap);
          // One policy for the whole run, so that what it promises can be held against all of it.
          const fixed = steps.map((it) => (it.do === 'set' ? { ...it, overlap: at } : it));
          world.run([{ do: 'set', id: 0, overlap: at, catchUp, timing: 0 }, ...fixed]);
          const { events } = world.driver;
          checkCoverage(events, world);
          checkOverlap(events, () => overlap);
          const replayed = world.driver.replayed();
          expect(replayed.stateHash()).toBe(world.driver.machine.stateHash());
          for (const what of world.seen) seen.add(what);
        },
      ),
      { numRuns: 150, interruptAfterTimeLimit: 60_000 },
    );
    const expected = [
      'caughtUp',
      'decided',
      'fired',
      'missed',
      'notDue',
      'notTaken',
      'scheduleChanged',
      'scheduleUnknown',
    ];
    expect([...seen].sort()).toEqual([...expected, 'skipped']);
  });
});
