import fc from 'fast-check';
import { imageOf, recordsOf, viewOf } from './image-replicas.spec-support.js';
import { CommandMaker, TIGHT_OPTIONS } from './image-world.spec-support.js';
import type { StateRecord } from './image.js';
import type { ExecTask } from './job.js';
import { JobsError } from './jobs-error.js';
import {
  aNode,
  anEnd,
  anHttpTask,
  aScheduleSpec,
  aSpec,
  aWorker,
  Driver,
  someLimits,
  START_MS,
} from './machine.spec-support.js';
import { beginJobsRestore, restoreJobsStateMachine } from './state-machine.js';

/** A state with something of everything. */
function richState(): Driver {
  const driver = new Driver(TIGHT_OPTIONS);
  driver.raiseLevel();
  const labels = { zone: 'a' };
  driver.open(aWorker('w1', { labels, handlers: ['mail'] }));
  driver.open(aWorker('w2', { runsHttp: true }));
  const specs = [aSpec({ labels }), aSpec({ task: { kind: 'handler', handler: 'mail', payload: 'cA==' } }), aSpec()];
  const [first, second] = driver.submit(...specs) as [string, string];
  driver.start('w1', driver.assign(first, 'w1'));
  driver.assign(second, 'w1');
  driver.complete('w2');
  driver.finish('w2', driver.assign(driver.submitOne(), 'w2'), anEnd('failed', { signal: 'SIGKILL', message: 'm' }));
  driver.command({ type: 'submitJobs', specs: [aSpec()], idempotencyKey: 'k1' });
  driver.command({ type: 'submitJobs', specs: [], idempotencyKey: 'k2' });
  driver.command({ type: 'closeWorker', workerId: 'w2', incarnation: 1, cause: 'lost' });
  driver.open(aWorker('w3'));
  driver.command({ type: 'closeWorker', workerId: 'w3', incarnation: 1, cause: 'left' });
  driver.command({ type: 'registerNode', node: aNode('n1', { labels }) });
  driver.command({ type: 'registerNode', node: aNode('n2', { kind: 'registry' }) });
  // A window in which some replies of each kind are left.
  const maker = new CommandMaker(driver.machine, ['c8', 'c9']);
  const kinds = ['cancel', 'assign', 'report', 'lose', 'level', 'deregister', 'close', 'open', 'register'] as const;
  for (const [at, kind] of [...kinds, ...kinds].entries()) {
    driver.apply(maker.envelope({ kind, a: 4 * at + 1, b: 7 * at + 1, c: 3 * at + 2, d: 10 * at + 1 }));
  }
  driver.open(aWorker('w1', { incarnation: 50 }));
  driver.open(aWorker('w5', { runsHttp: true }));
  const exec = aSpec().task;
  const evicted = driver.submit(
    aSpec({ task: anHttpTask() }),
    aSpec({ task: { ...exec, limits: someLimits() } as ExecTask }),
  );
  for (const jobId of evicted) driver.assign(jobId, 'w5');
  driver.schedule('w5', 'draining', START_MS - 1);
  driver.evict('w5');
  driver.report('w5', driver.attemptOf(evicted[0] as string), { end: anEnd('lost') });
  const job = aSpec({ killGraceMs: 7 });
  const timed = aScheduleSpec({ job, overlap: 'terminateOther', startAtMs: START_MS, endAtMs: START_MS + 10_000 });
  driver.command({ type: 'setSchedule', scheduleId: 'backup', spec: timed, paused: false });
  driver.command({ type: 'triggerSchedule', scheduleId: 'backup' });
  const firing = driver.machine.scheduleJobs('backup').active[0] as string;
  driver.report('w1', driver.assign(firing, 'w1'), { startedAtMs: 5 });
  driver.command({ type: 'triggerSchedule', scheduleId: 'backup' });
  driver.command({ type: 'pauseSchedule', scheduleId: 'backup', paused: true, reason: 'p' });
  const running = driver.submitOne();
  driver.report('w1', driver.assign(running, 'w1'), { startedAtMs: 5 });
  driver.assign(driver.submitOne(), 'w1');
  return driver;
}

const driver = richState();
const { machine } = driver;
const slot = machine.appliedSlot;
const stateHash = machine.stateHash();
const image = imageOf(machine.records());
const records = () => recordsOf(image);

/** The code of the error that restoring from these records ends with; undefined when it succeeds. */
function errorOf(damaged: readonly StateRecord[], hash: string | null = stateHash, atSlot = slot) {
  try {
    const restored = restoreJobsStateMachine(TIGHT_OPTIONS, atSlot, damaged, hash ?? undefined);
    restored.checkInvariants();
    // Only what makes no difference may pass.
    expect(viewOf(restored)).toBe(viewOf(machine));
    return undefined;
  } catch (error) {
    if (error instanceof JobsError) return error.facts;
    throw error;
  }
}

/** All places of a value, as paths. */
function pathsOf(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, field]) => pathsOf(field, [...path, name]));
  return [path, ...inner];
}

function replaced(value: unknown, path: readonly (string | number)[], by: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...(value as unknown[])]
    : { ...(value as Record<string, unknown>) };
  const fields = copy as Record<string, unknown>;
  if (rest.length === 0 && by === undefined && Array.isArray(copy)) copy.splice(Number(name), 1);
  else fields[name] = replaced(fields[name], rest, by);
  return copy;
}

