import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedTaskStore } from '@synod/task-store';
import type { TaskStore } from '@synod/task-store';
import { VirtualClock } from '@synod/testkit';
import type { WireGetJobLogsResponse } from '@synod/wire';
import { quiet } from '../testing/basics.spec-support.js';
import { LogArchive, PIECE_BYTES } from './log-archive.js';

const MIB = 2 ** 20;

function chunk(position: number, data: Buffer, stream: 'STDOUT' | 'STDERR' = 'STDOUT'): WireGetJobLogsResponse {
  const times = [{ position: String(position), timeMs: '1700000000000' }];
  return { attempt: 1, stream: `LOG_STREAM_${stream}`, position: String(position), data, truncated: false, times };
}

describe('log archive', () => {
  let directory: string;
  let store: TaskStore;
  let clock: VirtualClock;
  let archive: LogArchive;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'synod-logs-'));
    store = await openEmbeddedTaskStore({ directory });
    clock = new VirtualClock();
    const limits = { maxBytes: 40 * MIB, keptForMs: 3_600_000 };
    archive = new LogArchive(store, { clock, timers: clock, logger: quiet, limits });
  });

  afterEach(async () => {
    await archive.stop();
    rmSync(directory, { recursive: true });
  });

  async function read(jobId: string, from = { stdout: 0, stderr: 0 }) {
    const chunks: WireGetJobLogsResponse[] = [];
    const reading = archive.read(jobId, 1, from);
    for (;;) {
      const next = await reading.next();
      if (next.done === true) return { chunks, complete: next.value };
      chunks.push(next.value);
    }
  }

  const text = (chunks: readonly WireGetJobLogsResponse[], stream = 'LOG_STREAM_STDOUT') =>
    Buffer.concat(chunks.filter((it) => it.stream === stream).map(({ data }) => data));

  async function keep(jobId: string, bytes: number): Promise<boolean> {
    const writer = archive.writer(jobId, 1);
    let taken = true;
    for (let at = 0; at < bytes && taken; at += 65_536) {
      taken = await writer.add(chunk(at, Buffer.alloc(Math.min(65_536, bytes - at), at / 65_536)));
    }
    await writer.flush(taken);
    return taken;
  }

  it('gives back what was put, in its order and with its times, and says that it is complete', async () => {
    const writer = archive.writer('j1', 1);
    const put = [chunk(0, Buffer.from('out')), chunk(0, Buffer.from('err'), 'STDERR'), chunk(3, Buffer.from('put'))];
    for (const it of put) expect(await writer.add(it)).toBe(true);
    await writer.flush(true);
    const { chunks, complete } = await read('j1');
    expect(complete).toBe(true);
    expect(chunks).toMatchObject(put);
  });

  it('goes on at any position of a log of many pieces', async () => {
    const bytes = 3 * PIECE_BYTES + 1_000;
    expect(await keep('j1', bytes)).toBe(true);
    const whole = await read('j1');
    expect(text(whole.chunks)).toHaveLength(bytes);
    for (const stdout of [1, 65_536, PIECE_BYTES + 7, bytes - 1]) {
      const rest = await read('j1', { stdout, stderr: 0 });
      expect(rest.complete).toBe(true);
      expect(rest.chunks[0]?.position).toBe(String(stdout));
      expect(text(rest.chunks).equals(text(whole.chunks).subarray(stdout))).toBe(true);
    }
    expect(await read('j1', { stdout: bytes, stderr: 0 })).toEqual({ chunks: [], complete: true });
  });

  it('what was flushed of a log that breaks off is there, and not called complete', async () => {
    const writer = archive.writer('j1', 1);
    await writer.add(chunk(0, Buffer.from('begun ')));
    await writer.flush();
    await writer.add(chunk(6, Buffer.from('goes on ')));
    await writer.flush();
    await writer.add(chunk(14, Buffer.from('never flushed')));
    const { chunks, complete } = await read('j1');
    expect([text(chunks).toString(), complete]).toEqual(['begun goes on ', false]);
  });

  it('a log that is copied again replaces the first copy, and one that is not here is nothing', async () => {
    await keep('j1', 2 * PIECE_BYTES);
    await keep('j1', 100);
    expect(text((await read('j1')).chunks)).toHaveLength(100);
    expect(await read('j2')).toEqual({ chunks: [], complete: false });
  });

  it('one log has a quarter of the room at most: the first part is kept, and not called complete', async () => {
    expect(await keep('j1', 11 * MIB)).toBe(false);
    const { chunks, complete } = await read('j1');
    expect(complete).toBe(false);
    expect(text(chunks).length).toBeGreaterThan(9 * MIB);
    expect(text(chunks).length).toBeLessThanOrEqual(10 * MIB);
  });

  it('the oldest jobs’ logs go when all have too many bytes, and what is too old goes', async () => {
    for (const jobId of ['j1', 'j2', 'j3', 'j4', 'j5', 'j6']) {
      clock.advance(1_000);
      await keep(jobId, 8 * MIB);
    }
    await archive.prune();
    const left = async () => {
      const found = await Promise.all(['j1', 'j2', 'j3', 'j4', 'j5', 'j6'].map((jobId) => read(jobId)));
      return found.map(({ complete }) => complete);
    };
    // Six logs of 8 MiB, and what surrounds them, in room for five at most.
    expect(await left()).toEqual([false, false, true, true, true, true]);
    clock.advance(3_600_000 - 500);
    await archive.prune();
    expect(await left()).toEqual([false, false, false, false, false, true]);
    expect(store.stats()).toMatchObject({ records: 1 });
  });
});
