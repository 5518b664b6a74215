import fc from 'fast-check';
import type { AttemptRef, Command, CommandEnvelope, CommandReply } from './commands.js';
import type { AttemptOutcome, JobSpec } from './job.js';
import { aNode, anEnd, anHttpTask, aSpec, aWorker, Driver, START_MS } from './machine.spec-support.js';
import { Model } from './model.spec-support.js';
import { createJobsStateMachine } from './state-machine.js';
import { compareText } from './state/compare.js';

const OPTIONS = { maxFinishedJobs: 6, maxOfflineWorkers: 1_000 };

/** A step with numbers for choices, resolved against what there is when it comes. */
type Step =
  | { readonly kind: 'submit'; readonly count: number; readonly shape: number }
  | { readonly kind: 'cancel'; readonly job: number }
  | { readonly kind: 'assign'; readonly picks: readonly { job: number; worker: number; strange: number }[] }
  | { readonly kind: 'report'; readonly picks: readonly { job: number; back: number; what: number; strange: number }[] }
  | { readonly kind: 'lose'; readonly picks: readonly { job: number; back: number; strange: number }[] }
  | { readonly kind: 'close'; readonly worker: number; readonly older: number; readonly cause: number }
  | { readonly kind: 'open'; readonly worker: number; readonly newer: number; readonly held: number }
  | { readonly kind: 'node'; readonly node: number; readonly incarnation: number; readonly leaves: boolean }
  | {
      readonly kind: 'schedule';
      readonly worker: number;
      readonly scheduling: number;
      readonly at: number;
      readonly by: number;
    }
  | { readonly kind: 'evict'; readonly worker: number }
  | { readonly kind: 'repeat'; readonly back: number };

const nat = (max: number) => fc.nat({ max });
const strange = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: nat(3) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('submit' as const), count: nat(3), shape: nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), job: nat(99) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('assign' as const),
      picks: fc.array(fc.record({ job: nat(99), worker: nat(3), strange }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      picks: fc.array(fc.record({ job: nat(99), back: strange, what: nat(6), strange }), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('lose' as const),
      picks: fc.array(fc.record({ job: nat(99), back: strange, strange }), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('close' as const), worker: nat(4), older: nat(1), cause: nat(2) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('open' as const), worker: nat(3), newer: nat(2), held: nat(7) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('node' as const),
      node: nat(2),
      incarnation: nat(3),
      leaves: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('schedule' as const),
      worker: nat(4),
      scheduling: nat(3),
      at: nat(2),
      by: nat(3),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('evict' as const), worker: nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), back: nat(5) }) },
);

const OUTCOMES: readonly AttemptOutcome[] = ['succeeded', 'failed', 'timedOut', 'cancelled', 'lost'];

/** Drives the state machine and the model by the same steps. */
class Comparison {
  readonly driver = new Driver(OPTIONS);
  readonly model = new Model(OPTIONS.maxFinishedJobs, START_MS);
  readonly submitted: string[] = [];
  private readonly sent: { readonly envelope: CommandEnvelope; readonly reply: CommandReply }[] = [];
  private nodeSequence = 0;

  run(steps: readonly Step[]): void {
    this.send({ type: 'setFeatureLevel', level: 2 });
    for (const it of steps) {
      if (it.kind === 'repeat') this.repeat(it.back);
      else this.send(this.commandOf(it));
      this.compareStates();
    }
  }

  private send(command: Command): void {
    this.nodeSequence += 1;
    const origin = { nodeId: 'c1', incarnation: 1, sequence: this.nodeSequence, acknowledgedBelow: 1 };
    const envelope = this.driver.envelope(command, { origin });
    const applied = this.driver.apply(envelope);
    const reply = applied.replies[0] as CommandReply;
    const minted = reply.type === 'jobsSubmitted' ? reply.jobIds : [];
    this.submitted.push(...minted);
    expect(reply).toEqual(this.model.apply(command, minted));
    expect(applied.retired.map((job) => job.jobId)).toEqual(this.model.retire());
    this.sent.push({ envelope, reply });
  }

