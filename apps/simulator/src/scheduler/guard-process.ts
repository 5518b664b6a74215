import type { Guard } from '@synod/worker-agent';
import type {
  AgentLink,
  AgentMessage,
  AttemptEnding,
  AttemptHost,
  FinalReport,
  GuardMessage,
  GuardModules,
} from '@synod/worker-agent';
import type { Logger } from '@synod/base';
import type { SeededRandom, VirtualClock } from '@synod/testkit';
import { reportGuardEnded } from './final-report.js';
import type { ProcessTable } from './process-table.js';
import type { SimulatedProcess } from './process.js';
import type { Streams } from './streams.js';
import type { WorkerFiles } from './worker-files.js';

export interface GuardProcessModules {
  readonly time: VirtualClock;
  readonly random: SeededRandom;
  readonly logger: Logger;
  readonly streams: Streams;
  readonly table: ProcessTable;
  readonly files: WorkerFiles;
  readonly orphanGraceMs: number;
  /** Makes the guard; tests make a broken one. */
  readonly createGuard: (options: ConstructorParameters<typeof Guard>[0], modules: GuardModules) => Guard;
  readonly event: (name: string) => void;
}

/** How long a byte takes over a socket within the machine. */
const LOCAL_MS = 0.1;

/** One end of the socket between agent and guard. */
export class LocalSocket {
  onMessage: (message: string) => void = () => undefined;
  onClose: () => void = () => undefined;
  open = true;
  peer: LocalSocket | undefined;

  constructor(
    private readonly process: SimulatedProcess,
    private readonly time: VirtualClock,
  ) {}

  static pair(one: SimulatedProcess, other: SimulatedProcess, time: VirtualClock): [LocalSocket, LocalSocket] {
    const ends: [LocalSocket, LocalSocket] = [new LocalSocket(one, time), new LocalSocket(other, time)];
    ends[0].peer = ends[1];
    ends[1].peer = ends[0];
    return ends;
  }

  send(message: string): void {
    const { peer } = this;
    if (!this.open || !this.process.alive || peer === undefined) return;
    this.time.after(LOCAL_MS, () =>
      peer.process.enter(() => {
        if (peer.open) peer.onMessage(message);
      }),
    );
  }

  /** What was sent before still arrives. Also the kernel's doing, when the process died. */
  close(): void {
    const { peer } = this;
    if (!this.open) return;
    this.open = false;
    this.time.after(LOCAL_MS, () =>
      peer?.process.enter(() => {
        if (!peer.open) return;
        peer.open = false;
        peer.onClose();
      }),
    );
  }
}

/** The process of a guard: the real Guard over simulated processes and files. */
export class GuardProcess {
  private readonly guard: Guard;
  private readonly sockets = new Set<LocalSocket>();

  constructor(
    readonly process: SimulatedProcess,
    private readonly modules: GuardProcessModules,
  ) {
    const { files, orphanGraceMs } = modules;
    this.guard = modules.createGuard(
      { directory: files.directory, orphanGraceMs },
      {
        clock: process.clock,
        timers: process,
        log: modules.logger,
        host: this.host(),
        report: (report, signal) => this.report(report, signal),
        exit: () => this.die(),
      },
    );
  }

  /** An agent connects; gives its end of the socket. */
  connect(agent: SimulatedProcess): LocalSocket {
    const [agentEnd, guardEnd] = LocalSocket.pair(agent, this.process, this.modules.time);
    this.sockets.add(guardEnd);
    const link: AgentLink = {
      send: (message: GuardMessage) => guardEnd.send(JSON.stringify(message)),
      close: () => {
        guardEnd.close();
        this.guard.disconnected(link);
      },
    };
    guardEnd.onMessage = (message) => this.guard.receive(link, JSON.parse(message) as AgentMessage);
    guardEnd.onClose = () => this.guard.disconnected(link);
    return agentEnd;
  }

  /** What it started runs on. */
  die(): void {
    if (!this.process.alive) return;
    this.process.kill();
    this.modules.streams.processDied(this.process, true);
    for (const socket of this.sockets) socket.close();
  }

  private host(): AttemptHost {
    const { time, random, table, files } = this.modules;
    return {
      launch: (order) =>
        new Promise((resolve) => {
          this.process.after(random.between(0.3, 4), () => {
            const { pid, exits } = table.spawn(order);
            const child = {
              once: (_event: 'exit', listener: (code: number | null, signal: NodeJS.Signals | null) => void) =>
                exits.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
                  time.after(LOCAL_MS, () => this.process.enter(() => listener(code, signal)));
                }),
            };
            resolve({ kind: 'launched', pid, child });
          });
        }),
      identity: (pid) => `pid-${pid}`,
      signals: {
        signal: (pid, signal) => (this.process.alive ? table.signal(pid, signal) : false),
        isAlive: (pid) => table.isAlive(pid),
      },
      keepOutput: () => [{ finish: () => undefined, closed: Promise.resolve() }],
      writeFile: (path, value) => {
        if (!this.process.alive) return;
        files.write(path, value);
        if (path === '' || !path.endsWith('ended.json')) return;
        const { outcome, message } = value as AttemptEnding;
        if (outcome === 'lost' && message.includes('lease lapsed')) this.modules.event('leaseLapsed');
        if (outcome === 'lost' && message.includes('agent died')) this.modules.event('orphanKilled');
      },
    };
  }

  private async report(report: FinalReport, signal: AbortSignal): Promise<void> {
    const { streams, event, files } = this.modules;
    const caller = { machine: files.workerId, process: this.process, streams };
    const told = await reportGuardEnded(caller, report, signal, files.attemptFiles());
    if (!told) return;
    if (report.ended.length > 0) event('finalReportDelivered');
    if (report.results.length > 0) event('guardDeliveredResults');
  }
}
