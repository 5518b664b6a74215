import type { Row } from '../report.js';
import { comparePackages } from './compare-packages.js';
import { measureAlgorithms } from './measure-algorithms.js';
import type { AlgorithmFigures } from './measure-algorithms.js';

const SIZES = [10, 100, 1_000];

/** The placements of libs/hashing side by side, and the ring beside the packages of npm that do the same. One process, no cluster. */
export function measurePlacement({ rounds }: { readonly rounds: number }): Row[] {
  const scenario = 'placement, 1000 workers';
  const packages = comparePackages(rounds).flatMap(({ name, lookupsPerSecond, ringIsFasterBy }): Row[] => [
    { scenario, metric: `${name}: lookups`, value: lookupsPerSecond, unit: '1/s' },
    { scenario, metric: `${name}: ring is faster by`, value: ringIsFasterBy, unit: 'times' },
  ]);
  return [...packages, ...measureAlgorithms(SIZES, rounds).flatMap(rowsOf)];
}

function rowsOf(figures: AlgorithmFigures): Row[] {
  const scenario = `placement, ${figures.algorithm}, ${figures.workers} workers`;
  const rows: (readonly [metric: string, value: number | undefined, unit: string])[] = [
    ['lookups', figures.lookupsPerSecond, '1/s'],
    ['build', figures.buildMs, 'ms'],
    ['add a worker', figures.addMs, 'ms'],
    ['remove a worker', figures.removeMs, 'ms'],
    ['memory', figures.memoryBytes, 'bytes'],
    ['deviation of shares', figures.deviation, 'of mean'],
    ['worst share', figures.worst, 'of mean'],
    ['keys moved by a join', figures.movedByJoin, 'of keys'],
    ['least by a join', figures.leastByJoin, 'of keys'],
    ['keys moved by a leave', figures.movedByLeave, 'of keys'],
    ['least by a leave', figures.leastByLeave, 'of keys'],
    ['keys moved by a double weight', figures.movedByWeight, 'of keys'],
    ['least by a double weight', figures.leastByWeight, 'of keys'],
  ];
  return rows.flatMap(([metric, value, unit]) => (value === undefined ? [] : [{ scenario, metric, value, unit }]));
}
