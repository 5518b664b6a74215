import { parseArguments } from './arguments.js';
import {
  confirmsEarly,
  countsBeforeFlush,
  forgetsAccepted,
  harmless,
  ignoresPromisedValues,
} from './broken-replicas.spec-support.js';
import { runCampaign } from './campaign.js';
import type { CampaignReport } from './campaign.js';
import { command, formatReport } from './report.js';
import { simulate } from './run.js';
import type { RunModules } from './run.js';
import { LogMachine } from './state-machine.js';

function campaign(runs: number, modules: RunModules = {}, seed = 1): CampaignReport {
  return runCampaign({ seed, runs, repeats: 0, stopAtFirstFailure: true }, modules);
}

describe('a run', () => {
  it('is decided by its seed alone', () => {
    const [one, other] = [simulate(42), simulate(42)];
    expect(one).toEqual(other);
    expect(simulate(43).digest).not.toBe(one.digest);
  });

  it('acknowledges commands, serves after the faults, and breaks no invariant', () => {
    for (const seed of [1, 2, 3]) {
      const report = simulate(seed);
      expect(report.failure).toBeUndefined();
      expect(report.acknowledged).toBeGreaterThan(0);
    }
  });

  it('runs another state machine in place of the usual one', () => {
    let applied = 0;
    class Counting extends LogMachine {
      override apply(...args: Parameters<LogMachine['apply']>): void {
        applied += 1;
        super.apply(...args);
      }
    }
    expect(simulate(1, { createMachine: () => new Counting() }).failure).toBeUndefined();
    expect(applied).toBeGreaterThan(0);
  });

  it('finds a state machine that is not deterministic (I11)', () => {
    let machines = 0;
    class Drifting extends LogMachine {
      private readonly salt = String((machines += 1));
      override digest(): string {
        return super.digest() + this.salt;
      }
    }
    expect(campaign(5, { createMachine: () => new Drifting() }).failures[0]?.failure?.invariant).toBe('I11');
  });
});

describe('a campaign', () => {
  it('finds replicas that speak before their flush (P1)', () => {
    const { failures } = campaign(50, { wrapReplica: countsBeforeFlush });
    expect(failures[0]?.failure?.invariant).toBe('I6');
  });

  it('finds replicas that forget at a restart what they accepted (P3)', () => {
    const { failures } = campaign(300, { wrapReplica: forgetsAccepted });
    expect(failures).toHaveLength(1);
  });

  it('finds candidates that ignore what was accepted before them (P4)', () => {
    const { failures } = campaign(300, { wrapReplica: ignoresPromisedValues });
    expect(['I4', 'agreement', 'I3']).toContain(failures[0]?.failure?.invariant);
  });

  it('finds leaders that answer reads without being confirmed (P7)', () => {
    const { failures } = campaign(300, { wrapReplica: confirmsEarly });
    expect(failures[0]?.failure?.invariant).toBe('linearizable read');
  });

  it('finds nothing in replicas that are only wrapped', () => {
    const { failures, runs } = campaign(10, { wrapReplica: harmless });
    expect([failures.length, runs]).toEqual([0, 10]);
  });

  it('of twenty runs reaches every event that it must, and differs from none of its repeats', () => {
    const report = runCampaign({ seed: 1, runs: 20, repeats: 1, stopAtFirstFailure: false });
    expect(report.failures).toEqual([]);
    expect(report.notReached).toEqual([]);
    expect(report.differingSeeds).toEqual([]);
    expect(report.passed).toBe(true);
    expect(formatReport(report)).toMatch(/passed\n$/);
  });

  it('that failed prints the seed and what runs it again', () => {
    const report = campaign(50, { wrapReplica: countsBeforeFlush });
    const seed = report.failures[0]?.seed ?? -1;
    expect(report.passed).toBe(false);
    expect(formatReport(report)).toContain(`npm run sim -- --runs 1 --seed ${seed}`);
    expect(command(seed)).toBe(`npm run sim -- --runs 1 --seed ${seed}`);
  });
});

describe('arguments', () => {
  it('default to twenty runs from seed 1', () => {
    expect(parseArguments([])).toEqual({ runs: 20, seed: 1, jsonFile: undefined, help: false });
  });

  it('are read', () => {
    const argv = ['--runs', '5', '--seed', '77', '--json', 'out.json', '--help'];
    expect(parseArguments(argv)).toEqual({ runs: 5, seed: 77, jsonFile: 'out.json', help: true });
  });

  it.each([
    ['--runs', '0'],
    ['--runs', 'many'],
    ['--seed', '-1'],
    ['--seed', '1.5'],
    ['--seed', ''],
    ['--unknown', '1'],
  ])('%s %s is refused', (...argv) => {
    expect(() => parseArguments(argv)).toThrow();
  });
});
