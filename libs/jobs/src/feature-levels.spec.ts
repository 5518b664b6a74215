import { InvariantViolation } from '@synod/base';
import { FEATURE_LEVELS, MAX_FEATURE_LEVEL } from './feature-levels.js';
import { imageOf, recordsOf } from './image-replicas.spec-support.js';
import { aSpec, Driver } from './machine.spec-support.js';
import { createJobsStateMachine, restoreJobsStateMachine } from './state-machine.js';

const setLevel = (level: number) => ({ type: 'setFeatureLevel', level }) as const;

describe('feature levels', () => {
  it('are documented from 1 to the highest, without gaps', () => {
    expect(FEATURE_LEVELS.map(({ level }) => level)).toEqual(FEATURE_LEVELS.map((_, at) => at + 1));
    expect(FEATURE_LEVELS.every(({ starts }) => starts !== '')).toBe(true);
    expect(MAX_FEATURE_LEVEL).toBe(FEATURE_LEVELS.at(-1)?.level);
  });

  it('begin at 1, rise by a command and never fall', () => {
    const driver = new Driver({ maxFeatureLevel: 3 });
    expect(driver.machine.featureLevel).toBe(1);
    expect(driver.command(setLevel(3))).toEqual({ type: 'featureLevelSet', level: 3 });
    expect(driver.machine.featureLevel).toBe(3);
    expect(driver.command(setLevel(2))).toEqual({ type: 'featureLevelSet', level: 3 });
    expect(driver.machine.featureLevel).toBe(3);
  });

  it('are part of the state hash and of the image', () => {
    const driver = new Driver({ maxFeatureLevel: 2 });
    const other = new Driver({ maxFeatureLevel: 2 });
    // The same reply is stored in both; the level alone differs.
    driver.command(setLevel(2));
    other.command(setLevel(1));
    expect(driver.machine.stateHash()).not.toBe(other.machine.stateHash());
    const records = recordsOf(imageOf(driver.machine.records()));
    const restored = restoreJobsStateMachine(driver.options, 1, records, driver.machine.stateHash());
    expect(restored.featureLevel).toBe(2);
  });

  it.each([0, MAX_FEATURE_LEVEL + 1, 1.5, Number.NaN])(
    'above what the program supports, or senseless, stop it before it applies anything of the entry: %d',
    (level) => {
      const driver = new Driver();
      const submission = driver.envelope({ type: 'submitJobs', specs: [aSpec()], idempotencyKey: '' });
      const before = driver.machine.stateHash();
      expect(() => driver.apply(submission, driver.envelope(setLevel(level)))).toThrow(InvariantViolation);
      expect(driver.machine.stateHash()).toBe(before);
      expect(driver.machine.appliedSlot).toBe(0);
      expect(driver.machine.changedCount).toBe(0);
    },
  );

  it('of an image above what the program supports are no damage: it must stop', () => {
    const driver = new Driver({ maxFeatureLevel: 2 });
    driver.command(setLevel(2));
    const records = [...driver.machine.records()];
    expect(() => restoreJobsStateMachine({ maxFeatureLevel: 1 }, 1, records)).toThrow(
      expect.objectContaining({ facts: { code: 'featureLevelUnsupported', level: 2, supported: 1 } }) as Error,
    );
    expect(createJobsStateMachine({ maxFeatureLevel: 2 }).featureLevel).toBe(1);
  });
});
