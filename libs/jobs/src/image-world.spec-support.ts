import type { PlacementWish } from './placement.js';
import type { AttemptRef, AttemptReport, Command, CommandEnvelope, CommandOrigin } from './commands.js';
import type { AttemptOutcome, JobId, JobSpec } from './job.js';
import {
  aNode,
  anEnd,
  anHttpTask,
  aScheduleSpec,
  aSpec,
  aWorker,
  someLimits,
  START_MS,
} from './machine.spec-support.js';
import { CLIENT_SESSION_WINDOW } from './options.js';
import type { JobsOptions } from './options.js';
import type { JobsView } from './state-machine-port.js';

/** Small bounds, so that much is dropped, forgotten and retired in a short run. */
export const TIGHT_OPTIONS: Partial<JobsOptions> = {
  groupId: 7,
  generation: 3,
  maxFinishedJobs: 4,
  maxFinishedTextUnits: 1_500,
  maxIdempotencyKeys: 3,
  idempotencyKeyLifetimeMs: 400,
  maxOfflineWorkers: 2,
  maxNodes: 3,
  maxFeatureLevel: 3,
};

export const COMMAND_KINDS = [
  'submit',
  'cancel',
  'assign',
  'report',
  'lose',
  'close',
  'open',
  'register',
  'deregister',
  'level',
  'schedule',
  'evict',
  'timetable',
] as const;

/** One command by numbers for choices, resolved against the state when it comes. */
export interface Choice {
  readonly kind: (typeof COMMAND_KINDS)[number];
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

/** Ids that would be confused if keys of an image were told apart by what follows an id. */
const COORDINATORS = ['c1', 'c1/2', 'c1/00000000002', 'c2'] as const;
const WORKERS = ['w1', 'w1/x', 'w2', 'w3', 'w4'] as const;
const SCHEDULES = ['backup', 'backup/x', 'mail'] as const;
const OVERLAPS = ['skip', 'bufferOne', 'bufferAll', 'cancelOther', 'terminateOther', 'allowAll'] as const;
const CATCH_UPS = ['none', 'latest', 'all', 'window'] as const;
const NODES = ['n1', 'n1/x', 'n2', 'n3', 'n4'] as const;
const OUTCOMES: readonly AttemptOutcome[] = ['succeeded', 'failed', 'timedOut', 'cancelled', 'lost'];
const MODES = ['oneLiveHolder', 'atMostOnce', 'atLeastOnce'] as const;

interface Session {
  incarnation: number;
  sequence: number;
  acknowledgedBelow: number;
}

/** Makes envelopes of choices; what is there to choose from it reads from the state. */
export class CommandMaker {
  private readonly sessions = new Map<string, Session>();
  private nowMs = START_MS;

  constructor(
    private readonly view: JobsView,
    private readonly coordinators: readonly string[] = COORDINATORS,
  ) {}

  envelope(choice: Choice): CommandEnvelope {
    const { a, b, c, d } = choice;
    this.nowMs += (a + b) % 7 === 0 ? 150 : c % 20;
    return {
      groupId: TIGHT_OPTIONS.groupId as number,
      version: 1,
      // Sometimes the clock of a new leader is behind.
      stampMs: this.nowMs - (d % 11 === 0 ? 500 : 0),
      principal: b % 5 === 0 ? '' : 'alice',
      traceContext: '',
      origin: this.origin(choice),
      body: this.command(choice),
    };
  }

  private origin({ a, b, c, d }: Choice): CommandOrigin {
    const nodeId = pick(this.coordinators, a + 3 * d);
    const session = this.sessions.get(nodeId) ?? { incarnation: 1, sequence: 0, acknowledgedBelow: 1 };
    this.sessions.set(nodeId, session);
    if (b % 29 === 0)
      Object.assign(session, { incarnation: session.incarnation + 1, sequence: 0, acknowledgedBelow: 1 });
    // Mostly the next one; at times a repetition, a stale incarnation, or a jump that moves the window.
    if (c % 31 === 0) session.sequence += CLIENT_SESSION_WINDOW - 2;
    const repeats = d % 9 === 0 && session.sequence > 0;
    if (!repeats) session.sequence += 1 + (c % 3 === 0 ? 1 : 0);
    const sequence = repeats ? Math.max(1, session.sequence - (b % 4)) : session.sequence;
    if (a % 4 === 0) session.acknowledgedBelow = Math.max(session.acknowledgedBelow, session.sequence - (b % 6));
    const incarnation = d % 37 === 0 ? Math.max(1, session.incarnation - 1) : session.incarnation;
    return { nodeId, incarnation, sequence, acknowledgedBelow: Math.min(session.acknowledgedBelow, sequence) };
  }

