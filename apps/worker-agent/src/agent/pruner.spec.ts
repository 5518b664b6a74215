import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, Timers } from '@synod/base';
import { attemptDirectory, dataDirectory, writeJsonFile } from '../shared/data-directory.js';
import { AttemptFiles } from './attempt-files.js';
import { Pruner } from './pruner.js';

const log: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (fields) => {
    throw new Error(JSON.stringify(fields));
  },
  child: () => log,
};
const timers: Timers = { after: () => () => undefined, every: () => () => undefined };

describe('pruning attempts', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'synod-pruner-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  /** Makes an attempt that ended at this second, with so many bytes of output. */
  function attempt(key: string, endedAtS: number | undefined, bytes: number): void {
    const files = attemptDirectory(dataDirectory(root), key);
    mkdirSync(files.work, { recursive: true });
    writeFileSync(join(files.work, 'file'), Buffer.alloc(bytes));
    if (endedAtS === undefined) return;
    writeJsonFile(files.endedFile, {});
    utimesSync(files.endedFile, endedAtS, endedAtS);
  }

  async function left(maxCount: number, maxBytes: number, held: string[] = []): Promise<string[]> {
    const directory = dataDirectory(root);
    const files = new AttemptFiles(directory);
    const pruner = new Pruner(
      { maxCount, maxBytes },
      { timers, log, directory, files, isHeld: (key) => held.includes(key) },
    );
    await pruner.prune();
    return files.keys().sort();
  }

  test('those that ended first go first, by count', async () => {
    attempt('c.1', 30, 0);
    attempt('a.1', 10, 0);
    attempt('b.1', 20, 0);
    expect(await left(2, 1_000_000)).toEqual(['b.1', 'c.1']);
  });

  test('they go by what they hold together, their working directories included', async () => {
    attempt('a.1', 10, 100);
    attempt('b.1', 20, 5_000);
    attempt('c.1', 30, 100);
    expect(await left(10, 2_000)).toEqual(['c.1']);
  });

  test('one that is held stays, whatever its age', async () => {
    attempt('a.1', 10, 9_000);
    attempt('running.1', undefined, 9_000);
    expect(await left(0, 0, ['a.1', 'running.1'])).toEqual(['a.1', 'running.1']);
    expect(await left(0, 0, ['running.1'])).toEqual(['running.1']);
    expect(existsSync(attemptDirectory(dataDirectory(root), 'a.1').root)).toBe(false);
  });
});
