import { assert } from '@synod/base';

// Limits of what may be asked, one place for all. Raising one costs memory and log space on every coordinator; lowering one
// refuses what older clients may send.

const KIB = 1024;
const MIB = 1024 * KIB;

/** Payload of a handler task, or standard input of a process, in bytes. Larger data belongs in a store, its address in the job. */
export const PAYLOAD_MAX_BYTES = 256 * KIB;

/** One job spec as it lies in the log (payloads as base64), in bytes: a payload of the largest size and 170 KiB besides. */
export const SPEC_MAX_BYTES = 512 * KIB;

/** Result of a handler, in bytes. */
export const RESULT_MAX_BYTES = 64 * KIB;

/** Each of the two output tails of a report, in bytes; a longer one is cut at its front. */
export const OUTPUT_TAIL_MAX_BYTES = 16 * KIB;

/** Why an attempt ended, why a job was cancelled: texts for people, in characters; longer ones of reports are cut. */
export const MESSAGE_MAX_CHARACTERS = 2_000;

/** One log entry, in bytes of its encoded commands; a command must fit. */
export const LOG_ENTRY_MAX_BYTES = 4 * MIB;

/** Jobs of one SubmitJobs. */
export const SUBMIT_MAX_JOBS = 10_000;

/** Specs of one SubmitJobs as they lie in the log, in bytes: what the envelope adds still fits the entry. */
export const SUBMIT_MAX_BYTES = LOG_ENTRY_MAX_BYTES - 4 * KIB;

/** Labels of a job, labels asked of a worker, labels of a node: each. */
export const LABELS_MAX = 64;
export const LABEL_NAME_MAX_CHARACTERS = 128;
export const LABEL_VALUE_MAX_CHARACTERS = 256;

export const QUEUE_NAME_MAX_CHARACTERS = 64;
export const DEFAULT_QUEUE = 'default';

export const HANDLER_NAME_MAX_CHARACTERS = 128;
/** Handlers of one worker. */
export const HANDLERS_MAX = 1_000;

/** Ids of workers and nodes. */
export const NODE_ID_MAX_CHARACTERS = 128;
export const JOB_ID_MAX_CHARACTERS = 64;
export const IDEMPOTENCY_KEY_MAX_CHARACTERS = 256;
export const PLACEMENT_KEY_MAX_CHARACTERS = 256;
export const VERSION_MAX_CHARACTERS = 128;
export const ADDRESS_MAX_CHARACTERS = 300;

/** Paths (command, cwd), in bytes: PATH_MAX of Linux. */
export const PATH_MAX_BYTES = 4_096;
/** One argument or environment entry, in bytes: MAX_ARG_STRLEN of Linux, with its final zero. */
export const ARGUMENT_MAX_BYTES = 128 * KIB - 1;
export const ARGUMENTS_MAX = 10_000;
export const ENV_MAX = 1_000;
export const USER_MAX_CHARACTERS = 256;

/** Control group limits of an exec task. */
export const MEMORY_MIN_BYTES = MIB;
export const CPU_MAX_PERCENT = 100_000;
export const PIDS_MAX = 4_194_304;
export const UMASK_MAX = 0o777;

/** URL of an http task, in characters. */
export const URL_MAX_CHARACTERS = 8_192;
export const HTTP_HEADERS_MAX = 100;
/** A header's name and value, in characters each. */
export const HTTP_HEADER_MAX_CHARACTERS = 8_192;
export const STATUS_RANGES_MAX = 32;
export const REQUEST_TIMEOUT_DEFAULT_MS = 30_000;
export const REDIRECTS_MAX = 20;

/** How long a draining worker may go on before it is evicted, in milliseconds. */
export const EVICT_AFTER_MAX_MS = 366 * 86_400_000;

/** How long a worker may be unheard before its attempts count as lost, in milliseconds. */
export const LOST_AFTER_MIN_MS = 3_000;
export const LOST_AFTER_MAX_MS = 86_400_000;
export const LOST_AFTER_DEFAULT_MS = 10_000;

