export { checkLinearizable } from './linearizability.js';
export type { LinearizabilityOptions, LinearizabilityVerdict, Operation, SequentialModel } from './linearizability.js';
export { SeededRandom } from './seeded-random.js';
export { PERFECT_DISK, SimulatedDisk } from './simulated-disk.js';
export type { DiskCounts, DiskFaults, FlushFailure, SimulatedDiskModules } from './simulated-disk.js';
export { PERFECT_LINK, SimulatedNetwork } from './simulated-network.js';
export type { LinkFaults, MessageCodec, NetworkCounts, SimulatedNetworkModules } from './simulated-network.js';
export { NodeClock, VirtualClock } from './virtual-clock.js';
export type { ClockSkew } from './virtual-clock.js';
