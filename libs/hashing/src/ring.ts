import { assert } from '@synod/base';
import { murmur3 } from './murmur3.js';
import { compareIds, MAX_WEIGHT } from './placement.js';
import type { MutablePlacement, WeightedNode } from './placement.js';
import { BlockCopy, bucketOf, directOwners, lowerBound, MIXED, shiftStarts, startsOf } from './ring-entries.js';
import type { DirectOwners } from './ring-entries.js';

export interface RingOptions {
  /**
   * Points of a node of weight 1. 1 to 4,096, default 128: shares then deviate by 1/sqrt(128) = 9 % (one standard
   * deviation). Four times the points halve that, and cost four times the memory and update time.
   */
  readonly virtualNodes: number;
  /** Which of many equally good rings; all processes of a cluster need the same. Default 0. */
  readonly seed: number;
}

export const DEFAULT_RING_OPTIONS: RingOptions = { virtualNodes: 128, seed: 0 };

/** Keys and points are hashed apart, or a key that is a node's id would lie on that node's first point. */
const KEY_SEED = 0x7f4a7c15;
/** A table of owners pays for itself by so many lookups since the last change. */
const LOOKUPS_WORTH_A_TABLE = 4_096;

interface RingNode {
  readonly nodeId: string;
  readonly weight: number;
  /** Its place in `names`. */
  readonly at: number;
  /** Its own points, rising. */
  readonly points: Uint32Array;
}

/**
 * Consistent hashing on a ring with virtual nodes (Karger et al. 1997).
 *
 * Each node has points on a circle of 2^32 places; a key belongs to the node of the first point at or after its hash. So a
 * node that leaves gives up its own keys and no other moves, and one that joins takes keys and no other moves. Nodes whose
 * points coincide are in order of id. The points lie sorted in typed arrays. As they are spread evenly, the upper bits of a hash
 * tell nearly where its successor is: a lookup reads the index of the first point with those bits and goes on from there, past one
 * point on average, where a binary search would touch seventeen places in memory. An update is one merge and one pass for that index,
 * which at 128,000 points takes some tenths of a millisecond.
 */
