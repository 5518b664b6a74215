import { simulateHere } from '../campaign/simulators.js';
import { runCampaign } from '../campaign/campaign.js';
import type { FailedRun } from '../campaign/campaign.js';
import * as broken from './broken-replicas.spec-support.js';
import { KeyValueMachine } from './key-value.js';
import type { RunModules } from './run.js';
import { consensusWorld } from './world.js';

/** The first seed that shows it, of so many. */
async function firstFailure(modules: RunModules, runs: number): Promise<FailedRun['failure'] | undefined> {
  const world = consensusWorld(modules);
  const options = { seed: 1, runs, repeats: 0, stopAtFirstFailure: true };
  const { failures } = await runCampaign(world, options, simulateHere(world));
  return failures[0]?.failure;
}

/** Seeds differ in what they show: the limit is several times what it took when this was written. */
const SEEDS = 60;

describe('a campaign finds replicas that', () => {
  it.each<[string, RunModules['wrapReplica'], readonly string[]]>([
    ['speak before their flush (P1)', broken.countsBeforeFlush, ['I6']],
    [
      'forget at a restart what they accepted (P3)',
      broken.forgetsAccepted,
      ['I4', 'agreement', 'InvariantViolation', 'one good copy'],
    ],
    ['ignore what was accepted before them (P4)', broken.ignoresPromisedValues, ['I4', 'agreement', 'I3']],
    ['answer reads without being confirmed (P7)', broken.confirmsEarly, ['linearizable read']],
    ['cut the log where no image has it (I7)', broken.trimsWhatNoImageHolds, ['I7']],
    ['write to a full disk (P15)', broken.writesToFullDisk, ['P15']],
    ['go on after a failed flush (P16)', broken.ignoresFailedFlush, ['I6', 'agreement', 'I4']],
    ['count what was voted on an empty disk (I10)', broken.trustsEveryDisk, ['I4', 'I9', 'agreement', 'I3']],
  ])('%s', async (_, wrapReplica, invariants) => {
    const failure = await firstFailure(wrapReplica === undefined ? {} : { wrapReplica }, SEEDS);
    expect(invariants).toContain(failure?.invariant);
  });

  it('do a command twice (P9)', async () => {
    const failure = await firstFailure({ createMachine: () => new broken.ForgetfulMachine() }, SEEDS);
    expect(failure?.invariant).toBe('linearizability');
  });

  it('restore a snapshot without its sessions (P9, I11)', async () => {
    const failure = await firstFailure({ createMachine: () => new broken.LosesSessions() }, SEEDS);
    expect(['I11', 'linearizability']).toContain(failure?.invariant);
  });

  it('have state machines that are not deterministic (I11)', async () => {
    let machines = 0;
    class Drifting extends KeyValueMachine {
      private readonly salt = String((machines += 1));
      override digest(): string {
        return super.digest() + this.salt;
      }
    }
    expect((await firstFailure({ createMachine: () => new Drifting() }, 5))?.invariant).toBe('I11');
  });
});

describe('a campaign finds, in more runs,', () => {
  it('replicas that take a damaged record for an empty slot (P14)', async () => {
    const failure = await firstFailure({ wrapReplica: broken.takesDamagedForEmpty }, 150);
    expect(['I4', 'agreement', 'I3']).toContain(failure?.invariant);
  });
});

describe('a campaign finds, where disks do more than the protocol can stand,', () => {
  it('that acknowledged writes are gone after a power cut (P13)', async () => {
    const failure = await firstFailure({ liarsReturn: true }, 200);
    expect(['I4', 'agreement', 'P2 ballot used twice', 'I3', 'one good copy']).toContain(failure?.invariant);
  });
});

describe('a campaign finds nothing', () => {
  it('in replicas that are only wrapped', async () => {
    expect(await firstFailure({ wrapReplica: broken.harmless }, 6)).toBeUndefined();
  });
});
