/** Two clocks: one that never goes back (for durations) and one of the wall (for people and for stamps). */
export interface Clock {
  /** Milliseconds since an arbitrary point; never falls. Comparable between processes of one host only. */
  monotonicMs(): number;
  /** Unix time in milliseconds; may jump. */
  wallMs(): number;
}

/** Stops a timer; calling it twice, or after the timer fired, is fine. */
export type CancelTimer = () => void;

/** Timers behind a port, so that a virtual clock can drive them in tests. */
export interface Timers {
  after(delayMs: number, callback: () => void): CancelTimer;
  every(intervalMs: number, callback: () => void): CancelTimer;
}

/** A source of randomness. Replicated code never takes one. */
export interface Random {
  /** An integer in [0, 2^32). */
  nextUint32(): number;
}

/** Facts of one log line. Values are JSON. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: a constant message, facts as fields. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  child(fields: LogFields): Logger;
}

export type MetricLabels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount?: number, labels?: MetricLabels): void;
}

export interface Gauge {
  set(value: number, labels?: MetricLabels): void;
}

export interface Histogram {
  observe(value: number, labels?: MetricLabels): void;
}

/** Metric names are `synod_<component>_<what>_<unit>`. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter(name: string, help: string, labelNames?: readonly string[]): Counter;
  gauge(name: string, help: string, labelNames?: readonly string[]): Gauge;
  histogram(name: string, help: string, buckets: readonly number[], labelNames?: readonly string[]): Histogram;
}

/** A part with a lifecycle. `start` resolves when it is usable, `stop` when it has stopped; both twice is fine. */
export interface Lifecycle {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Port: the times at which a schedule is nominally due. An adapter computes them from an expression or an interval; no computation
 * with calendars or zones is part of the replicated state, only its results are.
 */
export interface NominalTimes {
  /** The first time after this one, exclusive; undefined when there is none any more. Both in milliseconds of wall time. */
  next(afterMs: number): number | undefined;
}