  private command({ kind, a, b, c, d }: Choice): Command {
    switch (kind) {
      case 'submit':
        return {
          type: 'submitJobs',
          specs: Array.from({ length: a % 4 }, (_, at) => specOf(b + at, c)),
          idempotencyKey: c % 3 === 0 ? `key "${d % 5}" \ud800` : '',
        };
      case 'cancel':
        return { type: 'cancelJob', jobId: this.jobId(a), reason: b % 2 === 0 ? '' : 'nöt wanted\n' };
      case 'assign':
        return { type: 'assignJobs', assignments: [a, b, c, d].map((it, at) => this.proposal(it, a + b + at)) };
      case 'report':
        return this.reports(a, b, c);
      case 'lose':
        return { type: 'loseAttempts', attempts: [this.anyRef(a), this.anyRef(b)], reason: 'unheard' };
      case 'close': {
        const workerId = pick(WORKERS, a);
        const incarnation = (this.view.worker(workerId)?.incarnation ?? 1) - (b % 5 === 0 ? 1 : 0);
        return { type: 'closeWorker', workerId, incarnation, cause: pick(['left', 'lost', 'guardEnded'] as const, c) };
      }
      case 'open':
        return this.opening(pick(WORKERS, a), b, c, d);
      case 'register':
        return { type: 'registerNode', node: nodeOf(pick(NODES, a), b, c) };
      case 'deregister':
        return { type: 'deregisterNode', nodeId: pick(NODES, a), incarnation: b % 4, cause: 'asked' };
      case 'level':
        return { type: 'setFeatureLevel', level: 1 + (a % 3) };
      case 'schedule':
        return this.scheduling(pick(WORKERS, a), b, c, d);
      case 'evict':
        return { type: 'evictWorker', workerId: pick(WORKERS, a) };
      case 'timetable':
        return this.timetable(pick(SCHEDULES, a), b, c, d);
    }
  }

  private jobId(choice: number): JobId {
    const jobs = this.view.listJobs({ states: [], queue: '' }, undefined, 12);
    return choice % 13 === 0 ? 'j0700000000zz0000' : (jobs[choice % (jobs.length || 1)]?.jobId ?? 'nobody');
  }

  private proposal(choice: number, worker: number) {
    const ready = this.view.listJobs({ states: ['ready'], queue: '' }, undefined, 12);
    const job = ready[choice % (ready.length || 1)];
    const online = this.view.workers().filter((it) => it.state === 'online');
    const workerId = worker % 11 === 0 ? 'w4' : (online[worker % (online.length || 1)]?.workerId ?? 'w1');
    return {
      jobId: job?.jobId ?? this.jobId(choice),
      jobRevision: (job?.revision ?? 0) - (choice % 17 === 0 ? 1 : 0),
      workerId,
      workerIncarnation: this.view.worker(workerId)?.incarnation ?? 1,
    };
  }

  /** An attempt of any job, ended or not. */
  private anyRef(choice: number): AttemptRef {
    const job = this.view.job(this.jobId(choice));
    const attempts = job?.attempts ?? [];
    const attempt = attempts.at(choice % 3 === 0 ? 0 : -1);
    const { fencingToken = { generation: 3, counter: 1 }, attempt: number = 1 } = attempt ?? {};
    return { jobId: job?.jobId ?? 'nobody', attempt: number, fencingToken };
  }

  private reports(a: number, b: number, c: number): Command {
    const workerId = pick(
      this.view.workers().filter((it) => it.activeAttempts > 0 || it.state === 'online').map((it) => it.workerId).concat('w1'),
      a,
    ); // prettier-ignore
    const active = this.view.activeAttempts(workerId);
    const refs: AttemptRef[] = active.filter((_, at) => ((b >> at) & 1) === 1).slice(0, 3);
    if (b % 5 === 0) refs.push(this.anyRef(c));
    const reports = refs.map(({ jobId, attempt, fencingToken }, at): AttemptReport => {
      const outcome = OUTCOMES[(c + at) % 8];
      const changes = { message: c % 2 === 0 ? '' : 'wäs ist', signal: c % 3 === 0 ? 'SIGKILL' : '', result: 'cg==' };
      return {
        jobId,
        attempt,
        fencingToken,
        startedAtMs: c % 2 === 0 ? START_MS + c : undefined,
        finishedAtMs: b % 3 === 0 ? START_MS + b : undefined,
        end: outcome === undefined ? undefined : anEnd(outcome, changes),
      };
    });
    return { type: 'reportAttempts', workerId, incarnation: 1, reports };
  }

  private scheduling(workerId: string, b: number, c: number, d: number): Command {
    const known = this.view.worker(workerId)?.incarnation ?? 1;
    return {
      type: 'setWorkerScheduling',
      workerId,
      scheduling: pick(['draining', 'active', 'draining', 'cordoned'] as const, b),
      evictAtMs: [undefined, START_MS - 1, this.nowMs + 100][c % 3],
      incarnation: d % 3 === 0 ? known - (d % 2) : undefined,
      reason: d % 2 === 0 ? '' : 'nëw kernel',
    };
  }

