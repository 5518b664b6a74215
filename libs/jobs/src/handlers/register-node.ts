import type { RegisterNode } from '../commands.js';
import type { EntryContext } from '../entry-context.js';
import type { JobsState } from '../state/jobs-state.js';
import type { CompactReply } from '../state/reply-hash.js';

/** A node says that it is there. The same or a newer incarnation replaces what was known of it. */
export function registerNode(state: JobsState, entry: EntryContext, { node }: RegisterNode): CompactReply {
  const known = state.nodes.get(node.nodeId);
  if (known !== undefined && node.incarnation < known.incarnation) {
    return { type: 'refused', refusal: { code: 'incarnationOutdated', newest: known.incarnation } };
  }
  const dropped = state.nodes.set({ ...node, labels: state.interner.record(node.labels) }, state.nextOrder());
  if (dropped !== undefined) entry.events.push({ type: 'nodeChanged', nodeId: dropped.nodeId, present: false });
  entry.events.push({ type: 'nodeChanged', nodeId: node.nodeId, present: true });
  return { type: 'nodeRegistered' };
}
