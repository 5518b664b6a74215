import { assert } from '@synod/base';
import { COMMAND_VERSIONS } from '@synod/jobs';
import type { AttemptReport, Command, CommandEnvelope, CommandType, JobRecord } from '@synod/jobs';
import { ContractError } from './errors.js';
import { LOG_ENTRY_MAX_BYTES } from './limits.js';

// What lies in the log: one byte of format version, the stamp in 16 decimal digits, then the rest of the envelope as JSON in
// UTF-8; in history: the format version, then JSON. Golden vectors in the spec hold it still. JSON, because encoding and
// decoding are native code, and because a log can be read with a pager; the stamp apart, because the leader writes it into
// commands that others have encoded.

const FORMAT_VERSION = 1;
/** The format version as the first character: one byte in UTF-8, so that a single native call encodes the whole. */
const FORMAT_PREFIX = String.fromCharCode(FORMAT_VERSION);
/** Enough for every safe integer. */
const STAMP_DIGITS = 16;

/** Throws `commandTooLarge` when no log entry could hold it. */
export function encodeCommand(envelope: CommandEnvelope): Uint8Array {
  const { stampMs, ...rest } = envelope;
  const bytes = Buffer.from(FORMAT_PREFIX + stampText(stampMs) + JSON.stringify(rest), 'utf8');
  if (bytes.length > LOG_ENTRY_MAX_BYTES) {
    throw new ContractError(
      { code: 'commandTooLarge', sizeBytes: bytes.length, limitBytes: LOG_ENTRY_MAX_BYTES },
      `A ${envelope.body.type} command of ${bytes.length} bytes exceeds a log entry (${LOG_ENTRY_MAX_BYTES}): send less at a time.`,
    );
  }
  return bytes;
}

/** An encoded command with another stamp. A copy: the bytes given may already lie in a log. */
export function stampCommand(command: Uint8Array, stampMs: number): Uint8Array {
  const stamped = Buffer.from(command);
  stamped.write(stampText(stampMs), 1, 'latin1');
  return stamped;
}

function stampText(stampMs: number): string {
  assert(isCount(stampMs), 'stamps are safe integers from 0', () => String(stampMs));
  return String(stampMs).padStart(STAMP_DIGITS, '0');
}

/**
 * Throws `unknownCommand` for a format, type or version of a newer program: the replica must stop before it applies anything;
 * `damagedCommand` for bytes that are no command. The body is trusted beyond its type: {@link encodeCommand} wrote it, and the
 * log's checksums have held.
 */
export function decodeCommand(bytes: Uint8Array): CommandEnvelope {
  const formatVersion = bytes[0];
  if (formatVersion === undefined || formatVersion === 0) throw damagedCommand('no format version');
  if (formatVersion !== FORMAT_VERSION) throw unknownCommand('log format', formatVersion);
  const envelope = parsed(bytes, 1 + STAMP_DIGITS, damagedCommand);
  if (isObject(envelope)) envelope.stampMs = readStamp(bytes);
  checkEnvelope(envelope);
  const { type } = envelope.body;
  if (!Object.hasOwn(COMMAND_VERSIONS, type)) throw unknownCommand(type, envelope.version);
  if (envelope.version > COMMAND_VERSIONS[type]) throw unknownCommand(type, envelope.version);
  restoreUnset(envelope.body);
  return envelope;
}

function readStamp(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + 1, STAMP_DIGITS).toString('latin1');
  if (!/^\d+$/.test(text)) throw damagedCommand('stampMs');
  return Number(text);
}

function checkEnvelope(
  value: unknown,
): asserts value is CommandEnvelope<CommandEnvelope['body'] & { type: CommandType }> {
  if (!isObject(value)) throw damagedCommand('no object');
  const { groupId, version, stampMs, principal, traceContext, origin, body } = value;
  if (!isCount(groupId)) throw damagedCommand('groupId');
  if (!isCount(version) || version < 1) throw damagedCommand('version');
  if (!isCount(stampMs)) throw damagedCommand('stampMs');
  if (typeof principal !== 'string') throw damagedCommand('principal');
  if (typeof traceContext !== 'string') throw damagedCommand('traceContext');
  if (!isObject(origin)) throw damagedCommand('origin');
  if (typeof origin.nodeId !== 'string') throw damagedCommand('origin.nodeId');
  for (const name of ['incarnation', 'sequence', 'acknowledgedBelow'] as const) {
    if (!isCount(origin[name])) throw damagedCommand(`origin.${name}`);
  }
  if (!isObject(body) || typeof body.type !== 'string') throw damagedCommand('body.type');
}

