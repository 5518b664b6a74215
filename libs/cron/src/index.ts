export { CronError } from './cron-error.js';
export type { CronErrorFacts } from './cron-error.js';
export { formatTiming, KeptTimes, nominalTimes, parseTiming, previewTimes } from './nominal-times.js';
export { DST_RULES } from './timing.js';
export type { CronTiming, DstRule, IntervalTiming, Timing } from './timing.js';
