import type { NetworkCounts, SeededRandom, SimulatedNetwork } from '@synod/testkit';
import type { VirtualClock } from '@synod/testkit';

/** Between which machines nothing crosses at the moment, in which direction; for packets and for connections alike. */
export class Links<M> {
  private readonly cuts = new Map<string, number>();
  private readonly menders: (() => void)[] = [];

  constructor(readonly network: SimulatedNetwork<M>) {}

  get counts(): NetworkCounts {
    return this.network.counts;
  }

  /** Gives what mends it. Cuts of the same link add up; packets of a clogged one are held and released, those of a cut one are lost. */
  cut(from: string, to: string, clog: boolean): () => void {
    const link = `${from}>${to}`;
    this.cuts.set(link, (this.cuts.get(link) ?? 0) + 1);
    if (clog) this.network.clog(from, to);
    else this.network.cut(from, to);
    return () => {
      const left = (this.cuts.get(link) ?? 1) - 1;
      this.cuts.set(link, left);
      if (left > 0) return;
      this.network.mend(from, to);
      for (const mended of this.menders) mended();
    };
  }

  isCut(from: string, to: string): boolean {
    return (this.cuts.get(`${from}>${to}`) ?? 0) > 0;
  }

  onMended(listener: () => void): void {
    this.menders.push(listener);
  }
}

/** Delays of connections, whose bytes come in order and are repeated until they arrive. */
export interface StreamDelays {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** Share of frames that are lost once, and come after a retransmission. */
  readonly lossRate: number;
}

export interface StreamModules {
  readonly time: VirtualClock;
  readonly random: SeededRandom;
  readonly links: Links<unknown>;
  readonly delays: StreamDelays;
}
