// Durable appends per second, one after the other and with several callers. Usage: node libs/storage/bench/append.mjs
// [directory] [seconds]. The directory decides the figure: give one on the disk that you mean.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const source = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'synod-bench-'));
const durationMs = Number(process.argv[3] ?? 3) * 1000;

const { outputFiles } = buildSync({
  entryPoints: [source],
  bundle: true,
  platform: 'node',
  format: 'cjs',
  external: ['lmdb'],
  write: false,
});
const bundle = join(directory, 'storage.cjs');
writeFileSync(bundle, outputFiles[0].contents);
// The bundle finds lmdb from the place that this file is in.
const require = createRequire(import.meta.url);
const module = { exports: {} };
new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, require);
const { openLogStore } = module.exports;

const identity = { formatVersion: 1, clusterId: 'b', groupId: 1, nodeId: 'b', storageId: 'b', initialMembers: [] };
const ballot = { round: 1, priority: 0, nodeId: 'b' };
const command = new Uint8Array(200).fill(7);

async function measure(scenario, callers, commandsOfEntry) {
  const data = join(directory, scenario);
  const log = await openLogStore({ directory: data, identityIfNew: () => identity });
  const commands = Array.from({ length: commandsOfEntry }, () => command);
  const flushesBefore = log.stats().flushes;
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let slot = 0;
  const latencies = [];
  const call = async () => {
    while (performance.now() - started < durationMs) {
      const at = performance.now();
      slot += 1;
      await log.append([{ kind: 'accepted', accepted: { slot, ballot, entry: { kind: 'commands', commands } } }]);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  const seconds = (performance.now() - started) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  latencies.sort((a, b) => a - b);
  const quantile = (part) => latencies[Math.floor(latencies.length * part)].toFixed(2);
  const bytesOnDisk = log.stats().bytesOnDisk;
  const flushes = log.stats().flushes - flushesBefore;
  await log.close();
  const reopened = performance.now();
  const again = await openLogStore({ directory: data, identityIfNew: () => identity });
  const openMs = performance.now() - reopened;
  await again.close();
  console.log(
    `${scenario.padEnd(22)} ${String(Math.round(slot / seconds)).padStart(7)} appends/s  ` +
      `${String(Math.round((slot * commandsOfEntry) / seconds)).padStart(8)} commands/s  ` +
      `${String(Math.round(flushes / seconds)).padStart(5)} flushes/s  p50 ${quantile(0.5)} p99 ${quantile(0.99)} ms  ` +
      `${((cpu.user + cpu.system) / 1000 / (seconds * 10)).toFixed(0)} % CPU  ` +
      `${(bytesOnDisk / slot).toFixed(0)} B/append  reopen of ${String(slot)} in ${openMs.toFixed(0)} ms`,
  );
}

try {
  await measure('serial', 1, 1);
  await measure('serial-100-commands', 1, 100);
  await measure('two-in-flight', 2, 1);
  await measure('64-callers', 64, 1);
  await measure('2000-callers', 2000, 1);
} finally {
  rmSync(directory, { recursive: true });
}
