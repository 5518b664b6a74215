import { option } from '@synod/config';
import { CliError, EXIT } from './failure.js';
import { Unfit } from './limit-options.js';

/** A mapping of a job file. */
export type Fields = Readonly<Record<string, unknown>>;

const anyDuration = option.durationMs({ summary: '', minMs: 0, maxMs: 2_147_483_647 });

export function malformed(place: string, what: string): CliError {
  return new CliError('fileMalformed', `${place} ${what}; see: synod submit --help`, EXIT.usage);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function refuseUnknown(fields: Fields, known: readonly string[], place: string): void {
  const unknown = Object.keys(fields).find((key) => !known.includes(key));
  if (unknown !== undefined) throw malformed(place, `has the key ${unknown}; known are ${known.join(', ')}`);
}

export function scalar(value: unknown, place: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw malformed(place, `needs a text, not ${JSON.stringify(value) ?? 'nothing'}`);
}

export function textMap(value: unknown, place: string): Record<string, string> {
  if (!isFields(value)) throw malformed(place, 'needs a mapping of texts');
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, scalar(part, `${place}: ${key}`)]));
}

export function duration(value: unknown, place: string): number {
  const result = anyDuration.schema.safeParse(value);
  if (!result.success) throw malformed(place, `must be ${anyDuration.expectation}`);
  return result.data as number;
}

export function wholeNumber(value: unknown, place: string): number {
  const number = Number(scalar(value, place));
  if (!Number.isSafeInteger(number) || number < 0) throw malformed(place, 'must be a whole number');
  return number;
}

/** What one of the parsers of flags makes of it. */
export function parsed<Value>(value: unknown, place: string, parse: (text: string) => Value): Value {
  try {
    return parse(scalar(value, place));
  } catch (error) {
    if (error instanceof Unfit) throw malformed(place, `must be ${error.message}`);
    throw error;
  }
}
