import type { Slot } from '@synod/consensus';
import { readUint64, seal, unseal, writeUint64 } from './bytes.js';

/** `discarded`: what the records hold is no image. */
export type ImagePhase = 'whole' | 'discarded';

/** Which of the two trees of records the image is in: another one is made in the other. */
export type ImageSide = 0 | 1;

/** The one record that says what the others are. */
export interface ImageManifest {
  readonly phase: ImagePhase;
  readonly side: ImageSide;
  readonly slot: Slot;
  readonly records: number;
  /** Sum modulo 2^32 of the checksums of all records: one that vanished, or is of an older commit, changes it. */
  readonly recordSum: number;
  readonly stateHash: string;
  /** Whose image this is; see `OpenImageStoreOptions`. */
  readonly owner: string;
}

const VERSION = 2;
const PHASES: readonly ImagePhase[] = ['whole', 'discarded'];
/** The byte of the phase holds the side in its upper half. */
const SIDE_SHIFT = 4;
/** Checksum 4, version 1, phase and side 1, slot 8, records 8, sum 4. */
const HEAD_BYTES = 26;

export function encodeImageManifest(manifest: ImageManifest): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(VERSION, 4);
  head.writeUInt8(PHASES.indexOf(manifest.phase) | (manifest.side << SIDE_SHIFT), 5);
  writeUint64(head, manifest.slot, 6);
  writeUint64(head, manifest.records, 14);
  head.writeUInt32BE(manifest.recordSum, 22);
  return seal(Buffer.concat([head, text(manifest.stateHash), text(manifest.owner)]));
}

export function decodeImageManifest(bytes: Buffer | undefined): ImageManifest | undefined {
  if (bytes === undefined || bytes.length < HEAD_BYTES || unseal(bytes)?.readUInt8(0) !== VERSION) return undefined;
  const phaseAndSide = bytes.readUInt8(5);
  const phase = PHASES[phaseAndSide & 0xf];
  const side = phaseAndSide >> SIDE_SHIFT;
  const slot = readUint64(bytes, 6);
  const records = readUint64(bytes, 14);
  const stateHash = readText(bytes, HEAD_BYTES);
  const owner = stateHash === undefined ? undefined : readText(bytes, stateHash.end);
  if (phase === undefined || (side !== 0 && side !== 1) || slot === undefined || records === undefined)
    return undefined;
  if (stateHash === undefined || owner?.end !== bytes.length) return undefined;
  const recordSum = bytes.readUInt32BE(22);
  return { phase, side, slot, records, recordSum, stateHash: stateHash.text, owner: owner.text };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(`\0\0${value}`);
  bytes.writeUInt16BE(bytes.length - 2);
  return bytes;
}

function readText(bytes: Buffer, at: number): { readonly text: string; readonly end: number } | undefined {
  if (bytes.length < at + 2) return undefined;
  const end = at + 2 + bytes.readUInt16BE(at);
  return bytes.length < end ? undefined : { text: bytes.toString('utf8', at + 2, end), end };
}
