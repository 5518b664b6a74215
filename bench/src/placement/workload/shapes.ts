import { SeededRandom } from '@synod/testkit';

/** A worker of the simulated workload. */
export interface SimulatedWorker {
  readonly workerId: string;
  /** What the scheduler knows: attempts at the same time. */
  readonly capacity: number;
  /** What it has: so many attempts run at full speed, more share it. */
  readonly processors: number;
  /** 1 is full speed; less where something else runs on the host, which no capacity says. */
  readonly speed: number;
  readonly zone: string;
}

export interface SimulatedJob {
  readonly arrivesAtMs: number;
  /** Time on an idle processor of full speed. */
  readonly lengthMs: number;
  readonly key: string;
}

export interface WorkloadOptions {
  readonly seed: number;
  readonly workers: number;
  /** Part of all processors' speed that the jobs need. */
  readonly utilisation: number;
  readonly durationMs: number;
  readonly keys: number;
  /** Exponent of the keys' popularity: the k-th most popular is 1/k^s as popular as the first. */
  readonly zipfExponent: number;
  /** Of the lengths, which are log-normal: median, and standard deviation of the logarithm. */
  readonly medianLengthMs: number;
  readonly lengthSigma: number;
}

export const DEFAULT_WORKLOAD: WorkloadOptions = {
  ...{ seed: 1, workers: 50, utilisation: 0.8, durationMs: 60_000 },
  ...{ keys: 2_000, zipfExponent: 0.9, medianLengthMs: 200, lengthSigma: 1 },
};

/** Attempts at the same time for each processor, as the agent's default is. */
const CAPACITY_PER_PROCESSOR = 4;

/** One of five is twice as large, one of ten runs at half speed. */
export function simulatedWorkers(count: number): SimulatedWorker[] {
  return Array.from({ length: count }, (_, at) => {
    const processors = at % 5 === 0 ? 4 : 2;
    return {
      workerId: `w${String(at).padStart(4, '0')}`,
      ...{ processors, capacity: processors * CAPACITY_PER_PROCESSOR, speed: at % 10 === 7 ? 0.5 : 1 },
      zone: `z${at % 3}`,
    };
  });
}

/** The same jobs for each policy: arrivals at random, keys by Zipf, lengths log-normal. */
export function simulatedJobs(options: WorkloadOptions, workers: readonly SimulatedWorker[]): SimulatedJob[] {
  const random = new SeededRandom(options.seed);
  const totalSpeed = workers.reduce((sum, { processors, speed }) => sum + processors * speed, 0);
  const meanLengthMs = options.medianLengthMs * Math.exp(options.lengthSigma ** 2 / 2);
  const meanGapMs = meanLengthMs / (totalSpeed * options.utilisation);
  const drawKey = zipf(options.keys, options.zipfExponent, random);
  const jobs: SimulatedJob[] = [];
  for (let atMs = 0; ;) {
    atMs += -Math.log(1 - random.fraction()) * meanGapMs;
    if (atMs >= options.durationMs) return jobs;
    const lengthMs = options.medianLengthMs * Math.exp(options.lengthSigma * normal(random));
    jobs.push({ arrivesAtMs: atMs, lengthMs, key: `customer-${drawKey()}` });
  }
}

/** Ranks from 1, by inversion of the cumulated popularity. */
function zipf(count: number, exponent: number, random: SeededRandom): () => number {
  const cumulated = new Float64Array(count);
  let sum = 0;
  for (let rank = 1; rank <= count; rank += 1) {
    sum += rank ** -exponent;
    cumulated[rank - 1] = sum;
  }
  return () => {
    const wanted = random.fraction() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulated[middle] as number) <= wanted) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

/** Box and Muller. */
function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
}
