import type { Logger } from '@synod/base';
import {
  attemptRefToWire,
  attemptReportsFromWire,
  CommandRefusedError,
  heldFromHello,
  workerDescriptionFromHello,
} from '@synod/contracts';
import { HTTP_FEATURE_LEVEL } from '@synod/jobs';
import type { ActiveAttempt, AttemptRef, Command, CommandReply, JobsView, WorkerDescription } from '@synod/jobs';
import type { WireHello, WireReports, WireSessionRequest, WireSessionResponseInput } from '@synod/wire';
import { invalidArgument, resourceExhausted, rpcError } from '@synod/rpc';
import { assignmentMessages, reportParts } from './session-messages.js';

/** The stream of one worker, as the session sees it. */
export interface SessionStream {
  /** Messages written and not yet taken by the transport. */
  readonly unsent: number;
  write(response: WireSessionResponseInput): boolean;
  end(): void;
  /** Ends the stream with a status. */
  fail(error: unknown): void;
}

/** What all sessions of a coordinator share. */
export interface AgentSessionModules {
  readonly coordinatorId: string;
  readonly clusterId: string;
  readonly view: JobsView;
  readonly logger: Logger;
  /** Gives up waiting after `timeoutMs`, which bounds what sessions that are gone leave behind while there is no leader. */
  readonly propose: (command: Command, timeoutMs: number) => Promise<CommandReply>;
  /** The session is open: it takes its worker's place, and an older session of that worker ends. */
  readonly opened: (session: AgentSession) => void;
}

/** How often workers are asked to send heartbeats. */
export const HEARTBEAT_INTERVAL_MS = 1_000;
/** A little less than a worker waits for its Welcome, so that it still hears why there is none. */
const OPEN_TIMEOUT_MS = 4_500;
const CLOSE_TIMEOUT_MS = 5_000;
/** A session whose reports are not applied for so long ends: the worker repeats them elsewhere. */
const REPORT_TIMEOUT_MS = 30_000;
/** Messages for a worker that does not read them, at most; then its session ends, and its next Welcome says what matters. */
const MAX_UNSENT_MESSAGES = 1_024;
/** Batches of reports under way to the log, at most; a worker that sends more waits (its stream is not read). */
const MAX_REPORTS_IN_FLIGHT = 64;

/** States: see AgentService in the proto. */
type SessionState = 'opening' | 'open' | 'closing' | 'ended';

