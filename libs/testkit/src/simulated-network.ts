import type { Timers } from '@synod/base';
import type { SeededRandom } from './seeded-random.js';

/** How messages become bytes and back: what a simulation sends has crossed a wire, so nothing is shared by reference. */
export interface MessageCodec<M> {
  encode(message: M): Uint8Array | string;
  decode(encoded: Uint8Array | string): M;
}

/** Faults of one directed link, or of all links. Rates are per message, in [0, 1]. */
export interface LinkFaults {
  readonly dropRate: number;
  readonly duplicateRate: number;
  /** Share of messages that may overtake those before them; all others keep their order. */
  readonly reorderRate: number;
  /** Chance, with each message, that some message sent long before arrives once more. */
  readonly replayRate: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

export const PERFECT_LINK: LinkFaults = Object.freeze({
  dropRate: 0,
  duplicateRate: 0,
  reorderRate: 0,
  replayRate: 0,
  minDelayMs: 0.1,
  maxDelayMs: 0.5,
});

export interface NetworkCounts {
  sent: number;
  delivered: number;
  dropped: number;
  duplicated: number;
  reordered: number;
  replayed: number;
  /** Lost to a cut link. */
  cut: number;
  /** Held back by a clogged link. */
  clogged: number;
}

const REPLAY_SAMPLE = 256;

interface Link {
  faults: LinkFaults;
  cut: boolean;
  clogged: boolean;
  readonly held: (Uint8Array | string)[];
  /** A sample of what was sent, for replays. */
  readonly sample: (Uint8Array | string)[];
  /** When the last message in order arrives. */
  lastArrivalMs: number;
}

export interface SimulatedNetworkModules<M> {
  readonly timers: Timers;
  readonly nowMs: () => number;
  readonly random: SeededRandom;
  readonly codec: MessageCodec<M>;
  readonly deliver: (from: string, to: string, message: M) => void;
}

/** A network of directed links that drop, duplicate, reorder, delay, are cut, or clog and release what they held. */
export class SimulatedNetwork<M> {
  readonly counts: NetworkCounts = {
    sent: 0,
    delivered: 0,
    dropped: 0,
    duplicated: 0,
    reordered: 0,
    replayed: 0,
    cut: 0,
    clogged: 0,
  };
  private readonly links = new Map<string, Map<string, Link>>();

  constructor(
    private readonly modules: SimulatedNetworkModules<M>,
    private faults: LinkFaults = PERFECT_LINK,
  ) {}

  /** Gives the encoded form, for whoever records what crossed. */
  send(from: string, to: string, message: M): Uint8Array | string {
    const encoded = this.modules.codec.encode(message);
    this.counts.sent += 1;
    const link = this.link(from, to);
    if (link.cut) this.counts.cut += 1;
    else if (this.modules.random.chance(link.faults.dropRate)) this.counts.dropped += 1;
    else if (link.clogged) {
      this.counts.clogged += 1;
      link.held.push(encoded);
    } else {
      this.schedule(from, to, link, encoded);
      if (this.modules.random.chance(link.faults.duplicateRate)) {
        this.counts.duplicated += 1;
        this.schedule(from, to, link, encoded);
      }
    }
    if (link.faults.replayRate > 0) this.replay(from, to, link, encoded);
    return encoded;
  }

  /** Faults of every link, present and future. */
  setFaults(faults: LinkFaults): void {
    this.faults = faults;
    for (const row of this.links.values()) for (const link of row.values()) link.faults = faults;
  }

  setLinkFaults(from: string, to: string, faults: LinkFaults): void {
    this.link(from, to).faults = faults;
  }

  /** What is sent over a cut link is lost; what is on its way arrives. */
  cut(from: string, to: string): void {
    this.link(from, to).cut = true;
  }

  clog(from: string, to: string): void {
    this.link(from, to).clogged = true;
  }

  isCut(from: string, to: string): boolean {
    return this.link(from, to).cut;
  }

  /** Mends one direction and releases what it held. */
  mend(from: string, to: string): void {
    const link = this.link(from, to);
    link.cut = false;
    link.clogged = false;
    for (const encoded of link.held.splice(0)) this.schedule(from, to, link, encoded);
  }

  mendAll(): void {
    for (const [from, row] of this.links) for (const to of row.keys()) this.mend(from, to);
  }

  private replay(from: string, to: string, link: Link, encoded: Uint8Array | string): void {
    const { random } = this.modules;
    if (link.sample.length < REPLAY_SAMPLE) link.sample.push(encoded);
    else if (random.chance(0.05)) link.sample[random.integer(0, REPLAY_SAMPLE - 1)] = encoded;
    if (link.cut || link.clogged || !random.chance(link.faults.replayRate)) return;
    this.counts.replayed += 1;
    this.schedule(from, to, link, random.pick(link.sample));
  }

  private schedule(from: string, to: string, link: Link, encoded: Uint8Array | string): void {
    const { timers, random, codec, deliver, nowMs } = this.modules;
    const delayMs = random.between(link.faults.minDelayMs, link.faults.maxDelayMs);
    let arrivalMs = nowMs() + delayMs;
    if (random.chance(link.faults.reorderRate)) this.counts.reordered += 1;
    else {
      arrivalMs = Math.max(arrivalMs, link.lastArrivalMs);
      link.lastArrivalMs = arrivalMs;
    }
    timers.after(arrivalMs - nowMs(), () => {
      this.counts.delivered += 1;
      deliver(from, to, codec.decode(encoded));
    });
  }

  private link(from: string, to: string): Link {
    let row = this.links.get(from);
    if (row === undefined) {
      row = new Map();
      this.links.set(from, row);
    }
    let link = row.get(to);
    if (link === undefined) {
      link = { faults: this.faults, cut: false, clogged: false, held: [], sample: [], lastArrivalMs: 0 };
      row.set(to, link);
    }
    return link;
  }
}
