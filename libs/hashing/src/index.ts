export { avalanche, murmur3, murmur3OfBytes } from './murmur3.js';
export { compareIds, MAX_WEIGHT } from './placement.js';
export type { MutablePlacement, Placement, WeightedNode } from './placement.js';
export { Rendezvous } from './rendezvous.js';
export type { RendezvousOptions } from './rendezvous.js';
export { DEFAULT_RING_OPTIONS, Ring } from './ring.js';
export type { RingOptions } from './ring.js';
