/** A running 64-bit digest (two lanes of FNV-1a): tells whether two runs were the same, not more. */
export class Digest {
  private low = 0x811c9dc5;
  private high = 0xcbf29ce4;

  static restore([low, high]: readonly [number, number]): Digest {
    const digest = new Digest();
    digest.low = low;
    digest.high = high;
    return digest;
  }

  /** What `restore` goes on from. */
  save(): readonly [number, number] {
    return [this.low, this.high];
  }

  number(value: number): this {
    let rest = Math.abs(Math.trunc(value));
    do {
      this.byte(rest & 0xff);
      rest = Math.floor(rest / 256);
    } while (rest > 0);
    return this;
  }

  text(value: string): this {
    for (let index = 0; index < value.length; index += 1) this.byte(value.charCodeAt(index) & 0xff);
    return this.byte(0);
  }

  bytes(value: Uint8Array): this {
    for (const byte of value) this.byte(byte);
    return this.number(value.length);
  }

  value(): string {
    return hex(this.high) + hex(this.low);
  }

  private byte(byte: number): this {
    this.low = Math.imul(this.low ^ byte, 0x01000193) >>> 0;
    this.high = Math.imul(this.high ^ byte, 0x01000197) >>> 0;
    return this;
  }
}

function hex(lane: number): string {
  return lane.toString(16).padStart(8, '0');
}
