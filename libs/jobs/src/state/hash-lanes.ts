/**
 * The hash of one record: two lanes of 32 bits, mixed word by word as MurmurHash3 (x86, 32 and 128 bits) mixes its blocks.
 *
 * It finds replicas that differ by a fault; it does not resist an adversary, and never decides what a command does unless a
 * comparison follows. Values go in one by one and in a fixed order, each with its length or a tag, so that no two different
 * records feed the same words.
 */
export class HashLanes {
  a = 0;
  b = 0;
  /** UTF-16 units that went in since `begin`. */
  textUnits = 0;

  /** Starts a record of this kind: equal fields of different kinds hash differently. */
  begin(kind: number): this {
    this.a = 0x2c1b3c6d ^ kind;
    this.b = 0x297a2d39 + kind;
    this.textUnits = 0;
    return this;
  }

  /** A 32-bit integer. */
  word(value: number): this {
    let mixed = Math.imul(value, 0xcc9e2d51);
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    let lane = this.a ^ mixed;
    this.a = (Math.imul((lane << 13) | (lane >>> 19), 5) + 0xe6546b64) | 0;
    mixed = Math.imul(value, 0x239b961b);
    mixed = Math.imul((mixed << 16) | (mixed >>> 16), 0xab0e9789);
    lane = this.b ^ mixed;
    this.b = (Math.imul((lane << 17) | (lane >>> 15), 5) + 0x561ccd1b) | 0;
    return this;
  }

  /** A safe integer, or undefined. */
  integer(value: number | undefined): this {
    if (value === undefined) return this.word(0x5f3759df);
    return this.word(value | 0).word(Math.floor(value / 2 ** 32) ^ 0x10000000);
  }

  flag(value: boolean): this {
    return this.word(value ? 1 : 0);
  }

  text(value: string): this {
    const length = value.length;
    this.textUnits += length;
    this.word(length);
    const even = length & ~1;
    for (let at = 0; at < even; at += 2) this.word(value.charCodeAt(at) | (value.charCodeAt(at + 1) << 16));
    return even === length ? this : this.word(value.charCodeAt(even));
  }

  texts(values: readonly string[]): this {
    this.word(values.length);
    for (const value of values) this.text(value);
    return this;
  }

  /** A map of text to text, whatever the order of its keys. */
  textRecord(record: Readonly<Record<string, string>>): this {
    const keys = Object.keys(record);
    this.word(keys.length);
    if (keys.length > 1) keys.sort();
    for (const key of keys) this.text(key).text(record[key] as string);
    return this;
  }

  /** Final avalanche: after it `a` and `b` are the record's hash. */
  finish(): this {
    this.a = (this.a + this.b) | 0;
    this.b = (this.b + this.a) | 0;
    this.a = avalanche(this.a);
    this.b = avalanche(this.b);
    this.a = (this.a + this.b) | 0;
    this.b = (this.b + this.a) | 0;
    return this;
  }
}

function avalanche(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}

/** Two lanes as 16 hexadecimal digits. */
export function formatLanes(a: number, b: number): string {
  return hex(a) + hex(b);
}

function hex(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
