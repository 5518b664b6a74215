import type { AppliedEntry, AttemptRef, JobEvent, JobsView } from '@synod/jobs';
import type { ActiveAttempt } from '@synod/jobs';
import { RequestRefusedError } from '@synod/contracts';
import { rpcError } from '@synod/rpc';
import { activeAttemptOf } from '../state/job-lookup.js';
import type { AgentSession } from './agent-session.js';

export interface AgentSessionsModules {
  readonly coordinatorId: string;
  readonly view: JobsView;
  /** The worker's session here is gone and no other took its place here. */
  readonly disconnected: (workerId: string, incarnation: number) => void;
}

/** The agent sessions that this coordinator holds, and what the log says to their workers. */
export class AgentSessions {
  private readonly sessions = new Map<string, AgentSession>();

  constructor(private readonly modules: AgentSessionsModules) {}

  get count(): number {
    return this.sessions.size;
  }

  session(workerId: string): AgentSession | undefined {
    return this.sessions.get(workerId);
  }

  opened(session: AgentSession): void {
    const worker = session.worker;
    if (worker === undefined) return;
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
    const assigned = new Set<string>();
    const cancelled = new Map<string, AttemptRef[]>();
    for (const event of entry.events) this.sort(event, assigned, cancelled);
    for (const workerId of assigned) this.sendAssignments(workerId, entry);
    for (const [workerId, attempts] of cancelled) this.sessions.get(workerId)?.cancel(attempts);
  }

  stop(error: unknown): void {
    for (const session of [...this.sessions.values()]) session.end(error);
    this.sessions.clear();
  }

  private sort(event: JobEvent, assigned: Set<string>, cancelled: Map<string, AttemptRef[]>): void {
    switch (event.type) {
      case 'attemptAssigned':
        if (this.sessions.has(event.workerId)) assigned.add(event.workerId);
        return;
      case 'cancelRequested':
        if (event.workerId !== undefined && event.attempt !== undefined && event.fencingToken !== undefined) {
          add(cancelled, event.workerId, {
            jobId: event.jobId,
            attempt: event.attempt,
            fencingToken: event.fencingToken,
          });
        }
        return;
      case 'attemptFinished':
        // Declared lost while its worker is connected: it must not go on.
        if (event.end.outcome === 'lost') {
          add(cancelled, event.workerId, {
            jobId: event.jobId,
            attempt: event.attempt,
            fencingToken: event.fencingToken,
          });
        }
        return;
      case 'workerChanged':
        this.workerMoved(event.workerId, event.incarnation);
        return;
      default:
        return;
    }
  }

  /** The assignments of this entry that still stand at its end, by rising token. */
  private sendAssignments(workerId: string, entry: AppliedEntry): void {
    const session = this.sessions.get(workerId);
    if (session === undefined) return;
    const incarnation = session.worker?.incarnation;
    const attempts: ActiveAttempt[] = [];
    for (const event of entry.events) {
      if (event.type !== 'attemptAssigned' || event.workerId !== workerId || event.workerIncarnation !== incarnation)
        continue;
      const attempt = activeAttemptOf(this.modules.view, event.jobId);
      if (attempt?.fencingToken.counter === event.fencingToken.counter) attempts.push(attempt);
    }
    session.assign(attempts);
  }

  /** The worker opened a session elsewhere: a session that is left here is a ghost. */
  private workerMoved(workerId: string, incarnation: number): void {
    const session = this.sessions.get(workerId);
    const record = this.modules.view.worker(workerId);
    if (session === undefined || record === undefined) return;
    if (session.worker !== undefined && session.worker.incarnation < incarnation) {
      this.sessions.delete(workerId);
      session.end(outdated(incarnation));
    } else if (record.coordinatorId !== this.modules.coordinatorId) {
      this.sessions.delete(workerId);
      session.end(rpcError('ABORTED', 'SESSION_REPLACED', `this worker opened a session at ${record.coordinatorId}`));
    }
  }
}

function add(map: Map<string, AttemptRef[]>, workerId: string, ref: AttemptRef): void {
  const list = map.get(workerId);
  if (list === undefined) map.set(workerId, [ref]);
  else list.push(ref);
}

function outdated(newest: number): Error {
  return new RequestRefusedError({ code: 'incarnationOutdated', newest });
}
