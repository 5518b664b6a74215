// The simulator with a mutant in it.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { NATIVE_PACKAGES } from '../lib/bundle-assets.mjs';
import { ROOT } from '../lib/workspace.mjs';

/** A seed takes a fraction of a second; one that takes so long runs for ever. */
const SEED_TIMEOUT_MS = 120_000;

/** Bundles the driver of a world with `files` (absolute path to text) in the place of what is on the disk; gives the bundle's path. */
export async function bundleSimulation(world, files, folder) {
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${world}.cjs`);
  const loaded = new Set();
  await build({
    entryPoints: [join(ROOT, `tools/mutants/drivers/${world}.mjs`)],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    keepNames: true,
    logLevel: 'silent',
    external: NATIVE_PACKAGES,
    plugins: [replaceFiles(files, loaded)],
  });
  const missing = Object.keys(files).filter((path) => !loaded.has(path));
  if (missing.length > 0) throw new Error(`the simulator's world ${world} does not contain ${missing.join(', ')}`);
  return outfile;
}

/** esbuild plugin: these files have another text than on the disk. */
function replaceFiles(files, loaded) {
  return {
    name: 'mutant',
    setup(plugins) {
      plugins.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = files[path];
        if (contents === undefined) return undefined;
        loaded.add(path);
        return { contents, loader: 'ts' };
      });
    },
  };
}

/**
 * Runs seeds `first` to `last` of a bundle until one fails: `{ seeds, failure }`, where `seeds` is how many ran and `failure` is undefined or
 * `{ seed, invariant, detail }`. A run that never ends, or ends the process, has failed too.
 */
export function runSeeds(bundle, { first, last, faultFree = false, seedTimeoutMs = SEED_TIMEOUT_MS }) {
  return new Promise((resolve, reject) => {
    const args = [
      '--max-old-space-size=1024',
      bundle,
      String(first),
      String(last),
      ...(faultFree ? ['faultFree'] : []),
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let seed = first - 1;
    let failure;
    let stderr = '';
    let timer;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        failure = { seed: seed + 1, invariant: 'a run ends', detail: `no end after ${seedTimeoutMs / 1000} s` };
        child.kill('SIGKILL');
      }, seedTimeoutMs);
    };
    watch();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const outcome = JSON.parse(line);
      seed = outcome.seed;
      if (outcome.failure !== null) failure = { seed, ...named(outcome.failure) };
      watch();
    });
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code !== 0 && failure === undefined) {
        failure = { seed: seed + 1, invariant: 'the process lives', detail: reasonOf(stderr) };
      }
      resolve({ seeds: (failure?.seed ?? seed) - first + 1, failure });
    });
  });
}

/** Assertions of the core itself come as errors with a stack: their first line names the invariant. */
function named({ invariant, detail }) {
  const [headline = ''] = detail.split('\n');
  const match = /^(?:InvariantViolation|Error|TypeError|RangeError): (.*)$/.exec(headline);
  if (match === null) return { invariant, detail: headline };
  return { invariant: invariant === 'InvariantViolation' ? match[1] : headline, detail: headline };
}

/** Node prints the line of source first, then the error with its stack, and its own version last. */
function reasonOf(text) {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.find((line) => line !== '') ?? 'no message';
}
