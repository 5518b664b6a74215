/** What happens where a zone's clock jumps; see `CronTimes`. */
export type DstRule = 'cron' | 'skip' | 'once' | 'both';

export const DST_RULES: readonly DstRule[] = ['cron', 'skip', 'once', 'both'];

export interface CronTiming {
  readonly kind: 'cron';
  /** Five fields, six with seconds in front, or a macro. */
  readonly expression: string;
  /** Of the IANA database. */
  readonly timeZone: string;
  readonly dst: DstRule;
}

export interface IntervalTiming {
  readonly kind: 'every';
  /** 1 s to 366 days, whole seconds. */
  readonly everyMs: number;
  /** Less than `everyMs`: due when (time - offset) is a multiple of it. */
  readonly offsetMs: number;
}

/** When a schedule is due. */
export type Timing = CronTiming | IntervalTiming;
