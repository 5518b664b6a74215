import { TypedError } from '@synod/base';

export type AgentFacts =
  /** A newer incarnation of this worker id has registered: two agents have one id, or this one was replaced. */
  | { readonly code: 'incarnationOutdated'; readonly workerId: string }
  /** The guard could not be started, or speaks another version of the protocol. */
  | { readonly code: 'guardUnusable'; readonly reason: string }
  /** The data directory belongs to an agent of another id. */
  | { readonly code: 'workerIdChanged'; readonly workerId: string; readonly previous: string };

export class AgentError extends TypedError<AgentFacts> {}
