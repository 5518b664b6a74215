// What the simulator drives: a coordinator without its server, its files and its connections.
export { AgentSession } from './agents/agent-session.js';
export { EventLog } from './events/event-log.js';
export { EventWatch } from './events/event-watch.js';
export { answerForwarded } from './services/forwarding.js';
export { replay } from './replica/replay.js';
export type { SnapshotInbox, SnapshotSource } from './replica/snapshot-source.js';
export { serveHistory } from './state/history-server.js';
export { History } from './state/history.js';
export { recoverState } from './state/load-state.js';
export { buildAgents } from './wiring/agents.js';
export type { Agents } from './wiring/agents.js';
export { buildCatchUp, restoreModules } from './wiring/catch-up.js';
export type { CatchUp } from './wiring/catch-up.js';
export { buildReplication } from './wiring/replication.js';
export type { Replication } from './wiring/replication.js';
