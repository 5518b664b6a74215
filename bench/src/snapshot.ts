import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { SynodClient } from '@synod/client';
import type { ClusterMember } from '@synod/client';
import { LocalCluster, until } from '@synod/e2e';
import { median, quantile } from './report.js';
import type { Row } from './report.js';

export interface SnapshotOptions {
  readonly rounds: number;
  /** Jobs submitted in large batches while the member is away, beside the steady load. */
  readonly lagJobs: number;
}

const COORDINATORS = 3;
const COMMANDS_PER_S = 2_000;
/** Nobody serves it: each submission is one command, and the state that has to be sent grows with every one. */
const JOB = { handler: { handler: 'nobody' } } as const;
const LAG_BATCH_JOBS = 1_000;
/** So that the others trim past it soon; the default keeps 20,000. */
const KEPT_SLOTS = 1_000;
/** Until code is compiled and queues are even. */
const WARM_UP_MS = 10_000;
const BASELINE_MS = 10_000;
const CAUGHT_UP_SLOTS = 500;
const CATCH_UP_LIMIT_MS = 300_000;

/**
 * A member that fell behind what the others have in their logs comes back while single submissions go on at 2,000 a second, each
 * a command of its own, to the leader: how long it takes, and what it does to the latency of those submissions.
 *
 * The one that comes back would have a host of its own. Here it gets the processor time that the others leave: what is measured is
 * what it asks of the leader, not what it takes from it as a neighbour.
 */
export async function measureSnapshot(options: SnapshotOptions): Promise<Row[]> {
  const coordinatorArgs = ['--log-kept-slots', String(KEPT_SLOTS)];
  const cluster = await LocalCluster.start({ coordinators: COORDINATORS, agents: 0, coordinatorArgs });
  const rounds: Round[] = [];
  try {
    for (let number = 1; number <= options.rounds; number++) {
      const round = await oneRound(cluster, options.lagJobs);
      rounds.push(round);
      process.stderr.write(`snapshot, ${number}: ${JSON.stringify(round)}\n`);
      if (round.withoutPerS < COMMANDS_PER_S * 0.95) {
        process.stderr.write('this machine does not carry the load now: the latencies are those of a queue\n');
      }
    }
  } finally {
    await cluster.stop();
  }
  const scenario = `a member behind the trimmed log comes back, ${COMMANDS_PER_S} commands/s go on`;
  const of = (metric: string, value: (round: Round) => number, unit: string): Row => ({
    scenario,
    metric: `${metric}, median of ${options.rounds}`,
    value: median(rounds.map(value)),
    unit,
  });
  return [
    of('lag', (round) => round.lagSlots, 'slots'),
    of('lag', (round) => round.lagCommands, 'commands'),
    of('caught up after its start', (round) => round.caughtUpMs, 'ms'),
    of('submissions answered without', (round) => round.withoutPerS, '1/s'),
    of('submissions answered meanwhile', (round) => round.duringPerS, '1/s'),
    of('processors busy without', (round) => round.busyWithoutPercent, '%'),
    of('processors busy meanwhile', (round) => round.busyDuringPercent, '%'),
    of('latency p50 without', (round) => round.p50WithoutMs, 'ms'),
    of('latency p50 meanwhile', (round) => round.p50DuringMs, 'ms'),
    of('latency p99 without', (round) => round.p99WithoutMs, 'ms'),
    of('latency p99 meanwhile', (round) => round.p99DuringMs, 'ms'),
    of('ratio of the two', (round) => round.p99DuringMs / round.p99WithoutMs, ''),
  ];
}

/** In milliseconds of this process's monotonic clock. */
interface Span {
  readonly from: number;
  readonly to: number;
}

interface Round {
  readonly lagSlots: number;
  readonly lagCommands: number;
  readonly caughtUpMs: number;
  readonly withoutPerS: number;
  readonly duringPerS: number;
  readonly busyWithoutPercent: number;
  readonly busyDuringPercent: number;
  readonly p50WithoutMs: number;
  readonly p50DuringMs: number;
  readonly p99WithoutMs: number;
  readonly p99DuringMs: number;
}

async function oneRound(cluster: LocalCluster, lagJobs: number): Promise<Round> {
  await cluster.allWell();
  const leader = await cluster.leader();
  const away = cluster.coordinatorIds().find((id) => id !== leader) ?? '';
  const load = new SteadyStream(cluster.addressOf(leader));
  load.start();
  let times: {
    readonly baseline: Span;
    readonly catchUp: Span;
    readonly busyWithoutPercent: number;
    readonly busyDuringPercent: number;
    readonly lagSlots: number;
    readonly lagCommands: number;
  };
  try {
    await pause(WARM_UP_MS);
    const from = performance.now();
    const busyWithout = busyFromHere();
    await pause(BASELINE_MS);
    const baseline = { from, to: performance.now() };
    const busyWithoutPercent = busyWithout();
    const lag = await fallBehind(cluster, { leader, away, lagJobs, load });
    // What was submitted to make the lag may have left a queue: it is no part of what follows.
    await load.caughtUp();
    const startedAtMs = performance.now();
    const busyDuring = busyFromHere();
    const { pid } = await cluster.startCoordinator(away);
    yieldToOthers(pid);
    await until(
      'the member to catch up',
      async () => {
        const [own, led] = [await memberOf(cluster, away), await memberOf(cluster, leader)];
        return own.happy && led.appliedSlot - own.appliedSlot < CAUGHT_UP_SLOTS ? true : undefined;
      },
      CATCH_UP_LIMIT_MS,
    );
    const catchUp = { from: startedAtMs, to: performance.now() };
    times = { baseline, catchUp, busyWithoutPercent, busyDuringPercent: busyDuring(), ...lag };
  } finally {
    // What is not answered yet counts, too: the longest waits are among it.
    await load.stop();
  }
  const { baseline, catchUp, ...counted } = times;
  return {
    ...counted,
    caughtUpMs: catchUp.to - catchUp.from,
    withoutPerS: load.answersPerS(baseline),
    duringPerS: load.answersPerS(catchUp),
    p50WithoutMs: median(load.latenciesMs(baseline)),
    p50DuringMs: median(load.latenciesMs(catchUp)),
    p99WithoutMs: quantile(load.latenciesMs(baseline), 0.99),
    p99DuringMs: quantile(load.latenciesMs(catchUp), 0.99),
  };
}

