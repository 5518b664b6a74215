import type { NodeRecord } from '@synod/jobs';
import { NODE_KINDS } from './node-store.js';
import type { NodeKind } from './node-store.js';

interface Watcher {
  readonly kind: NodeKind | undefined;
  readonly listener: (nodes: readonly NodeRecord[]) => void;
  /** What it was told last; undefined: nothing yet. */
  told: string | undefined;
}

/** The membership as last known, by kind, and those who watch it. Only real changes are told. */
export class Membership {
  private readonly byKind = new Map<NodeKind, readonly NodeRecord[]>();
  private readonly watchers = new Set<Watcher>();

  /** Replaces the nodes of one kind. */
  setKind(kind: NodeKind, nodes: readonly NodeRecord[]): void {
    this.byKind.set(kind, newestOfEach(nodes.filter((node) => node.kind === kind)));
    this.tellAll();
  }

  /** Replaces all nodes. */
  setAll(nodes: readonly NodeRecord[]): void {
    for (const kind of NODE_KINDS) this.byKind.set(kind, newestOfEach(nodes.filter((node) => node.kind === kind)));
    this.tellAll();
  }

  nodes(kind: NodeKind | undefined): readonly NodeRecord[] {
    if (kind !== undefined) return this.byKind.get(kind) ?? [];
    return newestOfEach(NODE_KINDS.flatMap((each) => this.byKind.get(each) ?? []));
  }

  find(nodeId: string): NodeRecord | undefined {
    return this.nodes(undefined).find((node) => node.nodeId === nodeId);
  }

  watch(kind: NodeKind | undefined, listener: (nodes: readonly NodeRecord[]) => void): () => void {
    const watcher: Watcher = { kind, listener, told: undefined };
    this.watchers.add(watcher);
    this.tell(watcher);
    return () => this.watchers.delete(watcher);
  }

  unwatchAll(): void {
    this.watchers.clear();
  }

  private known(kind: NodeKind | undefined): boolean {
    return kind === undefined ? NODE_KINDS.every((each) => this.byKind.has(each)) : this.byKind.has(kind);
  }

  private tellAll(): void {
    for (const watcher of [...this.watchers]) if (this.watchers.has(watcher)) this.tell(watcher);
  }

  private tell(watcher: Watcher): void {
    if (!this.known(watcher.kind)) return;
    const nodes = this.nodes(watcher.kind);
    const text = JSON.stringify(nodes);
    if (text === watcher.told) return;
    watcher.told = text;
    watcher.listener(nodes);
  }
}

/** Of several records of one nodeId that with the highest incarnation (of equals the last), sorted by nodeId. */
export function newestOfEach(nodes: readonly NodeRecord[]): readonly NodeRecord[] {
  const newest = new Map<string, NodeRecord>();
  for (const node of nodes) {
    const known = newest.get(node.nodeId);
    if (known === undefined || node.incarnation >= known.incarnation) newest.set(node.nodeId, node);
  }
  return [...newest.values()].map(canonical).sort((left, right) => (left.nodeId < right.nodeId ? -1 : 1));
}

/** The same record with labels in order, so that equal records have equal texts. */
function canonical(node: NodeRecord): NodeRecord {
  const labels = Object.fromEntries(Object.entries(node.labels).sort(([left], [right]) => (left < right ? -1 : 1)));
  const { nodeId, kind, address, incarnation, capacity, version, ttlMs } = node;
  return { nodeId, kind, address, incarnation, labels, capacity, version, ttlMs };
}

/** Whether two records say the same. */
export function sameNode(left: NodeRecord, right: NodeRecord): boolean {
  return JSON.stringify(canonical(left)) === JSON.stringify(canonical(right));
}
