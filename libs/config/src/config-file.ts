import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { nearestName, suggestionText } from './nearest-name.js';
import { UsageError } from './usage-error.js';

/** A value of the configuration file, and where it stands: `synod.yaml:3`. */
export interface FileValue {
  readonly value: unknown;
  readonly place: string;
}

/** Largest configuration file that is read. */
const MAX_FILE_BYTES = 1_048_576;

/**
 * Reads a YAML mapping whose keys are among `knownKeys`. Throws {@link UsageError}: `configUnreadable`, `configInvalid` (with
 * the line) or `unknownKey` (with the nearest name).
 */
export function readConfigFile(path: string, knownKeys: readonly string[]): ReadonlyMap<string, FileValue> {
  return parseConfig(path, readText(path), knownKeys);
}

function readText(path: string): string {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length <= MAX_FILE_BYTES) return text;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    const text = `configuration file ${path} cannot be read (${reason}); give --config a file that is there and readable`;
    throw new UsageError({ code: 'configUnreadable', option: path }, text, { cause: error });
  }
  throw new UsageError(
    { code: 'configUnreadable', option: path },
    `configuration file ${path} is larger than ${MAX_FILE_BYTES} bytes`,
  );
}

function parseConfig(path: string, text: string, knownKeys: readonly string[]): ReadonlyMap<string, FileValue> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => `${path}:${Math.max(1, lines.linePos(offset).line)}`;
  const refuse = (at: string, why: string): UsageError =>
    new UsageError({ code: 'configInvalid', option: path }, `${at}: ${why.replace(/\s+/g, ' ')}`);

  const broken = document.errors[0];
  if (broken !== undefined) throw refuse(place(broken.pos[0]), `not valid YAML: ${broken.message}`);
  const root = document.contents;
  const values = new Map<string, FileValue>();
  if (root === null || (isScalar(root) && root.value === null)) return values;
  if (!isMap(root))
    throw refuse(place(root.range?.[0] ?? 0), 'must be a mapping of options to values, such as listen: …');

  for (const pair of root.items) {
    const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    if (!knownKeys.includes(key)) throw unknownKey(place(offset), key, knownKeys);
    const value = (document.toJS() as Record<string, unknown>)[key];
    if (value !== null) values.set(key, { value, place: place(offset) });
  }
  return values;
}

function unknownKey(place: string, key: string, knownKeys: readonly string[]): UsageError {
  const suggestion = nearestName(key, knownKeys) ?? nearestName(key.replaceAll('_', '-'), knownKeys);
  const facts = { code: 'unknownKey' as const, option: key, ...(suggestion === undefined ? {} : { suggestion }) };
  return new UsageError(facts, `${place}: unknown key ${JSON.stringify(key)}${suggestionText(suggestion)}`);
}
