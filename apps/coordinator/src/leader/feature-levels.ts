import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { PeerStatus } from '@synod/consensus';
import type { Command, CommandReply, JobsView } from '@synod/jobs';
import { isHeard } from '../replica/fitness.js';

export interface FeatureLevelsModules {
  readonly view: Pick<JobsView, 'featureLevel'>;
  /** The highest level that this member supports, and may begin. */
  readonly ownLevel: number;
  readonly peers: () => readonly PeerStatus[];
  readonly nowMs: () => number;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Proposes in the present leadership only. */
  readonly propose: (command: Command) => Promise<CommandReply>;
}

/** A look is a few comparisons; until the level has risen, a new group refuses what its members support. */
const LOOK_INTERVAL_MS = 200;

/**
 * On the leader: begins the highest feature level that every member supports, through the log. A member that isn't heard counts as
 * one that supports nothing new, for it may come back with the program it had.
 */
export class FeatureLevels {
  private cancel: CancelTimer | undefined;
  private proposing = false;

  constructor(private readonly modules: FeatureLevelsModules) {}

  /** Looks at once, and then from time to time: a new group needn't wait for what all of its members support. */
  lead(): void {
    if (this.cancel !== undefined) return;
    this.cancel = this.modules.timers.every(LOOK_INTERVAL_MS, () => {
      void this.look();
    });
    void this.look();
  }

  yield(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private async look(): Promise<void> {
    const { view, ownLevel, peers, nowMs, logger, propose } = this.modules;
    const supported = peers().map((peer) => (isHeard(peer, nowMs()) ? peer.featureLevel : 0));
    const level = Math.min(ownLevel, ...supported);
    if (this.proposing || level <= view.featureLevel) return;
    this.proposing = true;
    try {
      await propose({ type: 'setFeatureLevel', level });
      logger.info({ level }, 'all members support this feature level: it begins');
    } catch (error) {
      logger.info({ error, level }, 'the feature level was not raised; whoever leads tries again');
    } finally {
      this.proposing = false;
    }
  }
}
