import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simulateInThreads } from './threads.js';

/** A thread that answers with its seed, and dies or never answers for some. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
parentPort.on('message', (seed) => {
  if (seed === 13) throw new Error('unlucky');
  if (seed === 14) process.exit(3);
  if (seed === 15) for (;;);
  parentPort.postMessage({ seed, digest: workerData.world + seed });
});
`;

describe('threads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-threads-'));
  const file = join(folder, 'thread.cjs');
  writeFileSync(file, THREAD);
  afterAll(() => rmSync(folder, { recursive: true }));

  const threads = (jobs: number, timeoutMs?: number) =>
    simulateInThreads({ jobs, file, world: 'w', overrides: {}, ...(timeoutMs === undefined ? {} : { timeoutMs }) });

  it('run more seeds than there are threads, and each report is that of its seed', async () => {
    const simulators = threads(2);
    const seeds = Array.from({ length: 9 }, (_, index) => index + 1);
    const reports = await Promise.all(seeds.map((seed) => simulators.simulate(seed)));
    await simulators.close();
    expect(reports.map(({ seed }) => seed)).toEqual(seeds);
    expect(reports[4]?.digest).toBe('w5');
  });

  it('that throw, exit or never end fail their run, and others take their place', async () => {
    const simulators = threads(1, 8_000);
    const failures = [];
    for (const seed of [13, 1, 14, 2, 15]) failures.push((await simulators.simulate(seed)).failure?.detail);
    await simulators.close();
    expect(failures).toEqual([
      expect.stringContaining('unlucky'),
      undefined,
      'its thread ended with 3',
      undefined,
      'no end after 8 s',
    ]);
  }, 60_000);
});
