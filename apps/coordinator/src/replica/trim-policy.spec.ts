import { DEFAULT_TRIM_OPTIONS, trimTarget } from './trim-policy.js';
import type { TrimFacts } from './trim-policy.js';

const options = { ...DEFAULT_TRIM_OPTIONS, keptSlots: 100, keptBytes: 10_000, lagFactor: 4, stepSlots: 10 };

const facts = (changes: Partial<TrimFacts> = {}): TrimFacts => ({
  imageSlot: 1_000,
  trimmedThroughSlot: 0,
  bytesPerSlot: 10,
  connected: [],
  served: [],
  diskIsLow: false,
  ...changes,
});

const target = (changes: Partial<TrimFacts> = {}) => trimTarget(facts(changes), options);

describe('trim policy', () => {
  it('keeps the last slots behind the image', () => {
    expect(target()).toBe(900);
  });

  it('keeps fewer slots when they are large', () => {
    expect(target({ bytesPerSlot: 1_000 })).toBe(990);
  });

  it('leaves alone what is not worth a trim, and a log that is short', () => {
    expect(target({ trimmedThroughSlot: 891 })).toBeUndefined();
    expect(target({ trimmedThroughSlot: 890 })).toBe(900);
    expect(target({ imageSlot: 50 })).toBeUndefined();
  });

  it('a connected member that is a little behind keeps what it needs', () => {
    expect(target({ connected: [995, 700] })).toBe(700);
  });

  it('a connected member that is far behind holds nothing: a snapshot is cheaper (P19)', () => {
    expect(target({ connected: [599] })).toBe(900);
    expect(target({ connected: [600] })).toBe(600);
  });

  it('a member that fetches a snapshot keeps what comes behind it, however long it takes (P19)', () => {
    expect(target({ connected: [3], served: [400] })).toBe(400);
  });

  it('a disk that is low keeps the least, whoever is behind', () => {
    expect(target({ connected: [700], served: [400], diskIsLow: true })).toBe(900);
  });

  it('never goes above the image (I7), whatever members know', () => {
    expect(target({ connected: [5_000], served: [5_000], bytesPerSlot: 1e9 })).toBe(1_000);
  });
});
