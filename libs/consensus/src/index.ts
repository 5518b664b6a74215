export {
  ballotOwner,
  compareBallots,
  equalBallots,
  formatBallot,
  isZeroBallot,
  maxBallot,
  ZERO_BALLOT,
} from './ballot.js';
export type { ReplicaCounters } from './counters.js';
export { COMMAND_OVERHEAD_BYTES, ENTRY_OVERHEAD_BYTES, entrySizeBytes, equalEntries, NOOP } from './entry.js';
export type {
  DurableState,
  Effect,
  HostHealth,
  Input,
  LogWrite,
  Proposal,
  RefusalReason,
  Role,
  TransferOutcome,
} from './io.js';
export type {
  AcceptBody,
  AcceptedBody,
  ChosenBody,
  ConfirmBody,
  ConfirmedBody,
  FetchBody,
  FetchedBody,
  HandOverBody,
  Message,
  MessageBody,
  MessageHeader,
  NackedBody,
  PollBody,
  PollReplyBody,
  PrepareBody,
  PromisedBody,
  RejectedBody,
} from './messages.js';
export { assertReplicaOptions, DEFAULT_REPLICA_OPTIONS, MESSAGE_FORMAT_VERSION } from './options.js';
export type { ReplicaOptions } from './options.js';
export { createReplica } from './replica.js';
export type { Replica, ReplicaConfig } from './replica.js';
export type { PeerStatus, ReplicaStatus } from './status.js';
export type { AcceptedEntry, Ballot, Entry, NodeId, Slot, SlotEntry } from './types.js';
