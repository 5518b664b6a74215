import type { PeerStatus, ReplicaStatus } from '@synod/consensus';
import { isHeard, whyNoLeader } from './fitness.js';

const peer = (nodeId: string, changes: Partial<PeerStatus> = {}): PeerStatus => ({
  nodeId,
  heardAtMs: 10_000,
  wallOffsetMs: 0,
  chosenThroughSlot: 0,
  happy: true,
  unfitReason: '',
  featureLevel: 1,
  learner: false,
  inFlightSlots: 0,
  stalled: false,
  ...changes,
});

const status = (changes: Partial<ReplicaStatus>): ReplicaStatus =>
  ({ unfitReason: '', needsSnapshot: false, installingSnapshot: false, peers: [], ...changes }) as ReplicaStatus;

describe('why there is no leader', () => {
  it('names each member that can not lead or is not heard, and why', () => {
    const peers = [
      peer('c1', { unfitReason: 'diskFull' }),
      peer('c2', { heardAtMs: 3_000 }),
      peer('c4', { heardAtMs: undefined }),
      peer('c5'),
      peer('c6', { heardAtMs: undefined, learner: true }),
    ];
    expect(whyNoLeader('c3', status({ unfitReason: 'clock', peers }), 10_100)).toBe(
      'c1: disk full, c2: not heard for 7 s, c3: clock off, c4: not heard yet',
    );
  });

  it('a member that needs a snapshot says so; where all is well nothing is said', () => {
    expect(whyNoLeader('c1', status({ needsSnapshot: true, peers: [peer('c2')] }), 10_100)).toBe(
      'c1: needs a snapshot',
    );
    expect(whyNoLeader('c1', status({ peers: [peer('c2')] }), 10_100)).toBe('');
    expect(whyNoLeader('c1', undefined, 0)).toBe('');
  });

  it('a peer is heard for two seconds after its last word', () => {
    expect(isHeard(peer('c2'), 11_999)).toBe(true);
    expect(isHeard(peer('c2'), 12_000)).toBe(false);
  });
});
