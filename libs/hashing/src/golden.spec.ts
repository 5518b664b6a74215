import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rendezvous } from './rendezvous.js';
import { Ring } from './ring.js';

interface GoldenPlacement {
  readonly algorithm: 'ring' | 'rendezvous';
  readonly seed: number;
  readonly virtualNodes: number;
  readonly nodes: readonly { readonly nodeId: string; readonly weight: number }[];
  readonly preferenceLists: Readonly<Record<string, readonly string[]>>;
}

/** Recorded once, and never recorded again: keys must not move with a version of Synod, a runtime or a machine. */
const file = join(__dirname, '..', 'testdata', 'golden-placements.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as readonly GoldenPlacement[];

const make = ({ algorithm, seed, virtualNodes, nodes }: GoldenPlacement) =>
  algorithm === 'ring' ? new Ring({ seed, virtualNodes }, nodes) : new Rendezvous({ seed }, nodes);

describe('golden placements', () => {
  it.each(golden.map((placement) => [`${placement.algorithm} with seed ${placement.seed}`, placement] as const))(
    '%s places keys as it always has',
    (_name, placement) => {
      const made = make(placement);
      const lists = Object.keys(placement.preferenceLists).map((key) => [key, made.preferenceList(key, 3)]);
      expect(lists.length).toBeGreaterThan(10);
      expect(Object.fromEntries(lists)).toEqual(placement.preferenceLists);
    },
  );
});
