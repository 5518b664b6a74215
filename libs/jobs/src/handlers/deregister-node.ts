import type { DeregisterNode } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';

/** A node is gone. One that has registered with a newer incarnation since stays; an unknown one is gone already. */
export function deregisterNode(state: JobsState, entry: EntryContext, command: DeregisterNode): CompactReply {
  const { nodeId, incarnation } = command;
  const known = state.nodes.get(nodeId);
  if (known !== undefined && known.incarnation <= incarnation) {
    state.nodes.remove(nodeId);
    entry.events.push({ type: 'nodeChanged', nodeId, present: false });
  }
  return { type: 'nodeDeregistered' };
}
