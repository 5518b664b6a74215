import type { ExecLimits } from '@synod/jobs';

/**
 * What an agent and its guard say to each other: JSON objects, one a line, over the guard's unix socket. Agent and guard
 * may be of different releases (a guard outlives its agent's upgrade), so the version is checked at the first message.
 */
export const GUARD_PROTOCOL_VERSION = 1;

/** An order holds a job's stdin (256 KiB) and environment; beyond this the connection is closed. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** What a guard of this release can do beyond its protocol's first version; said in `welcome`. */
export const GUARD_FEATURES = ['http', 'limits'] as const;
export type GuardFeature = (typeof GUARD_FEATURES)[number];

/** Where requests may lead. */
export interface HttpRules {
  /** Redirects into private networks are followed. Default false: what answers a request doesn't choose where the guard goes. */
  readonly privateRedirects: boolean;
  /** Not even the job's own URL may lead into a private network. Default false: hooks of one's own services are common. */
  readonly forbidPrivate: boolean;
}

/** The request of an `http` attempt. */
export interface RequestOrder {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Base64. */
  readonly body: string;
  readonly expectedStatuses: readonly { readonly from: number; readonly to: number }[];
  readonly requestTimeoutMs: number;
  readonly maxRedirects: number;
  /** The agent's rules of where requests may lead. */
  readonly rules: HttpRules;
}

/** An `exec` attempt to run, or an `http` one, of which everything about the process is empty. */
export interface StartOrder {
  /** `<jobId>.<attempt>`. */
  readonly key: string;
  readonly jobId: string;
  readonly attempt: number;
  /** A 64-bit number in decimal. */
  readonly fencingToken: string;
  readonly workerId: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Of the task: added to the guard's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Empty: the attempt's own directory. */
  readonly cwd: string;
  /** Base64. */
  readonly stdin: string;
  /** Empty: the agent's own. */
  readonly user: string;
  /** From start to forced end; 0: none. */
  readonly timeoutMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly killGraceMs: number;
  /** How long the worker lease lasts from `heardAtMs`; 0: none, the attempt is left alone. */
  readonly leaseMs: number;
  /** Of the process; only for guards with the feature `limits`. */
  readonly limits?: ExecLimits;
  /** Absolute paths; the command must be one of them. Absent: any may run. */
  readonly allowCommands?: readonly string[];
  /** Instead of a process; only for guards with the feature `http`. */
  readonly request?: RequestOrder;
}

/** How and why an attempt is to be ended. */
export interface StopOrder {
  readonly outcome: 'cancelled' | 'lost' | 'timedOut';
  readonly message: string;
  /** SIGKILL at once, without grace. */
  readonly immediate: boolean;
}

export type EndOutcome = 'succeeded' | 'failed' | 'timedOut' | 'cancelled' | 'lost';

/** How an attempt ended. When this is said, no process of its group lives and all its output is in its files. */
export interface AttemptEnding {
  readonly outcome: EndOutcome;
  /** Null when a signal ended it or it never ran. */
  readonly exitCode: number | null;
  /** Empty when none. */
  readonly signal: string;
  readonly message: string;
  /** Unix milliseconds; null when it never ran. */
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number;
  /** Base64; of a request that was answered. */
  readonly result?: string;
}

/** The process of an attempt; also the content of its `started.json`. */
export interface AttemptProcess {
  readonly key: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly fencingToken: string;
  readonly leaseMs: number;
  /** Process and process group; 0 for a request, which is none. */
  readonly pid: number;
  /** See `ProcessIdentity`. */
  readonly identity: string;
  readonly startedAtMs: number;
  /** Directory of its control group, if it has one. */
  readonly cgroup?: string;
}

/** An attempt as the guard knows it; `process` null: not started yet, or it never could. */
export interface AttemptSnapshot {
  readonly key: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly fencingToken: string;
  readonly leaseMs: number;
  readonly process: AttemptProcess | null;
  readonly ending: AttemptEnding | null;
}

/** Where and how the guard reports when its agent has died. */
export interface ReportTarget {
  readonly addresses: readonly string[];
  readonly security: Readonly<Record<string, string | boolean>>;
  /** What the agent says of itself in a Hello. */
  readonly worker: {
    readonly labels: Readonly<Record<string, string>>;
    readonly capacity: number;
    readonly version: string;
    readonly host: string;
  };
}

export type AgentMessage =
  /** First of all. The guard answers with `welcome`; a connection of an older incarnation is closed. */
  | {
      readonly type: 'hello';
      readonly version: number;
      readonly workerId: string;
      readonly incarnation: number;
      readonly target: ReportTarget;
    }
  | { readonly type: 'target'; readonly target: ReportTarget }
  /** Repeating an order is harmless. */
  | { readonly type: 'start'; readonly order: StartOrder; readonly heardAtMs: number }
  | { readonly type: 'stop'; readonly key: string; readonly stop: StopOrder }
  /** A quorum confirmed the leader after a heartbeat sent at this CLOCK_MONOTONIC time: leases count from there. */
  | { readonly type: 'heard'; readonly heardAtMs: number }
  /** The endings of these attempts are safe with the agent. */
  | { readonly type: 'forget'; readonly keys: readonly string[] }
  /** The agent leaves for good: end everything, and don't wait for another agent. */
  | { readonly type: 'retire' };

export type GuardMessage =
  | {
      readonly type: 'welcome';
      readonly version: number;
      readonly pid: number;
      readonly attempts: readonly AttemptSnapshot[];
      /** Absent from the first release. */
      readonly features?: readonly string[];
    }
  | { readonly type: 'started'; readonly process: AttemptProcess }
  | { readonly type: 'ended'; readonly key: string; readonly ending: AttemptEnding }
  | { readonly type: 'refused'; readonly code: 'version' | 'outdated' | 'malformed'; readonly message: string };

export function encodeLine(message: AgentMessage | GuardMessage): string {
  return `${JSON.stringify(message)}\n`;
}

/** Cuts a byte stream into lines. Throws RangeError when a line exceeds {@link MAX_LINE_BYTES}. */
export class LineReader {
  #pieces: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      this.#pieces.push(chunk.subarray(from, at));
      lines.push(Buffer.concat(this.#pieces).toString('utf8'));
      this.#pieces = [];
      this.#bytes = 0;
      from = at + 1;
    }
    this.#pieces.push(chunk.subarray(from));
    this.#bytes += chunk.length - from;
    if (this.#bytes > MAX_LINE_BYTES) throw new RangeError(`a line of more than ${MAX_LINE_BYTES} bytes`);
    return lines;
  }
}
