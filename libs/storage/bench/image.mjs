// Records per second into the image, in batches and as a replacement, and how long each holds up the event loop. Usage: node
// libs/storage/bench/image.mjs [directory] [seconds]. The directory decides the figure: give one on the disk that you mean.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'synod-bench-'));
const durationMs = Number(process.argv[3] ?? 3) * 1000;
const { outputFiles } = buildSync({
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['lmdb'],
  write: false,
});
// The bundle finds lmdb from the place that this file is in.
const require = createRequire(import.meta.url);
const module = { exports: {} };
new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, require);
const { openImageStore, writeSnapshot } = module.exports;

const bytes = new Uint8Array(300).fill(7);
const keyOf = (index) => `j/${String(index).padStart(12, '0')}`;
let isOver = false;
let longestTurnMs = 0;

/** Turns the event loop as fast as it goes, and notes the longest turn. */
async function watchTurns() {
  for (let last = performance.now(); !isOver;) {
    await nextTurn();
    const now = performance.now();
    longestTurnMs = Math.max(longestTurnMs, now - last);
    last = now;
  }
}

async function measure(scenario, run) {
  [isOver, longestTurnMs] = [false, 0];
  const watched = watchTurns();
  const started = performance.now();
  const records = await run();
  const elapsedMs = performance.now() - started;
  isOver = true;
  await watched;
  console.log(
    `${scenario.padEnd(44)} ${String(Math.round((records / elapsedMs) * 1000)).padStart(8)} records/s  ` +
      `${((elapsedMs * 1000) / records).toFixed(2).padStart(6)} us/record  longest turn ${longestTurnMs.toFixed(1)} ms`,
  );
}

const image = await openImageStore({ directory, owner: 'bench' });
let slot = 0;

async function batches(size, keyAt) {
  const started = performance.now();
  let records = 0;
  while (performance.now() - started < durationMs) {
    const changes = Array.from({ length: size }, (_, index) => ({ key: keyAt(records + index), bytes }));
    await image.write({ slot: ++slot, stateHash: 'h', changes });
    records += size;
  }
  return records;
}

async function* chunks(count) {
  for (let from = 0; from < count; from += 1_000) {
    yield Array.from({ length: Math.min(1_000, count - from) }, (_, index) => ({ key: keyOf(from + index), bytes }));
  }
}

try {
  await measure('batches of 2,000, new keys in order', () => batches(2_000, keyOf));
  const total = image.state.records;
  await measure('batches of 2,000, existing keys at random', () =>
    batches(2_000, () => keyOf(Math.floor(Math.random() * total))),
  );
  await measure('batches of 100, existing keys at random', () =>
    batches(100, () => keyOf(Math.floor(Math.random() * total))),
  );
  await measure('replace by 200,000 in order', async () => {
    await image.replace({ slot: ++slot, stateHash: 'h', records: 200_000 }, chunks(200_000));
    return 200_000;
  });
  await measure('read all', async () => {
    let count = 0;
    for await (const chunk of image.records()) count += chunk.length;
    return count;
  });
  const path = join(directory, 'snapshot');
  await measure('snapshot', async () => {
    await writeSnapshot(image, path, { clusterId: 'c', groupId: 1 });
    return image.state.records;
  });
  const { bytesOnDisk } = image.stats();
  console.log(
    `file ${(bytesOnDisk / 2 ** 20).toFixed(0)} MiB, snapshot ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`,
  );
  await image.close();
} finally {
  rmSync(directory, { recursive: true });
}
