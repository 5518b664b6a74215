import type { PeerStatus, ReplicaStatus } from '@synod/consensus';

/** A peer that wasn't heard for so long is taken for unreachable: some rounds of polls. */
export const UNHEARD_AFTER_MS = 2_000;

/** What an `unfitReason` means, for people. */
const EXPLAINED: Readonly<Record<string, string>> = {
  disk: 'disk slow or nearly full',
  diskFull: 'disk full',
  eventLoop: 'process stalls',
  clock: 'clock off',
  snapshot: 'needs a snapshot',
};

/** Whether a peer was heard lately. `nowMs` is of the clock that ticks the replica. */
export function isHeard({ heardAtMs }: PeerStatus, nowMs: number): boolean {
  return heardAtMs !== undefined && nowMs - heardAtMs < UNHEARD_AFTER_MS;
}

/** Why there may be no leader, member by member, such as "c1: disk full, c3: not heard for 12 s"; empty when nothing is known. */
export function whyNoLeader(nodeId: string, status: ReplicaStatus | undefined, nowMs: number): string {
  if (status === undefined) return '';
  const found: string[] = [];
  const own = reasonOf(status.unfitReason, status.needsSnapshot || status.installingSnapshot);
  if (own !== '') found.push(`${nodeId}: ${own}`);
  for (const peer of status.peers) {
    if (peer.learner) continue;
    if (isHeard(peer, nowMs)) {
      if (peer.unfitReason !== '') found.push(`${peer.nodeId}: ${reasonOf(peer.unfitReason, false)}`);
    } else if (peer.heardAtMs === undefined) found.push(`${peer.nodeId}: not heard yet`);
    else found.push(`${peer.nodeId}: not heard for ${String(Math.round((nowMs - peer.heardAtMs) / 1_000))} s`);
  }
  return found.sort().join(', ');
}

function reasonOf(unfitReason: string, needsSnapshot: boolean): string {
  if (unfitReason !== '') return EXPLAINED[unfitReason] ?? unfitReason;
  return needsSnapshot ? 'needs a snapshot' : '';
}
