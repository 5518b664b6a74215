import type { CommandEnvelope, JobsOptions } from '@synod/jobs';
import { createJobsStateMachine, restoreJobsStateMachine } from '@synod/jobs';
import { contractError } from './contracts.spec-support.js';
import { GOLDEN_COMMANDS, GOLDEN_IMAGE } from './golden.spec-support.js';
import { GOLDEN_LEVEL_2_COMMANDS, GOLDEN_LEVEL_2_IMAGE, numbered } from './golden-level-2.spec-support.js';
import { decodeStateRecord, encodeStateChange, encodeStateRecord } from './index.js';

const OPTIONS: Partial<JobsOptions> = { generation: 1, maxFeatureLevel: 2 };

/** The state after the golden commands: a job, a worker, a node, a key, and a reply of each kind. */
function goldenMachine() {
  const machine = createJobsStateMachine(OPTIONS);
  const kept = GOLDEN_COMMANDS.filter(
    ({ envelope: { body } }) => !['closeWorker', 'deregisterNode'].includes(body.type),
  );
  const origin = { nodeId: 'c1', incarnation: 3, acknowledgedBelow: 1 };
  for (const [at, { envelope }] of kept.entries()) {
    const numbered: CommandEnvelope = { ...envelope, origin: { ...origin, sequence: at + 1 } };
    machine.apply(at + 1, [numbered]);
  }
  const job = machine.listJobs({ states: [], queue: '' }, undefined, 1)[0];
  const assignment = { jobId: job?.jobId ?? '', jobRevision: job?.revision ?? 0, workerId: 'w1', workerIncarnation: 2 };
  const assign = { ...(kept[0] as (typeof kept)[number]).envelope, origin: { ...origin, sequence: 50 } };
  machine.apply(kept.length + 1, [{ ...assign, body: { type: 'assignJobs', assignments: [assignment] } }]);
  return machine;
}

const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

describe('a record of the image', () => {
  it('is the same when it is read again, and restores the state to its hash', () => {
    const machine = goldenMachine();
    const encoded = Array.from(machine.records(), encodeStateRecord);
    const records = encoded.map(decodeStateRecord);
    expect(records).toEqual([...machine.records()]);
    const restored = restoreJobsStateMachine(OPTIONS, machine.appliedSlot, records, machine.stateHash());
    restored.checkInvariants();
    const changes = machine.takeChanges().map(encodeStateChange);
    const text = ({ key, bytes }: { key: string; bytes: Uint8Array | undefined }) =>
      `${key} ${Buffer.from(bytes ?? []).toString('hex')}`;
    expect(changes.map(text).sort()).toEqual(encoded.map(text).sort());
  });

  it('lies there byte for byte as in the release that began feature level 2', () => {
    const machine = createJobsStateMachine(OPTIONS);
    for (const [at, envelope] of numbered(GOLDEN_LEVEL_2_COMMANDS).entries()) machine.apply(at + 1, [envelope]);
    const lines = Array.from(machine.records(), (record) => {
      const { key, bytes } = encodeStateRecord(record);
      return { key, text: Buffer.from(bytes).toString('utf8') };
    });
    expect(lines).toEqual(GOLDEN_LEVEL_2_IMAGE.map(({ key, text }) => ({ key, text: `\u0001${text}` })));
  });

  it('lies there byte for byte as in the first release', () => {
    const lines = Array.from(goldenMachine().records(), (record) => {
      const { key, bytes } = encodeStateRecord(record);
      return `${key} ${Buffer.from(bytes).toString('utf8')}`;
    });
    expect(lines).toEqual(GOLDEN_IMAGE.map(({ key, text }) => `${key} \u0001${text}`));
    for (const { key, text } of GOLDEN_IMAGE) {
      expect(decodeStateRecord({ key, bytes: bytesOf(`\u0001${text}`) })).toEqual({
        key,
        value: JSON.parse(text) as unknown,
      });
    }
  });

  it('is read from the middle of a larger buffer', () => {
    const { bytes } = encodeStateRecord({ key: 'c', value: [1, 'ü'] });
    const large = new Uint8Array(Buffer.concat([bytesOf('noise'), bytes, bytesOf('noise')]));
    expect(decodeStateRecord({ key: 'c', bytes: large.subarray(5, 5 + bytes.length) }).value).toEqual([1, 'ü']);
  });

  it('that is gone has no bytes, and one that is null or empty has', () => {
    expect(encodeStateChange({ key: 'j/1', value: undefined })).toEqual({ key: 'j/1', bytes: undefined });
    expect(encodeStateChange({ key: 'j/1', value: null }).bytes).toBeDefined();
  });

  it.each([
    ['of another format', '\u0002[]', 'unknownRecord'],
    ['of nothing', '', 'damagedRecord'],
    ['of zeros', '\0\0', 'damagedRecord'],
    ['without a value', '\u0001', 'damagedRecord'],
    ['that was cut off', '\u0001[1,', 'damagedRecord'],
  ])('%s is refused', (_, text, code) => {
    expect(contractError(() => decodeStateRecord({ key: 'c', bytes: bytesOf(text) })).code).toBe(code);
  });
});
