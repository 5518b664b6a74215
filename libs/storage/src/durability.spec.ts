import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildChild, follow, hasProgram, startChild } from './child-process.spec-support.js';
import type { Child } from './child-process.spec-support.js';
import { openImage } from './image.spec-support.js';
import { openLogStore } from './lmdb-log-store.js';
import { accept, identityOf, newDirectory, removeDirectories, textOf } from './storage.spec-support.js';

let program: string;

beforeAll(() => {
  program = buildChild(newDirectory());
});

afterAll(removeDirectories);

/** Whether a process may be traced here; containers often forbid it. */
function canTrace(): boolean {
  return hasProgram('strace') && spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
}

const traced = canTrace() ? test : test.skip;
if (!canTrace()) process.stderr.write('skipped: strace is missing or not allowed, so no system calls are checked\n');

/** Attaches strace to a child that has its log open and waits for a line on stdin before it appends. */
async function attach(child: Child, args: readonly string[]): Promise<Child> {
  const tracer = spawn('strace', ['-f', '-p', String(child.process.pid), ...args]);
  const strace = follow(tracer, 'stderr');
  await strace.untilLine((line) => line.includes('attached'));
  return strace;
}

async function startAppendOnce(onFatal: 'report' | 'default', directory = newDirectory()): Promise<Child> {
  const child = startChild(program, ['appendOnce', directory, onFatal]);
  expect(await child.untilLine((line) => line === 'opened')).toBe('opened');
  return child;
}

traced(
  'append resolves after fdatasync and then the write of the meta page through the O_DSYNC descriptor',
  async () => {
    const child = await startAppendOnce('report');
    const trace = join(newDirectory(), 'trace');
    const descriptors = spawnSync('sh', [
      '-c',
      'for f in /proc/$0/fdinfo/*; do echo "$f $(readlink "/proc/$0/fd/${f##*/}") $(grep flags "$f")"; done',
      String(child.process.pid),
    ]);
    const synchronous = descriptors.stdout
      .toString()
      .split('\n')
      .filter((line) => line.includes('data.mdb') && (parseInt(line.split(/\s+/).at(-1) ?? '0', 8) & 0o10000) !== 0)
      .map((line) => /fdinfo\/(\d+)/.exec(line)?.[1]);
    expect(synchronous).toHaveLength(1);
    const strace = await attach(child, ['-e', 'trace=fdatasync,pwrite64,writev,write', '-s', '64', '-o', trace]);
    child.process.stdin.write('go\n');
    await child.untilLine((line) => line === 'end');
    await strace.ended;
    const calls = readFileSync(trace, 'utf8').split('\n');
    const flushed = calls.findIndex((line) => /fdatasync(\(\d+\)| resumed).* = 0/.test(line));
    const metaWritten = calls.findIndex((line) => line.includes(`pwrite64(${String(synchronous[0])},`));
    const acknowledged = calls.findIndex((line) => line.includes('"acknowledged'));
    expect(flushed).toBeGreaterThanOrEqual(0);
    expect(metaWritten).toBeGreaterThan(flushed);
    expect(acknowledged).toBeGreaterThan(metaWritten);
  },
  30_000,
);

traced(
  'a flush that fails: append rejects, nothing later is acknowledged, and the record is not there',
  async () => {
    const directory = newDirectory();
    const child = await startAppendOnce('report', directory);
    const strace = await attach(child, [
      '-e',
      'trace=fdatasync',
      '-e',
      'inject=fdatasync:error=EIO',
      '-o',
      '/dev/null',
    ]);
    child.process.stdin.write('go\n');
    await child.untilLine((line) => line === 'end');
    await Promise.all([strace.ended, child.ended]);
    expect(child.lines).toEqual(['opened', 'fatal', 'rejected commitFailed', 'rejected commitFailed', 'end']);
    const log = await openLogStore({ directory, identityIfNew: () => identityOf('other'), onFatal: () => undefined });
    expect(log.recover()).toMatchObject({ accepted: [], unknownSlots: [], lastSlot: 0 });
    await log.close();
  },
  30_000,
);

traced(
  'a flush that fails: by default the process kills itself before it says anything',
  async () => {
    const child = await startAppendOnce('default');
    const strace = await attach(child, [
      '-e',
      'trace=fdatasync',
      '-e',
      'inject=fdatasync:error=EIO',
      '-o',
      '/dev/null',
    ]);
    child.process.stdin.write('go\n');
    expect(await child.ended).toBe('SIGKILL');
    await strace.ended;
    expect(child.lines).toEqual(['opened']);
  },
  30_000,
);

traced(
  'a flush of the image that fails: the process kills itself as well, and the image is as it was',
  async () => {
    const directory = newDirectory();
    const child = startChild(program, ['writeImageOnce', directory]);
    await child.untilLine((line) => line === 'opened');
    const strace = await attach(child, [
      '-e',
      'trace=fdatasync',
      '-e',
      'inject=fdatasync:error=EIO',
      '-o',
      '/dev/null',
    ]);
    child.process.stdin.write('go\n');
    expect(await child.ended).toBe('SIGKILL');
    await strace.ended;
    expect(child.lines).toEqual(['opened']);
    const image = await openImage(directory);
    expect([image.state, image.absence]).toEqual([undefined, 'new']);
    await image.close();
  },
  30_000,
);

const full = newDirectory();
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full]).status === 0;
if (!mounted) process.stderr.write('skipped: no right to mount a small tmpfs, so no full disk is tried\n');

(mounted ? test : test.skip)(
  'a full disk: the append rejects, and what was acknowledged is there afterwards',
  async () => {
    try {
      const directory = join(full, 'data');
      mkdirSync(directory);
      const child = startChild(program, ['fillDisk', directory]);
      await child.ended;
      const slots = child.lines.filter((line) => line.startsWith('acknowledged')).length;
      expect(slots).toBeGreaterThan(3);
      expect(child.lines.slice(slots)).toEqual(['fatal', 'commitFailed']);
      spawnSync('mount', ['-o', 'remount,size=8m', full]);
      const again = await openLogStore({ directory, identityIfNew: () => identityOf('c1'), onFatal: () => undefined });
      const found = again.read(1, 1000, 1e9);
      expect(found.map((entry) => entry.slot)).toEqual(Array.from({ length: slots }, (_, index) => index + 1));
      expect(new Set(found.map(textOf))).toEqual(new Set(['x'.repeat(50_000)]));
      await again.append([accept(slots + 1, 'more')]);
      await again.close();
    } finally {
      spawnSync('umount', [full]);
    }
  },
);
