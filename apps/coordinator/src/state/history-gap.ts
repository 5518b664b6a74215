import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { NodeId } from '@synod/consensus';
import { decodeJobRecord, RequestRefusedError } from '@synod/contracts';
import type { JobId, JobRecord } from '@synod/jobs';
import { RpcError } from '@synod/rpc';
import type { History } from './history.js';

/** What is missing in this coordinator's history. */
export interface Gap {
  /** Jobs that finished at this time or later may be missing. */
  readonly finishedFromMs: number;
  /** Jobs from this id on were fetched already; empty: none. */
  readonly beforeJobId: string;
  /** Whom to ask first: the member whose snapshot made the gap. */
  readonly preferredId: NodeId;
}

/** Where the gap is noted, so that a restart goes on. */
export interface GapNote {
  load(): Promise<Gap | undefined>;
  /** Resolves when it is durable. */
  save(gap: Gap | undefined): Promise<void>;
}

/** Records of finished jobs as another member gives them, newest job first. */
export interface HistoryPart {
  readonly records: readonly Uint8Array[];
  /** Jobs down to this one were looked at. */
  readonly throughJobId: string;
}

export interface HistoryQuery {
  /** One job alone; empty: all. */
  readonly jobId: string;
  readonly finishedFromMs: number;
  readonly beforeJobId: string;
}

export interface HistoryGapModules {
  readonly note: GapNote;
  readonly history: Pick<History, 'retired' | 'written'>;
  readonly peerIds: readonly NodeId[];
  readonly fetch: (peer: NodeId, query: HistoryQuery) => AsyncIterable<HistoryPart>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Pause before the others are asked again, when none could give it all. */
const RETRY_MS = 1_000;
/** A long transfer notes how far it is every so many parts. */
const PARTS_PER_NOTE = 20;
const RETRY_AFTER_MS = 500;

/**
 * A snapshot brings the active state alone. Jobs that left it meanwhile, on the other members, are missing in this coordinator's
 * history: it fetches them, in the background and across restarts, and answers nothing that could be wrong until it has them all.
 */
export class HistoryGap {
  private gap: Gap | undefined;
  private filling = false;
  /** Raised when another gap opens: what is fetched for the one before isn't enough any more. */
  private openings = 0;
  private stopped = false;
  private cancelRetry: CancelTimer = () => undefined;

  constructor(private readonly modules: HistoryGapModules) {}

  /** Records may be missing: a job that isn't found here may still be known, and a list would be short. */
  get isOpen(): boolean {
    return this.gap !== undefined;
  }

  /** Goes on with a gap that an earlier run left. */
  async start(): Promise<void> {
    this.gap = await this.modules.note.load();
    if (this.gap !== undefined) void this.fill();
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry();
  }

  /** Resolves when the gap is noted on the disk, before the state is replaced. */
  async open(finishedFromMs: number, preferredId: NodeId): Promise<void> {
    const from = Math.min(finishedFromMs, this.gap?.finishedFromMs ?? finishedFromMs);
    this.gap = { finishedFromMs: from, beforeJobId: '', preferredId };
    this.openings += 1;
    await this.modules.note.save(this.gap);
  }

  /** The state was replaced: fills the gap from behind. */
  begin(): void {
    void this.fill();
  }

  /**
   * A job that isn't known here, as another member has it. Undefined when there is no gap, or a member whose history is whole
   * doesn't know it either. Rejects with `noLeader` when no such member answers: nobody can say.
   */
  async find(jobId: JobId): Promise<JobRecord | undefined> {
    if (this.gap === undefined) return undefined;
    for (const peer of this.peersInOrder(this.gap.preferredId)) {
      try {
        for await (const { records } of this.modules.fetch(peer, { jobId, finishedFromMs: 0, beforeJobId: '' })) {
          const [bytes] = records;
          if (bytes !== undefined) return decodeJobRecord(bytes);
        }
        return undefined;
      } catch (error) {
        this.modules.logger.debug({ error, peer }, 'a member could not say whether a job is in its history');
      }
    }
    throw new RequestRefusedError({ code: 'noLeader', retryAfterMs: RETRY_AFTER_MS });
  }

  private peersInOrder(preferredId: NodeId): readonly NodeId[] {
    const { peerIds } = this.modules;
    return [...peerIds.filter((id) => id === preferredId), ...peerIds.filter((id) => id !== preferredId)];
  }

  private async fill(): Promise<void> {
    if (this.filling || this.gap === undefined) return;
    this.filling = true;
    const { logger, timers } = this.modules;
    const { preferredId } = this.gap;
    try {
      for (const peer of this.peersInOrder(preferredId)) {
        if (await this.fillFrom(peer)) return;
      }
    } finally {
      this.filling = false;
    }
    if (this.stopped) return;
    logger.warn({}, 'records of finished jobs are missing here and no other member gives them now: tried again');
    this.cancelRetry = timers.after(RETRY_MS, () => void this.fill());
  }

  /** True when the gap is closed, or there is nothing to do any more. */
  private async fillFrom(peer: NodeId): Promise<boolean> {
    const { history, logger, note } = this.modules;
    let parts = 0;
    let records = 0;
    const { gap: begun, openings } = this;
    if (begun === undefined) return true;
    let at = begun;
    try {
      for await (const part of this.modules.fetch(peer, { jobId: '', ...begun })) {
        if (this.stopped) return true;
        if (this.openings !== openings) return false;
        history.retired(part.records.map((bytes) => decodeJobRecord(bytes)));
        await history.written();
        records += part.records.length;
        at = { ...at, beforeJobId: part.throughJobId };
        this.gap = at;
        if (++parts % PARTS_PER_NOTE === 0) await note.save(at);
      }
      if (this.openings !== openings) return false;
      this.gap = undefined;
      await note.save(undefined);
      logger.info({ peer, records }, 'records of finished jobs that were missing here are back');
      return true;
    } catch (error) {
      const incomplete = error instanceof RpcError && error.reason === 'HISTORY_INCOMPLETE';
      logger.debug({ error, peer, incomplete }, 'a member did not give all of its history');
      return false;
    }
  }
}
