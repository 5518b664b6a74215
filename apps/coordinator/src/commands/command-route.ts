/** How commands that were sent together fared. */
export type SendOutcome =
  /** The leader has applied them all, so this replica will. */
  | 'applied'
  /** The leader refused each of them for load: none was proposed. */
  | 'shed'
  /** Some were refused, or nobody knows. */
  | 'unknown';

/** Where commands go at this moment: into the own log, or over the link to the leader. */
export interface CommandRoute {
  /** Takes encoded commands in order; `told` is called at most once, and not at all by a route that was replaced. */
  send(commands: readonly Uint8Array[], told: (outcome: SendOutcome) => void): void;
}
