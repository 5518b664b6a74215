import { assert } from '@synod/base';
import { murmur3 } from './murmur3.js';
import { compareIds, MAX_WEIGHT } from './placement.js';
import type { MutablePlacement, WeightedNode } from './placement.js';

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
  private readonly nodes = new Map<string, RingNode>();
  /** Ids by place; a place that is free again is undefined and in `freePlaces`. */
  private readonly names: (string | undefined)[] = [];
  private readonly freePlaces: number[] = [];
  /** All points, rising, and the places of their nodes. */
  private points: Uint32Array = new Uint32Array(0);
  private owners: Uint32Array = new Uint32Array(0);
  /** By the upper bits of a hash: the first point with these bits or higher ones. */
  private starts: Uint32Array = new Uint32Array(1);
  /** Bits of a hash below those; 32 when there are none above. */
  private lowBits = 32;
  /** By place: the walk that visited the node last. */
  private visited: Uint32Array = new Uint32Array(0);
  private walk = 0;

  constructor(options: Partial<RingOptions> = {}, nodes: readonly WeightedNode[] = []) {
    this.options = { ...DEFAULT_RING_OPTIONS, ...options };
    const { virtualNodes } = this.options;
    assert(Number.isInteger(virtualNodes) && virtualNodes >= 1 && virtualNodes <= 4_096, 'virtualNodes in range');
    assert(Number.isInteger(this.options.seed), 'seed is an integer');
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
    const left = this.points.length - node.points.length;
    const copy = new BlockCopy(this.points, this.owners, left);
    let at = 0;
    let previous = -1;
    for (const point of node.points) {
      // Where points coincide, the node's own is among the first of them; its second of the same value, after its first.
      at = point === previous ? at + 1 : lowerBound(this.points, point, at);
      while (this.owners[at] !== node.at) at += 1;
      copy.upTo(at);
      copy.skip();
      previous = point;
    }
    copy.upTo(this.points.length);
    assert(copy.size === left, 'a node takes its own points along', () => nodeId);
    this.take(copy.points, copy.owners);
    this.nodes.delete(nodeId);
    this.names[node.at] = undefined;
    this.freePlaces.push(node.at);
    return true;
  }

  owner(key: string): string | undefined {
    const { points } = this;
    if (points.length === 0) return undefined;
    return this.nameAt(this.successor(this.hashOf(key)));
  }

  preferenceList(key: string, count: number): readonly string[] {
    const preferred: string[] = [];
    if (count <= 0) return preferred;
    this.firstAccepted(key, (nodeId) => preferred.push(nodeId) >= count);
    return preferred;
  }

  firstAccepted(key: string, accepts: (nodeId: string) => boolean): string | undefined {
    const { points, owners, visited } = this;
    const length = points.length;
    if (length === 0) return undefined;
    const walk = this.nextWalk();
    let unseen = this.nodes.size;
    for (let at = this.successor(this.hashOf(key)); unseen > 0; at = at + 1 === length ? 0 : at + 1) {
      const owner = owners[at] as number;
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
    const { points, owners } = this;
    const owned = new Float64Array(this.names.length);
    for (let at = 0; at < points.length; at += 1) {
      // From after the point before up to this one; the first point also has what lies after the last.
      const before = at === 0 ? (points[points.length - 1] as number) - 2 ** 32 : (points[at - 1] as number);
      const owner = owners[at] as number;
      owned[owner] = (owned[owner] as number) + (points[at] as number) - before;
    }
    const shareOf = (nodeId: string) => (owned[(this.nodes.get(nodeId) as RingNode).at] as number) / 2 ** 32;
    return new Map(this.nodeIds().map((nodeId) => [nodeId, shareOf(nodeId)]));
  }

  private hashOf(key: string): number {
    return murmur3(key, this.options.seed ^ KEY_SEED);
  }

  /** Index of the first point at or after the hash, around the circle. */
  private successor(hash: number): number {
    const { points } = this;
    let at = this.starts[bucketOf(hash, this.lowBits)] as number;
    while (at < points.length && (points[at] as number) < hash) at += 1;
    return at === points.length ? 0 : at;
  }

  private nameAt(at: number): string {
    return this.names[this.owners[at] as number] as string;
  }

  private nextWalk(): number {
    this.walk += 1;
    if (this.walk > 0xffff_ffff) {
      this.visited.fill(0);
      this.walk = 1;
    }
    return this.walk;
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
    const points = new Uint32Array(total);
    const owners = new Uint32Array(total);
    for (let at = 0; at < total; at += 1) {
      const key = keys[at] as number;
      const rank = key % rankRange;
      points[at] = (key - rank) / rankRange;
      owners[at] = (admitted[rank] as RingNode).at;
    }
    this.take(points, owners);
  }

  private merge(node: RingNode): void {
    const { points } = this;
    const copy = new BlockCopy(points, this.owners, points.length + node.points.length);
    let at = 0;
    for (const point of node.points) {
      at = lowerBound(points, point, at);
      while (at < points.length && points[at] === point && this.nameAt(at) < node.nodeId) at += 1;
      copy.upTo(at);
      copy.insert(point, node.at);
    }
    copy.upTo(points.length);
    this.take(copy.points, copy.owners);
  }

  private take(points: Uint32Array, owners: Uint32Array): void {
    this.points = points;
    this.owners = owners;
    // One to two buckets for each point.
    const bits = points.length <= 1 ? 0 : Math.min(24, 32 - Math.clz32(points.length - 1));
    if (this.lowBits !== 32 - bits) {
      this.lowBits = 32 - bits;
      this.starts = new Uint32Array(2 ** bits);
    }
    const { starts, lowBits } = this;
    let bucket = 0;
    for (let at = 0; at < points.length; at += 1) {
      const last = bucketOf(points[at] as number, lowBits);
      while (bucket <= last) starts[bucket++] = at;
    }
    starts.fill(points.length, bucket);
  }
}

/** A shift by 32 would be one by 0. */
function bucketOf(hash: number, lowBits: number): number {
  return lowBits === 32 ? 0 : hash >>> lowBits;
}

/** New arrays of points and owners from old ones, with some left out or put in: what lies between is copied in blocks. */
class BlockCopy {
  readonly points: Uint32Array;
  readonly owners: Uint32Array;
  size = 0;
  private from = 0;

  constructor(
    private readonly oldPoints: Uint32Array,
    private readonly oldOwners: Uint32Array,
    total: number,
  ) {
    this.points = new Uint32Array(total);
    this.owners = new Uint32Array(total);
  }

  /** Copies what has not been copied, up to this index of the old arrays, exclusive. */
  upTo(end: number): void {
    if (end === this.from) return;
    this.points.set(this.oldPoints.subarray(this.from, end), this.size);
    this.owners.set(this.oldOwners.subarray(this.from, end), this.size);
    this.size += end - this.from;
    this.from = end;
  }

  /** Leaves out the next of the old ones. */
  skip(): void {
    this.from += 1;
  }

  insert(point: number, owner: number): void {
    this.points[this.size] = point;
    this.owners[this.size] = owner;
    this.size += 1;
  }
}

/** The first index from `from` whose value is at least `value`; the length when there is none. */
function lowerBound(values: Uint32Array, value: number, from = 0): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
