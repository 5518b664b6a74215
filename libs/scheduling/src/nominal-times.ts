/**
 * Port: the times at which a schedule is nominally due. An adapter computes them from an expression or an interval; no computation
 * with calendars or zones is part of the replicated state, only its results are.
 */
export interface NominalTimes {
  /** The first time after this one, exclusive; undefined when there is none any more. Both in milliseconds of wall time. */
  next(afterMs: number): number | undefined;
}
