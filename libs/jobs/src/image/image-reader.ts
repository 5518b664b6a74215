import { JobsError } from '../jobs-error.js';

/** Reads values of image records, field by field. What isn't as it was written throws `imageDamaged` with the record's key. */
export class ImageReader {
  /** Of the record at hand. */
  key = '';

  fail(problem: string): never {
    throw new JobsError(
      { code: 'imageDamaged', key: this.key, problem },
      `The image of the applied state is damaged (${this.key === '' ? '' : `record ${this.key}: `}${problem}): it must be discarded, and the state restored from a snapshot or the log.`,
    );
  }

  check(condition: boolean, problem: string): void {
    if (!condition) this.fail(problem);
  }

  list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? (value as readonly unknown[]) : this.fail('is no list');
  }

  /** A list of so many fields. */
  fields(value: unknown, count: number): readonly unknown[] {
    const fields = this.list(value);
    return fields.length === count ? fields : this.fail(`has ${fields.length} fields instead of ${count}`);
  }

  /** A list of `fewest` fields, or of those and more up to `most`: what a later feature level added behind. */
  fieldsUpTo(value: unknown, fewest: number, most: number): readonly unknown[] {
    const fields = this.list(value);
    const isOne = fields.length === fewest || fields.length === most;
    return isOne ? fields : this.fail(`has ${fields.length} fields instead of ${fewest} or ${most}`);
  }

  text(value: unknown): string {
    return typeof value === 'string' ? value : this.fail('has something else in place of a text');
  }

  texts(value: unknown): readonly string[] {
    const texts = this.list(value);
    for (const text of texts) this.text(text);
    return texts as readonly string[];
  }

  labels(value: unknown): Readonly<Record<string, string>> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('has no labels');
    for (const text of Object.values(value)) this.text(text);
    return value as Readonly<Record<string, string>>;
  }

  integer(value: unknown): number {
    return Number.isSafeInteger(value) ? (value as number) : this.fail('has something else in place of an integer');
  }

  count(value: unknown): number {
    const integer = this.integer(value);
    return integer >= 0 ? integer : this.fail('has a negative count');
  }

  positive(value: unknown): number {
    const count = this.count(value);
    return count > 0 ? count : this.fail('has nothing in place of a count');
  }

  /** A count that is hashed as one 32-bit word. */
  index(value: unknown): number {
    const count = this.count(value);
    return count < 2 ** 31 ? count : this.fail('has a count beyond 31 bits');
  }

  /** A signed integer of 32 bits. */
  lane(value: unknown): number {
    const lane = this.integer(value);
    return (lane | 0) === lane ? lane : this.fail('has a hash beyond 32 bits');
  }

  optionalInteger(value: unknown): number | undefined {
    return value === null ? undefined : this.integer(value);
  }

  flag(value: unknown): boolean {
    return typeof value === 'boolean' ? value : this.fail('has something else in place of a flag');
  }

  oneOf<Word extends string>(value: unknown, words: Readonly<Record<Word, unknown>>): Word {
    const known = typeof value === 'string' && Object.hasOwn(words, value);
    return known ? (value as Word) : this.fail('has a word that is unknown');
  }

  /** What of the key follows this prefix. */
  keyAfter(prefix: string): string {
    return this.key.slice(prefix.length);
  }
}
