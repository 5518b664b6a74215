import type { Logger } from '@synod/base';
import {
  assignmentToWire,
  attemptRefToWire,
  attemptReportsFromWire,
  CommandRefusedError,
  heldFromHello,
  workerDescriptionFromHello,
} from '@synod/contracts';
import type { ActiveAttempt, AttemptRef, Command, CommandReply, JobsView, WorkerDescription } from '@synod/jobs';
import type { WireHello, WireReports, WireSessionRequest, WireSessionResponseInput } from '@synod/wire';
import { invalidArgument } from '@synod/rpc';

/** The stream of one worker, as the session sees it. */
export interface SessionStream {
  write(response: WireSessionResponseInput): boolean;
  end(): void;
  /** Ends the stream with a status. */
  fail(error: unknown): void;
}

export interface AgentSessionModules {
  readonly coordinatorId: string;
  readonly clusterId: string;
  readonly view: JobsView;
  readonly logger: Logger;
  readonly propose: (command: Command) => Promise<CommandReply>;
  /** The session is open: it takes its worker's place, and an older session of that worker ends. */
  readonly opened: (session: AgentSession) => void;
}

export const HEARTBEAT_INTERVAL_MS = 1_000;
/** Batches of reports under way to the log, at most; a worker that sends more waits (its stream is not read). */
const MAX_REPORTS_IN_FLIGHT = 64;

/** States: see AgentService in the proto. */
type SessionState = 'opening' | 'open' | 'closing' | 'ended';

/**
 * One agent session at this coordinator. The hello goes through the log: when its reply is here, this replica has applied all
 * that any coordinator had acknowledged to this worker before, so what it then sends is never behind what the worker knows.
 */
export class AgentSession {
  private state: SessionState = 'opening';
  private description: WorkerDescription | undefined;
  private reportsInFlight = 0;
  private resume: (() => void) | undefined;

  constructor(
    private readonly stream: SessionStream,
    private readonly modules: AgentSessionModules,
  ) {}

  get worker(): WorkerDescription | undefined {
    return this.description;
  }

  get isOpen(): boolean {
    return this.state === 'open' || this.state === 'closing';
  }

  /** One message at a time; resolves when the next may be read. */
  async receive(request: WireSessionRequest): Promise<void> {
    if (this.state === 'ended') return;
    if (request.hello != null) return this.hello(request.hello);
    if (!this.isOpen) throw invalidArgument([{ field: 'hello', description: 'the first message must be Hello' }]);
    if (request.reports != null) return this.reports(request.reports);
    if (request.goodbye != null) return this.goodbye();
    throw invalidArgument([{ field: 'message', description: 'set one of hello, reports, goodbye' }]);
  }

  assign(attempts: readonly ActiveAttempt[]): void {
    if (attempts.length === 0 || !this.isOpen) return;
    this.stream.write({ assignments: { assignments: attempts.map((attempt) => assignmentToWire(attempt)) } });
  }

  cancel(attempts: readonly AttemptRef[]): void {
    if (attempts.length === 0 || !this.isOpen) return;
    this.stream.write({ cancellations: { attempts: attempts.map(attemptRefToWire) } });
  }

  tail(request: NonNullable<WireSessionResponseInput['tailLogs']>): void {
    if (this.isOpen) this.stream.write({ tailLogs: request });
  }

  /** Another session of this worker took over, or the stream is gone. */
  end(error?: unknown): void {
    if (this.state === 'ended') return;
    this.state = 'ended';
    this.resume?.();
    if (error === undefined) this.stream.end();
    else this.stream.fail(error);
  }

  private async hello(hello: WireHello): Promise<void> {
    if (this.state !== 'opening' || this.description !== undefined) {
      throw invalidArgument([{ field: 'hello', description: 'Hello comes once, as the first message of a session' }]);
    }
    const worker = workerDescriptionFromHello(hello);
    const held = heldFromHello(hello);
    this.description = worker;
    const reply = await this.modules.propose({ type: 'openAgentSession', worker, held });
    // From here to the end nothing awaits: the state can't change between what is sent and what is listened to.
    if (this.stateNow() === 'ended') return;
    if (reply.type === 'refused') throw new CommandRefusedError(reply.refusal);
    this.state = 'open';
    this.welcome(worker, held);
  }

  private welcome(worker: WorkerDescription, held: readonly AttemptRef[]): void {
    const { modules } = this;
    const active = modules.view.activeAttempts(worker.workerId);
    const current = new Set(active.map(keyOf));
    const outdated = held.filter((ref) => !current.has(keyOf(ref)));
    this.stream.write({
      welcome: {
        clusterId: modules.clusterId,
        coordinatorId: modules.coordinatorId,
        heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
        outdated: outdated.map(attemptRefToWire),
      },
    });
    modules.opened(this);
    const has = new Set(held.map(keyOf));
    this.assign(active.filter((attempt) => !has.has(keyOf(attempt))));
    this.cancel(active.filter((attempt) => attempt.cancelRequested));
    modules.logger.info(
      { worker: worker.workerId, incarnation: worker.incarnation, held: held.length, outdated: outdated.length },
      'agent session open',
    );
  }

  private async reports(message: WireReports): Promise<void> {
    const worker = this.description;
    if (worker === undefined) return;
    const reports = attemptReportsFromWire(message.reports);
    this.reportsInFlight += 1;
    void this.modules
      .propose({ type: 'reportAttempts', workerId: worker.workerId, incarnation: worker.incarnation, reports })
      .then(
        (reply) => {
          if (reply.type === 'refused') this.end(new CommandRefusedError(reply.refusal));
          else if (this.isOpen) this.stream.write({ reportsAcknowledged: { sequences: [message.sequence] } });
        },
        // This coordinator stops: the worker repeats the report elsewhere.
        (error: unknown) => {
          this.end(error);
        },
      )
      .finally(() => {
        this.reportsInFlight -= 1;
        this.resume?.();
      });
    if (this.reportsInFlight < MAX_REPORTS_IN_FLIGHT) return;
    await new Promise<void>((resolve) => {
      this.resume = resolve;
    });
    this.resume = undefined;
  }

  private async goodbye(): Promise<void> {
    const worker = this.description;
    if (worker === undefined) return;
    this.state = 'closing';
    while (this.reportsInFlight > 0 && this.stateNow() === 'closing') {
      await new Promise<void>((resolve) => {
        this.resume = resolve;
      });
    }
    await this.modules.propose({
      type: 'closeWorker',
      workerId: worker.workerId,
      incarnation: worker.incarnation,
      cause: 'left',
    });
    this.end();
  }

  /** The state may have changed while a handler awaited, which the compiler can't see. */
  private stateNow(): SessionState {
    return this.state;
  }
}

function keyOf(ref: AttemptRef): string {
  return `${ref.jobId}/${String(ref.attempt)}/${String(ref.fencingToken.generation)}.${String(ref.fencingToken.counter)}`;
}
