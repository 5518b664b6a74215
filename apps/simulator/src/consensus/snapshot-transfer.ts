import type { NodeId, Slot } from '@synod/consensus';
import type { VirtualClock } from '@synod/testkit';
import type { Counts } from '../events.js';
import type { StoredImage } from './image-store.js';
import { hashOf } from './image-store.js';
import { latin1 } from './key-value.js';
import type { SnapshotBody } from './packet.js';

export interface TransferModules {
  readonly clock: VirtualClock;
  readonly events: Counts;
  readonly chunkBytes: number;
  readonly send: (to: NodeId, body: SnapshotBody) => void;
  /** The durable image, unless it is damaged or there is none. */
  readonly image: () => StoredImage | undefined;
  readonly received: (slot: Slot) => void;
  readonly failed: (peer: NodeId) => void;
}

/** Chunks of one snapshot as far as they came; kept when a transfer breaks, to go on from there with any peer. */
interface Partial {
  readonly slot: Slot;
  readonly hash: string;
  readonly chunkCount: number;
  readonly chunks: string[];
}

interface Asking {
  readonly peer: NodeId;
  readonly transfer: number;
  readonly aboveSlot: Slot;
  /** Chunks that were here before this transfer began. */
  readonly resumedFrom: number;
  unanswered: number;
  told: boolean;
}

const ASK_AGAIN_AFTER_MS = 60;
const PATIENCE = 5;
/** Images that a server keeps for those who are reading them. */
const MAX_PINNED = 3;

/** Carries snapshots beside the core's messages: asks for one chunk after the other, again when one is lost, from where it was. */
export class SnapshotTransfer {
  private asking: Asking | undefined;
  private partial: Partial | undefined;
  private whole: StoredImage | undefined;
  private transfers = 0;
  private pinned: StoredImage[] = [];

  constructor(private readonly modules: TransferModules) {}

  get peer(): NodeId | undefined {
    return this.asking?.peer;
  }

  /** The core wants a snapshot. */
  fetch(peer: NodeId, aboveSlot: Slot): void {
    this.transfers += 1;
    if (this.partial !== undefined && this.partial.slot <= aboveSlot) this.partial = undefined;
    const resumedFrom = this.partial?.chunks.length ?? 0;
    this.asking = { peer, transfer: this.transfers, aboveSlot, resumedFrom, unanswered: 0, told: false };
    this.ask(this.asking);
  }

  /** What was received, when the core says what becomes of it. */
  take(slot: Slot): StoredImage | undefined {
    const { whole } = this;
    if (whole?.slot !== slot) return undefined;
    this.whole = undefined;
    return whole;
  }

  /** The process ends: chunks and pins were in its memory. */
  crash(): void {
    this.asking = undefined;
    this.partial = undefined;
    this.whole = undefined;
    this.pinned = [];
  }

  receive(from: NodeId, body: SnapshotBody): void {
    switch (body.type) {
      case 'ask':
        return this.serve(from, body);
      case 'none':
        if (this.asking?.transfer === body.transfer && this.asking.peer === from) this.fail(this.asking);
        return;
      case 'chunk':
        if (this.asking?.transfer === body.transfer && this.asking.peer === from) this.keep(this.asking, body);
        return;
    }
  }

  private ask(asking: Asking): void {
    const { partial } = this;
    const nextChunk = partial?.chunks.length ?? 0;
    this.modules.send(asking.peer, {
      type: 'ask',
      transfer: asking.transfer,
      aboveSlot: asking.aboveSlot,
      slot: partial?.slot,
      hash: partial?.hash ?? '',
      nextChunk,
    });
    this.modules.clock.after(ASK_AGAIN_AFTER_MS, () => {
      if (this.asking !== asking || (this.partial?.chunks.length ?? 0) > nextChunk) return;
      asking.unanswered += 1;
      if (asking.unanswered >= PATIENCE) return this.fail(asking);
      this.ask(asking);
    });
  }

  private fail({ peer }: Asking): void {
    this.asking = undefined;
    this.modules.events.add('snapshotsBroken');
    this.modules.failed(peer);
  }

  private keep(asking: Asking, chunk: Extract<SnapshotBody, { type: 'chunk' }>): void {
    if (this.partial?.slot !== chunk.slot || this.partial.hash !== chunk.hash) {
      this.partial = { slot: chunk.slot, hash: chunk.hash, chunkCount: chunk.chunkCount, chunks: [] };
    }
    const { partial } = this;
    if (chunk.chunkIndex !== partial.chunks.length) return;
    if (asking.resumedFrom > 0 && chunk.chunkIndex === asking.resumedFrom && !asking.told) {
      asking.told = true;
      this.modules.events.add('snapshotsResumed');
    }
    partial.chunks.push(chunk.content);
    asking.unanswered = 0;
    if (partial.chunks.length < partial.chunkCount) return this.ask(asking);
    this.finish(asking, partial);
  }

  private finish(asking: Asking, partial: Partial): void {
    this.partial = undefined;
    const content = Buffer.from(partial.chunks.join(''), 'latin1');
    if (hashOf(content) !== partial.hash) return this.fail(asking);
    this.asking = undefined;
    this.whole = { slot: partial.slot, content, hash: partial.hash };
    this.modules.received(partial.slot);
  }

  private serve(
    from: NodeId,
    { transfer, aboveSlot, slot, hash, nextChunk }: Extract<SnapshotBody, { type: 'ask' }>,
  ): void {
    const { chunkBytes, events, send } = this.modules;
    const current = this.modules.image();
    const asked = [...this.pinned, ...(current === undefined ? [] : [current])].find(
      (image) => image.slot === slot && image.hash === hash,
    );
    const image = asked ?? (current !== undefined && current.slot > aboveSlot ? current : undefined);
    if (image === undefined) return send(from, { type: 'none', transfer });
    this.pin(image);
    const chunkIndex = image === asked ? nextChunk : 0;
    const chunkCount = Math.max(1, Math.ceil(image.content.length / chunkBytes));
    const part = image.content.subarray(chunkIndex * chunkBytes, (chunkIndex + 1) * chunkBytes);
    events.add('snapshotChunksServed');
    send(from, {
      type: 'chunk',
      transfer,
      slot: image.slot,
      hash: image.hash,
      chunkIndex,
      chunkCount,
      content: latin1(part),
    });
  }

  private pin(image: StoredImage): void {
    if (this.pinned.some(({ slot }) => slot === image.slot)) return;
    this.pinned.push(image);
    if (this.pinned.length > MAX_PINNED) this.pinned.shift();
  }
}
