export { assert, InvariantViolation, unreachable } from './assert.js';
export { TypedError } from './errors.js';
export type { ErrorFacts } from './errors.js';
export { HeardChain } from './heard-chain.js';
export type {
  CancelTimer,
  Clock,
  Counter,
  Gauge,
  Histogram,
  Lifecycle,
  LogFields,
  Logger,
  MetricLabels,
  Metrics,
  NominalTimes,
  Random,
  Timers,
} from './ports.js';
export { workerLeaseMs } from './worker-lease.js';
