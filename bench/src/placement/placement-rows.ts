import type { Row } from '../report.js';
import { comparePackages, OWN_RING } from './compare-packages.js';
import type { PackageFigures } from './compare-packages.js';
import { writeDocuments } from './documents.js';
import { measureAlgorithms } from './measure-algorithms.js';
import type { AlgorithmFigures } from './measure-algorithms.js';
import { measurePolicies } from './workload/measure-policies.js';
import type { PolicyFigures } from './workload/measure-policies.js';

const SIZES = [10, 100, 1_000, 10_000];

export interface PlacementBenchOptions {
  readonly rounds: number;
  /** Directory with PLACEMENT.md, whose tables and plots are written anew; undefined: none. */
  readonly docs: string | undefined;
}

/**
 * The placements of libs/hashing side by side, the ring beside the packages of npm that do the same, and the policies of the planner on a
 * simulated workload. One process, no cluster. Sets the exit status to 1 when a promise about the ring isn't kept.
 */
export function measurePlacement({ rounds, docs }: PlacementBenchOptions): Row[] {
  const packages = comparePackages(rounds);
  const algorithms = measureAlgorithms(SIZES, rounds);
  const policies = measurePolicies();
  if (docs !== undefined) writeDocuments(docs, { packages, algorithms, policies });
  for (const broken of brokenPromises(packages, algorithms)) {
    process.stderr.write(`placement: ${broken}\n`);
    process.exitCode = 1;
  }
  return [...packages.flatMap(packageRows), ...algorithms.flatMap(algorithmRows), ...policies.flatMap(policyRows)];
}

const MIN_LOOKUPS_PER_SECOND = 2e6;
const MAX_UPDATE_MS = 1;
const MIN_TIMES_FASTER = 5;

function brokenPromises(packages: readonly PackageFigures[], algorithms: readonly AlgorithmFigures[]): string[] {
  const ring = algorithms.find((it) => it.algorithm === 'ring' && it.workers === 1_000);
  const broken: string[] = [];
  if (ring === undefined) return ['the ring was not measured at 1,000 workers'];
  if (ring.lookupsPerSecond < MIN_LOOKUPS_PER_SECOND) {
    broken.push(`the ring of 1,000 workers looks up ${Math.round(ring.lookupsPerSecond)}/s, less than 2 million`);
  }
  for (const [what, tookMs] of [['adding', ring.addMs] as const, ['removing', ring.removeMs] as const]) {
    if (tookMs > MAX_UPDATE_MS) broken.push(`${what} a worker takes ${tookMs.toFixed(2)} ms, more than 1 ms`);
  }
  for (const { name, keys, ringIsFasterBy } of packages) {
    if (name === OWN_RING || keys !== 'ids' || ringIsFasterBy >= MIN_TIMES_FASTER) continue;
    broken.push(`the ring is ${ringIsFasterBy.toFixed(1)} times as fast as ${name}, not 5 times`);
  }
  return broken;
}

function packageRows({ name, keys, lookupsPerSecond, ringIsFasterBy }: PackageFigures): Row[] {
  const scenario = `placement, 1000 workers, ${keys}`;
  return [
    { scenario, metric: `${name}: lookups`, value: lookupsPerSecond, unit: '1/s' },
    { scenario, metric: `${name}: ring is faster by`, value: ringIsFasterBy, unit: 'times' },
  ];
}

type Metric = readonly [metric: string, value: number | undefined, unit: string];

function rowsOf(scenario: string, metrics: readonly Metric[]): Row[] {
  return metrics.flatMap(([metric, value, unit]) => (value === undefined ? [] : [{ scenario, metric, value, unit }]));
}

function algorithmRows(figures: AlgorithmFigures): Row[] {
  return rowsOf(`placement, ${figures.algorithm}, ${figures.workers} workers`, [
    ['lookups', figures.lookupsPerSecond, '1/s'],
    ['build', figures.buildMs, 'ms'],
    ['add a worker', figures.addMs, 'ms'],
    ['remove a worker', figures.removeMs, 'ms'],
    ['memory', figures.memoryBytes, 'bytes'],
    ['deviation of shares', figures.deviation, 'of mean'],
    ['deviation by chance alone', figures.deviationByChance, 'of mean'],
    ['worst share', figures.worst, 'of mean'],
    ['keys moved by a join', figures.movedByJoin, 'of keys'],
    ['least by a join', figures.leastByJoin, 'of keys'],
    ['keys moved by a leave', figures.movedByLeave, 'of keys'],
    ['least by a leave', figures.leastByLeave, 'of keys'],
    ['keys moved by a double weight', figures.movedByWeight, 'of keys'],
    ['least by a double weight', figures.leastByWeight, 'of keys'],
  ]);
}

function policyRows(figures: PolicyFigures): Row[] {
  return rowsOf(`placement, workload, ${figures.policy}`, [
    ['jobs', figures.jobs, 'jobs'],
    ['lost time p50', figures.lostP50Ms, 'ms'],
    ['lost time p99', figures.lostP99Ms, 'ms'],
    ['lost time mean', figures.lostMeanMs, 'ms'],
    ['utilisation mean', figures.meanUtilisation, 'of processors'],
    ['utilisation of the busiest worker', figures.worstUtilisation, 'of processors'],
    ['deviation of utilisation', figures.deviation, 'of mean'],
    ['jobs that find their key warm', figures.warm, 'of jobs'],
    ['workers never used', figures.unused, 'workers'],
  ]);
}
