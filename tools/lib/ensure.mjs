// What every npm script begins with: a Node that works, the packages of the lock file, the apps built. Node built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readJson } from './workspace.mjs';

const MIN_NODE_20 = [20, 19];

/** Ends the process with a clear message unless this is Node 20 (from 20.19) or 24 and later. */
export function requireNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const fine = major >= 22 || (major === MIN_NODE_20[0] && minor >= MIN_NODE_20[1]);
  if (fine) return;
  fail(`Synod needs Node 20 (20.19 or later) or a later one; this is Node ${version}.`);
}

/** Prints a message for people and ends the process. */
export function fail(message, status = 1) {
  process.stderr.write(`synod: ${message}\n`);
  process.exit(status);
}

/** True when node_modules holds what the lock file says, by npm's own record of what it installed. */
export function isInstalled() {
  const record = join(ROOT, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(join(ROOT, 'package-lock.json')).packages).every(([path, wanted]) => {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) return true;
    if (wanted.link) return installed[path]?.link === true && installed[path].resolved === wanted.resolved;
    if (installed[path] === undefined) return wanted.optional === true || wanted.peer === true;
    return installed[path].version === wanted.version;
  });
}

/** Installs the lock file's packages when they are missing or others are there. */
export function install() {
  if (isInstalled()) return;
  process.stderr.write('synod: installing packages (npm ci) …\n');
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (error) fail(`npm could not be run: ${error.message}`);
  if (status !== 0) fail('npm ci failed: see its messages above.');
}

/** Runs nx with `args`; `{ status, output }`. Output is passed on unless `quiet`, and then only when nx fails. */
export async function nx(args, { quiet = false, env = {} } = {}) {
  const result = await run(process.execPath, [join(ROOT, 'node_modules/nx/dist/bin/nx.js'), ...args], {
    quiet,
    env: {
      NX_DAEMON: 'false',
      NX_TUI: 'false',
      NX_ISOLATE_PLUGINS: 'false',
      NX_USE_LOCAL: 'true',
      FORCE_COLOR: '0',
      ...env,
    },
  });
  if (quiet && result.status !== 0) process.stderr.write(result.output);
  return result;
}

/**
 * Runs a program without a standard input and collects what it prints: `{ status, output }`, status 1 when a signal ended it.
 * It is passed on as well, unless `quiet`, or `stdout` is false for that stream alone.
 */
export function run(program, args, { quiet = false, stdout = !quiet, env = {}, cwd = ROOT } = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks = [];
    const collect = (target, show) => (chunk) => {
      chunks.push(chunk);
      if (show) target.write(chunk);
    };
    child.stdout.on('data', collect(process.stdout, stdout));
    child.stderr.on('data', collect(process.stderr, !quiet));
    child.on('error', (error) => resolve({ status: 127, output: `${program}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ status: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** Everything at once: the Node version, packages, and the named projects built (nx does nothing for what is up to date). */
export async function ensure({ builds = [] } = {}) {
  requireNode();
  install();
  if (builds.length === 0) return;
  const { status } = await nx(['run-many', '-t', 'build', '-p', builds.join(','), '--output-style=static'], {
    quiet: true,
  });
  if (status !== 0) fail('the build failed: see its messages above.');
}

export const appMain = (app) => join(ROOT, 'dist/apps', app, 'main.cjs');
