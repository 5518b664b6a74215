import type { ReplicaCounters } from './counters.js';
import type { Membership } from './membership.js';
import type { ReplicaOptions } from './options.js';
import type { Outbox } from './outbox.js';
import type { NodeId } from './types.js';

/** What all parts of one replica share. Time moves by `timerTick` only. */
export interface Environment {
  readonly nodeId: NodeId;
  readonly options: ReplicaOptions;
  readonly membership: Membership;
  readonly outbox: Outbox;
  readonly counters: ReplicaCounters;
  nowMs: number;
  wallMs: number;
  /** False on a disk without room: then no part writes anything, nor starts what would have to. */
  mayWrite: boolean;
  /** Whom this node follows, itself when it leads; as of the last step. */
  leader: NodeId | undefined;
}
