import { unreachable } from '@synod/base';
import type { AcceptedEntry, Ballot, Entry, Message, MessageBody, SlotEntry } from '@synod/consensus';
import type {
  WireAcceptedEntry,
  WireAcceptedEntryInput,
  WireBallot,
  WireBallotInput,
  WireLogEntry,
  WireLogEntryInput,
  WirePaxosMessage,
  WirePaxosMessageInput,
  WireSlotEntry,
  WireSlotEntryInput,
} from '@synod/wire';
import { ContractError } from './errors.js';
import { integerFromWire, unsignedFromWire } from './integers.js';

// Messages between replicas. Commands pass through as the bytes they are: nothing is copied, and a decoded message keeps the
// bytes that arrived alive for as long as one of its commands is held.

export function ballotToWire(ballot: Ballot): WireBallotInput {
  return { round: ballot.round, priority: ballot.priority, nodeId: ballot.nodeId };
}

/** Throws `damagedMessage` when it is missing. */
export function ballotFromWire(wire: WireBallot | null, part = 'ballot'): Ballot {
  if (wire === null) throw damaged(part);
  return { round: unsignedFromWire(wire.round, part), priority: wire.priority, nodeId: wire.nodeId };
}

function entryToWire(entry: Entry): WireLogEntryInput {
  return entry.kind === 'noop' ? { noop: true } : { commands: entry.commands as Uint8Array[] };
}

function entryFromWire(wire: WireLogEntry | null): Entry {
  if (wire === null) throw damaged('entry');
  if (wire.noop) return { kind: 'noop' };
  if (wire.commands.length === 0) throw damaged('commands');
  return { kind: 'commands', commands: wire.commands };
}

function slotEntryToWire({ slot, entry }: SlotEntry): WireSlotEntryInput {
  return { slot, entry: entryToWire(entry) };
}

function slotEntryFromWire(wire: WireSlotEntry): SlotEntry {
  return { slot: unsignedFromWire(wire.slot, 'slot'), entry: entryFromWire(wire.entry) };
}

function acceptedToWire({ slot, ballot, entry }: AcceptedEntry): WireAcceptedEntryInput {
  return { slot, ballot: ballotToWire(ballot), entry: entryToWire(entry) };
}

function acceptedFromWire(wire: WireAcceptedEntry): AcceptedEntry {
  return {
    slot: unsignedFromWire(wire.slot, 'slot'),
    ballot: ballotFromWire(wire.ballot),
    entry: entryFromWire(wire.entry),
  };
}

export function encodePaxosMessage({ header, body }: Message): WirePaxosMessageInput {
  const wire: WirePaxosMessageInput = {
    formatVersion: header.formatVersion,
    clusterId: header.clusterId,
    groupId: header.groupId,
    from: header.from,
    to: header.to,
    storageId: header.storageId,
  };
  setBody(wire, body);
  return wire;
}

function setBody(wire: WirePaxosMessageInput, body: MessageBody): void {
  switch (body.type) {
    case 'poll':
      wire.poll = { pollRound: body.pollRound };
      return;
    case 'pollReply':
      wire.pollReply = { ...body, ballot: ballotToWire(body.ballot), leader: ballotToWire(body.leader) };
      return;
    case 'prepare':
      wire.prepare = { ballot: ballotToWire(body.ballot), fromSlot: body.fromSlot };
      return;
    case 'promised':
      wire.promised = {
        ballot: ballotToWire(body.ballot),
        chunkIndex: body.chunkIndex,
        chunkCount: body.chunkCount,
        chosenThroughSlot: body.chosenThroughSlot,
        trimmedThroughSlot: body.trimmedThroughSlot,
        accepted: body.accepted.map(acceptedToWire),
        unknownSlots: body.unknownSlots as number[],
      };
      return;
    case 'nacked':
      wire.nacked = { ballot: ballotToWire(body.ballot), promised: ballotToWire(body.promised) };
      return;
    case 'accept':
      wire.accept = {
        ballot: ballotToWire(body.ballot),
        entries: body.entries.map(slotEntryToWire),
        chosenThroughSlot: body.chosenThroughSlot,
      };
      return;
    case 'accepted':
      wire.accepted = { ballot: ballotToWire(body.ballot), slots: body.slots as number[] };
      return;
    case 'chosen':
      wire.chosen = { ballot: ballotToWire(body.ballot), chosenThroughSlot: body.chosenThroughSlot };
      return;
    case 'fetch':
      wire.fetch = { fromSlot: body.fromSlot, throughSlot: body.throughSlot };
      return;
    case 'fetched':
      wire.fetched = {
        ballot: ballotToWire(body.ballot),
        entries: body.entries.map(slotEntryToWire),
        chosenThroughSlot: body.chosenThroughSlot,
        trimmedThroughSlot: body.trimmedThroughSlot,
      };
      return;
    case 'confirm':
      wire.confirm = { ballot: ballotToWire(body.ballot), confirmRound: body.confirmRound };
      return;
    case 'confirmed':
      wire.confirmed = { ballot: ballotToWire(body.ballot), confirmRound: body.confirmRound };
      return;
    case 'rejected':
      wire.rejected = { storageId: body.storageId };
      return;
    case 'handOver':
      wire.handOver = { ballot: ballotToWire(body.ballot) };
      return;
    default:
      unreachable(body);
  }
}

