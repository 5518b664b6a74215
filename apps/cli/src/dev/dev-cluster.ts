import { CliError } from '../failure.js';
import { Child } from './child.js';
import { checkConsul, checkLeftovers, checkPorts, mainOf } from './checks.js';
import { DevFiles } from './files.js';
import { planCluster, type DevOptions, type DevRole, type PlannedProcess } from './plan.js';
import type { ClusterProbe } from './probe.js';

/** A cold start on a slow machine; a warm one takes a second or two. */
const START_TIMEOUT_MS = 60_000;
/** Stopping goes by role, each with its deadline: agents hand over what they have while there are coordinators to take it. */
const STOP_STAGES: readonly { readonly role: DevRole; readonly deadlineMs: number }[] = [
  { role: 'worker-agent', deadlineMs: 8_000 },
  { role: 'registry', deadlineMs: 3_000 },
  { role: 'coordinator', deadlineMs: 6_000 },
];
const FIRST_RESTART_MS = 500;
const LONGEST_RESTART_MS = 10_000;
/** A process that lived for so long begins with the shortest pause again. */
const STABLE_AFTER_MS = 30_000;

export interface DevModules {
  /** Where the bundles of the apps are, one folder each. */
  readonly appsDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly probe: ClusterProbe;
  /** A line for people about something that went wrong. */
  readonly note: (line: string) => void;
}

interface Member {
  readonly plan: PlannedProcess;
  child: Child;
  startedAtMs: number;
  restartMs: number;
  restartTimer?: NodeJS.Timeout;
}

/** A cluster of processes on this machine. */
export class DevCluster {
  readonly processes: readonly PlannedProcess[];
  private readonly files: DevFiles;
  private readonly members: Member[] = [];
  private readonly ending = new AbortController();
  private locked = false;
  private ready = false;

  constructor(
    private readonly options: DevOptions & { readonly restart: boolean },
    private readonly modules: DevModules,
  ) {
    this.processes = planCluster(options);
    this.files = new DevFiles(options.data);
  }

  /** Resolves when the cluster serves; on failure everything that was started is stopped. */
  async start(): Promise<void> {
    try {
      const mains = this.processes.map((process) => mainOf(process, this.modules.appsDir));
      this.files.lock();
      this.locked = true;
      checkLeftovers(this.files);
      this.files.checkShape(this.options);
      await Promise.all([checkPorts(this.options), checkConsul(this.options)]);
      this.files.recordShape(this.options);
      if (this.ending.signal.aborted) return;
      this.processes.forEach((plan, index) => this.members.push(this.spawn(plan, mains[index] ?? '')));
      this.writeList();
      await this.awaitReady();
      this.ready = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private spawn(plan: PlannedProcess, main: string): Member {
    const start = () => {
      const { env } = this.modules;
      return new Child({ id: plan.id, main, args: plan.args, logFile: this.files.logFile(plan.id), env });
    };
    const member: Member = { plan, child: start(), startedAtMs: Date.now(), restartMs: FIRST_RESTART_MS };
    const watch = (child: Child) => {
      void child.ended.then((end) => {
        if (this.ready && !this.ending.signal.aborted)
          this.died(member, end, () => {
            member.child = start();
            member.startedAtMs = Date.now();
            this.writeList();
            watch(member.child);
            this.modules.note(`${plan.role} ${plan.id} runs again (pid ${member.child.pid})`);
          });
      });
    };
    watch(member.child);
    return member;
  }

  private died(member: Member, end: string, startAgain: () => void): void {
    const { plan, child } = member;
    const log = `its log: ${this.files.logFile(plan.id)}`;
    if (!this.options.restart) {
      this.modules.note(`${plan.role} ${plan.id} (pid ${child.pid}) has ended: ${end}; ${log}`);
      return;
    }
    if (Date.now() - member.startedAtMs > STABLE_AFTER_MS) member.restartMs = FIRST_RESTART_MS;
    const pauseMs = member.restartMs;
    member.restartMs = Math.min(LONGEST_RESTART_MS, pauseMs * 2);
    this.modules.note(`${plan.role} ${plan.id} (pid ${child.pid}) has ended: ${end}; again in ${pauseMs} ms; ${log}`);
    member.restartTimer = setTimeout(startAgain, pauseMs);
  }

  private async awaitReady(): Promise<void> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), START_TIMEOUT_MS);
    const signal = AbortSignal.any([timeout.signal, this.ending.signal]);
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    const failed = Promise.race(this.members.map(({ child }) => child.ready.then(() => aborted)));
    try {
      await Promise.race([this.usable(signal), failed, aborted]);
      if (!timeout.signal.aborted) return;
      const silent = await this.notReadyYet();
      const what = silent.length > 0 ? `${silent.join(', ')} did not get ready` : 'no leader serves';
      throw new CliError(
        'notReady',
        `${what} within ${START_TIMEOUT_MS / 1_000} s; see the logs in ${this.options.data}/logs`,
      );
    } finally {
      clearTimeout(timer);
      // Ends the probe, should it still look.
      timeout.abort();
    }
  }

  private async usable(signal: AbortSignal): Promise<void> {
    await Promise.all(this.members.map(({ child }) => child.ready));
    const of = (role: DevRole) => this.processes.filter((process) => process.role === role);
    await this.modules.probe(
      {
        coordinators: of('coordinator').map(({ address }) => address),
        workerIds: of('worker-agent').map(({ id }) => id),
      },
      signal,
    );
  }

  private async notReadyYet(): Promise<string[]> {
    const open = Symbol('open');
    const states = await Promise.all(
      this.members.map(({ child }) => Promise.race([child.ready, Promise.resolve(open)])),
    );
    return this.members.filter((_, index) => states[index] === open).map(({ plan }) => plan.id);
  }

  private writeList(): void {
    this.files.list(
      this.members.map(({ plan: { role, id, address }, child: { pid } }) => ({ role, id, pid, address })),
    );
  }

  /** Stops all processes in order, by SIGKILL what does not stop in time. Twice is fine. */
  async stop(): Promise<void> {
    this.ending.abort();
    for (const { restartTimer } of this.members) clearTimeout(restartTimer);
    for (const { role, deadlineMs } of STOP_STAGES) {
      const stage = this.members.filter(({ plan }) => plan.role === role);
      await Promise.all(
        stage.map(async ({ plan, child }) => {
          if (!(await child.stop(deadlineMs))) this.modules.note(`${plan.id} did not stop in time and was killed`);
        }),
      );
    }
    if (this.locked && this.members.length > 0) this.files.list([]);
    if (this.locked) this.files.unlock();
    this.locked = false;
  }

  /** Ends all at once. */
  kill(): void {
    for (const { child } of this.members) child.signal('SIGKILL');
  }
}
