import { entrySizeBytes } from '@synod/consensus';
import type { Entry, ReplicaStatus, Slot } from '@synod/consensus';
import type { DiskLevel } from '@synod/storage';
import { isHeard } from './fitness.js';
import { trimTarget } from './trim-policy.js';
import type { TrimOptions } from './trim-policy.js';

export interface LogTrimmerModules {
  /** Undefined before the replica has started. */
  readonly status: () => ReplicaStatus | undefined;
  readonly nowMs: () => number;
  readonly diskLevel: () => DiskLevel;
  /** Slots of the snapshots that members fetch from here, or installed lately. */
  readonly servedSlots: () => readonly Slot[];
  readonly options: TrimOptions;
  readonly trim: (throughSlot: Slot) => void;
}

/** Weight of one entry in the average of their sizes: that of the last few thousand counts. */
const WEIGHT = 1 / 4_096;

/** Asks for a trim of the log when the image has come further. */
export class LogTrimmer {
  private averageBytes = 0;
  private entries = 0;

  constructor(private readonly modules: LogTrimmerModules) {}

  /** Called for each applied entry: what the log holds of it counts for how many slots are kept. */
  applied(entry: Entry): void {
    this.entries += 1;
    const weight = Math.max(WEIGHT, 1 / this.entries);
    this.averageBytes += (entrySizeBytes(entry) - this.averageBytes) * weight;
  }

  /** The image of this slot is durable. */
  look(imageSlot: Slot): void {
    const { status, nowMs, diskLevel, servedSlots, options, trim } = this.modules;
    const replica = status();
    if (replica === undefined || replica.stopped) return;
    const now = nowMs();
    const connected = replica.peers.filter((peer) => isHeard(peer, now)).map((peer) => peer.chosenThroughSlot);
    const { trimmedThroughSlot } = replica;
    const facts = { imageSlot, trimmedThroughSlot, bytesPerSlot: this.averageBytes, connected };
    const through = trimTarget({ ...facts, served: servedSlots(), diskIsLow: diskLevel() !== 'ok' }, options);
    if (through !== undefined) trim(through);
  }
}
