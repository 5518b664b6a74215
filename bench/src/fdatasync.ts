import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, quantile } from './report.js';
import type { Row } from './report.js';

const WRITES = 300;
const BLOCK_BYTES = 4096;

/** What a flush costs on this machine, by itself: a block appended and flushed, again and again. */
export function measureFdatasync(): Row[] {
  const directory = mkdtempSync(join(tmpdir(), 'synod-bench-'));
  const file = openSync(join(directory, 'file'), 'w');
  const block = Buffer.alloc(BLOCK_BYTES, 1);
  const times: number[] = [];
  for (let index = 0; index < WRITES; index++) {
    writeSync(file, block);
    const before = performance.now();
    fdatasyncSync(file);
    times.push(performance.now() - before);
  }
  closeSync(file);
  rmSync(directory, { recursive: true });
  return [
    { scenario: 'machine', metric: 'fdatasync p50', value: median(times), unit: 'ms' },
    { scenario: 'machine', metric: 'fdatasync p99', value: quantile(times, 0.99), unit: 'ms' },
  ];
}
