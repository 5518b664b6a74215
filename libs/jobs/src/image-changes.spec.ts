import { imageOf, ImagedReplica, recordsOf, viewOf } from './image-replicas.spec-support.js';
import { aNode, anEnd, aSpec, aWorker, Driver, START_MS } from './machine.spec-support.js';
import { MAX_CLIENT_SESSIONS, MAX_KEPT_ATTEMPTS } from './options.js';
import type { JobsOptions } from './options.js';
import type { CheckedJobsStateMachine } from './state-machine.js';
import { createJobsStateMachine, restoreJobsStateMachine } from './state-machine.js';

/** Changes by key; those that are gone have undefined. */
function taken(machine: CheckedJobsStateMachine): Map<string, unknown> {
  return new Map(machine.takeChanges().map(({ key, value }) => [key, value]));
}

/** A machine from the image of this one. */
function restored(machine: CheckedJobsStateMachine, options: Partial<JobsOptions> = {}): CheckedJobsStateMachine {
  const records = recordsOf(imageOf(machine.records()));
  const other = restoreJobsStateMachine(options, machine.appliedSlot, records, machine.stateHash());
  other.checkInvariants();
  expect(viewOf(other)).toBe(viewOf(machine));
  return other;
}

describe('changes of the state', () => {
  it('are those of the records that changed, whatever the size of the state', () => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const jobIds = driver.submit(...Array.from({ length: 1_000 }, () => aSpec()));
    expect(driver.machine.changedCount).toBeGreaterThanOrEqual(1_000);
    expect(driver.machine.takeChanges().filter(({ key }) => key.startsWith('j/'))).toHaveLength(1_000);
    driver.assign(jobIds[7] as string, 'w1');
    expect(driver.machine.changedCount).toBeLessThan(6);
    const keys = [...taken(driver.machine).keys()].filter((key) => !key.startsWith('r/'));
    expect(keys.sort()).toEqual(['c', `j/${jobIds[7] as string}`, 's/c1']);
  });

  it('say each record once, however often it changed, and nothing of a job that came and went', () => {
    const driver = new Driver({ maxFinishedJobs: 0 });
    driver.open(aWorker('w1'));
    const early = driver.submitOne();
    driver.machine.takeChanges();
    driver.finish('w1', driver.assign(early, 'w1'));
    const late = driver.complete('w1');
    const changes = taken(driver.machine);
    expect(changes.has(`j/${early}`)).toBe(true);
    expect(changes.get(`j/${early}`)).toBeUndefined();
    expect(changes.has(`j/${late}`)).toBe(false);
  });

  it('say that a worker and a node that were dropped and came back are there', () => {
    const driver = new Driver({ maxOfflineWorkers: 0, maxNodes: 1 });
    const close = { type: 'closeWorker', workerId: 'w1', incarnation: 9, cause: 'left' } as const;
    driver.open(aWorker('w1'));
    driver.command({ type: 'registerNode', node: aNode('n1') });
    driver.machine.takeChanges();
    driver.command(close);
    driver.open(aWorker('w1', { incarnation: 2 }));
    driver.command({ type: 'registerNode', node: aNode('n2') });
    driver.command({ type: 'registerNode', node: aNode('n1') });
    const changes = taken(driver.machine);
    expect(changes.get('w/w1')).toBeDefined();
    expect(changes.get('n/n1')).toBeDefined();
    expect(changes.has('n/n2')).toBe(false);
    // Twice more, so that a record is told gone that had the key of one that was gone before.
    driver.command(close);
    const gone = taken(driver.machine);
    expect([gone.has('w/w1'), gone.get('w/w1')]).toEqual([true, undefined]);
    driver.open(aWorker('w1'));
    driver.command(close);
    expect(taken(driver.machine).has('w/w1')).toBe(false);
    restored(driver.machine, driver.options);
  });

  it('tell the slot of an entry that changed nothing', () => {
    const driver = new Driver();
    driver.submitOne();
    driver.machine.takeChanges();
    expect(driver.machine.changedCount).toBe(0);
    driver.apply();
    expect(driver.machine.changedCount).toBe(1);
    const [change] = driver.machine.takeChanges();
    expect(change).toEqual({ key: 'c', value: [2, 0, 0, START_MS, 0, 0, 1] });
  });

  it('that nobody takes hold no more than the state', () => {
    const driver = new Driver({ maxFinishedJobs: 2 });
    driver.open(aWorker('w1'));
    for (let round = 0; round < 30; round += 1) driver.complete('w1');
    expect(driver.machine.changedCount).toBe([...driver.machine.records()].length);
  });

  it('of an empty machine are none', () => {
    const machine = createJobsStateMachine();
    expect(machine.changedCount).toBe(0);
    expect(machine.takeChanges()).toEqual([]);
    expect([...machine.records()]).toEqual([]);
  });
});

