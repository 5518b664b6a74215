import type { FieldViolation } from '@synod/wire';
import { ContractError } from './errors.js';
import { VIOLATIONS_MAX } from './limits.js';

export interface TextRule {
  readonly maxCharacters: number;
  /** What the text must match, when it isn't empty. */
  readonly pattern?: RegExp;
  /** The pattern in words: "must be …". */
  readonly form?: string;
  readonly required?: boolean;
}

export interface IntegerRule {
  readonly min: number;
  readonly max: number;
  /** Used for 0 and for an unset field; without it both are checked as they are. */
  readonly fallback?: number;
  readonly unit?: string;
}

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/**
 * Collects what is wrong with a request, so that its sender hears of everything at once. The checks also look at types: what
 * comes through JSON has had no schema, and the wire library coerces silently. Each returns the value, or a harmless one.
 */
export class Violations {
  readonly #found: FieldViolation[] = [];
  #omitted = 0;

  get any(): boolean {
    return this.#found.length > 0;
  }

  /** `prefix` is the path of the message (`specs[3]`), `field` the name in the proto (`exec.command`). */
  add(prefix: string, field: string, description: string): void {
    if (this.#found.length >= VIOLATIONS_MAX) this.#omitted += 1;
    else this.#found.push({ field: joined(prefix, field), description });
  }

  /** Throws `invalidRequest` if anything was found. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const listed = this.#found.slice(0, 3).map(({ field, description }) => `${field}: ${description}`);
    const more = this.#found.length + this.#omitted - listed.length;
    const message = more > 0 ? `${listed.join('; ')}; and ${more} more.` : `${listed.join('; ')}.`;
    throw new ContractError({ code: 'invalidRequest', violations: this.#found }, message);
  }

  text(prefix: string, field: string, value: unknown, rule: TextRule): string {
    if (value === '' || value === undefined || value === null) {
      if (rule.required === true) this.add(prefix, field, 'is missing: give a value');
      return '';
    }
    if (typeof value !== 'string') {
      this.add(prefix, field, `must be text, not ${typeof value}`);
      return '';
    }
    if (value.length > rule.maxCharacters) {
      this.add(prefix, field, `has ${value.length} characters: shorten it to ${rule.maxCharacters}`);
    } else if (rule.pattern !== undefined && !rule.pattern.test(value)) {
      this.add(prefix, field, `must be ${rule.form ?? `of the form ${rule.pattern.source}`}`);
    } else if (value.includes('\0')) {
      this.add(prefix, field, 'contains a NUL byte: remove it');
    }
    return value;
  }

  integer(prefix: string, field: string, value: unknown, rule: IntegerRule): number {
    if ((value === undefined || value === null || value === 0) && rule.fallback !== undefined) return rule.fallback;
    const number = value ?? 0;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < rule.min || number > rule.max) {
      const unit = rule.unit === undefined ? '' : ` ${rule.unit}`;
      this.add(prefix, field, `must be an integer from ${rule.min} to ${rule.max}${unit}, not ${shown(value)}`);
      return rule.min;
    }
    return number;
  }

  flag(prefix: string, field: string, value: unknown): boolean {
    if (value === undefined || value === null) return false;
    if (typeof value !== 'boolean') this.add(prefix, field, `must be true or false, not ${shown(value)}`);
    return value === true;
  }

  /** A 64-bit number that can't be negative; on the wire it is text. */
  unsigned(prefix: string, field: string, value: unknown, min = 0): number {
    const number = value === undefined || value === '' ? 0 : Number(value);
    if (!Number.isSafeInteger(number) || number < min) {
      this.add(prefix, field, `must be an integer from ${min} to 2^53 - 1, not ${shown(value)}`);
      return min;
    }
    return number;
  }

  bytes(prefix: string, field: string, value: unknown, maxBytes: number): Uint8Array {
    if (value === undefined || value === null) return EMPTY_BYTES;
    if (!(value instanceof Uint8Array)) {
      this.add(prefix, field, `must be bytes, not ${typeof value}`);
      return EMPTY_BYTES;
    }
    if (value.length > maxBytes) {
      this.add(
        prefix,
        field,
        `has ${value.length} bytes; at most ${maxBytes} are allowed: keep large data in a store and pass its address`,
      );
      return EMPTY_BYTES;
    }
    return value;
  }

  list(prefix: string, field: string, value: unknown, maxItems: number): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.add(prefix, field, `must be a list, not ${typeof value}`);
      return [];
    }
    if (value.length > maxItems) this.add(prefix, field, `has ${value.length} items; at most ${maxItems} are allowed`);
    return value.length > maxItems ? [] : value;
  }

  /** A list of messages. */
  messages(prefix: string, field: string, value: unknown, maxItems: number): readonly object[] {
    const items = this.list(prefix, field, value, maxItems);
    const isMessage = (item: unknown): item is object => typeof item === 'object' && item !== null;
    for (const [index, item] of items.entries()) {
      if (!isMessage(item)) this.add(prefix, `${field}[${index}]`, `must be an object, not ${shown(item)}`);
    }
    return items.filter(isMessage);
  }

  /** A map of text to text, whose entries `check` looks at. The map itself is returned, not a copy. */
  map(
    prefix: string,
    field: string,
    value: unknown,
    maxEntries: number,
    check: (name: string, entry: string) => string | undefined,
  ): Readonly<Record<string, string>> {
    if (value === undefined || value === null) return NONE;
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.add(prefix, field, 'must be a map of text to text');
      return NONE;
    }
    const names = Object.keys(value);
    if (names.length > maxEntries) {
      this.add(prefix, field, `has ${names.length} entries; at most ${maxEntries} are allowed`);
      return NONE;
    }
    const map = value as Record<string, string>;
    for (const name of names) {
      const entry: unknown = map[name];
      const problem = typeof entry === 'string' ? check(name, entry) : `must be text, not ${typeof entry}`;
      if (problem !== undefined) this.add(prefix, `${field}[${shown(name)}]`, problem);
    }
    return map;
  }
}

const EMPTY_BYTES = new Uint8Array(0);

function joined(prefix: string, field: string): string {
  if (prefix === '') return field;
  return field === '' ? prefix : `${prefix}.${field}`;
}

/** A value as a message may show it: short, quoted, on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
