import { MESSAGE_FORMAT_VERSION } from '@synod/consensus';
import type { Ballot, Message, MessageBody, MessageHeader } from '@synod/consensus';
import type { SeededRandom } from '@synod/testkit';
import type { SimulatedHost } from '../host.js';
import { CLUSTER_ID, GROUP_ID } from '../identity.js';
import type { Begin, FaultContext } from './faults.js';
import { leaders, present } from './targets.js';

type RequestKind = 'transfer' | 'strangers';

/** Far above what a run reaches, so that whoever believed a stranger would show it. */
const STRANGER_ROUND = 1_000_000;

export const REQUESTS: Readonly<Record<RequestKind, Begin>> = {
  transfer: (context) => {
    const [leader] = leaders(context);
    if (leader === undefined) return undefined;
    const { random } = context;
    const to = random.chance(0.5) ? undefined : random.pick(present(context)).nodeId;
    leader.input({ type: 'transferLeadership', transferId: random.integer(1, 1_000_000), to });
    return () => undefined;
  },
  strangers: (context) => {
    const { clock, random } = context;
    let stopped = false;
    const speak = (): void => {
      if (stopped) return;
      for (const host of present(context)) if (host.alive) sendAsStranger(context, host);
      clock.after(random.between(5, 60), speak);
    };
    speak();
    return () => (stopped = true);
  },
};

/** Of another cluster or group, of no member, of another version, or of a member's name with another disk. */
function sendAsStranger(context: FaultContext, to: SimulatedHost): void {
  const { random, network, events } = context;
  const others = context.hosts.filter((host) => host !== to);
  const posed = random.pick(others.length > 0 ? others : [to]);
  const honest: MessageHeader = {
    formatVersion: MESSAGE_FORMAT_VERSION,
    clusterId: CLUSTER_ID,
    groupId: GROUP_ID,
    from: posed.nodeId,
    to: to.nodeId,
    storageId: posed.storageId,
  };
  const lies: MessageHeader[] = [
    { ...honest, clusterId: 'another' },
    { ...honest, groupId: 7 },
    { ...honest, from: 'stranger' },
    { ...honest, formatVersion: MESSAGE_FORMAT_VERSION + 1 },
    { ...honest, to: 'stranger' },
  ];
  // Only who knows the true storage id can tell that this one is false.
  if (posed !== to && to.log.peers.get(posed.nodeId) === posed.storageId) {
    lies.push({ ...honest, storageId: 'another-disk' }, { ...honest, storageId: 'another-disk' });
  }
  const header = random.pick(lies);
  const message: Message = { header, body: bodyOf(random, header.from, to) };
  events.add('strangersSpoke');
  network.send('stranger', to.nodeId, { kind: 'core', message });
}

function bodyOf(random: SeededRandom, from: string, to: SimulatedHost): MessageBody {
  const ballot: Ballot = { round: STRANGER_ROUND, priority: 0, nodeId: from };
  const slot = to.appliedSlot + random.integer(1, 5);
  const entry = { kind: 'noop' as const };
  return random.pick<MessageBody>([
    { type: 'poll', pollRound: 1 },
    { type: 'prepare', ballot, fromSlot: 1 },
    { type: 'accept', ballot, entries: [{ slot, entry }], chosenThroughSlot: slot },
    { type: 'chosen', ballot, chosenThroughSlot: slot },
    { type: 'confirm', ballot, confirmRound: 1 },
    { type: 'fetched', ballot, entries: [{ slot, entry }], chosenThroughSlot: slot, trimmedThroughSlot: 0 },
    { type: 'nacked', ballot: { ...ballot, nodeId: to.nodeId }, promised: ballot },
  ]);
}