/** All threads of the process get a processor only while nobody else wants it (SCHED_IDLE; `chrt` is part of every Debian). */
function yieldToOthers(pid: number): void {
  const { status, error, stderr } = spawnSync('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)]);
  if (status !== 0) throw new Error(`chrt: ${error?.message ?? stderr.toString()}`);
}

/** Share of all processors that was busy from the first call to the second. */
function busyFromHere(): () => number {
  const read = () => {
    const times = cpus().map((cpu) => cpu.times);
    const all = times.flatMap((time) => Object.values(time)).reduce((sum, ms) => sum + ms, 0);
    return { all, idle: times.reduce((sum, { idle }) => sum + idle, 0) };
  };
  const before = read();
  return () => {
    const after = read();
    return 100 * (1 - (after.idle - before.idle) / (after.all - before.all));
  };
}

/** Kills a member, and resolves when the leader's log no longer has what that one needs next. */
async function fallBehind(
  cluster: LocalCluster,
  { leader, away, lagJobs, load }: { leader: string; away: string; lagJobs: number; load: SteadyStream },
): Promise<{ readonly lagSlots: number; readonly lagCommands: number }> {
  const before = await memberOf(cluster, away);
  const answeredBefore = load.answered;
  await cluster.process(away).end('SIGKILL');
  for (let sent = 0; sent < lagJobs; sent += LAG_BATCH_JOBS) {
    await cluster.client.submitMany(Array.from({ length: LAG_BATCH_JOBS }, () => JOB));
  }
  const trimmed = await until(
    'the leader to trim past the member that is away',
    async () => {
      const member = await memberOf(cluster, leader);
      return member.trimmedThroughSlot > before.appliedSlot ? member : undefined;
    },
    CATCH_UP_LIMIT_MS,
  );
  const lagCommands = load.answered - answeredBefore + Math.ceil(lagJobs / LAG_BATCH_JOBS);
  return { lagSlots: trimmed.appliedSlot - before.appliedSlot, lagCommands };
}

async function memberOf(cluster: LocalCluster, id: string): Promise<ClusterMember> {
  const member = (await cluster.status()).members.find((it) => it.id === id);
  if (member === undefined) throw new Error(`no member ${id}`);
  return member;
}

/** Single submissions on one stream at an even pace, whatever becomes of those before. */
class SteadyStream {
  answered = 0;
  private readonly client: SynodClient;
  private readonly submitter;
  private readonly answers: { readonly sentAtMs: number; readonly tookMs: number }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private sent = 0;

  constructor(address: string) {
    this.client = new SynodClient({ addresses: [address] });
    this.submitter = this.client.submitter({ maxBatchJobs: 1, maxInFlightBatches: 1_000, maxPendingJobs: 100_000 });
  }

  start(): void {
    const startedAtMs = performance.now();
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAtMs) / 1_000) * COMMANDS_PER_S);
      while (this.sent < due) this.sendOne();
    }, 1);
  }

  /** Of the submissions that were sent within this time and are answered by now. */
  latenciesMs({ from, to }: Span): number[] {
    return this.answers.filter(({ sentAtMs }) => sentAtMs >= from && sentAtMs < to).map(({ tookMs }) => tookMs);
  }

  /** Resolves when what is sent is answered as it comes: a tenth of a second's worth is under way at the most. */
  async caughtUp(): Promise<void> {
    await until(
      'the steady load to be even',
      () => (this.sent - this.answered < COMMANDS_PER_S / 10 ? true : undefined),
      CATCH_UP_LIMIT_MS,
    );
  }

  answersPerS({ from, to }: Span): number {
    const within = this.answers.filter(({ sentAtMs, tookMs }) => sentAtMs + tookMs >= from && sentAtMs + tookMs < to);
    return (within.length / (to - from)) * 1_000;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.submitter.close();
    this.client.close();
  }

  private sendOne(): void {
    this.sent += 1;
    const sentAtMs = performance.now();
    void this.submitter.submitMany([JOB]).then(() => {
      this.answered += 1;
      this.answers.push({ sentAtMs, tookMs: performance.now() - sentAtMs });
    });
  }
}
