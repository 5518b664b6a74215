import type { CommandReply, DeregisterNode, NodeRecord, RegisterNode } from '@synod/jobs';

/** A sign of life of a registered node. */
export interface NodeRenewal {
  readonly nodeId: string;
  readonly incarnation: number;
}

/** What the embedded store needs of the coordinator that it lives in. */
export interface ReplicatedNodes {
  /** Proposes, by way of the leader, and resolves after apply. Rejects when there is no leader or the outcome is unknown. */
  propose(command: RegisterNode | DeregisterNode): Promise<CommandReply>;
  /** The applied nodes of this replica. A record is the same object until it is registered again: that counts as a sign of life. */
  nodes(): readonly NodeRecord[];
  /** Calls the listener after an entry was applied that touched nodes. Returns a function that ends it. */
  onChange(listener: () => void): () => void;
  /** Whether this replica leads, as far as it knows. */
  leading(): boolean;
  /**
   * Sends signs of life to the leader, whose coordinator gives them to `heard` of its store; lost ones come again. False when
   * no leader is known. Without a relay a follower registers through the log again, which costs an entry for each renewal.
   */
  readonly relay?: (renewals: readonly NodeRenewal[]) => boolean;
}