/** An attempt to end; `terminated`: at once. */
export type CancelledAttempt = AttemptRef & Pick<ActiveAttempt, 'terminated'>;

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
    if (isSet(request.hello)) return this.hello(request.hello);
    if (!this.isOpen) throw invalidArgument([{ field: 'hello', description: 'the first message must be Hello' }]);
    if (isSet(request.reports)) return this.reports(request.reports);
    if (isSet(request.goodbye)) return this.goodbye();
    if (isSet(request.draining)) return this.draining(request.draining.reason);
    throw invalidArgument([{ field: 'message', description: 'set one of hello, reports, goodbye, draining' }]);
  }

  assign(attempts: readonly ActiveAttempt[]): void {
    for (const message of assignmentMessages(attempts)) this.write(message);
  }

  /** Those that are terminated end without grace. */
  cancel(attempts: readonly CancelledAttempt[]): void {
    if (attempts.length === 0) return;
    const withoutGrace = attempts.filter(({ terminated }) => terminated === true).map(attemptRefToWire);
    this.write({ cancellations: { attempts: attempts.map(attemptRefToWire), withoutGrace } });
  }

  /** To be ended and to run elsewhere: the worker is drained. */
  evict(attempts: readonly AttemptRef[]): void {
    if (attempts.length > 0) this.write({ evictions: { attempts: attempts.map(attemptRefToWire) } });
  }

  /** Says once more what the worker said of itself, if the log knows less: it began before its feature level was reached. */
  describeAgain(): void {
    const worker = this.description;
    if (worker?.runsHttp !== true || !this.isOpen) return;
    const { view, propose } = this.modules;
    if (view.featureLevel < HTTP_FEATURE_LEVEL || view.worker(worker.workerId)?.runsHttp === true) return;
    propose({ type: 'openAgentSession', worker, held: [] }, OPEN_TIMEOUT_MS).catch((error: unknown) => {
      // The next session says it again.
      this.end(error);
    });
  }

  tail(request: NonNullable<WireSessionResponseInput['tailLogs']>): void {
    this.write({ tailLogs: request });
  }

  /** The log says that this worker is gone: unless it said goodbye, it opens a session anew. */
  workerClosed(): void {
    if (this.state === 'closing') return;
    this.end(rpcError('ABORTED', 'WORKER_CLOSED', 'this worker was unheard for too long: open another session'));
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
    const reply = await this.modules.propose({ type: 'openAgentSession', worker, held }, OPEN_TIMEOUT_MS);
    // From here to the end nothing awaits: the state can't change between what is sent and what is listened to.
    if (this.stateNow() === 'ended') return;
    if (reply.type === 'refused') throw new CommandRefusedError(reply.refusal);
    if (!this.isCurrent(worker)) {
      throw rpcError('ABORTED', 'SESSION_REPLACED', 'this worker opened another session meanwhile');
    }
    this.state = 'open';
    this.welcome(worker, held);
  }

  /** More may have been applied since the hello was. */
  private isCurrent({ workerId, incarnation }: WorkerDescription): boolean {
    const record = this.modules.view.worker(workerId);
    return (
      record?.state === 'online' &&
      record.incarnation === incarnation &&
      record.coordinatorId === this.modules.coordinatorId
    );
  }

  private welcome(worker: WorkerDescription, held: readonly AttemptRef[]): void {
    const { modules } = this;
    const active = modules.view.activeAttempts(worker.workerId);
    const current = new Set(active.map(keyOf));
    const outdated = held.filter((ref) => !current.has(keyOf(ref)));
    this.write({
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
    this.evict(active.filter((attempt) => attempt.evicting));
    this.describeAgain();
    modules.logger.info(
      { worker: worker.workerId, incarnation: worker.incarnation, held: held.length, outdated: outdated.length },
      'agent session open',
    );
  }

  private async reports(message: WireReports): Promise<void> {
    const worker = this.description;
    if (worker === undefined) return;
    const { workerId, incarnation } = worker;
    const commands = reportParts(attemptReportsFromWire(message.reports)).map((reports) =>
      this.modules.propose({ type: 'reportAttempts', workerId, incarnation, reports }, REPORT_TIMEOUT_MS),
    );
    this.reportsInFlight += 1;
    void Promise.all(commands)
      .then(
        (replies) => {
          const refused = replies.find((reply) => reply.type === 'refused');
          if (refused === undefined) this.write({ reportsAcknowledged: { sequences: [message.sequence] } });
          else this.end(new CommandRefusedError(refused.refusal));
        },
        // This coordinator stops, or finds no leader: the worker repeats the report elsewhere.
        (error: unknown) => {
          this.end(error);
        },
      )
      .finally(() => {
        this.reportsInFlight -= 1;
        this.resume?.();
      });
    while (this.reportsInFlight >= MAX_REPORTS_IN_FLIGHT && this.isOpen) await this.reportSettled();
  }

  /** Resolves when reports were applied or the session ended. One handler waits at a time. */
  private async reportSettled(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.resume = resolve;
    });
    this.resume = undefined;
  }

  private write(response: WireSessionResponseInput): void {
    if (!this.isOpen) return;
    if (this.stream.unsent < MAX_UNSENT_MESSAGES) this.stream.write(response);
    else this.end(resourceExhausted('SESSION_STALLED', 'this worker does not read its session', STALLED_RETRY_MS));
  }

  /** Below the feature level that begins it the worker is drained by what it refuses alone: it takes nothing more. */
  private async draining(reason: string): Promise<void> {
    const worker = this.description;
    if (worker === undefined) return;
    const { workerId, incarnation } = worker;
    const scheduling = { scheduling: 'draining', evictAtMs: undefined, incarnation } as const;
    const command = { type: 'setWorkerScheduling', workerId, ...scheduling, reason: reason.slice(0, 200) } as const;
    await this.modules.propose(command, CLOSE_TIMEOUT_MS);
  }

  private async goodbye(): Promise<void> {
    const worker = this.description;
    if (worker === undefined) return;
    this.state = 'closing';
    while (this.reportsInFlight > 0 && this.stateNow() === 'closing') await this.reportSettled();
    const { workerId, incarnation } = worker;
    // Also for a session that broke meanwhile: the worker has gone.
    await this.modules.propose({ type: 'closeWorker', workerId, incarnation, cause: 'left' }, CLOSE_TIMEOUT_MS);
    this.end();
  }

  /** The state may have changed while a handler awaited, which the compiler can't see. */
  private stateNow(): SessionState {
    return this.state;
  }
}

const STALLED_RETRY_MS = 1_000;

function keyOf(ref: AttemptRef): string {
  return `${ref.jobId}/${String(ref.attempt)}/${String(ref.fencingToken.generation)}.${String(ref.fencingToken.counter)}`;
}

/** proto-loader leaves the members of a oneof that were not sent undefined, or null. */
function isSet<Part>(part: Part | null | undefined): part is Part {
  return part !== undefined && part !== null;
}
