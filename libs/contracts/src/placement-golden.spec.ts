import type { JobSpec, PlacementWish } from '@synod/jobs';
import { createJobsStateMachine, restoreJobsStateMachine } from '@synod/jobs';
import { golden } from './golden.spec-support.js';
import { numbered } from './golden-level-2.spec-support.js';
import { decodeCommand, encodeCommand, encodeStateRecord } from './index.js';

// What feature level 3 added to a job's placement, in the log and in the image, byte for byte.

interface GoldenPlacement {
  readonly wish: PlacementWish;
  readonly key: string;
  readonly logText: string;
  readonly imageText: string;
}

const PLACEMENTS: readonly GoldenPlacement[] = [
  {
    ...{ wish: { placement: 'leastLoaded', ownPlacement: true }, key: '' },
    logText: '"placement":"leastLoaded","ownPlacement":true,"placementKey":""',
    imageText: '["leastLoaded",true],""',
  },
  {
    ...{ wish: { placement: 'roundRobin' }, key: '' },
    logText: '"placement":"roundRobin","placementKey":""',
    imageText: '"roundRobin",""',
  },
  {
    ...{ wish: { placement: 'spread', placementOptions: { spreadLabel: 'zone' } }, key: '' },
    logText: '"placement":"spread","placementOptions":{"spreadLabel":"zone"},"placementKey":""',
    imageText: '["spread",false,null,null,"zone"],""',
  },
  {
    ...{ wish: { placement: 'boundedHash', placementOptions: { loadFactorPercent: 150 } }, key: 'k' },
    logText: '"placement":"boundedHash","placementOptions":{"loadFactorPercent":150},"placementKey":"k"',
    imageText: '["boundedHash",false,null,150,null],"k"',
  },
  {
    ...{ wish: { placement: 'powerOfChoices', placementOptions: { choices: 3 } }, key: '' },
    logText: '"placement":"powerOfChoices","placementOptions":{"choices":3},"placementKey":""',
    imageText: '["powerOfChoices",false,3,null,null],""',
  },
];

const specOf = ({ wish, key }: GoldenPlacement): JobSpec => ({
  ...{ task: { kind: 'handler', handler: 'h', payload: '' }, queue: 'q', labels: {}, workerLabels: {} },
  ...wish,
  ...{ placementKey: key, mode: 'oneLiveHolder', lostAfterMs: 10000 },
  ...{ startToCloseTimeoutMs: 0, killGraceMs: 5000, maxLostAttempts: 10 },
});
const specText = ({ logText }: GoldenPlacement): string =>
  `{"task":{"kind":"handler","handler":"h","payload":""},"queue":"q","labels":{},"workerLabels":{},${logText},` +
  '"mode":"oneLiveHolder","lostAfterMs":10000,"startToCloseTimeoutMs":0,"killGraceMs":5000,"maxLostAttempts":10}';

const COMMANDS = [
  golden({ type: 'setFeatureLevel', level: 3 }, '{"type":"setFeatureLevel","level":3}'),
  golden(
    { type: 'submitJobs', specs: PLACEMENTS.map(specOf), idempotencyKey: '' },
    `{"type":"submitJobs","specs":[${PLACEMENTS.map(specText).join(',')}],"idempotencyKey":""}`,
  ),
];

describe('the placement of a job of feature level 3', () => {
  it('lies in the log byte for byte as in the release that began it', () => {
    for (const { envelope, text } of COMMANDS) {
      expect(Buffer.from(encodeCommand(envelope)).toString('utf8')).toBe(`\u0001${text}`);
      expect(decodeCommand(Buffer.from(`\u0001${text}`))).toStrictEqual(envelope);
    }
  });

  it('lies in the image byte for byte so, and restores the state to its hash', () => {
    const options = { generation: 1, maxFeatureLevel: 3 };
    const machine = createJobsStateMachine(options);
    for (const [at, envelope] of numbered(COMMANDS).entries()) machine.apply(at + 1, [envelope]);
    const records = [...machine.records()];
    const jobs = records.filter(({ key }) => key.startsWith('j/'));
    const texts = jobs.map((record) => Buffer.from(encodeStateRecord(record).bytes).toString('utf8'));
    expect(texts).toHaveLength(PLACEMENTS.length);
    for (const [at, { imageText }] of PLACEMENTS.entries()) {
      expect(texts[at]).toContain(`[["handler","h",""],"q",{},{},${imageText},"oneLiveHolder",10000,0,5000,10`);
    }
    const restored = restoreJobsStateMachine(options, machine.appliedSlot, records, machine.stateHash());
    restored.checkInvariants();
    const specs = restored.listJobs({ states: [], queue: '' }, undefined, 99).map(({ spec }) => spec);
    expect(specs.reverse()).toStrictEqual(PLACEMENTS.map(specOf));
  });

  it.each([
    ['a policy of the future', ['best', true]],
    ['an own word that is none', ['leastLoaded', false]],
    ['a number of choices that is none', ['powerOfChoices', false, 0, null, null]],
    ['a label that is no text', ['spread', false, null, null, 7]],
    ['fields that are missing', ['spread', false, null]],
  ])('with %s is damage of the image', (_, placement) => {
    const options = { generation: 1, maxFeatureLevel: 3 };
    const machine = createJobsStateMachine(options);
    for (const [at, envelope] of numbered(COMMANDS).entries()) machine.apply(at + 1, [envelope]);
    const records = Array.from(machine.records(), ({ key, value }) => ({ key, value: structuredClone(value) }));
    const job = records.find(({ key }) => key.startsWith('j/'))?.value as unknown[][];
    (job[9] as unknown[])[4] = placement;
    expect(() => restoreJobsStateMachine(options, machine.appliedSlot, records)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ code: 'imageDamaged' }) as object }) as Error,
    );
  });
});
