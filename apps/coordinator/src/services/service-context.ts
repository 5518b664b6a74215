import type { Command, CommandReply, JobId, JobRecord, JobsView } from '@synod/jobs';
import { CommandRefusedError } from '@synod/contracts';
import type { ProposeOptions } from '../commands/gateway-options.js';
import type { ReadGate } from '../leader/read-gate.js';

/** What the services of a coordinator share. */
export interface ServiceContext {
  readonly coordinatorId: string;
  readonly clusterId: string;
  readonly view: JobsView;
  readonly reads: ReadGate;
  readonly propose: (command: Command, options: ProposeOptions) => Promise<CommandReply>;
  /** The job as this replica knows it, in the active state or in history. */
  readonly findJob: (jobId: JobId) => Promise<JobRecord | undefined>;
}

/** A caller without a deadline waits so long for a leader. */
const DEFAULT_WAIT_MS = 30_000;

/** How long a call may wait for a leader: a little less than its client does, so that the client still hears why. */
export function patienceMs(remainingMs: number): number {
  return Math.max(1, Math.min(DEFAULT_WAIT_MS, remainingMs - 100));
}

/** The reply of this type; a refusal is thrown. */
export function expectReply<Type extends CommandReply['type']>(
  reply: CommandReply,
  type: Type,
): Extract<CommandReply, { type: Type }> {
  if (reply.type === 'refused') throw new CommandRefusedError(reply.refusal);
  if (reply.type !== type) throw new TypeError(`reply ${reply.type} to a command that is answered by ${type}`);
  return reply as Extract<CommandReply, { type: Type }>;
}
