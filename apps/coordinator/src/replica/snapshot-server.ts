import type { CancelTimer, Clock, Logger, Timers } from '@synod/base';
import type { NodeId, ReplicaStatus, Slot } from '@synod/consensus';
import { unsignedFromWire } from '@synod/contracts';
import { notFound, resourceExhausted, unavailable } from '@synod/rpc';
import { StorageError } from '@synod/storage';
import type { SnapshotOffer } from '@synod/storage';
import type { WireFetchSnapshotRequest, WireFetchSnapshotResponseInput } from '@synod/wire';
import { isHeard } from './fitness.js';
import type { OutgoingSnapshot, SnapshotChunk, SnapshotSource } from './snapshot-source.js';

export interface SnapshotServerModules {
  readonly source: SnapshotSource;
  readonly status: () => ReplicaStatus | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Transfers at a time: each reads the disk and takes from the network what the log needs. */
const MAX_TRANSFERS = 2;
const RETRY_AFTER_MS = 2_000;
/** Between two chunks of about 1 MiB, each of which costs this process some 3 ms: it may lead, and others wait for it. */
const CHUNK_INTERVAL_MS = 10;
/** Well below the silence after which a member gives its source up. */
const PREPARING_INTERVAL_MS = 2_000;
/** A member that was served is waited for so long at most, until it has caught up by the log. */
const MAX_HOLD_MS = 10 * 60_000;
/** A member that is no further behind than this has caught up. */
const CAUGHT_UP_SLOTS = 2_000;

interface Hold {
  slot: Slot;
  readonly sinceMs: number;
  streams: number;
}

/** Serves snapshots of this coordinator's image to members, and knows which part of the log they need afterwards (P19). */
export class SnapshotServer {
  private readonly holds = new Map<NodeId, Hold>();
  private transfers = 0;

  constructor(private readonly modules: SnapshotServerModules) {}

  get transferCount(): number {
    return this.transfers;
  }

  /**
   * The chunks that `peer` asks for, each when the one before was taken. Throws SNAPSHOT_UNAVAILABLE when the image is not above the
   * slot, and TOO_MANY_TRANSFERS.
   */
  async *serve(peer: NodeId, request: WireFetchSnapshotRequest): AsyncGenerator<WireFetchSnapshotResponseInput> {
    if (this.transfers >= MAX_TRANSFERS) {
      throw resourceExhausted('TOO_MANY_TRANSFERS', 'this coordinator serves other snapshots now', RETRY_AFTER_MS);
    }
    this.transfers += 1;
    let hold: Hold | undefined;
    let making: Promise<OutgoingSnapshot | undefined> = Promise.resolve(undefined);
    let snapshot: OutgoingSnapshot | undefined;
    try {
      const aboveSlot = unsignedFromWire(request.aboveSlot, 'above_slot');
      // While it is made, the log behind it must stay.
      hold = this.holdFor(peer, this.modules.status()?.imageSlot ?? 0);
      making = this.modules.source.latest({ aboveSlot, resumeId: request.resumeSnapshotId });
      yield* this.whilePending(making);
      snapshot = await making;
      if (snapshot === undefined) {
        throw notFound('SNAPSHOT_UNAVAILABLE', `this coordinator has no image above slot ${String(aboveSlot)}`);
      }
      hold.slot = snapshot.info.slot;
      yield* this.chunks(peer, snapshot, request);
    } finally {
      this.transfers -= 1;
      if (hold !== undefined) hold.streams -= 1;
      if (snapshot === undefined) this.holds.delete(peer);
      // Who asked may have gone while it was made.
      await making.then(
        (made) => made?.close(),
        () => undefined,
      );
    }
  }

  /** A word every few seconds until it is settled: a large snapshot takes longer than a peer waits for one that is silent. */
  private async *whilePending(making: Promise<unknown>): AsyncGenerator<WireFetchSnapshotResponseInput> {
    const settled = making.then(
      () => true,
      () => true,
    );
    let cancel: CancelTimer = () => undefined;
    const timeForAWord = (): Promise<false> =>
      new Promise((resolve) => {
        cancel = this.modules.timers.after(PREPARING_INTERVAL_MS, () => {
          resolve(false);
        });
      });
    try {
      while (!(await Promise.race([settled, timeForAWord()]))) {
        yield { preparing: true };
      }
    } finally {
      cancel();
    }
  }

  private async *chunks(
    peer: NodeId,
    snapshot: OutgoingSnapshot,
    { resumeSnapshotId, fromChunk }: WireFetchSnapshotRequest,
  ): AsyncGenerator<WireFetchSnapshotResponseInput> {
    const { source, timers, logger } = this.modules;
    const { snapshotId, chunks } = snapshot.info;
    const from = snapshotId === resumeSnapshotId ? fromChunk : 0;
    logger.info({ peer, snapshotId, chunks, fromChunk: from }, 'a member fetches a snapshot from here');
    try {
      for (let index = from; index < chunks; index += 1) {
        if (index > from) await new Promise<void>((resolve) => timers.after(CHUNK_INTERVAL_MS, resolve));
        yield toWire(snapshot.info, await snapshot.chunk(index));
      }
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      logger.error({ error, snapshotId }, 'a snapshot for others is damaged on the disk, and is made anew');
      await source.forgetOutgoing(snapshotId);
      throw unavailable('SNAPSHOT_DAMAGED', 'the snapshot could not be read here: ask again');
    }
    logger.info({ peer, snapshotId }, 'a member has fetched a snapshot from here');
  }

  /** From where on members that were served need the log. */
  servedSlots(): readonly Slot[] {
    const status = this.modules.status();
    if (status === undefined) return [];
    const nowMs = this.modules.clock.monotonicMs();
    const slots: Slot[] = [];
    for (const [peer, hold] of this.holds) {
      const known = status.peers.find(({ nodeId }) => nodeId === peer);
      const reachedSlot = known?.chosenThroughSlot ?? 0;
      const at = Math.max(hold.slot, reachedSlot);
      const gone = known === undefined || !isHeard(known, nowMs);
      // By its own word: it has what was sent only when it has restored it, and the log goes on meanwhile.
      const over = gone || nowMs - hold.sinceMs > MAX_HOLD_MS || reachedSlot >= status.appliedSlot - CAUGHT_UP_SLOTS;
      if (over && hold.streams === 0) this.holds.delete(peer);
      else slots.push(at);
    }
    return slots;
  }

  private holdFor(peer: NodeId, slot: Slot): Hold {
    const streams = (this.holds.get(peer)?.streams ?? 0) + 1;
    const hold: Hold = { slot, sinceMs: this.modules.clock.monotonicMs(), streams };
    this.holds.set(peer, hold);
    return hold;
  }
}

function toWire(offer: SnapshotOffer, { index, data, checksum }: SnapshotChunk): WireFetchSnapshotResponseInput {
  return {
    snapshotId: offer.snapshotId,
    slot: String(offer.slot),
    stateHash: offer.stateHash,
    recordCount: String(offer.records),
    chunkIndex: index,
    chunkCount: offer.chunks,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    checksum,
  };
}