/** Time between SIGTERM and SIGKILL, in milliseconds. */
export const KILL_GRACE_MAX_MS = 3_600_000;
export const KILL_GRACE_DEFAULT_MS = 5_000;

/** Longest start-to-close timeout, in milliseconds: the longest that a timer can count (24.8 days); beyond, it fires at once. */
export const TIMEOUT_MAX_MS = 2_147_483_647;

/** Priority of a job: from -PRIORITY_MAX. */
export const PRIORITY_MAX = 1_000;
/** Delay of a job, and the longest that it may wait for its start, in milliseconds. */
export const DELAY_MAX_MS = 366 * 86_400_000;
export const LIMIT_KEY_MAX_CHARACTERS = 256;

/** Of a retry policy. */
export const RETRY_ATTEMPTS_MAX = 1_000;
export const RETRY_ATTEMPTS_DEFAULT = 3;
export const BACKOFF_INITIAL_MAX_MS = 86_400_000;
export const BACKOFF_INITIAL_DEFAULT_MS = 1_000;
export const BACKOFF_MAX_MS = 7 * 86_400_000;
export const BACKOFF_MAX_DEFAULT_MS = 3_600_000;
export const BACKOFF_JITTER_DEFAULT_PERCENT = 20;
export const NOT_RETRIED_EXIT_CODES_MAX = 256;
export const NOT_RETRIED_ERRORS_MAX = 64;
export const ERROR_TYPE_MAX_CHARACTERS = 128;

/** A job that follows a failure is told which by one label, environment entry or header more. */
export const ON_FAILURE_LABELS_MAX = 63;
export const ON_FAILURE_ENV_MAX = 999;
export const ON_FAILURE_HEADERS_MAX = 99;

/** For how long an idempotency key may be remembered, in milliseconds. */
export const KEY_LIFETIME_MIN_MS = 1_000;
export const KEY_LIFETIME_MAX_MS = 7 * 86_400_000;

/** Limits of a queue. */
export const MAX_RUNNING_MAX = 1_000_000;
export const MAX_RUNNING_PER_KEY_MAX = 10_000;
export const RATE_TOKENS_MAX = 1_000_000;
export const RATE_PER_MAX_MS = 86_400_000;
/** Jobs of one redrive. */
export const REDRIVE_MAX = 1_000;

export const LOST_ATTEMPTS_MAX = 1_000;
export const LOST_ATTEMPTS_DEFAULT = 10;

/** Attempts of a worker at the same time. */
export const CAPACITY_MAX = 10_000;
/** Attempts that a worker may say it holds: those that run and those whose reports wait. */
export const HELD_MAX = 20_000;
/** Reports of one message. */
export const REPORTS_MAX = 10_000;

/** Time to live of a node's registration, in milliseconds. */
export const NODE_TTL_MIN_MS = 1_000;
export const NODE_TTL_MAX_MS = 3_600_000;
export const NODE_TTL_DEFAULT_MS = 10_000;

/** Jobs of one page of ListJobs. */
export const PAGE_MAX_JOBS = 1_000;
export const PAGE_DEFAULT_JOBS = 100;

/** Jobs, and types, that one WatchEvents may name. */
export const WATCH_MAX_JOBS = 1_000;
export const WATCH_MAX_TYPES = 100;

/** Violations that one answer lists; the rest shows when these are mended. */
export const VIOLATIONS_MAX = 20;

assert(PAYLOAD_MAX_BYTES * (4 / 3) < SPEC_MAX_BYTES, 'a payload of the largest size fits a spec as base64');
assert(SPEC_MAX_BYTES < SUBMIT_MAX_BYTES, 'a spec of the largest size fits a submission');
assert(SUBMIT_MAX_BYTES < LOG_ENTRY_MAX_BYTES, 'a submission fits a log entry with its envelope');
