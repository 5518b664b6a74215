import type { Placement } from '../placement.js';
import type { QueueSettings } from '../queue.js';
import type { HashLanes } from './hash-lanes.js';
import { QUEUE_PREFIX } from './image-keys.js';
import { HashedRecord, RECORD_KINDS } from './state-hash.js';
import type { Timed } from './timer-index.js';
import { fullBucket, nextTokenMs, rebased, refilled, tokensOf } from './token-bucket.js';
import type { BucketLevel } from './token-bucket.js';

const EMPTY: BucketLevel = Object.freeze({ units: 0, atMs: 0 });

/** What was set of a queue, and the level of its bucket: what of queues is replicated. How many run follows from the jobs. */
export class QueueSetup extends HashedRecord implements Timed {
  paused = false;
  pauseReason = '';
  revision = 0;
  /** Meaningless without a rate. */
  bucket = EMPTY;
  dueMs = 0;
  timerPlace = -1;

  constructor(
    readonly queue: string,
    public settings: QueueSettings,
  ) {
    super();
  }

  get timerKind(): 'queue' {
    return 'queue';
  }

  firesBefore(other: QueueSetup): boolean {
    return this.queue < other.queue;
  }

  /** A bucket that came into being is full; one that changes its rate keeps its whole tokens. */
  set(settings: QueueSettings, timeMs: number): void {
    const before = this.settings.rate;
    const after = settings.rate;
    if (after === undefined) this.bucket = EMPTY;
    else if (before === undefined) this.bucket = fullBucket(after, timeMs);
    else this.bucket = rebased(before, after, refilled(before, this.bucket, timeMs));
    this.settings = settings;
  }

  /** Whole tokens at this time; undefined without a rate. */
  tokensAt(timeMs: number): number | undefined {
    const { rate } = this.settings;
    return rate === undefined ? undefined : tokensOf(rate, refilled(rate, this.bucket, timeMs));
  }

  /** The bucket is at its level of this time, less so many tokens. */
  settle(timeMs: number, taken: number): void {
    const { rate } = this.settings;
    if (rate === undefined) return;
    const { units, atMs } = refilled(rate, this.bucket, timeMs);
    this.bucket = { units: units - taken * rate.perMs, atMs };
  }

  /** While there is no token: when there is one. */
  get nextDueMs(): number | undefined {
    const { rate } = this.settings;
    return rate === undefined ? undefined : nextTokenMs(rate, this.bucket);
  }

  override mixInto(lanes: HashLanes): void {
    const { maxRunning, maxRunningPerKey, rate, placement, lostAfterMs } = this.settings;
    lanes.begin(RECORD_KINDS.queue).text(this.queue).flag(this.paused).text(this.pauseReason).integer(this.revision);
    lanes
      .integer(maxRunning)
      .integer(maxRunningPerKey)
      .integer(lostAfterMs)
      .text(placement?.policy ?? '');
    const { choices, loadFactorPercent, spreadLabel } = placement?.options ?? {};
    lanes
      .integer(choices)
      .integer(loadFactorPercent)
      .text(spreadLabel ?? '');
    lanes.integer(rate?.tokens).integer(rate?.perMs).integer(rate?.burst);
    lanes.integer(this.bucket.units).integer(this.bucket.atMs);
  }

  override imageKey(): string {
    return QUEUE_PREFIX + this.queue;
  }

  override imageValue(): unknown {
    const { maxRunning, maxRunningPerKey, rate, placement, lostAfterMs } = this.settings;
    const { units, atMs } = this.bucket;
    const limits = rate === undefined ? null : [rate.tokens, rate.perMs, rate.burst, units, atMs];
    const defaults = [placement === undefined ? null : placementToImage(placement), lostAfterMs];
    return [this.paused, this.pauseReason, this.revision, maxRunning, maxRunningPerKey, limits, ...defaults];
  }
}

function placementToImage({ policy, options }: Placement): unknown {
  if (options === undefined) return [policy];
  return [policy, options.choices ?? null, options.loadFactorPercent ?? null, options.spreadLabel ?? null];
}
