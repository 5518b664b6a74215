export { systemClock, systemRandom, systemTimers } from './clock.js';
export { createLogger, silentLogger } from './logger.js';
export type { LoggerSettings, LogLevel } from './logger.js';
export { createMetrics } from './metrics.js';
export type { ExposedMetrics, MetricsSettings } from './metrics.js';
export { dieOnEscapedErrors, reportFailure, runApp } from './run-app.js';
export type { AppContext, AppSettings, RunningApp } from './run-app.js';
export { onSignals } from './signals.js';
export type { SignalSettings, Stopper } from './signals.js';
