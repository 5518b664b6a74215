import { assert } from '@synod/base';
import type { CancelTimer, Logger, Timers } from '@synod/base';
import type { NodeId, Slot } from '@synod/consensus';
import { unsignedFromWire } from '@synod/contracts';
import type { JobsStateMachine } from '@synod/jobs';
import type { ImageRecord, ImageState, SnapshotOffer } from '@synod/storage';
import type { WireFetchSnapshotResponse } from '@synod/wire';
import type { SnapshotProgress } from '../services/member-status.js';
import { isDamage } from '../state/load-state.js';
import type { SnapshotPort } from './replica-host.js';
import type { CompleteSnapshot, IncomingSnapshot, SnapshotInbox } from './snapshot-source.js';

/** What of a snapshot is there already. */
export interface SnapshotRequest {
  readonly aboveSlot: Slot;
  readonly resumeSnapshotId: string;
  readonly fromChunk: number;
}

export interface SnapshotFetcherModules {
  readonly inbox: SnapshotInbox;
  /** Snapshots of another cluster or group are refused. */
  readonly clusterId: string;
  readonly groupId: number;
  /** The responses of a member; ends when `signal` aborts. */
  readonly fetch: (
    peer: NodeId,
    request: SnapshotRequest,
    signal: AbortSignal,
  ) => AsyncIterable<WireFetchSnapshotResponse>;
  /** The state that these records make; rejects when they are damaged or not those of the hash. */
  readonly restore: (
    of: { readonly slot: Slot; readonly stateHash: string },
    records: AsyncIterable<readonly ImageRecord[]>,
  ) => Promise<JobsStateMachine>;
  /** Puts the restored state in place of the present one, and its records in place of the image. */
  readonly install: (
    machine: JobsStateMachine,
    image: ImageState,
    records: () => AsyncIterable<readonly ImageRecord[]>,
    from: NodeId,
  ) => Promise<void>;
  /** There is room for a snapshot on the disk. */
  readonly hasRoom: () => boolean;
  readonly received: (slot: Slot) => void;
  readonly failed: (peer: NodeId) => void;
  readonly installed: (slot: Slot) => void;
  /** Neither the old state nor the new one is whole: the process must end. */
  readonly installFailed: (error: unknown) => void;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A member that sends nothing for so long is given up. */
const SILENCE_MS = 10_000;
/** Pause after a failure, before the next member is asked. */
const FAILURE_PAUSE_MS = 500;

/** What there is of a snapshot. */
interface Part {
  readonly offer: SnapshotOffer;
  readonly incoming: IncomingSnapshot;
}

interface Ready {
  readonly offer: SnapshotOffer;
  readonly snapshot: CompleteSnapshot;
  readonly machine: JobsStateMachine;
  readonly from: NodeId;
}

/**
 * Fetches snapshots for the core, one at a time, and installs them. What came of a broken transfer stays, and the next one goes on
 * there, if the member still has it. A snapshot counts as received only when its state is restored and has the hash that it should.
 */
export class SnapshotFetcher implements SnapshotPort {
  private fetching: { readonly from: NodeId; readonly abort: AbortController } | undefined;
  private part: Part | undefined;
  private ready: Ready | undefined;
  private installing = false;
  private cleared: Promise<void> = Promise.resolve();
  private stopped = false;
  private cancelPause: CancelTimer = () => undefined;

  constructor(private readonly modules: SnapshotFetcherModules) {}

  /** Undefined when none is under way. */
  get progress(): SnapshotProgress | undefined {
    const from = this.fetching?.from ?? this.ready?.from;
    if (from === undefined) return undefined;
    const offer = this.ready?.offer ?? this.part?.offer;
    return {
      fromId: from,
      slot: offer?.slot ?? 0,
      receivedRecords: this.ready?.offer.records ?? receivedRecords(this.part),
      totalRecords: offer?.records ?? 0,
      installing: this.installing,
    };
  }

  fetch(peer: NodeId, aboveSlot: Slot): void {
    assert(this.fetching === undefined && this.ready === undefined, 'one snapshot at a time is fetched');
    const abort = new AbortController();
    this.fetching = { from: peer, abort };
    void this.run(peer, aboveSlot, abort);
  }

  install(slot: Slot): void {
    const { ready } = this;
    assert(ready !== undefined && ready.offer.slot === slot, 'the snapshot that is installed is here');
    this.installing = true;
    void this.runInstall(ready);
  }

  discard(slot: Slot): void {
    this.modules.logger.info({ slot }, 'the snapshot is of no use any more and is dropped');
    const dropped = this.ready;
    this.ready = undefined;
    void dropped?.snapshot.close();
    this.clear();
  }

  stop(): void {
    this.stopped = true;
    this.cancelPause();
    this.fetching?.abort.abort();
  }

