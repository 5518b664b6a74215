export { ConsulAgent, findConsul } from './consul-agent.js';
export { conformanceIdentity, logStoreConformance } from './log-store-conformance.js';
export type { LogStoreSubject } from './log-store-conformance.js';
export { nodeStoreConformance } from './node-store-conformance.js';
export type { NodeStoreEnvironment } from './node-store-conformance.js';
export { SingleReplica } from './single-replica.js';
export { taskStoreConformance } from './task-store-conformance.js';
export type { TaskStoreSubject } from './task-store-conformance.js';
