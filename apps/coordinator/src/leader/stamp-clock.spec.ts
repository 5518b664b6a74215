import type { PeerStatus } from '@synod/consensus';
import { quiet } from '../testing/basics.spec-support.js';
import { StampClock } from './stamp-clock.js';

const HOUR = 3_600_000;

/** A leader of three; `offsets` is what its peers' clocks differ from its own as they are heard from now on. */
class Scene {
  wallMs = 1_000_000_000;
  monotonicMs = 5_000;
  peers: Partial<PeerStatus>[] = [];
  readonly stamps = new StampClock({
    clock: { wallMs: () => this.wallMs, monotonicMs: () => this.monotonicMs },
    logger: quiet,
    memberCount: 3,
    status: () => ({ peers: this.peers as PeerStatus[] }),
    maxSkewMs: 500,
  });

  pass(durationMs: number): void {
    this.wallMs += durationMs;
    this.monotonicMs += durationMs;
  }

  hear(...wallOffsetsMs: readonly number[]): void {
    this.peers = wallOffsetsMs.map((wallOffsetMs) => ({ learner: false, heardAtMs: this.monotonicMs, wallOffsetMs }));
  }
}

describe('the clock of stamps', () => {
  it('is the wall clock, also when that is put right by as much as clocks may differ', () => {
    const scene = new Scene();
    expect(scene.stamps.wallMs()).toBe(scene.wallMs);
    scene.pass(60_000);
    scene.wallMs += 500;
    expect(scene.stamps.wallMs()).toBe(scene.wallMs);
    scene.wallMs -= 500;
    expect(scene.stamps.wallMs()).toBe(scene.wallMs);
  });

  it.each([HOUR, -HOUR, 501])(
    'does not follow a jump of %d ms that the others did not make, however long it stands',
    (jumpMs) => {
      const scene = new Scene();
      const before = scene.stamps.wallMs();
      scene.wallMs += jumpMs;
      expect(scene.stamps.wallMs()).toBe(before);
      for (let second = 1; second <= 60; second += 1) {
        scene.pass(1_000);
        scene.hear(-jumpMs, -jumpMs);
        expect(scene.stamps.wallMs()).toBe(before + second * 1_000);
      }
      scene.wallMs -= jumpMs;
      expect(scene.stamps.wallMs()).toBe(scene.wallMs);
    },
  );

  it('follows once most members, heard since, have the new time', () => {
    const scene = new Scene();
    const before = scene.stamps.wallMs();
    scene.wallMs += HOUR;
    expect(scene.stamps.wallMs()).toBe(before);
    scene.pass(1_000);
    scene.hear(0, -HOUR);
    expect(scene.stamps.wallMs()).toBe(before + 1_000);
    scene.pass(1_000);
    expect(scene.stamps.wallMs()).toBe(scene.wallMs);
  });

  it('does not take what was heard before the jump for an agreement', () => {
    const scene = new Scene();
    const before = scene.stamps.wallMs();
    scene.hear(0, 0);
    scene.wallMs += HOUR;
    expect(scene.stamps.wallMs()).toBe(before);
    scene.pass(10_000);
    expect(scene.stamps.wallMs()).toBe(before + 10_000);
  });

  it('begins with the wall clock when this node begins to lead', () => {
    const scene = new Scene();
    scene.stamps.lead();
    const before = scene.stamps.wallMs();
    scene.wallMs += HOUR;
    scene.stamps.lead();
    expect(scene.stamps.wallMs()).toBe(before);
    scene.stamps.yield();
    scene.stamps.lead();
    expect(scene.stamps.wallMs()).toBe(scene.wallMs);
  });
});