  private timetable(scheduleId: string, b: number, c: number, d: number): Command {
    const known = this.view.schedule(scheduleId);
    const changes = { overlap: pick(OVERLAPS, c), catchUp: pick(CATCH_UPS, d), jitterMs: (c % 3) * 10 };
    const job = specOf(b, c % 4);
    if (known === undefined || b % 11 === 0) {
      const spec = aScheduleSpec({
        ...changes,
        job,
        timing: `every ${d % 2}`,
        ...(b % 3 === 0 ? { startAtMs: START_MS } : {}),
      });
      return { type: 'setSchedule', scheduleId, spec, paused: b % 5 === 0, ...(d % 4 === 0 ? { ifRevision: 0 } : {}) };
    }
    const { revision, decidedThroughMs, paused } = known;
    switch (b % 11) {
      case 1:
        return { type: 'triggerSchedule', scheduleId };
      case 4:
        return { type: 'deleteSchedule', scheduleId };
      case 2:
        return { type: 'pauseSchedule', scheduleId, paused: !paused, reason: 'nöt now' };
      case 3: {
        const nominalMs = [START_MS - 1_000, START_MS - 500];
        return { type: 'backfillSchedule', scheduleId, revision, nominalMs, overlap: pick(OVERLAPS, d) };
      }
      default: {
        const afterMs = decidedThroughMs - (d % 7 === 0 ? 1 : 0);
        const nominalMs = [10, 20, 30].slice(0, 1 + (c % 3)).map((ms) => decidedThroughMs + ms);
        return { type: 'fireSchedules', due: [{ scheduleId, revision, afterMs, nominalMs, more: d % 2 === 0 }] };
      }
    }
  }

  private opening(workerId: string, b: number, c: number, d: number): Command {
    const known = this.view.worker(workerId)?.incarnation ?? 1;
    const held = this.view.activeAttempts(workerId).filter((_, at) => ((d >> at) & 1) === 1);
    const worker = aWorker(workerId, {
      incarnation: known + (b % 3 === 0 ? 1 : 0) - (b % 13 === 0 ? 2 : 0),
      // At times less than it holds.
      capacity: 1 + (c % 5),
      runsExec: c % 7 !== 0,
      runsHttp: b % 2 === 0,
      handlers: d % 2 === 0 ? ['mail'] : [],
      labels: labelsOf(c),
      version: `1.${d % 3}`,
    });
    return { type: 'openAgentSession', worker, held };
  }
}

function specOf(shape: number, salt: number): JobSpec {
  const exec = {
    kind: 'exec' as const,
    command: '/bin/sh',
    args: ['-c', `echo ${salt % 3} ü \ud800`],
    env: labelsOf(salt),
    cwd: '/tmp',
    stdin: 'aGk=',
    user: 'root',
    ...(salt % 3 === 0 ? { limits: someLimits({ umask: salt % 2, pidsMax: salt % 5 }) } : {}),
  };
  const http = anHttpTask({ headers: labelsOf(salt), maxRedirects: salt % 3 });
  return aSpec({
    task: shape % 3 === 0 ? { kind: 'handler', handler: 'mail', payload: 'cA==' } : shape % 7 === 1 ? http : exec,
    queue: shape % 4 === 0 ? 'urgent' : 'default',
    labels: labelsOf(shape),
    workerLabels: shape % 8 === 5 ? { zone: 'a' } : {},
    ...placementFor(shape),
    placementKey: shape % 2 === 0 ? '' : 'k',
    mode: pick(MODES, shape),
    maxLostAttempts: 1 + (shape % 5),
    startToCloseTimeoutMs: shape % 3,
  });
}

/** Some of feature level 3. */
function placementFor(shape: number): PlacementWish {
  switch (shape % 10) {
    case 6:
      return { placement: 'leastLoaded', ownPlacement: true };
    case 7:
      return { placement: 'spread', placementOptions: { spreadLabel: 'zone' } };
    case 8:
      return { placement: 'powerOfChoices', placementOptions: { choices: 2 + (shape % 3) } };
    case 9:
      return { placement: 'boundedHash', placementOptions: { loadFactorPercent: 110 } };
    default:
      return { placement: shape % 2 === 0 ? 'leastLoaded' : 'consistentHash' };
  }
}

/** With a name that plain objects treat in a way of their own. */
function labelsOf(choice: number): Readonly<Record<string, string>> {
  if (choice % 4 === 0) return {};
  return Object.fromEntries([
    ['zone', choice % 2 === 0 ? 'a' : 'b'],
    ['__proto__', `${choice % 3}`],
    ['10', 'x'],
  ]);
}

function nodeOf(nodeId: string, b: number, c: number) {
  const kind = pick(['coordinator', 'registry', 'worker'] as const, b);
  return aNode(nodeId, { incarnation: c % 4, kind, labels: labelsOf(b), capacity: c % 3 });
}

export function pick<T>(from: readonly T[], choice: number): T {
  return from[choice % from.length] as T;
}
