// What the simulator drives: the agent's and the guard's logic, without the processes, files and connections below it.
export { AgentProcess } from './agent/agent-process.js';
export type { AttemptFiles } from './agent/attempt-files.js';
export { CoordinatorAddresses } from './agent/coordinators.js';
export { HeartbeatClient } from './agent/heartbeat-client.js';
export type { HeartbeatChannel, HeartbeatStream } from './agent/heartbeat-client.js';
export type { Orphan } from './agent/orphans.js';
export { SessionClient } from './agent/session-client.js';
export type { SessionChannel, SessionStream } from './agent/session-client.js';
export { AttemptSpool } from './agent/spool-records.js';
export { WorkerAgent } from './agent/worker-agent.js';
export type { AttemptHost, GroupSignals, KeptOutput, StartedProcess } from './guard/attempt-host.js';
export { Guard } from './guard/guard.js';
export type { AgentLink, FinalReport, GuardModules } from './guard/guard.js';
export { endReport } from './shared/attempt-report.js';
export { attemptDirectory, dataDirectory } from './shared/data-directory.js';
export { GUARD_PROTOCOL_VERSION } from './shared/guard-protocol.js';
export type {
  AgentMessage,
  AttemptEnding,
  AttemptProcess,
  AttemptSnapshot,
  GuardMessage,
  ReportTarget,
  StartOrder,
} from './shared/guard-protocol.js';
