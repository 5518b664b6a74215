import type { ActiveAttempt, AppliedEntry, AttemptRef, JobEvent, JobsView } from '@synod/jobs';
import { RequestRefusedError } from '@synod/contracts';
import { rpcError, unavailable } from '@synod/rpc';
import { activeAttemptOf } from '../state/job-lookup.js';
import type { AgentSession, CancelledAttempt } from './agent-session.js';

export interface AgentSessionsModules {
  readonly coordinatorId: string;
  readonly view: JobsView;
  /** The worker's session here is gone and no other took its place here. */
  readonly disconnected: (workerId: string, incarnation: number) => void;
}

/** The agent sessions that this coordinator holds, and what the log says to their workers. */
export class AgentSessions {
  private readonly sessions = new Map<string, AgentSession>();
  private stopped: unknown;

  constructor(private readonly modules: AgentSessionsModules) {}

  /** Workers with a session here. */
  get count(): number {
    return this.sessions.size;
  }

  /** The open session of this worker here. */
  session(workerId: string): AgentSession | undefined {
    return this.sessions.get(workerId);
  }

  /** This session takes its worker's place; an older one of the worker ends. */
  opened(session: AgentSession): void {
    const worker = session.worker;
    if (worker === undefined) return;
    if (this.stopped !== undefined) return session.end(this.stopped);
    const older = this.sessions.get(worker.workerId);
    this.sessions.set(worker.workerId, session);
    if (older === undefined || older === session) return;
    const sameIncarnation = older.worker?.incarnation === worker.incarnation;
    older.end(
      sameIncarnation
        ? rpcError('ABORTED', 'SESSION_REPLACED', 'this worker opened another session')
        : outdated(worker.incarnation),
    );
  }

  /** The stream of this session is over. */
  closed(session: AgentSession): void {
    session.end();
    const worker = session.worker;
    if (worker === undefined || this.sessions.get(worker.workerId) !== session) return;
    this.sessions.delete(worker.workerId);
    this.modules.disconnected(worker.workerId, worker.incarnation);
  }

  /** Sends each worker connected here what this entry decided for it. */
  applied(entry: AppliedEntry): void {
    if (this.sessions.size === 0) return;
    const messages: Messages = { assigned: new Map(), cancelled: new Map(), evicted: new Map() };
    for (const event of entry.events) this.sort(event, messages);
    for (const [session, attempts] of messages.assigned) session.assign(attempts);
    for (const [session, attempts] of messages.cancelled) session.cancel(attempts);
    for (const [session, attempts] of messages.evicted) session.evict(attempts);
    if (entry.replies.some((reply) => reply.type === 'featureLevelSet')) this.levelRaised();
  }

  /**
   * The state was replaced by a later one: what it decided for these workers meanwhile was never sent to them. Each opens a session
   * anew, here or elsewhere, and its Welcome tells it all; what it runs, and its leases, don't depend on the session.
   */
  replaced(): void {
    const error = unavailable('STATE_REPLACED', 'this coordinator had fallen behind: open another session');
    for (const session of [...this.sessions.values()]) session.end(error);
  }

  /** Ends all sessions, and every one that opens later. */
  stop(error: unknown): void {
    this.stopped = error;
    for (const session of [...this.sessions.values()]) session.end(error);
    this.sessions.clear();
  }

  /** What workers said of themselves below the level wasn't heard in full. */
  private levelRaised(): void {
    for (const session of this.sessions.values()) session.describeAgain();
  }

  private sort(event: JobEvent, messages: Messages): void {
    switch (event.type) {
      case 'attemptAssigned':
        return this.assigned(event, messages);
      case 'cancelRequested': {
        const { jobId, attempt, fencingToken, workerId, terminate } = event;
        if (workerId === undefined || attempt === undefined || fencingToken === undefined) return;
        const cancelled = { jobId, attempt, fencingToken, ...(terminate === true ? { terminated: terminate } : {}) };
        return add(messages.cancelled, this.sessions.get(workerId), cancelled);
      }
      case 'evictionRequested': {
        const { jobId, attempt, fencingToken, workerId } = event;
        return add(messages.evicted, this.sessions.get(workerId), { jobId, attempt, fencingToken });
      }
      case 'attemptFinished': {
        const { jobId, attempt, fencingToken, workerId, end } = event;
        // Declared lost while its worker is connected: it must not go on.
        if (end.outcome !== 'lost') return;
        return add(messages.cancelled, this.sessions.get(workerId), { jobId, attempt, fencingToken });
      }
      case 'workerChanged':
        return this.workerChanged(event.workerId, event.incarnation);
      default:
        return;
    }
  }

  /** An assignment that still stands at the end of its entry; events come by rising token. */
  private assigned(event: Extract<JobEvent, { type: 'attemptAssigned' }>, messages: Messages): void {
    const session = this.sessions.get(event.workerId);
    if (session?.worker?.incarnation !== event.workerIncarnation) return;
    const attempt = activeAttemptOf(this.modules.view, event.jobId);
    if (attempt?.fencingToken.counter === event.fencingToken.counter) add(messages.assigned, session, attempt);
  }

  /** The worker opened a session elsewhere, or was closed: a session that is left here is a ghost. */
  private workerChanged(workerId: string, incarnation: number): void {
    const session = this.sessions.get(workerId);
    const record = this.modules.view.worker(workerId);
    if (session === undefined || record === undefined) return;
    if (session.worker !== undefined && session.worker.incarnation < incarnation) {
      this.sessions.delete(workerId);
      session.end(outdated(incarnation));
    } else if (record.state !== 'online') {
      session.workerClosed();
    } else if (record.coordinatorId !== this.modules.coordinatorId) {
      this.sessions.delete(workerId);
      session.end(rpcError('ABORTED', 'SESSION_REPLACED', `this worker opened a session at ${record.coordinatorId}`));
    }
  }
}

/** What one entry says to the workers connected here. */
interface Messages {
  readonly assigned: Map<AgentSession, ActiveAttempt[]>;
  readonly cancelled: Map<AgentSession, CancelledAttempt[]>;
  readonly evicted: Map<AgentSession, AttemptRef[]>;
}

function add<T>(lists: Map<AgentSession, T[]>, session: AgentSession | undefined, item: T): void {
  if (session === undefined) return;
  const list = lists.get(session);
  if (list === undefined) lists.set(session, [item]);
  else list.push(item);
}

function outdated(newest: number): Error {
  return new RequestRefusedError({ code: 'incarnationOutdated', newest });
}
