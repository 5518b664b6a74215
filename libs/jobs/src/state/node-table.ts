import { assert } from '@synod/base';
import type { NodeRecord } from '../worker.js';
import { compareText } from './compare.js';
import type { HashLanes } from './hash-lanes.js';
import { NODE_PREFIX } from './image-keys.js';
import { HashedRecord, RECORD_KINDS } from './state-hash.js';
import type { StateHash } from './state-hash.js';

const NODE_KIND_CODES: Readonly<Record<NodeRecord['kind'], number>> = { coordinator: 1, registry: 2, worker: 3 };

class NodeEntry extends HashedRecord {
  constructor(
    public node: NodeRecord,
    public registeredOrder: number,
  ) {
    super();
  }

  override mixInto(lanes: HashLanes): void {
    const { node } = this;
    lanes.begin(RECORD_KINDS.node).text(node.nodeId).word(NODE_KIND_CODES[node.kind]).text(node.address);
    lanes.integer(node.incarnation).textRecord(node.labels).integer(node.capacity).text(node.version);
    lanes.integer(node.ttlMs).integer(this.registeredOrder);
  }

  override imageKey(): string {
    return NODE_PREFIX + this.node.nodeId;
  }

  override imageValue(): unknown {
    const { kind, address, incarnation, labels, capacity, version, ttlMs } = this.node;
    return [kind, address, incarnation, labels, capacity, version, ttlMs, this.registeredOrder];
  }
}

/** The embedded node store: who says it is there. Discovery only; no attempt is ever lost because of it. */
export class NodeTable {
  private readonly byId = new Map<string, NodeEntry>();

  constructor(
    private readonly maxNodes: number,
    private readonly hash: StateHash,
  ) {}

  get size(): number {
    return this.byId.size;
  }

  get(nodeId: string): NodeRecord | undefined {
    return this.byId.get(nodeId)?.node;
  }

  /** Adds or replaces; returns the node that was dropped to make room. */
  set(node: NodeRecord, order: number): NodeRecord | undefined {
    const known = this.byId.get(node.nodeId);
    if (known !== undefined) {
      known.node = node;
      known.registeredOrder = order;
      this.hash.change(known);
      return undefined;
    }
    const dropped = this.byId.size >= this.maxNodes ? this.registeredLongestAgo() : undefined;
    if (dropped !== undefined) this.remove(dropped.nodeId);
    const entry = new NodeEntry(node, order);
    this.byId.set(node.nodeId, entry);
    this.hash.change(entry);
    return dropped;
  }

  /** From an image; false when the node is there already. */
  restore(node: NodeRecord, order: number): boolean {
    if (this.byId.has(node.nodeId)) return false;
    const entry = new NodeEntry(node, order);
    this.byId.set(node.nodeId, entry);
    this.hash.restore(entry);
    return true;
  }

  remove(nodeId: string): void {
    const entry = this.byId.get(nodeId);
    assert(entry !== undefined, 'node to remove is there', () => nodeId);
    this.byId.delete(nodeId);
    this.hash.remove(entry);
  }

  records(): readonly NodeRecord[] {
    const nodes = [...this.byId.values()].map((entry) => entry.node);
    return nodes.sort((left, right) => compareText(left.nodeId, right.nodeId));
  }

  entries(): IterableIterator<HashedRecord> {
    return this.byId.values();
  }

  private registeredLongestAgo(): NodeRecord {
    let oldest: NodeEntry | undefined;
    for (const entry of this.byId.values()) {
      if (oldest === undefined || entry.registeredOrder < oldest.registeredOrder) oldest = entry;
    }
    assert(oldest !== undefined, 'there is a node to drop');
    return oldest.node;
  }
}