describe('a restored state', () => {
  it('has its records in order of keys, jobs by creation', () => {
    const driver = new Driver();
    driver.submit(...Array.from({ length: 40 }, () => aSpec()));
    driver.open(aWorker('w2'));
    driver.open(aWorker('w1'));
    driver.command({ type: 'registerNode', node: aNode('n1') });
    driver.command({ type: 'submitJobs', specs: [aSpec()], idempotencyKey: 'k' });
    const keys = Array.from(driver.machine.records(), ({ key }) => key);
    expect(keys).toEqual(keys.slice().sort());
    expect(new Set(keys.map((key) => key.slice(0, 1)))).toEqual(new Set(['c', 'j', 'k', 'n', 'r', 's', 'w']));
  });

  it('keeps active attempts in order of assignment, also on a worker that restarted with less capacity', () => {
    const driver = new Driver();
    driver.open(aWorker('w1', { capacity: 3 }));
    const [first, second, third] = driver.submit(aSpec(), aSpec(), aSpec()) as [string, string, string];
    const held = [third, first, second].map((jobId) => driver.assign(jobId, 'w1'));
    driver.open(aWorker('w1', { capacity: 1, incarnation: 2 }), held);
    const machine = restored(driver.machine);
    const jobIds = machine.activeAttempts('w1').map(({ jobId }) => jobId);
    expect(jobIds).toEqual([third, first, second]);
    const lost = driver.envelope({ type: 'closeWorker', workerId: 'w1', incarnation: 2, cause: 'lost' });
    expect(machine.apply(machine.appliedSlot + 1, [lost])).toEqual(driver.apply(lost));
  });

  it('keeps the last attempts with their numbers', () => {
    const driver = new Driver();
    driver.open(aWorker('w1'));
    const jobId = driver.submitOne({ maxLostAttempts: 100 });
    for (let round = 0; round < MAX_KEPT_ATTEMPTS + 3; round += 1) {
      driver.report('w1', driver.assign(jobId, 'w1'), { end: anEnd('lost') });
    }
    driver.assign(jobId, 'w1');
    expect(restored(driver.machine).job(jobId)?.attempts).toHaveLength(MAX_KEPT_ATTEMPTS);
  });

  it('evicts the session that is unused for longest, as the original does', () => {
    const driver = new Driver();
    const command = { type: 'cancelJob', jobId: 'nobody', reason: '' } as const;
    const from = (at: number, sequence = 1) => {
      const origin = { nodeId: `c${at}`, incarnation: 1, sequence, acknowledgedBelow: 1 };
      return driver.envelope(command, { origin });
    };
    const all = Array.from({ length: MAX_CLIENT_SESSIONS }, (_, at) => from((at * 7) % MAX_CLIENT_SESSIONS));
    for (let at = 0; at < all.length; at += 256) driver.apply(...all.slice(at, at + 256));
    driver.apply(from(0, 2));
    const replica = new ImagedReplica(driver.machine);
    replica.flush();
    const other = replica.restored({}, (records) => records.reverse());
    for (const envelope of [from(5_000), from(0, 2), from(1, 2), from(7), from(6_000)]) {
      expect(other.machine.apply(other.machine.appliedSlot + 1, [envelope])).toEqual(driver.apply(envelope));
      expect(other.machine.stateHash()).toBe(driver.machine.stateHash());
    }
    other.flush();
    expect(other.seen.get('gone s')).toBeGreaterThan(1);
  });
});
