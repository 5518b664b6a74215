import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBallastIfRoom, releaseBallastIfFull } from './ballast.js';
import { diskHealth, levelOf, watermarksOf } from './disk-health.js';
import { openLogStore } from './lmdb-log-store.js';
import { accept, identityOf, newDirectory, removeDirectories } from './storage.spec-support.js';

const MEBIBYTE = 2 ** 20;

afterAll(removeDirectories);

test('the marks are those of a large disk, and a part of a small one', () => {
  expect(watermarksOf(100 * 1024 * MEBIBYTE)).toEqual({ lowBytes: 512 * MEBIBYTE, fullBytes: 64 * MEBIBYTE });
  const { lowBytes, fullBytes } = watermarksOf(64 * MEBIBYTE);
  expect([lowBytes / MEBIBYTE, fullBytes / MEBIBYTE]).toEqual([6.4, 1.92]);
  expect(watermarksOf(64 * MEBIBYTE, { lowBytes: 1_000 })).toEqual({ lowBytes: 1_000, fullBytes: 1_000 });
  expect(watermarksOf(64 * MEBIBYTE, { lowBytes: 1_000, fullBytes: 100 })).toEqual({ lowBytes: 1_000, fullBytes: 100 });
});

test('a disk is ok down to the first mark, low down to the second, and full below', () => {
  const marks = { lowBytes: 1_000, fullBytes: 100 };
  expect([1_000, 999, 100, 99, 0].map((free) => levelOf(free, marks))).toEqual(['ok', 'low', 'low', 'full', 'full']);
});

test('the health of a real disk: its level is that of its free bytes', async () => {
  const directory = newDirectory();
  const { freeBytes, totalBytes, level, happy } = await diskHealth(directory);
  expect(freeBytes).toBeGreaterThan(0);
  expect(totalBytes).toBeGreaterThanOrEqual(freeBytes);
  expect(level).toBe(levelOf(freeBytes, watermarksOf(totalBytes)));
  expect(happy).toBe(level === 'ok');
  expect(await diskHealth(directory, { lowBytes: 2 ** 60 })).toMatchObject({ level: 'low', happy: false });
  expect(await diskHealth(directory, { lowBytes: 2 ** 60, fullBytes: 2 ** 60 })).toMatchObject({ level: 'full' });
});

test('the ballast takes real room, is made once, and made again when it is short, sparse or half done', async () => {
  const directory = newDirectory();
  const file = join(directory, 'ballast');
  const options = { ballastBytes: 3 * MEBIBYTE + 5 };
  expect(await releaseBallastIfFull(directory, options)).toBe('absent');
  const isWhole = (): boolean =>
    statSync(file).size === options.ballastBytes && statSync(file).blocks * 512 >= options.ballastBytes;
  for (const spoil of [
    () => undefined,
    () => truncateSync(file, 100),
    () => rmSync(file),
    () => (truncateSync(file, 0), truncateSync(file, options.ballastBytes)),
    () => writeFileSync(`${file}.new`, 'half'),
  ]) {
    spoil();
    expect([await makeBallastIfRoom(directory, options), isWhole()]).toEqual(['held', true]);
    const { ino } = statSync(file);
    expect(await makeBallastIfRoom(directory, options)).toBe('held');
    expect(statSync(file).ino).toBe(ino);
    expect(await releaseBallastIfFull(directory, options)).toBe('held');
  }
  expect(readdirSync(directory)).toEqual(['ballast']);
});

test('no ballast where the disk would be low with it', async () => {
  const directory = newDirectory();
  const { freeBytes } = await diskHealth(directory);
  const options = { ballastBytes: 2 ** 40, lowBytes: freeBytes / 2 };
  expect(await makeBallastIfRoom(directory, options)).toBe('absent');
  expect(readdirSync(directory)).toEqual([]);
});

const full = newDirectory();
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', full]).status === 0;
if (!mounted) process.stderr.write('skipped: no right to mount a small tmpfs, so no disk is filled up\n');

(mounted ? test : test.skip)(
  'on a disk that is full to the last byte a node starts by its ballast, and gets it back with room',
  async () => {
    try {
      const identityIfNew = (): ReturnType<typeof identityOf> => identityOf('c1');
      const onFatal = (): undefined => undefined;
      expect(await makeBallastIfRoom(full)).toBe('held');
      const first = await openLogStore({ directory: full, identityIfNew, onFatal });
      for (let slot = 1; slot <= 50; slot++) await first.append([accept(slot, 'x'.repeat(4_000))]);
      await first.close();
      const filler = join(full, 'filler');
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
      expect(await diskHealth(full)).toMatchObject({ freeBytes: 0, level: 'full' });
      await expect(openLogStore({ directory: full, identityIfNew, onFatal })).rejects.toThrow();
      expect(await releaseBallastIfFull(full)).toBe('released');
      const second = await openLogStore({ directory: full, identityIfNew, onFatal });
      expect(second.recover().lastSlot).toBe(50);
      await second.append([{ kind: 'trimmed', throughSlot: 40 }]);
      expect(await makeBallastIfRoom(full)).toBe('absent');
      rmSync(filler);
      expect(await makeBallastIfRoom(full)).toBe('held');
      expect(existsSync(join(full, 'ballast'))).toBe(true);
      await second.close();
    } finally {
      spawnSync('umount', [full]);
    }
  },
);