export class Ring implements MutablePlacement {
  private readonly options: RingOptions;
  private readonly keySeed: number;
  private readonly nodes = new Map<string, RingNode>();
  /** Ids by place; a place that is free again is undefined and in `freePlaces`. */
  private readonly names: (string | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  /** All points, rising, each with the place of its node behind it: what a lookup reads lies in one line of the cache. */
  private entries: Uint32Array = new Uint32Array(0);
  /** What `entries` was before the last change, to be written over by the next. */
  private spare: Uint32Array = new Uint32Array(0);
  /** By the upper bits of a hash: index in `entries` of the first point with these bits or higher ones. */
  private starts: Uint32Array = new Uint32Array(1);
  /** Bits of a hash below those; 32 when there are none above. */
  private lowBits = 32;
  /** Owners of the places between points; undefined until enough lookups came since the last change. */
  private direct: DirectOwners | undefined = undefined;
  private lookupsSinceChange = 0;
  /** By place: the walk that visited the node last. */
  private visited: Uint32Array = new Uint32Array(0);
  private walk = 0;

  constructor(options: Partial<RingOptions> = {}, nodes: readonly WeightedNode[] = []) {
    this.options = { ...DEFAULT_RING_OPTIONS, ...options };
    const { virtualNodes } = this.options;
    assert(Number.isInteger(virtualNodes) && virtualNodes >= 1 && virtualNodes <= 4_096, 'virtualNodes in range');
    assert(Number.isInteger(this.options.seed), 'seed is an integer');
    this.keySeed = this.options.seed ^ KEY_SEED;
    this.build(nodes);
  }

  get size(): number {
    return this.nodes.size;
  }

  has(nodeId: string): boolean {
    return this.nodes.has(nodeId);
  }

  nodeIds(): readonly string[] {
    return [...this.nodes.keys()].sort(compareIds);
  }

  set(nodeId: string, weight = 1): void {
    const known = this.nodes.get(nodeId);
    if (known?.weight === weight) return;
    if (known !== undefined) this.remove(nodeId);
    const node = this.admit(nodeId, weight);
    this.merge(node);
  }

  remove(nodeId: string): boolean {
    const node = this.nodes.get(nodeId);
    if (node === undefined) return false;
    const { entries } = this;
    const left = entries.length - 2 * node.points.length;
    const copy = new BlockCopy(entries, this.roomFor(left));
    let at = 0;
    let previous = -1;
    for (const point of node.points) {
      // Where points coincide, the node's own is among the first of them; its second of the same value, after its first.
      at = point === previous ? at + 2 : this.indexOf(point, at);
      while (entries[at + 1] !== node.at) at += 2;
      copy.upTo(at);
      copy.skip();
      previous = point;
    }
    copy.upTo(entries.length);
    assert(copy.size === left, 'a node takes its own points along', () => nodeId);
    this.take(copy.entries, node.points, -2);
    this.nodes.delete(nodeId);
    this.names[node.at] = undefined;
    this.freePlaces.push(node.at);
    return true;
  }

  owner(key: string): string | undefined {
    const { entries, names, direct } = this;
    if (entries.length === 0) return undefined;
    const hash = this.hashOf(key);
    if (direct !== undefined) {
      const place = direct.owners[hash >>> direct.lowBits] as number;
      if (place !== MIXED) return names[place];
    } else {
      this.countLookup();
    }
    return names[entries[this.successor(hash) + 1] as number];
  }

  preferenceList(key: string, count: number): readonly string[] {
    const preferred: string[] = [];
    if (count <= 0) return preferred;
    this.firstAccepted(key, (nodeId) => preferred.push(nodeId) >= count);
    return preferred;
  }

  firstAccepted(key: string, accepts: (nodeId: string) => boolean): string | undefined {
    const { entries, visited } = this;
    const length = entries.length;
    if (length === 0) return undefined;
    const walk = this.nextWalk();
    let unseen = this.nodes.size;
    for (let at = this.successor(this.hashOf(key)); unseen > 0; at = at + 2 === length ? 0 : at + 2) {
      const owner = entries[at + 1] as number;
      if (visited[owner] === walk) continue;
      visited[owner] = walk;
      unseen -= 1;
      const nodeId = this.names[owner] as string;
      if (accepts(nodeId)) return nodeId;
    }
    return undefined;
  }

  firstOf(key: string, nodeIds: Iterable<string>): string | undefined {
    const hash = this.hashOf(key);
    let nearest: string | undefined;
    let nearestDistance = Infinity;
    for (const nodeId of nodeIds) {
      const node = this.nodes.get(nodeId);
      if (node === undefined) continue;
      const at = lowerBound(node.points, hash);
      const point = node.points[at === node.points.length ? 0 : at] as number;
      const distance = (point - hash) >>> 0;
      const isNearer = distance < nearestDistance || (distance === nearestDistance && nodeId < (nearest as string));
      if (!isNearer) continue;
      nearest = nodeId;
      nearestDistance = distance;
    }
    return nearest;
  }

  /** The part of all possible keys that belongs to each node, from 0 to 1; sorted by node id. In time of the whole ring. */
  shares(): ReadonlyMap<string, number> {
    const { entries } = this;
    const owned = new Float64Array(this.names.length);
    for (let at = 0; at < entries.length; at += 2) {
      // From after the point before up to this one; the first point also has what lies after the last.
      const before = at === 0 ? (entries[entries.length - 2] as number) - 2 ** 32 : (entries[at - 2] as number);
      const owner = entries[at + 1] as number;
      owned[owner] = (owned[owner] as number) + (entries[at] as number) - before;
    }
    const shareOf = (nodeId: string) => (owned[(this.nodes.get(nodeId) as RingNode).at] as number) / 2 ** 32;
    return new Map(this.nodeIds().map((nodeId) => [nodeId, shareOf(nodeId)]));
  }

  private hashOf(key: string): number {
    return murmur3(key, this.keySeed);
  }

  /** Index of the first point at or after the hash, around the circle. */
  private successor(hash: number): number {
    const { entries } = this;
    let at = this.starts[bucketOf(hash, this.lowBits)] as number;
    while (at < entries.length && (entries[at] as number) < hash) at += 2;
    return at === entries.length ? 0 : at;
  }

  /** Index of the first point at or after this one, not before `from`; the length when there is none. */
  private indexOf(point: number, from: number): number {
    const { entries } = this;
    let at = Math.max(from, this.starts[bucketOf(point, this.lowBits)] as number);
    while (at < entries.length && (entries[at] as number) < point) at += 2;
    return at;
  }

  private nextWalk(): number {
    this.walk += 1;
    if (this.walk > 0xffff_ffff) {
      this.visited.fill(0);
      this.walk = 1;
    }
    return this.walk;
  }

  /** A ring that changes all the time has no table. */
  private countLookup(): void {
    this.lookupsSinceChange += 1;
    if (this.lookupsSinceChange < LOOKUPS_WORTH_A_TABLE || this.names.length >= MIXED) return;
    this.lookupsSinceChange = 0;
    this.direct = directOwners(this.entries);
  }

  private admit(nodeId: string, weight: number): RingNode {
    assert(weight > 0 && weight <= MAX_WEIGHT, 'weight in range', () => `${nodeId}: ${weight}`);
    assert(!this.nodes.has(nodeId), 'a node is on the ring once', () => nodeId);
    const at = this.freePlaces.pop() ?? this.names.length;
    const node = { nodeId, weight, at, points: this.pointsOf(nodeId, weight) };
    this.names[at] = nodeId;
    this.nodes.set(nodeId, node);
    if (at >= this.visited.length) {
      const visited = new Uint32Array(Math.max(16, 2 * (at + 1)));
      visited.set(this.visited);
      this.visited = visited;
    }
    return node;
  }

  /** The first points are the same at any weight, so that a change of weight moves its difference alone. */
  private pointsOf(nodeId: string, weight: number): Uint32Array {
    const { virtualNodes, seed } = this.options;
    const points = new Uint32Array(Math.max(1, Math.round(virtualNodes * weight)));
    // Seeds of consecutive virtual nodes are spread: the family of functions is better for it.
    for (let at = 0; at < points.length; at += 1) points[at] = murmur3(nodeId, seed + Math.imul(at + 1, 0x9e3779b1));
    return points.sort();
  }

  /** All at once: sorting beats merging one by one. */
  private build(nodes: readonly WeightedNode[]): void {
    const admitted = nodes.map(({ nodeId, weight }) => this.admit(nodeId, weight));
    admitted.sort((left, right) => compareIds(left.nodeId, right.nodeId));
    const total = admitted.reduce((sum, node) => sum + node.points.length, 0);
    // A point and the rank of its node in one exact number: sorts by both.
    const rankRange = admitted.length + 1;
    assert(rankRange < 2 ** 21, 'a ring has fewer than 2^21 nodes');
    const keys = new Float64Array(total);
    let size = 0;
    for (const [rank, node] of admitted.entries()) {
      for (const point of node.points) keys[size++] = point * rankRange + rank;
    }
    keys.sort();
    const entries = new Uint32Array(2 * total);
    for (let at = 0; at < total; at += 1) {
      const key = keys[at] as number;
      const rank = key % rankRange;
      entries[2 * at] = (key - rank) / rankRange;
      entries[2 * at + 1] = (admitted[rank] as RingNode).at;
    }
    this.take(entries);
  }

  private merge(node: RingNode): void {
    const { entries, names } = this;
    const copy = new BlockCopy(entries, this.roomFor(entries.length + 2 * node.points.length));
    let at = 0;
    for (const point of node.points) {
      at = this.indexOf(point, at);
      while (entries[at] === point && (names[entries[at + 1] as number] as string) < node.nodeId) at += 2;
      copy.upTo(at);
      copy.insert(point, node.at);
    }
    copy.upTo(entries.length);
    this.take(copy.entries, node.points, 2);
  }

  /** Where the next entries go: into the place of those before the last change. Fresh memory would cost more than what is copied into it. */
  private roomFor(length: number): Uint32Array {
    const { spare } = this;
    if (spare.length >= length) return spare.subarray(0, length);
    return new Uint32Array(length + (length >>> 3)).subarray(0, length);
  }

  /** `changed`: points that are there since the last entries, or no longer, and what each adds to the indices behind it. */
  private take(entries: Uint32Array, changed?: Uint32Array, step = 0): void {
    this.spare = new Uint32Array(this.entries.buffer);
    this.entries = entries;
    this.direct = undefined;
    this.lookupsSinceChange = 0;
    const count = entries.length / 2;
    // One to two buckets for each point.
    const bits = count <= 1 ? 0 : Math.min(24, 32 - Math.clz32(count - 1));
    if (this.lowBits === 32 - bits && changed !== undefined) {
      shiftStarts(this.starts, this.lowBits, changed, step);
      return;
    }
    this.lowBits = 32 - bits;
    this.starts = startsOf(entries, this.lowBits);
  }
}
