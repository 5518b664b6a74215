import { TypedError } from '@synod/base';
import type { CommandRefusal } from '@synod/jobs';
import type { FieldViolation } from '@synod/wire';

export type ContractFacts =
  /** Fields of a request that can't be accepted. */
  | { readonly code: 'invalidRequest'; readonly violations: readonly FieldViolation[] }
  /** A 64-bit number that JavaScript can't hold, or no number at all. */
  | { readonly code: 'unsafeInteger'; readonly field: string; readonly value: string }
  /** A fencing token that no cluster minted, or one beyond 64 bits. */
  | { readonly code: 'fencingTokenInvalid'; readonly value: string }
  /** Type, version or format of a log command that this program doesn't know: a newer one wrote it. The replica must stop. */
  | { readonly code: 'unknownCommand'; readonly type: string; readonly version: number }
  /** Bytes that are no command at all. */
  | { readonly code: 'damagedCommand' }
  /** A command that no log entry may hold. */
  | { readonly code: 'commandTooLarge'; readonly sizeBytes: number; readonly limitBytes: number }
  | { readonly code: 'unknownRecord'; readonly version: number }
  | { readonly code: 'damagedRecord' }
  /** A message between replicas without a body that this program knows, or with a part missing. */
  | { readonly code: 'damagedMessage'; readonly part: string }
  | { readonly code: 'cursorInvalid' };

/** What came over the wire or from disk is not what the contract says. */
export class ContractError extends TypedError<ContractFacts> {}

/** The state machine refused a command: thrown by the code that proposed it, to answer the caller. */
export class CommandRefusedError extends TypedError<CommandRefusal> {
  constructor(refusal: CommandRefusal) {
    super(refusal, `command refused: ${refusal.code}`);
  }
}

/** Why a coordinator does not answer a request now, or not here. */
export type RequestRefusal =
  /** Above a watermark. Reports, cancels and administration never meet it. */
  | { readonly code: 'overloaded'; readonly retryAfterMs: number }
  /** No leader is known at the moment. `unfit`: why members say that they can't lead, by id, as far as it is known. */
  | {
      readonly code: 'noLeader';
      readonly retryAfterMs: number;
      readonly unfit?: Readonly<Record<string, string>> | undefined;
    }
  /** Between coordinators: ask the leader; empty when unknown. */
  | { readonly code: 'notLeader'; readonly leaderId: string }
  /** The command may or may not have been chosen: repeat it unchanged. */
  | { readonly code: 'outcomeUnknown' }
  | { readonly code: 'shuttingDown' }
  | { readonly code: 'deadlineExceeded' }
  | { readonly code: 'jobUnknown'; readonly jobId: string }
  | { readonly code: 'workerUnknown'; readonly workerId: string }
  | { readonly code: 'queueUnknown'; readonly queue: string }
  /** Only history has the job: it can't be changed any more. */
  | { readonly code: 'jobRetired'; readonly jobId: string }
  /** The events behind the cursor are no longer kept; `oldestCursor` is the first that is. */
  | { readonly code: 'cursorOutdated'; readonly oldestCursor: string }
  | { readonly code: 'logsUnavailable'; readonly jobId: string }
  /** A newer incarnation of a node is registered. */
  | { readonly code: 'incarnationOutdated'; readonly newest: number }
  /** The peer belongs to another cluster or speaks another version. */
  | { readonly code: 'wrongCluster'; readonly clusterId: string }
  /** The node id is known with another storage id: its data was lost, or the id is taken twice (I10). */
  | { readonly code: 'storageIdRefused'; readonly nodeId: string }
  /** Between coordinators: no snapshot of a slot above this one is here. */
  | { readonly code: 'snapshotUnavailable'; readonly aboveSlot: number }
  /** `targetId` can't take over the leadership; `why` is what it says itself, empty when it says nothing. */
  | {
      readonly code: 'transferRefused';
      readonly because: 'unknownTarget' | 'unfitTarget' | 'busy';
      readonly targetId: string;
      readonly why: string;
    }
  /** The target of a transfer didn't take over in time; the old leader goes on. */
  | { readonly code: 'transferTimedOut'; readonly targetId: string };

/** A request that can't be answered now or here; `describeError` says it to the caller. */
export class RequestRefusedError extends TypedError<RequestRefusal> {
  constructor(refusal: RequestRefusal, options?: { readonly cause?: unknown }) {
    super(refusal, `request refused: ${refusal.code}`, options);
  }
}
