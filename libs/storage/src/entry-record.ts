import type { AcceptedEntry, Ballot } from '@synod/consensus';
import { assert } from '@synod/base';
import { checksum, readUint64, seal, unseal, writeUint64 } from './bytes.js';

const VERSION = 1;
const KIND_NOOP = 0;
const KIND_COMMANDS = 1;
/** Checksum 4, version 1, kind 1, slot 8. */
const HEAD_BYTES = 14;

/** Bytes of a ballot as {@link writeBallot} lays it out: round 8, priority 8, length 2, node id. */
export function ballotBytes(ballot: Ballot): number {
  return 18 + Buffer.byteLength(ballot.nodeId);
}

export function writeBallot(target: Buffer, ballot: Ballot, start: number): number {
  let offset = writeUint64(target, ballot.round, start);
  offset = writeUint64(target, ballot.priority, offset);
  const length = Buffer.byteLength(ballot.nodeId);
  assert(length <= 0xffff, 'a node id has at most 65535 bytes');
  offset = target.writeUInt16BE(length, offset);
  return offset + target.write(ballot.nodeId, offset);
}

export function readBallot(source: Buffer, start: number): { ballot: Ballot; end: number } | undefined {
  if (source.length < start + 18) return undefined;
  const round = readUint64(source, start);
  const priority = readUint64(source, start + 8);
  const end = start + 18 + source.readUInt16BE(start + 16);
  if (round === undefined || priority === undefined || source.length < end) return undefined;
  return { ballot: { round, priority, nodeId: source.toString('utf8', start + 18, end) }, end };
}

/** An encoded record and its checksum, which the slot digest repeats. */
export interface EncodedEntry {
  readonly bytes: Buffer;
  readonly checksum: number;
}

/** Lays an accepted entry out as FORMAT.md says. The result shares no memory with `accepted`. */
export function encodeEntry(accepted: AcceptedEntry): EncodedEntry {
  const commands = accepted.entry.kind === 'commands' ? accepted.entry.commands : [];
  let size = HEAD_BYTES + ballotBytes(accepted.ballot) + 4;
  for (const command of commands) size += 4 + command.length;
  const bytes = Buffer.allocUnsafe(size);
  let offset = bytes.writeUInt8(VERSION, 4);
  offset = bytes.writeUInt8(accepted.entry.kind === 'noop' ? KIND_NOOP : KIND_COMMANDS, offset);
  offset = writeUint64(bytes, accepted.slot, offset);
  offset = writeBallot(bytes, accepted.ballot, offset);
  offset = bytes.writeUInt32BE(commands.length, offset);
  for (const command of commands) {
    offset = bytes.writeUInt32BE(command.length, offset);
    bytes.set(command, offset);
    offset += command.length;
  }
  assert(offset === size, 'an entry record fills its buffer');
  seal(bytes);
  return { bytes, checksum: bytes.readUInt32BE(0) };
}

/**
 * The entry of `slot`, whose commands are views into `bytes`; undefined unless every check holds: the record's checksum, the
 * slot it was written for, and the checksum that the digest expects.
 */
export function decodeEntry(bytes: Buffer | undefined, slot: number, expected: number): AcceptedEntry | undefined {
  const body = unseal(bytes);
  if (bytes === undefined || body === undefined || bytes.readUInt32BE(0) !== expected) return undefined;
  if (bytes.length < HEAD_BYTES || bytes.readUInt8(4) !== VERSION || readUint64(bytes, 6) !== slot) return undefined;
  const kind = bytes.readUInt8(5);
  const read = readBallot(bytes, HEAD_BYTES);
  if (read === undefined || bytes.length < read.end + 4) return undefined;
  const commands = decodeCommands(bytes, read.end);
  if (commands === undefined) return undefined;
  if (kind === KIND_NOOP && commands.length === 0) return { slot, ballot: read.ballot, entry: { kind: 'noop' } };
  if (kind === KIND_COMMANDS) return { slot, ballot: read.ballot, entry: { kind: 'commands', commands } };
  return undefined;
}

function decodeCommands(bytes: Buffer, start: number): Uint8Array[] | undefined {
  const count = bytes.readUInt32BE(start);
  const commands: Uint8Array[] = [];
  let offset = start + 4;
  for (let index = 0; index < count; index++) {
    if (bytes.length < offset + 4) return undefined;
    const end = offset + 4 + bytes.readUInt32BE(offset);
    if (bytes.length < end) return undefined;
    commands.push(new Uint8Array(bytes.buffer, bytes.byteOffset + offset + 4, end - offset - 4));
    offset = end;
  }
  return offset === bytes.length ? commands : undefined;
}

/** Whether the record as a whole has a right checksum that equals `expected`, without decoding it. */
export function entryMatches(bytes: Buffer | undefined, slot: number, expected: number): boolean {
  if (bytes === undefined || bytes.length < HEAD_BYTES) return false;
  return (
    bytes.readUInt32BE(0) === expected && checksum(bytes.subarray(4)) === expected && readUint64(bytes, 6) === slot
  );
}
