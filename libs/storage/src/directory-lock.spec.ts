import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildChild, hasProgram, startChild } from './child-process.spec-support.js';
import { lockDirectory } from './directory-lock.js';
import { newDirectory, removeDirectories } from './storage.spec-support.js';

let program: string;

beforeAll(() => {
  program = buildChild(newDirectory());
});

afterAll(removeDirectories);

function codeAndPidOf(take: () => unknown): unknown {
  try {
    take();
    return 'taken';
  } catch (error) {
    return (error as { facts: unknown }).facts;
  }
}

const NO_SUCH_PROGRAM = 'synod-no-such-program';
const programs = [NO_SUCH_PROGRAM, ...(hasProgram('flock') ? ['flock'] : [])];
if (programs.length === 1) process.stderr.write('skipped: no flock program, so the kernel lock is not tried\n');

describe.each(programs)('a directory locked by way of %s', (flockProgram) => {
  test('is refused to a second process, which is told the pid, and is free after kill -9', async () => {
    const directory = newDirectory();
    const holder = startChild(program, ['hold', directory, flockProgram]);
    await holder.untilLine((line) => line === 'held');
    const { pid } = holder.process;
    for (const other of programs) {
      const refused = codeAndPidOf(() => lockDirectory(directory, { flockProgram: other }));
      expect(refused).toEqual({ code: 'directoryLocked', directory, pid });
    }
    holder.process.kill('SIGKILL');
    await holder.ended;
    const lock = lockDirectory(directory, { flockProgram });
    lock.release();
  });

  test('is refused a second time in one process, and free after release', () => {
    const directory = newDirectory();
    const lock = lockDirectory(directory, { flockProgram });
    expect(codeAndPidOf(() => lockDirectory(directory, { flockProgram }))).toMatchObject({ pid: process.pid });
    lock.release();
    lock.release();
    lockDirectory(directory, { flockProgram }).release();
  });

  test('is not kept by a record whose pid is in use again, nor by one of an earlier boot', () => {
    const directory = newDirectory();
    const record = { pid: process.ppid, startTime: '1', bootId: 'another boot', kernelLock: false };
    for (const stale of [record, { ...record, startTime: '' }]) {
      writeFileSync(join(directory, 'lock'), JSON.stringify(stale));
      lockDirectory(directory, { flockProgram }).release();
    }
  });
});

test('of two processes that start at once on one directory, one gets it', async () => {
  const directory = newDirectory();
  const children = [1, 2, 3].map(() => startChild(program, ['hold', directory, 'flock']));
  if (!hasProgram('flock')) return children.forEach((child) => child.process.kill('SIGKILL'));
  const first = await Promise.race(
    children.map((child, index) => child.untilLine((line) => line === 'held').then(() => index)),
  );
  const others = children.filter((_, index) => index !== first);
  expect(await Promise.all(others.map((child) => child.ended))).toEqual([1, 1]);
  children[first]?.process.kill('SIGKILL');
});
