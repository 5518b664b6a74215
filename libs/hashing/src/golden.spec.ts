import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Jump } from './jump.js';
import { Maglev } from './maglev.js';
import { Modulo } from './modulo.js';
import type { MutablePlacement } from './placement.js';
import { Rendezvous } from './rendezvous.js';
import { Ring } from './ring.js';

interface GoldenPlacement {
  readonly algorithm: 'ring' | 'rendezvous' | 'maglev' | 'jump' | 'modulo';
  readonly seed: number;
  readonly virtualNodes: number;
  readonly nodes: readonly { readonly nodeId: string; readonly weight: number }[];
  readonly preferenceLists: Readonly<Record<string, readonly string[]>>;
}

/** Recorded once, and never recorded again: keys must not move with a version of Synod, a runtime or a machine. */
const file = join(__dirname, '..', 'testdata', 'golden-placements.json');
const golden = JSON.parse(readFileSync(file, 'utf8')) as readonly GoldenPlacement[];

function make({ algorithm, seed, virtualNodes, nodes }: GoldenPlacement): MutablePlacement {
  switch (algorithm) {
    case 'ring':
      return new Ring({ seed, virtualNodes }, nodes);
    case 'rendezvous':
      return new Rendezvous({ seed }, nodes);
    case 'maglev':
      return new Maglev({ seed }, nodes);
    case 'jump':
      return new Jump({ seed }, nodes);
    case 'modulo':
      return new Modulo({ seed }, nodes);
  }
}

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
