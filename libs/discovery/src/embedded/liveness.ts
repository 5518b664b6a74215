import type { Clock } from '@synod/base';
import type { NodeRecord } from '@synod/jobs';
import type { NodeRenewal } from './replicated-nodes.js';

interface Heard {
  readonly node: NodeRecord;
  atMs: number;
}

/**
 * When the leader heard of each registered node last. In its memory only: renewals are no matter of the log. A new leader knows
 * nothing of what its predecessor heard, so it counts all as heard when it began to lead; the same for a node that is new to it.
 */
export class Liveness {
  private readonly heardById = new Map<string, Heard>();
  private leading = false;

  constructor(private readonly clock: Clock) {}

  heard({ nodeId, incarnation }: NodeRenewal): void {
    const entry = this.heardById.get(nodeId);
    if (entry !== undefined && entry.node.incarnation === incarnation) entry.atMs = this.clock.monotonicMs();
  }

  /** Takes over who is registered and whether this replica leads; call it at each change of either. */
  update(nodes: readonly NodeRecord[], leading: boolean): void {
    const nowMs = this.clock.monotonicMs();
    const beganToLead = leading && !this.leading;
    this.leading = leading;
    const gone = new Set(this.heardById.keys());
    for (const node of nodes) {
      gone.delete(node.nodeId);
      const entry = this.heardById.get(node.nodeId);
      // A record that is another object was registered again, which is a sign of life.
      if (entry?.node !== node || beganToLead) this.heardById.set(node.nodeId, { node, atMs: nowMs });
    }
    for (const nodeId of gone) this.heardById.delete(nodeId);
  }

  /** Nodes unheard for their ttl; none unless this replica leads. */
  expired(): readonly NodeRecord[] {
    if (!this.leading) return [];
    const nowMs = this.clock.monotonicMs();
    return [...this.heardById.values()].filter(({ node, atMs }) => nowMs - atMs > node.ttlMs).map(({ node }) => node);
  }
}
