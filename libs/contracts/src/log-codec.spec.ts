import fc from 'fast-check';
import type { CommandEnvelope, CommandType } from '@synod/jobs';
import { COMMAND_VERSIONS } from '@synod/jobs';
import { anyEnvelope, anyRecord, contractError } from './contracts.spec-support.js';
import { GOLDEN_COMMANDS, GOLDEN_RECORD } from './golden.spec-support.js';
import { GOLDEN_LEVEL_2_COMMANDS } from './golden-level-2.spec-support.js';
import { GOLDEN_LEVEL_3_COMMANDS } from './golden-level-3.spec-support.js';
import { GOLDEN_SCHEDULE_COMMANDS } from './golden-schedules.spec-support.js';
import { decodeCommand, decodeJobRecord, encodeCommand, encodeJobRecord, stampCommand } from './index.js';

const bytesOf = (json: unknown, prefix = '\u00010001763800000000') => Buffer.from(prefix + JSON.stringify(json));
const GOLDEN = [
  ...GOLDEN_COMMANDS,
  ...GOLDEN_LEVEL_2_COMMANDS,
  ...GOLDEN_LEVEL_3_COMMANDS,
  ...GOLDEN_SCHEDULE_COMMANDS,
];
const [first] = GOLDEN_COMMANDS as [(typeof GOLDEN_COMMANDS)[number]];

describe('a command in the log', () => {
  it('is the same when it is read again, unset fields included', () => {
    fc.assert(
      fc.property(anyEnvelope, (envelope) => {
        expect(decodeCommand(encodeCommand(envelope))).toStrictEqual(envelope);
      }),
    );
  });

  it('is read from the middle of a larger buffer', () => {
    const bytes = encodeCommand(first.envelope);
    const large = Buffer.concat([Buffer.from('noise'), bytes, Buffer.from('noise')]);
    expect(decodeCommand(new Uint8Array(large).subarray(5, 5 + bytes.length))).toEqual(first.envelope);
  });

  it('lies in the log byte for byte as in the release that began it', () => {
    for (const { envelope, text } of GOLDEN) {
      expect(Buffer.from(encodeCommand(envelope)).toString('utf8')).toBe(`\u0001${text}`);
      expect(decodeCommand(Buffer.from(`\u0001${text}`))).toStrictEqual(envelope);
    }
  });

  it('has a golden vector for each type', () => {
    const types = new Set(GOLDEN.map(({ envelope }) => envelope.body.type));
    expect([...types].sort()).toEqual((Object.keys(COMMAND_VERSIONS) as CommandType[]).sort());
  });

  it.each<[string, Uint8Array]>([
    ['a type of the future', bytesOf({ ...first.envelope, body: { type: 'splitGroup' } })],
    ['a type named like a property of objects', bytesOf({ ...first.envelope, body: { type: 'constructor' } })],
    ['a version of the future', bytesOf({ ...first.envelope, version: 2 })],
    ['a format of the future', bytesOf(first.envelope, '\u00020001763800000000')],
  ])('of %s is unknown: the replica must stop', (_, bytes) => {
    expect(contractError(() => decodeCommand(bytes)).code).toBe('unknownCommand');
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['zeros', new Uint8Array(100)],
    ['half a command', encodeCommand(first.envelope).subarray(0, 40)],
    ['no object', bytesOf([1])],
    ['null', bytesOf(null)],
    ['no body', bytesOf({ ...first.envelope, body: undefined })],
    ['a body without type', bytesOf({ ...first.envelope, body: {} })],
    ['no origin', bytesOf({ ...first.envelope, origin: null })],
    ['a broken origin', bytesOf({ ...first.envelope, origin: { ...first.envelope.origin, sequence: 1.5 } })],
    ['with a stamp that is no number', bytesOf(first.envelope, '\u0001000176380000000x')],
    ['with a stamp beyond 2^53', bytesOf(first.envelope, '\u00019999999999999999')],
    ['version 0', bytesOf({ ...first.envelope, version: 0 })],
  ])('that is %s is damaged', (_, bytes) => {
    expect(contractError(() => decodeCommand(bytes)).code).toBe('damagedCommand');
  });

  it('is damaged or unknown, never anything else, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(['damagedCommand', 'unknownCommand']).toContain(contractError(() => decodeCommand(bytes)).code);
      }),
    );
  });

  it('can be stamped anew, without a change to the bytes that were given', () => {
    fc.assert(
      fc.property(anyEnvelope, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (envelope, stampMs) => {
        const bytes = encodeCommand(envelope);
        expect(decodeCommand(stampCommand(bytes, stampMs))).toStrictEqual({ ...envelope, stampMs });
        expect(decodeCommand(bytes)).toStrictEqual(envelope);
      }),
    );
  });

  it('larger than a log entry is refused', () => {
    const reason = 'x'.repeat(4 * 1024 * 1024);
    const envelope: CommandEnvelope = { ...first.envelope, body: { type: 'cancelJob', jobId: 'j', reason } };
    expect(contractError(() => encodeCommand(envelope)).facts).toMatchObject({
      code: 'commandTooLarge',
      limitBytes: 4_194_304,
    });
  });
});

describe('a job record in history', () => {
  it('is the same when it is read again, unset fields included', () => {
    fc.assert(
      fc.property(anyRecord, (record) => expect(decodeJobRecord(encodeJobRecord(record))).toStrictEqual(record)),
    );
  });

  it('lies there byte for byte as in the first release, and since level 2 with what was drained', () => {
    const { record, text } = GOLDEN_RECORD;
    expect(decodeJobRecord(Buffer.from(`\u0001${text}`))).toStrictEqual(record);
    const since = text.replace('"lostAttempts":0,', '"lostAttempts":0,"drainedAttempts":0,');
    expect(Buffer.from(encodeJobRecord(record)).toString('utf8')).toBe(`\u0001${since}`);
  });

  it('of another format is unknown, and garbage is damaged', () => {
    expect(contractError(() => decodeJobRecord(bytesOf({}, '\u0009'))).code).toBe('unknownRecord');
    for (const bytes of [
      new Uint8Array(0),
      bytesOf({}, '\u0001'),
      bytesOf({ jobId: 'j' }, '\u0001'),
      Buffer.from('\u0001{'),
    ])
      expect(contractError(() => decodeJobRecord(bytes)).code).toBe('damagedRecord');
  });
});
