import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStream, readTail, segmentPath } from './segments.js';

describe('a stream in segments', () => {
  let folder: string;
  let base: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synod-segments-'));
    base = join(folder, 'stdout');
    writeFileSync(segmentPath(base, 90), 'ninety');
    writeFileSync(segmentPath(base, 1000), 'rest');
    writeFileSync(segmentPath(base, 96), 'x'.repeat(904));
    writeFileSync(join(folder, 'stdout.txt'), 'a file of the job');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const read = (position: number, maxBytes = 1_000_000) => {
    const piece = readStream(base, position, maxBytes);
    return [piece.position, piece.data.toString()];
  };

  test('reading goes on by position from segment to segment', () => {
    expect(read(90)).toEqual([90, 'ninety']);
    expect(read(92, 2)).toEqual([92, 'ne']);
    expect(read(96)).toEqual([96, 'x'.repeat(904)]);
    expect(read(1000)).toEqual([1000, 'rest']);
  });

  test('a position that was dropped gives the oldest byte that is left', () => {
    expect(read(0)).toEqual([90, 'ninety']);
  });

  test('at the end, beyond it and without any segment there is nothing', () => {
    expect(read(1004)).toEqual([1004, '']);
    expect(read(2000)).toEqual([2000, '']);
    expect(readStream(join(folder, 'stderr'), 7, 10)).toEqual({ position: 7, data: Buffer.alloc(0) });
  });

  test('a tail is the last bytes, across segments', () => {
    expect(readTail(base, 3).toString()).toBe('est');
    expect(readTail(base, 6).toString()).toBe('xxrest');
    expect(readTail(base, 1_000_000)).toHaveLength(914);
  });
});