/** Fields that are undefined as long as nobody set them. */
const UNSET: Partial<Readonly<Record<CommandType, readonly string[]>>> = {
  setWorkerScheduling: ['evictAtMs', 'incarnation'],
  retryJob: ['ifRevision'],
  changeJob: ['ifRevision', 'priority', 'queue'],
  setQueue: ['ifRevision'],
  resetQueue: ['ifRevision'],
};

/** JSON drops what is undefined; the domain has these fields always, so that equal records look equal. */
function restoreUnset(body: Command): void {
  for (const name of UNSET[body.type] ?? []) (body as unknown as Record<string, unknown>)[name] ??= undefined;
  if (body.type === 'setQueue') {
    const settings = body.settings as { rate: unknown; placement: unknown };
    settings.rate ??= undefined;
    settings.placement ??= undefined;
  }
  if (body.type !== 'reportAttempts') return;
  for (const report of body.reports as { -readonly [Name in keyof AttemptReport]: AttemptReport[Name] }[]) {
    report.startedAtMs ??= undefined;
    report.finishedAtMs ??= undefined;
    report.end ??= undefined;
    if (report.end !== undefined) (report.end as { exitCode: number | undefined }).exitCode ??= undefined;
  }
}

/** A job's record for history. */
export function encodeJobRecord(record: JobRecord): Uint8Array {
  return Buffer.from(FORMAT_PREFIX + JSON.stringify(record), 'utf8');
}

/** Throws `unknownRecord` for a format of a newer program, `damagedRecord` for bytes that are no record. */
export function decodeJobRecord(bytes: Uint8Array): JobRecord {
  const formatVersion = bytes[0];
  if (formatVersion === undefined || formatVersion === 0) throw damagedRecord('no format version');
  if (formatVersion !== FORMAT_VERSION) {
    throw new ContractError(
      { code: 'unknownRecord', version: formatVersion },
      `A job record has format ${formatVersion}, which a newer version of this program wrote: run that version.`,
    );
  }
  const record = parsed(bytes, 1, damagedRecord);
  if (!isObject(record) || typeof record.jobId !== 'string') throw damagedRecord('jobId');
  if (!isObject(record.spec) || !Array.isArray(record.attempts)) throw damagedRecord('spec or attempts');
  record.finishedAtMs ??= undefined;
  // What the first release wrote has none.
  record.drainedAttempts ??= 0;
  for (const attempt of record.attempts as Record<string, unknown>[]) {
    attempt.startedAtMs ??= undefined;
    attempt.finishedAtMs ??= undefined;
    attempt.end ??= undefined;
    if (isObject(attempt.end)) attempt.end.exitCode ??= undefined;
  }
  return record as unknown as JobRecord;
}

function parsed(bytes: Uint8Array, from: number, damaged: (part: string, cause?: unknown) => ContractError): unknown {
  if (bytes.byteLength < from) throw damaged('too short');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, bytes.byteLength - from).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw damaged('not JSON', cause);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function unknownCommand(type: string, version: number): ContractError {
  return new ContractError(
    { code: 'unknownCommand', type, version },
    `The log holds a command of type ${type}, version ${version}, which this version of the program can't apply: run a newer one.`,
  );
}

function damagedCommand(part: string, cause?: unknown): ContractError {
  return new ContractError({ code: 'damagedCommand' }, `Bytes of the log are no command (${part}).`, { cause });
}

function damagedRecord(part: string, cause?: unknown): ContractError {
  return new ContractError({ code: 'damagedRecord' }, `Bytes of history are no job record (${part}).`, { cause });
}
