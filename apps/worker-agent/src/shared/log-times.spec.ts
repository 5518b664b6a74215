import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeTime, readTimes, timesGapMs, TIME_RECORD_BYTES } from './log-times.js';
import { segmentPath, timesPath } from './segments.js';

describe('times of output', () => {
  let folder: string;
  let base: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'synod-times-'));
    base = join(folder, 'stdout');
    segment(100, 50, [100, 110, 120, 149]);
    segment(150, 10, [150]);
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function segment(position: number, bytes: number, times: readonly number[]): void {
    writeFileSync(segmentPath(base, position), 'x'.repeat(bytes));
    const records = times.map((at) => encodeTime({ position: at, timeMs: 1_700_000_000_000 + at }));
    writeFileSync(timesPath(base, position), Buffer.concat(records));
  }

  const positions = (position: number, bytes: number, maxTimes = 1_000) => {
    const { times, endPosition } = readTimes(base, position, bytes, maxTimes);
    expect(times.map((it) => it.timeMs - it.position)).toEqual(times.map(() => 1_700_000_000_000));
    return [times.map((it) => it.position), endPosition];
  };

  test('are those within a piece, and the last one before it', () => {
    expect(positions(100, 50)).toEqual([[100, 110, 120, 149], undefined]);
    expect(positions(115, 10)).toEqual([[110, 120], undefined]);
    expect(positions(120, 1)).toEqual([[120], undefined]);
    expect(positions(149, 1)).toEqual([[149], undefined]);
    expect(positions(155, 5)).toEqual([[150], undefined]);
  });

  test('more than are asked for end the piece where the next one begins', () => {
    expect(positions(100, 50, 2)).toEqual([[100, 110], 120]);
    expect(positions(120, 30, 2)).toEqual([[120, 149], undefined]);
  });

  test('are none where none were written, and a record that is not whole is none', () => {
    expect(positions(7, 10)).toEqual([[], undefined]);
    expect(readTimes(join(folder, 'stderr'), 0, 10, 10)).toEqual({ times: [], endPosition: undefined });
    writeFileSync(timesPath(base, 150), '');
    expect(positions(150, 10)).toEqual([[], undefined]);
    appendFileSync(timesPath(base, 100), encodeTime({ position: 149, timeMs: 1 }).subarray(0, TIME_RECORD_BYTES - 1));
    expect(positions(140, 10)).toEqual([[120, 149], undefined]);
  });

  test('a guard of an earlier release wrote none: then none are told', () => {
    writeFileSync(segmentPath(base, 160), 'old');
    expect(positions(160, 3)).toEqual([[], undefined]);
  });

  test('an index that fills up takes records more rarely, and none beyond its bound', () => {
    expect([0, 200, 600, 800, 990].map((bytes) => timesGapMs(bytes, 1_000))).toEqual([1, 1, 100, 1_000, Infinity]);
  });
});
