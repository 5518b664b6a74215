const REPLACEMENT = 0xfffd;

/** UTF-8 of a text, as every encoder has it: a lone surrogate becomes U+FFFD. (TextEncoder is no part of the language.) */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let size = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    size = append(bytes, size, point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point);
  }
  return bytes.subarray(0, size);
}

function append(bytes: Uint8Array, size: number, point: number): number {
  let at = size;
  if (point < 0x80) {
    bytes[at++] = point;
    return at;
  }
  if (point < 0x800) {
    bytes[at++] = 0xc0 | (point >> 6);
  } else {
    if (point < 0x10000) {
      bytes[at++] = 0xe0 | (point >> 12);
    } else {
      bytes[at++] = 0xf0 | (point >> 18);
      bytes[at++] = 0x80 | ((point >> 12) & 0x3f);
    }
    bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
  }
  bytes[at++] = 0x80 | (point & 0x3f);
  return at;
}