  /** A command that comes again, as a retry or a replayed message does. */
  private repeat(back: number): void {
    const earlier = this.sent.at(-1 - back);
    if (earlier === undefined) return;
    const before = this.driver.machine.counts();
    const applied = this.driver.apply(earlier.envelope);
    expect(applied).toMatchObject({ replies: [earlier.reply], events: [], retired: [] });
    expect(this.driver.machine.counts()).toEqual(before);
  }

  /** One comparison of texts for each step: thousands of single expectations would take most of the time. */
  private compareStates(): void {
    expect(this.stateOfMachine()).toBe(this.stateOfModel());
  }

  private stateOfModel(): string {
    const jobs = [...this.model.jobs.values()].map((job) => [
      ...[job.jobId, job.state, job.lost, job.drained, job.cancelRequested],
    ]);
    const workers = [...this.model.workers].map(([workerId, worker]) => {
      const active = this.model.active(workerId).map((job) => [job.jobId, job.attempts.at(-1)?.evicting]);
      const { incarnation, online, capacity, scheduling, evictAtMs } = worker;
      return [workerId, incarnation, online, capacity, scheduling, evictAtMs, active];
    });
    return JSON.stringify([jobs, workers.sort(byFirst), [...this.model.nodes].sort(byFirst)]);
  }

  private stateOfMachine(): string {
    const { machine } = this.driver;
    const listed = machine.listJobs({ states: [], queue: '' }, undefined, 10_000).slice().reverse();
    const jobs = listed.map((job) => [
      ...[job.jobId, job.state, job.lostAttempts, job.drainedAttempts, job.cancelRequested],
    ]);
    const workers = machine.workers().map((worker) => {
      const { workerId, incarnation, state, capacity, scheduling, evictAtMs } = worker;
      const active = machine.activeAttempts(workerId).map((attempt) => [attempt.jobId, attempt.evicting]);
      return [workerId, incarnation, state === 'online', capacity, scheduling, evictAtMs, active];
    });
    return JSON.stringify([jobs, workers, machine.nodes().map((node) => [node.nodeId, node.incarnation])]);
  }

  private commandOf(it: Exclude<Step, { kind: 'repeat' }>): Command {
    switch (it.kind) {
      case 'submit':
        return {
          type: 'submitJobs',
          specs: Array.from({ length: it.count }, () => specOf(it.shape)),
          idempotencyKey: '',
        };
      case 'cancel':
        return { type: 'cancelJob', jobId: this.jobId(it.job), reason: 'r' };
      case 'assign':
        return { type: 'assignJobs', assignments: it.picks.map((pick) => this.proposal(pick)) };
      case 'report':
        return this.reports(it.picks);
      case 'lose':
        return { type: 'loseAttempts', attempts: it.picks.map((pick) => this.ref(pick)), reason: 'unheard' };
      case 'close': {
        const workerId = `w${it.worker}`;
        const incarnation = (this.model.workers.get(workerId)?.incarnation ?? 1) - it.older;
        return {
          type: 'closeWorker',
          workerId,
          incarnation,
          cause: (['left', 'lost', 'guardEnded'] as const)[it.cause] ?? 'lost',
        };
      }
      case 'open':
        return this.opening(`w${it.worker}`, it.newer, it.held);
      case 'schedule': {
        const workerId = `w${it.worker}`;
        const known = this.model.workers.get(workerId)?.incarnation ?? 1;
        return {
          type: 'setWorkerScheduling',
          workerId,
          scheduling: (['active', 'cordoned', 'draining', 'draining'] as const)[it.scheduling] ?? 'active',
          evictAtMs: [START_MS - 1, START_MS + 1, undefined][it.at],
          incarnation: [undefined, undefined, known, known - 1][it.by],
          reason: 'r',
        };
      }
      case 'evict':
        return { type: 'evictWorker', workerId: `w${it.worker}` };
      case 'node':
        return it.leaves
          ? { type: 'deregisterNode', nodeId: `n${it.node}`, incarnation: it.incarnation, cause: 'asked' }
          : { type: 'registerNode', node: aNode(`n${it.node}`, { incarnation: it.incarnation }) };
    }
  }

