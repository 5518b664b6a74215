import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { CliError, EXIT } from '../failure.js';
import type { DevFiles } from './files.js';
import { portsOf, type DevOptions, type PlannedProcess } from './plan.js';

const CONSUL_TIMEOUT_MS = 3_000;

/** The program of a process. @throws CliError `buildMissing` */
export function mainOf({ app }: PlannedProcess, appsDir: string): string {
  const main = join(appsDir, app, 'main.cjs');
  if (existsSync(main)) return main;
  throw new CliError('buildMissing', `${main} is not there; build it with: npx nx build cli (or run npm start)`);
}

/** @throws CliError `leftovers` when processes of an earlier, killed `dev` still run on this directory. */
export function checkLeftovers(files: DevFiles): void {
  const left = files.leftovers();
  if (left.length === 0) return;
  const names = left.map(({ id, pid }) => `${id} (pid ${pid})`).join(', ');
  const pids = left.map(({ pid }) => pid).join(' ');
  throw new CliError(
    'leftovers',
    `an earlier synod dev was killed and left ${names} running; stop them with: kill ${pids}`,
  );
}

/** @throws CliError `portInUse` */
export async function checkPorts(options: DevOptions): Promise<void> {
  if (Math.max(...portsOf(options)) > 65_535)
    throw new CliError('portInUse', `--base-port ${options.basePort} is too high: ports end at 65535`, EXIT.usage);
  const free = await Promise.all(portsOf(options).map(async (port) => ({ port, problem: await bindProblem(port) })));
  const taken = free.filter(({ problem }) => problem !== undefined);
  const [first] = taken;
  if (first === undefined) return;
  const ports = taken.map(({ port }) => port).join(', ');
  const why = first.problem === 'EADDRINUSE' ? 'in use by another process' : `not to be had (${first.problem})`;
  throw new CliError('portInUse', `port ${ports} of 127.0.0.1 is ${why}; stop that, or choose another --base-port`);
}

function bindProblem(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/** @throws CliError `consulMissing` */
export async function checkConsul({ nodeStore, consul }: DevOptions): Promise<void> {
  if (nodeStore !== 'consul') return;
  const problem = await consulProblem(consul);
  if (problem === undefined) return;
  throw new CliError(
    'consulMissing',
    `no Consul answers at ${consul} (${problem}); start one (consul agent -dev), give its --consul, or use --node-store embedded`,
  );
}

async function consulProblem(consul: string): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('/v1/status/leader', consul), {
      signal: AbortSignal.timeout(CONSUL_TIMEOUT_MS),
    });
    return response.ok ? undefined : `HTTP ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
    return cause?.code ?? (error instanceof Error ? error.name : String(error));
  }
}
