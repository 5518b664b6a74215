import type { Slot } from '@synod/consensus';
import type { SeededRandom, VirtualClock } from '@synod/testkit';
import { Digest } from '../digest.js';

/** A durable image of applied state. */
export interface StoredImage {
  readonly slot: Slot;
  readonly content: Uint8Array;
  readonly hash: string;
}

export function hashOf(content: Uint8Array): string {
  return new Digest().bytes(content).value();
}

/** The write-behind image of one node, in an environment of its own beside the log: it lags, and is lost on its own. */
export class SimulatedImageStore {
  private stored: StoredImage | undefined;
  private damagedNow = false;
  private queue: { readonly image: StoredImage; readonly done: () => void }[] = [];
  private busy = false;
  private life = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: SeededRandom,
    private readonly maxFlushMs: number,
  ) {}

  get slot(): Slot {
    return this.stored?.slot ?? 0;
  }

  /** Bits of it are flipped, whether anybody noticed or not. */
  get isDamaged(): boolean {
    return this.damagedNow;
  }

  /** The slot of the newest image that is durable or on its way. */
  get newestSlot(): Slot {
    return this.queue.at(-1)?.image.slot ?? this.slot;
  }

  /** Reads it whole, which finds damage by the hash: a damaged image is dropped. */
  read(): StoredImage | undefined {
    if (this.damagedNow) this.drop();
    return this.stored;
  }

  write(slot: Slot, content: Uint8Array, done: () => void): void {
    this.queue.push({ image: { slot, content, hash: hashOf(content) }, done });
    this.next();
  }

  /** Puts a snapshot in place of all, and of what is on its way; until it is durable the image is the one before. */
  replace(slot: Slot, content: Uint8Array, done: () => void): void {
    this.crash();
    this.write(slot, content, done);
  }

  /** Flips a bit; false when there is nothing to damage. */
  damage(): boolean {
    if (this.stored === undefined) return false;
    this.damagedNow = true;
    return true;
  }

  /** The process ends: what isn't durable is lost. */
  crash(): void {
    this.life += 1;
    this.queue = [];
    this.busy = false;
  }

  drop(): void {
    this.stored = undefined;
    this.damagedNow = false;
  }

  private next(): void {
    const { life } = this;
    const first = this.queue[0];
    if (this.busy || first === undefined) return;
    this.busy = true;
    this.clock.after(this.random.between(0.5, this.maxFlushMs), () => {
      if (life !== this.life) return;
      this.busy = false;
      this.queue.shift();
      this.stored = first.image;
      this.damagedNow = false;
      first.done();
      if (life === this.life) this.next();
    });
  }
}