  /** Of the newest jobs, so that much meets; sometimes one that is not there. */
  private jobId(pick: number): string {
    return this.submitted.at(-1 - (pick % 12)) ?? 'j0000000099990000';
  }

  private proposal({ job, worker, strange: odd }: { job: number; worker: number; strange: number }) {
    const jobId = this.jobId(job);
    const workerId = `w${worker}`;
    const incarnation = this.model.workers.get(workerId)?.incarnation ?? 1;
    return this.driver.proposal(jobId, workerId, { workerIncarnation: odd === 1 ? incarnation - 1 : incarnation });
  }

  /** The job's last attempt but `back`; strange ones have a wrong token, number or generation. */
  private ref({ job, back, strange: odd }: { job: number; back: number; strange: number }): AttemptRef {
    const jobId = this.jobId(job);
    const attempt = this.model.jobs.get(jobId)?.attempts.at(-1 - back);
    return {
      jobId,
      attempt: (attempt?.number ?? 1) + (odd === 1 ? 1 : 0),
      fencingToken: { generation: odd === 2 ? 1 : 0, counter: (attempt?.token ?? 1) + (odd === 3 ? 1 : 0) },
    };
  }

  private reports(picks: Extract<Step, { kind: 'report' }>['picks']): Command {
    const refs = picks.map((pick) => this.ref(pick));
    const first = refs[0] as AttemptRef;
    const attempts = this.model.jobs.get(first.jobId)?.attempts ?? [];
    const workerId = attempts.find((attempt) => attempt.token === first.fencingToken.counter)?.workerId ?? 'w0';
    const reports = picks.map(({ what }, at) => {
      const outcome = OUTCOMES[what];
      const end = outcome === undefined ? undefined : anEnd(outcome);
      return { ...(refs[at] as AttemptRef), startedAtMs: what % 2 === 0 ? 5 : undefined, finishedAtMs: undefined, end };
    });
    return { type: 'reportAttempts', workerId, incarnation: 1, reports };
  }

  private opening(workerId: string, newer: number, held: number): Command {
    const known = this.model.workers.get(workerId)?.incarnation ?? 1;
    const active = this.model.active(workerId).filter((_, at) => ((held >> at) & 1) === 1);
    const refs = active.map((job) => this.ref({ job: pickOf(this.submitted, job.jobId), back: 0, strange: 0 }));
    const number = Number(workerId.slice(1));
    const worker = aWorker(workerId, {
      incarnation: known + newer - (newer === 2 ? 3 : 0),
      capacity: number + 1,
      runsExec: number !== 2,
      runsHttp: number > 1,
      handlers: number % 2 === 0 ? ['mail'] : [],
    });
    return { type: 'openAgentSession', worker, held: refs };
  }
}

/** The pick that leads to this job again; one that is not among the newest is not picked, and so not held. */
function pickOf(submitted: readonly string[], jobId: string): number {
  return submitted.length - 1 - submitted.indexOf(jobId);
}

function byFirst(left: readonly unknown[], right: readonly unknown[]): number {
  return compareText(String(left[0]), String(right[0]));
}

function specOf(shape: number): JobSpec {
  const modes = ['oneLiveHolder', 'atMostOnce', 'atLeastOnce'] as const;
  const task = { kind: 'handler' as const, handler: 'mail', payload: 'cA==' };
  return aSpec({
    mode: modes[shape % 3] ?? 'oneLiveHolder',
    maxLostAttempts: 1 + (shape % 4),
    ...(shape > 5 ? { task: anHttpTask() } : shape > 3 ? { task } : {}),
  });
}