const strangeValues: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  '',
  'x',
  'online',
  'succeeded',
  '0',
  0,
  -1,
  1,
  2,
  77,
  1.5,
  2 ** 32,
  2 ** 32 + 1,
  Number.MAX_SAFE_INTEGER,
  [],
  ['exec'],
  ['refused', 'sessionEvicted'],
  {},
  { zone: 1 },
];

describe('a damaged image', () => {
  it('is whole before it is damaged', () => {
    expect(errorOf(records())).toBeUndefined();
    const kinds = new Set(records().map(({ key }) => key.slice(0, 2)));
    expect(kinds).toEqual(new Set(['c', 'j/', 'k/', 'n/', 'r/', 's/', 't/', 'w/']));
    const replies = records().filter(({ key }) => key.startsWith('r/'));
    const types = new Set(replies.map(({ value }) => (value as unknown[])[1]));
    expect(types.size).toBeGreaterThan(7);
  });

  it('is found, whichever value of it is another, and never crashes anything', () => {
    let found = 0;
    let turn = 0;
    for (const [at, { key, value }] of records().entries()) {
      for (const path of pathsOf(value)) {
        // Each place meets a sixth of them; over the records each kind of place meets all.
        turn += 1;
        for (let pick = turn % 6; pick < strangeValues.length; pick += 6) {
          const strange = strangeValues[pick];
          const damaged = records();
          damaged[at] = { key, value: replaced(value, path, strange) };
          if (errorOf(damaged) !== undefined) found += 1;
          else expect(JSON.stringify(damaged[at])).toBe(JSON.stringify({ key, value }));
        }
      }
    }
    expect(found).toBeGreaterThan(600);
  });

  it('is found by its hash when a record is missing, twice, or under another key', () => {
    for (const [at, record] of records().entries()) {
      const missing = records();
      missing.splice(at, 1);
      expect(errorOf(missing)?.code).toBe('imageDamaged');
      expect(errorOf([...records(), record])?.code).toBe('imageDamaged');
      for (const key of [`${record.key}x`, record.key.slice(0, -1), 'x/1', '', 'j/', 'r/c1', 'k/1', 'w/', 'n/', 's/']) {
        const renamed = records();
        renamed[at] = { ...record, key };
        expect(errorOf(renamed)?.code).toBe('imageDamaged');
      }
    }
  });

  it('is found when records of an older image are among it', () => {
    const younger = richState();
    younger.complete('w1');
    younger.start('w1', younger.attemptOf(younger.machine.activeAttempts('w1').at(-1)?.jobId as string));
    const hash = younger.machine.stateHash();
    const mixed = imageOf(younger.machine.records());
    let differences = 0;
    for (const [key, text] of image) {
      if (mixed.get(key) === text) continue;
      differences += 1;
      const records = recordsOf(new Map([...mixed, [key, text]]));
      expect(errorOf(records, hash, younger.machine.appliedSlot)).toMatchObject({ code: 'imageDamaged' });
    }
    expect(differences).toBeGreaterThan(2);
  });

  it('is found when it is of another slot, group or generation', () => {
    expect(errorOf(records(), stateHash, slot + 1)).toMatchObject({ code: 'imageDamaged', key: 'c' });
    for (const options of [{ groupId: 8 }, { generation: 4 }]) {
      const restore = beginJobsRestore({ ...TIGHT_OPTIONS, ...options }, slot);
      expect(() => restore.add(records())).toThrow(expect.objectContaining({ code: 'imageDamaged' }) as Error);
    }
    expect(errorOf([])).toEqual({ code: 'imageDamaged', key: 'c', problem: 'is missing' });
  });

  it.each<[string, (value: unknown[]) => unknown, string]>([
    ['an active attempt of a worker that is gone', (job) => replaced(job, [10, 0, 3], 'w9'), 'j'],
    ['an active attempt of another incarnation', (job) => replaced(job, [10, 0, 4], 77), 'j'],
    ['an active attempt with a token that was not minted', (job) => replaced(job, [10, 0, 2], 9_999), 'j'],
    ['an active attempt in a job that is ready', (job) => replaced(job, [0], 'ready'), 'j'],
    ['a finished job that has no place', (job) => replaced(job, [0], 'failed'), 'j'],
  ])('is found without a hash when it has %s', (_, damage) => {
    const damaged = records().map((record) => {
      const isActive = record.key.startsWith('j/') && (record.value as unknown[])[0] === 'running';
      return isActive ? { ...record, value: damage(record.value as unknown[]) } : record;
    });
    expect(errorOf(damaged, null)).toMatchObject({ code: 'imageDamaged' });
  });

  it('says which record it was', () => {
    const damaged = records().map((record) => (record.key === 'w/w1' ? { ...record, value: 7 } : record));
    expect(errorOf(damaged)).toEqual({ code: 'imageDamaged', key: 'w/w1', problem: 'is no list' });
  });

  it('is damage or nothing, whatever the records are', () => {
    const key = fc.oneof(fc.constantFrom(...image.keys()), fc.constantFrom('c', 'j/', 'k/', 'n/', 'r/', 's/', 'w/'));
    const value = fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { minLength: 7, maxLength: 16 }));
    fc.assert(
      fc.property(fc.array(fc.record({ key, value }), { maxLength: 4 }), (strange) => {
        expect(['imageDamaged', 'featureLevelUnsupported']).toContain(errorOf(strange)?.code);
      }),
      { numRuns: 300 },
    );
  });
});