/** Throws `damagedMessage` for a message without a body that this program knows, or `unsafeInteger`. */
export function decodePaxosMessage(wire: WirePaxosMessage): Message {
  const { formatVersion, clusterId, groupId, from, to, storageId } = wire;
  return { header: { formatVersion, clusterId, groupId, from, to, storageId }, body: bodyFromWire(wire) };
}

function bodyFromWire(wire: WirePaxosMessage): MessageBody {
  const { poll, pollReply, accept, accepted, chosen, fetch, fetched, confirm, confirmed } = wire;
  // The most frequent first.
  if (accept) {
    return {
      type: 'accept',
      ballot: ballotFromWire(accept.ballot),
      entries: accept.entries.map(slotEntryFromWire),
      chosenThroughSlot: slot(accept.chosenThroughSlot),
    };
  }
  if (accepted) return { type: 'accepted', ballot: ballotFromWire(accepted.ballot), slots: accepted.slots.map(slot) };
  if (chosen) {
    return { type: 'chosen', ballot: ballotFromWire(chosen.ballot), chosenThroughSlot: slot(chosen.chosenThroughSlot) };
  }
  if (confirm)
    return { type: 'confirm', ballot: ballotFromWire(confirm.ballot), confirmRound: slot(confirm.confirmRound) };
  if (confirmed) {
    return { type: 'confirmed', ballot: ballotFromWire(confirmed.ballot), confirmRound: slot(confirmed.confirmRound) };
  }
  if (poll) return { type: 'poll', pollRound: slot(poll.pollRound) };
  if (pollReply) {
    return {
      type: 'pollReply',
      pollRound: slot(pollReply.pollRound),
      ballot: ballotFromWire(pollReply.ballot),
      leader: ballotFromWire(pollReply.leader, 'leader'),
      happy: pollReply.happy,
      wallMs: integerFromWire(pollReply.wallMs, 'wall_ms'),
      chosenThroughSlot: slot(pollReply.chosenThroughSlot),
      featureLevel: pollReply.featureLevel,
      unfitReason: pollReply.unfitReason,
    };
  }
  if (fetch) return { type: 'fetch', fromSlot: slot(fetch.fromSlot), throughSlot: slot(fetch.throughSlot) };
  if (fetched) {
    return {
      type: 'fetched',
      ballot: ballotFromWire(fetched.ballot),
      entries: fetched.entries.map(slotEntryFromWire),
      chosenThroughSlot: slot(fetched.chosenThroughSlot),
      trimmedThroughSlot: slot(fetched.trimmedThroughSlot),
    };
  }
  return rareBodyFromWire(wire);
}

/** Of elections and of administration. */
function rareBodyFromWire(wire: WirePaxosMessage): MessageBody {
  const { prepare, promised, nacked, rejected, handOver } = wire;
  if (prepare) return { type: 'prepare', ballot: ballotFromWire(prepare.ballot), fromSlot: slot(prepare.fromSlot) };
  if (promised) {
    return {
      type: 'promised',
      ballot: ballotFromWire(promised.ballot),
      chunkIndex: promised.chunkIndex,
      chunkCount: promised.chunkCount,
      chosenThroughSlot: slot(promised.chosenThroughSlot),
      trimmedThroughSlot: slot(promised.trimmedThroughSlot),
      accepted: promised.accepted.map(acceptedFromWire),
      unknownSlots: promised.unknownSlots.map(slot),
    };
  }
  if (nacked) {
    return {
      type: 'nacked',
      ballot: ballotFromWire(nacked.ballot),
      promised: ballotFromWire(nacked.promised, 'promised'),
    };
  }
  if (rejected) return { type: 'rejected', storageId: rejected.storageId };
  if (handOver) return { type: 'handOver', ballot: ballotFromWire(handOver.ballot) };
  throw damaged('body');
}

function slot(value: string): number {
  return unsignedFromWire(value, 'slot');
}

function damaged(part: string): ContractError {
  return new ContractError(
    { code: 'damagedMessage', part },
    `A message of another coordinator has no ${part} that this version knows: do both run versions that go together?`,
  );
}
