import { ContractError } from './errors.js';

/** Place of an event: the log entry that caused it, and its index among the entry's events. */
export interface EventPosition {
  readonly slot: number;
  readonly index: number;
}

const FORM = /^1-([1-9]\d{0,15}|0)-([1-9]\d{0,8}|0)$/;

/** A position as the opaque cursor of events: clients only hand it back. */
export function cursorToWire({ slot, index }: EventPosition): string {
  return Buffer.from(`1-${slot}-${index}`, 'latin1').toString('base64url');
}

/** Throws `cursorInvalid` for a text that is no cursor of ours. */
export function cursorFromWire(cursor: string): EventPosition {
  const match = cursor.length > 64 ? null : FORM.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  const slot = Number(match?.[1]);
  if (match === null || !Number.isSafeInteger(slot)) {
    throw new ContractError(
      { code: 'cursorInvalid' },
      'The cursor is not one that WatchEvents gave: pass it on unchanged.',
    );
  }
  return { slot, index: Number(match[2]) };
}

/** Order of events. Negative, zero or positive, for sorting. */
export function compareEventPositions(a: EventPosition, b: EventPosition): number {
  return a.slot - b.slot || a.index - b.index;
}
