import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { contentOf, jobIdOf } from './crash-child.spec-support.js';
import { openEmbeddedTaskStore } from './embedded-task-store.js';

const directory = mkdtempSync(join(tmpdir(), 'synod-task-store-'));
const program = join(directory, 'child.cjs');
const modules = join(require.resolve('lmdb').split('/node_modules/')[0] ?? '', 'node_modules');

beforeAll(() => {
  const entryPoints = [join(__dirname, 'crash-child.spec-support.ts')];
  buildSync({ entryPoints, bundle: true, platform: 'node', format: 'cjs', external: ['lmdb'], outfile: program });
});

afterAll(() => rmSync(directory, { recursive: true }));

/** Lets the child put until record `last` is acknowledged, kills it, and gives the last that was. */
async function putAndKill(data: string, from: number, last: number): Promise<number> {
  const child = spawn(process.execPath, [program, data, String(from)], {
    env: { ...process.env, NODE_PATH: modules },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line.split(' ')[1]);
    if (acknowledged === last) child.kill('SIGKILL');
  }
  return acknowledged;
}

test('kill -9 in the midst of puts and prunes: what was acknowledged is there, and index, records and blobs agree', async () => {
  const data = join(directory, 'data');
  let acknowledged = 0;
  for (const more of [7, 60, 41]) {
    acknowledged = await putAndKill(data, acknowledged + 1, acknowledged + more);
    const store = await openEmbeddedTaskStore({ directory: data });
    const listed = await store.listRecords({ limit: 1_000 });
    expect(listed.map(({ jobId }) => jobId)).toContain(jobIdOf(acknowledged));
    for (const { jobId, finishedAtMs, bytes } of listed) {
      expect(jobId).toBe(jobIdOf(finishedAtMs));
      expect(Buffer.from(bytes ?? []).toString()).toBe(contentOf(finishedAtMs));
      const blob = await store.getBlob(`${jobId}/log`);
      if (finishedAtMs <= acknowledged || blob !== undefined) {
        const expected = Buffer.alloc((finishedAtMs % 5) * 50_000, finishedAtMs);
        // Not toEqual: it takes a second for each of these.
        expect(blob !== undefined && expected.equals(blob)).toBe(true);
      }
    }
    await store.prune({ maxRecords: 3 });
    expect(store.stats().records).toBe(3);
    await store.close();
  }
}, 60_000);
