import { clientError, type SynodClientError } from '../errors.js';

export type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

export function invalid(field: string, description: string): SynodClientError {
  return clientError('invalidArgument', description, { violations: [{ field, description }] });
}

/** @throws SynodClientError `invalidArgument` for a name that the table doesn't have. */
export function known<Name extends string, Wire>(table: Readonly<Record<Name, Wire>>, name: Name, field: string): Wire {
  if (!Object.hasOwn(table, name))
    throw invalid(field, `${field} is one of ${Object.keys(table).join(', ')}, not ${name}`);
  return table[name];
}

/** @throws SynodClientError `invalidArgument` for what 32 bits would change. */
export function uint32(value: number, field: string): number {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw invalid(
      field,
      `${field} is a whole number of milliseconds or a count, from 0 to 4,294,967,295, not ${value}`,
    );
  return value;
}

/** @throws SynodClientError `invalidArgument` for what isn't a whole number that JavaScript holds exactly. */
export function int64(value: number, field: string): string {
  if (!Number.isSafeInteger(value)) throw invalid(field, `${field} is a whole number below 2^53, not ${value}`);
  return String(value);
}
