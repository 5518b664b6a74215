import { Modulo } from './modulo.js';
import { Ring } from './ring.js';

const nodesOf = (count: number) => Array.from({ length: count }, (_, at) => ({ nodeId: `w${at}`, weight: 1 }));
const KEYS = Array.from({ length: 20_000 }, (_, at) => `key-${at}`);

function movedWithOneMore(make: (count: number) => { owner(key: string): string | undefined }): number {
  const [before, after] = [make(9), make(10)];
  return KEYS.filter((key) => before.owner(key) !== after.owner(key)).length / KEYS.length;
}

describe('modulo hashing, the baseline', () => {
  it('moves nine keys of ten when nine nodes become ten, where a ring moves one', () => {
    expect(movedWithOneMore((count) => new Modulo({}, nodesOf(count)))).toBeCloseTo(0.9, 1);
    expect(movedWithOneMore((count) => new Ring({}, nodesOf(count)))).toBeLessThan(0.15);
  });

  it('spreads keys evenly', () => {
    const counts = new Map<string, number>();
    const modulo = new Modulo({}, nodesOf(10));
    for (const key of KEYS) counts.set(modulo.owner(key) ?? '', (counts.get(modulo.owner(key) ?? '') ?? 0) + 1);
    // A standard deviation is 42 keys.
    for (const count of counts.values()) expect(Math.abs(count - 2_000)).toBeLessThan(4.5 * 42);
  });
});
