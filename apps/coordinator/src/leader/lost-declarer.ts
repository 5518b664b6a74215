import type { Logger } from '@synod/base';
import type { Command, CommandReply, JobsView } from '@synod/jobs';
import type { LostFindings, WorkerLiveness } from '../agents/worker-liveness.js';

export interface LostDeclarerModules {
  readonly liveness: WorkerLiveness;
  readonly view: JobsView;
  readonly logger: Logger;
  /** Resolves when a quorum confirmed this leader in a round sent after the call; rejects when it does not lead. */
  readonly confirm: () => Promise<unknown>;
  /** Proposes in the present leadership only: never sent again, never to another leader. */
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/** Attempts of one command, at most: about 100 bytes each, and a log entry holds 4 MiB. */
const MAX_ATTEMPTS_PER_COMMAND = 5_000;
/** Commands of one declaration, at most; what is left is found again by the next look. */
const MAX_COMMANDS = 500;

/**
 * Declares lost what was unheard too long. To run a lost attempt elsewhere is safe only if its worker lease has lapsed, so if
 * nobody acknowledged a later heartbeat. This leader heard none; but one that was deposed without knowing would not have, while
 * its successor acknowledged them (P8). So a quorum confirms the leader after the silence was found, and the silence must still
 * last then: no other leader can have acknowledged anything before, and what one acknowledges later comes behind the lease's
 * end, however late the declaration is applied. A worker that comes back meanwhile is another matter: what it was assigned since
 * must not fall to the old verdict, so a declaration is never proposed twice, nor by way of another leader.
 */
export class LostDeclarer {
  private busy = false;

  constructor(private readonly modules: LostDeclarerModules) {}

  /** One declaration is under way at a time; what it leaves is found again. */
  async look(stillLeading: () => boolean): Promise<void> {
    const { liveness, view, logger } = this.modules;
    if (this.busy || isEmpty(liveness.findLost(view))) return;
    this.busy = true;
    try {
      await this.modules.confirm();
      if (!stillLeading()) return;
      const found = liveness.findLost(view);
      if (isEmpty(found)) return;
      const { attempts, workers } = found;
      logger.warn(
        { attempts: attempts.length, workers: workers.length },
        'workers were unheard too long: what they ran is lost',
      );
      await Promise.all(commandsFor(found).map((command) => this.modules.propose(command)));
    } catch (error) {
      // This node no longer leads, or its log has no room: whoever leads finds the same.
      logger.info({ error }, 'lost attempts were not declared');
    } finally {
      this.busy = false;
    }
  }
}

function isEmpty({ attempts, workers }: LostFindings): boolean {
  return attempts.length === 0 && workers.length === 0;
}

function commandsFor({ attempts, workers }: LostFindings): Command[] {
  const commands: Command[] = [];
  for (let from = 0; from < attempts.length; from += MAX_ATTEMPTS_PER_COMMAND) {
    commands.push({
      type: 'loseAttempts',
      attempts: attempts.slice(from, from + MAX_ATTEMPTS_PER_COMMAND),
      reason: 'the worker was not heard for lostAfter',
    });
  }
  for (const { workerId, incarnation } of workers) {
    commands.push({ type: 'closeWorker', workerId, incarnation, cause: 'lost' });
  }
  return commands.slice(0, MAX_COMMANDS);
}
