// npm start: a cluster on this machine in the foreground, one real job submitted to it and its output shown, until Ctrl-C.
// It drives the same two commands that a person would use: `synod dev` and `synod run`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';
import { optionValue } from './lib/args.mjs';
import { appMain, ensure } from './lib/ensure.mjs';
import { ROOT, readJson } from './lib/workspace.mjs';

const HELP = `npm start -- [--exit] [options of synod dev]

Starts a cluster (a registry, 3 coordinators, 2 agents) in .synod/, runs one job on it and shows the job's output.
The cluster stays until Ctrl-C.

  --exit            stop after that job; the status is 0 if the start and the job succeeded
  --data DIR        where the cluster keeps its state (default .synod)
  --base-port PORT  the registry's port; coordinator i gets gRPC PORT+i and HTTP PORT+100+i (default 7400)
  …                 every other option goes to \`synod dev\`: see \`npx synod dev --help\`
`;

const READY_TIMEOUT_MS = 120_000;
/** How long the cluster may take to stop before it is killed. */
const STOP_TIMEOUT_MS = 20_000;
const JOB_TIMEOUT_MS = 60_000;
const GREETING = 'echo "hello from $(hostname), job $SYNOD_JOB_ID attempt $SYNOD_ATTEMPT on worker $SYNOD_WORKER_ID"';

const args = process.argv.slice(2);
const passedOn = args.filter((arg) => arg !== '--exit');
const exitAfterJob = args.includes('--exit');
const say = (text) => process.stdout.write(`${text}\n`);

if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}

const data = optionValue(passedOn, 'data') ?? '.synod';
const basePort = Number(optionValue(passedOn, 'base-port') ?? 7400);
let cluster;
let stopRequested = false;

await ensure({ builds: ['cli'] });
process.exitCode = await main();

async function main() {
  cluster = startCluster();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => onSignal(signal));
  process.on('exit', () => cluster.kill('SIGKILL'));

  const started = await cluster.ready;
  if (stopRequested) return (await stop('SIGINT'), 0);
  if (!started.ok) {
    await stop('SIGTERM');
    process.stderr.write(`\nsynod: the cluster did not start: ${started.why}\n`);
    return 1;
  }
  showAddresses();

  const jobStatus = await runJob();
  if (!stopRequested && !exitAfterJob && cluster.isAlive()) {
    say(`\nThe cluster runs until Ctrl-C. In another terminal:  ${submitHint()}`);
  }
  if (exitAfterJob) {
    await stop('SIGTERM');
    return stopRequested ? 130 : jobStatus;
  }
  const { code, signal } = await cluster.exited;
  if (stopRequested) return 0;
  process.stderr.write(`\nsynod: the cluster ended by itself (${signal ?? `status ${code}`})\n`);
  return code || 1;
}

/** `synod dev` in a process group of its own, so that Ctrl-C reaches it once: from here. */
function startCluster() {
  const defaults = [
    ...(optionValue(passedOn, 'data') === undefined ? ['--data', data] : []),
    ...(optionValue(passedOn, 'base-port') === undefined ? ['--base-port', String(basePort)] : []),
  ];
  const child = spawn(process.execPath, [appMain('cli'), 'dev', ...defaults, ...passedOn], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exited = new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 1, signal: null, error }));
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      say(line);
      if (line.trim() === 'ready') resolve({ ok: true });
    });
    const timer = setTimeout(
      () => resolve({ ok: false, why: `not ready after ${READY_TIMEOUT_MS / 1000} s` }),
      READY_TIMEOUT_MS,
    );
    timer.unref();
    void exited.then(({ code, signal, error }) =>
      setImmediate(resolve, {
        ok: false,
        why: error?.message ?? `synod dev ended with ${signal ?? `status ${code}`}; its last messages are above`,
      }),
    );
  });
  const isAlive = () => child.exitCode === null && child.signalCode === null && child.pid !== undefined;
  const kill = (signal) => {
    if (isAlive()) signalGroup(child.pid, signal);
  };
  return { ready, exited, isAlive, kill, tell: (signal) => isAlive() && child.kill(signal) };
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The first signal stops the cluster in order, the second kills it. */
function onSignal(signal) {
  if (stopRequested) return cluster.kill('SIGKILL');
  stopRequested = true;
  cluster.tell(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  return undefined;
}

async function stop(signal) {
  if (!stopRequested) cluster.tell(signal);
  const timer = setTimeout(() => cluster.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await cluster.exited;
  clearTimeout(timer);
}

/** What `synod dev` wrote down about its processes; an empty list when it wrote nothing. */
function processes() {
  const file = join(isAbsolute(data) ? data : join(ROOT, data), 'cluster.json');
  return existsSync(file) ? (readJson(file).processes ?? []) : [];
}

function addressList() {
  const listed = processes().filter(({ role, address }) => role === 'coordinator' && address);
  if (listed.length > 0) return listed.map(({ address }) => address).join(',');
  return [1, 2, 3].map((i) => `127.0.0.1:${basePort + i}`).join(',');
}

function showAddresses() {
  const rows = processes().map(({ role, id, pid, address }) => [role, id, address ?? '-', `pid ${pid}`]);
  if (rows.length === 0) return;
  const width = (column) => Math.max(...rows.map((row) => String(row[column]).length));
  say('');
  for (const row of rows)
    say(
      `  ${row
        .map((cell, i) => String(cell).padEnd(width(i)))
        .join('  ')
        .trimEnd()}`,
    );
}

function submitHint() {
  const usual = basePort === 7400 ? '' : `SYNOD_ADDRESS=${addressList()} `;
  return `${usual}npx synod run -- echo hello`;
}

/** Runs one job to its end as `synod run` does, and resolves with the job's own status. */
function runJob() {
  say(`\n$ synod run -- sh -c '${GREETING}'`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [appMain('cli'), 'run', '--', 'sh', '-c', GREETING], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, SYNOD_ADDRESS: addressList() },
    });
    const end = (why) => {
      if (why !== undefined) process.stderr.write(`synod: ${why}\n`);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(end, JOB_TIMEOUT_MS, `the job did not end within ${JOB_TIMEOUT_MS / 1000} s`);
    void cluster.exited.then(() => end());
    const onEnd = (status) => {
      clearTimeout(timer);
      if (!stopRequested) say(status === 0 ? '  job succeeded' : `  job ended with status ${status}`);
      resolve(status);
    };
    child.on('error', () => onEnd(1));
    child.on('exit', (code) => onEnd(code ?? 1));
  });
}