  private async run(peer: NodeId, aboveSlot: Slot, abort: AbortController): Promise<void> {
    const { logger, restore } = this.modules;
    try {
      await this.cleared;
      if (!this.modules.hasRoom()) throw new Error('there is no room on the disk for a snapshot');
      const { offer, incoming } = await this.receive(peer, aboveSlot, abort);
      logger.info({ peer, slot: offer.slot, records: offer.records }, 'a snapshot is here and is being restored');
      // Complete or damaged, it takes no more chunks.
      this.part = undefined;
      const snapshot = await incoming.complete();
      const machine = await restore(offer, snapshot.records());
      if (this.stopped) return;
      this.fetching = undefined;
      this.ready = { offer, snapshot, machine, from: peer };
      this.modules.received(offer.slot);
    } catch (error) {
      if (isDamage(error)) {
        logger.error({ error, peer }, 'a snapshot is damaged and is dropped');
        this.part = undefined;
        this.clear();
      } else logger.warn({ error, peer, kept: this.part?.incoming.nextChunk ?? 0 }, 'a snapshot did not come');
      this.pauseAndFail(peer);
    }
  }

  /** At once would spin, when every member refuses. */
  private pauseAndFail(peer: NodeId): void {
    if (this.stopped) return;
    this.cancelPause = this.modules.timers.after(FAILURE_PAUSE_MS, () => {
      this.fetching = undefined;
      this.modules.failed(peer);
    });
  }

  private async receive(peer: NodeId, aboveSlot: Slot, abort: AbortController): Promise<Part> {
    if (this.part !== undefined && this.part.offer.slot <= aboveSlot) this.part = undefined;
    // Twice: an earlier run of this process may have left some of it, which is seen when the first chunk names the snapshot.
    for (let round = 0; this.part?.incoming.hasAll !== true && round < 2; round += 1) {
      await this.receiveFrom(peer, aboveSlot, abort);
    }
    const { part } = this;
    if (part?.incoming.hasAll !== true) throw new Error('the snapshot ended before its last chunk');
    return part;
  }

  /** Ends early when chunks would come that are here already. */
  private async receiveFrom(peer: NodeId, aboveSlot: Slot, abort: AbortController): Promise<void> {
    const { timers } = this.modules;
    const watch = (): CancelTimer =>
      timers.after(SILENCE_MS, () => {
        abort.abort();
      });
    const resumeSnapshotId = this.part?.offer.snapshotId ?? '';
    const request = { aboveSlot, resumeSnapshotId, fromChunk: this.part?.incoming.nextChunk ?? 0 };
    let cancelWatch = watch();
    try {
      for await (const response of this.modules.fetch(peer, request, abort.signal)) {
        cancelWatch();
        if (!(await this.take(response, aboveSlot))) return;
        cancelWatch = watch();
      }
    } finally {
      cancelWatch();
    }
  }

  private async take(response: WireFetchSnapshotResponse, aboveSlot: Slot): Promise<boolean> {
    if (response.preparing) return true;
    const { clusterId, groupId } = this.modules;
    const offer = { clusterId, groupId, ...offerOf(response) };
    if (this.part?.offer.snapshotId !== offer.snapshotId) {
      if (offer.slot <= aboveSlot) throw new Error('the snapshot is of a slot that is known already');
      this.part = undefined;
      this.part = { offer, incoming: await this.modules.inbox.receive(offer) };
    }
    const { chunkIndex, data, checksum } = response;
    return this.part.incoming.add(chunkIndex, data, checksum);
  }

  private async runInstall({ offer, snapshot, machine, from }: Ready): Promise<void> {
    const { slot, stateHash, records } = offer;
    try {
      await this.modules.install(machine, { slot, stateHash, records }, () => snapshot.records(), from);
    } catch (error) {
      // A process that stops leaves none whole; started again it fetches another snapshot.
      if (!this.stopped) this.modules.installFailed(error);
      return;
    }
    await snapshot.close();
    this.ready = undefined;
    this.installing = false;
    this.modules.logger.info({ slot, from }, 'a snapshot took the place of the state');
    this.clear();
    this.modules.installed(slot);
  }

  /** The next transfer waits until it is done. */
  private clear(): void {
    this.cleared = this.cleared
      .then(() => this.modules.inbox.discardIncoming())
      .catch((error: unknown) => {
        this.modules.logger.warn({ error }, 'the files of a snapshot could not be removed');
      });
  }
}

function offerOf({
  snapshotId,
  slot,
  stateHash,
  recordCount,
  chunkCount,
}: WireFetchSnapshotResponse): Omit<SnapshotOffer, 'clusterId' | 'groupId'> {
  const records = unsignedFromWire(recordCount, 'record_count');
  return { snapshotId, slot: unsignedFromWire(slot, 'slot'), stateHash, records, chunks: chunkCount };
}

/** Chunks are of about the same size. */
function receivedRecords(part: Part | undefined): number {
  if (part === undefined) return 0;
  const { offer, incoming } = part;
  return Math.floor((offer.records * incoming.nextChunk) / Math.max(1, offer.chunks));
}
