import fc from 'fast-check';
import type { CommandEnvelope, JobsOptions } from '@synod/jobs';
import { createJobsStateMachine, restoreJobsStateMachine } from '@synod/jobs';
import { contractError, overTheWire } from './contracts.spec-support.js';
import { GOLDEN_COMMANDS, GOLDEN_IMAGE } from './golden.spec-support.js';
import { GOLDEN_LEVEL_2_COMMANDS, GOLDEN_LEVEL_2_IMAGE, numbered } from './golden-level-2.spec-support.js';
import {
  chunkedRecordBytes,
  decodeRecordChunk,
  decodeStateRecord,
  encodeRecordChunk,
  encodeStateChange,
  encodeStateRecord,
  snapshotChunkFromWire,
  snapshotChunkToWire,
} from './index.js';
import type { EncodedRecord } from './index.js';

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
const plain = ({ key, bytes }: EncodedRecord) => ({ key, bytes: [...bytes] });
const someRecords = fc.array(
  fc.record({ key: fc.string({ unit: 'grapheme' }), bytes: fc.uint8Array({ maxLength: 40 }) }),
  { maxLength: 5 },
);

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

describe('a chunk of records', () => {
  it('gives the records back, and takes no more than what is told', () => {
    fc.assert(
      fc.property(someRecords, (records) => {
        const data = encodeRecordChunk(records);
        expect(decodeRecordChunk(data).map(plain)).toEqual(records.map(plain));
        expect(data.length).toBeLessThanOrEqual(records.reduce((sum, record) => sum + chunkedRecordBytes(record), 0));
      }),
    );
  });

  it('lies on the wire byte for byte as in the first release', () => {
    const records = [
      { key: 'j/ü', bytes: new Uint8Array([1, 2]) },
      { key: '', bytes: new Uint8Array(0) },
    ];
    expect(Buffer.from(encodeRecordChunk(records)).toString('hex')).toBe(
      '04000000020000006a2fc3bc01020000000000000000',
    );
  });

  it('that is cut off anywhere but between records is damaged', () => {
    const records = [encodeStateRecord({ key: 'c', value: [1] }), encodeStateRecord({ key: 'j/1', value: [2] })];
    const data = encodeRecordChunk(records);
    const first = encodeRecordChunk(records.slice(0, 1)).length;
    for (let length = 1; length < data.length; length += 1) {
      if (length === first) continue;
      expect(contractError(() => decodeRecordChunk(data.subarray(0, length))).code).toBe('damagedRecord');
    }
  });
});

describe('a chunk of a snapshot', () => {
  const chunk = { snapshotId: 's1', slot: 9, stateHash: '00ff', chunkIndex: 1, chunkCount: 0, recordCount: 7 };
  const records = [encodeStateRecord({ key: 'c', value: [1] })];
  const wire = () => overTheWire('FetchSnapshotResponse', snapshotChunkToWire({ ...chunk, records }));

  it('is the same after a journey over the wire', () => {
    const received = snapshotChunkFromWire(wire());
    expect({ ...received, records: received.records.map(plain) }).toEqual({ ...chunk, records: records.map(plain) });
    const last = { ...chunk, chunkIndex: 2 ** 32 - 2, chunkCount: 2 ** 32 - 1, slot: Number.MAX_SAFE_INTEGER, records };
    expect(snapshotChunkFromWire(overTheWire('FetchSnapshotResponse', snapshotChunkToWire(last)))).toMatchObject({
      chunkIndex: 2 ** 32 - 2,
      chunkCount: 2 ** 32 - 1,
      slot: Number.MAX_SAFE_INTEGER,
    });
  });

  it('with a flipped bit, or with numbers that do not go together, is damaged', () => {
    for (let at = 0; at < wire().data.length; at += 1) {
      const flipped = wire();
      flipped.data[at] = (flipped.data[at] as number) ^ 4;
      expect(contractError(() => snapshotChunkFromWire(flipped)).facts).toMatchObject({ part: 'checksum' });
    }
    for (const [part, changes] of [
      ['chunk_index', { chunkCount: 1 }],
      ['snapshot_id', { snapshotId: '' }],
      ['state_hash', { stateHash: '' }],
    ] as const) {
      const facts = contractError(() => snapshotChunkFromWire({ ...wire(), ...changes })).facts;
      expect(facts).toEqual({ code: 'damagedMessage', part });
    }
  });
});