const openAll: readonly Exclude<Step, { kind: 'repeat' }>[] = [0, 1, 2, 3].map((worker) => ({
  kind: 'open',
  worker,
  newer: 0,
  held: 0,
}));
const steps = fc.array(step, { minLength: 20, maxLength: 120, size: 'max' });
/** Rare enough that not each set of runs would meet it: a worker with work is drained, and its time is over. */
const eviction: Step[] = [
  { kind: 'submit', count: 3, shape: 0 },
  { kind: 'assign', picks: [0, 1, 2].map((worker) => ({ job: worker, worker, strange: 0 })) },
  { kind: 'schedule', worker: 0, scheduling: 2, at: 0, by: 0 },
  { kind: 'evict', worker: 0 },
];
/** The time limit bounds the shrinking of a failure. */
const RUNS = { numRuns: 40, interruptAfterTimeLimit: 60_000 };

describe('state machine against the plain model', () => {
  it('gives the same replies and states, keeps its invariants, and replays to the same hash', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(steps, (drawn) => {
        const comparison = new Comparison();
        comparison.run([...openAll, ...drawn]);
        const { driver } = comparison;
        const replica = driver.replayed();
        replica.checkInvariants();
        expect(replica.stateHash()).toBe(driver.machine.stateHash());
        expectTrueStory(driver, comparison.submitted);
        for (const event of driver.events)
          seen.add(event.type === 'jobFinished' ? `finished ${event.state}` : event.type);
      }),
      { ...RUNS, examples: [[eviction]] },
    );
    // Runs in which nothing happens prove nothing.
    expect([...seen].sort()).toEqual([
      'attemptAssigned',
      'attemptFinished',
      'attemptStarted',
      'cancelRequested',
      'evictionRequested',
      'finished cancelled',
      'finished failed',
      'finished succeeded',
      'jobRetried',
      'jobSubmitted',
      'nodeChanged',
      'reportRefused',
      'workerChanged',
      'workerSchedulingChanged',
    ]);
  });

  it('gives the same state however the same commands lie in entries, but for job ids', () => {
    fc.assert(
      fc.property(steps, (drawn) => {
        const comparison = new Comparison();
        comparison.run([...openAll, ...drawn.filter((it) => it.kind !== 'submit')]);
        const { driver } = comparison;
        const merged = createJobsStateMachine(OPTIONS);
        merged.apply(1, driver.log.flat());
        expect(merged.counts()).toEqual(driver.machine.counts());
        expect(merged.workers()).toEqual(driver.machine.workers());
      }),
      { numRuns: 10 },
    );
  });
});

/** What the events tell must be possible, and must be what the state says. */
function expectTrueStory(driver: Driver, submitted: readonly string[]): void {
  const active = new Map<string, string>();
  const states = new Map<string, string>();
  let lastToken = 0;
  for (const event of driver.events) {
    switch (event.type) {
      case 'attemptAssigned':
        expect(active.has(event.jobId)).toBe(false);
        expect(event.fencingToken.counter).toBeGreaterThan(lastToken);
        lastToken = event.fencingToken.counter;
        active.set(event.jobId, event.workerId);
        break;
      case 'attemptFinished':
        expect(active.get(event.jobId)).toBe(event.workerId);
        active.delete(event.jobId);
        break;
      case 'jobSubmitted':
      case 'jobFinished':
        expect(states.get(event.jobId)).toBe(event.type === 'jobSubmitted' ? undefined : 'submitted');
        expect(active.has(event.jobId)).toBe(false);
        states.set(event.jobId, event.type === 'jobSubmitted' ? 'submitted' : event.state);
        break;
      default:
        break;
    }
  }
  expect([...states.keys()]).toEqual(submitted);
  const retired = new Map(driver.retired.map((job) => [job.jobId, job]));
  for (const [jobId, state] of states) {
    const job = driver.machine.job(jobId) ?? retired.get(jobId);
    expect(job).toBeDefined();
    if (state !== 'submitted') expect(job?.state).toBe(state);
    expect(driver.machine.job(jobId) === undefined).toBe(retired.has(jobId));
  }
}
