import { resolve } from 'node:path';
import { option, UsageError, type UsageCommand } from '@synod/config';
import { awaitServing, type ClusterProbe } from '../dev/probe.js';
import { DevCluster } from '../dev/dev-cluster.js';
import { checked, withExamples } from '../flags.js';
import type { CliSession } from '../session.js';

const coordinators = option.integer({ summary: '', min: 1, max: 9, unit: 'coordinators' });
const agents = option.integer({ summary: '', min: 0, max: 100, unit: 'agents' });
const basePort = option.integer({ summary: '', min: 1_024, max: 65_000, unit: 'port' });
const capacity = option.integer({ summary: '', min: 1, max: 10_000, unit: 'attempts' });
const nodeStore = option.choice({ summary: '', choices: ['embedded', 'consul'] });
const consul = option.url({ summary: '' });

interface DevFlags {
  readonly coordinators: number;
  readonly agents: number;
  readonly data: string;
  readonly basePort: number;
  readonly nodeStore: 'embedded' | 'consul';
  readonly consul: string;
  readonly capacity?: number;
  readonly restart?: boolean;
}

/** Replaced in tests. */
export interface DevCommandModules {
  readonly appsDir: string;
  readonly probe: ClusterProbe;
}

/** In `dist/apps/cli/main.cjs` the other apps are its neighbours. */
const REAL_MODULES: DevCommandModules = { appsDir: resolve(__dirname, '..'), probe: awaitServing };

export function addDevCommand(root: UsageCommand, session: CliSession, modules = REAL_MODULES): void {
  const command = root
    .command('dev')
    .summary('run a whole cluster on this machine, in the foreground')
    .description(
      'Starts a registry (at the base port B), coordinators (at B+1, B+2, …) and agents as processes of their own, prints ' +
        'the line "ready" when a leader serves and all agents are registered, and stops all of them at Ctrl-C (a second one ' +
        'kills them). State stays in --data and is there again at the next start; logs are in its folder logs; its ' +
        'cluster.json names the processes: {"processes": [{"role", "id", "pid", "address"}]}. Should dev itself be killed by ' +
        'SIGKILL, they go on; the next dev on the same directory says which.',
    )
    .option('--coordinators <number>', 'coordinators, 1 to 9', checked('--coordinators', coordinators), 3)
    .option('--agents <number>', 'worker agents, 0 to 100', checked('--agents', agents), 2)
    .option('--data <dir>', 'directory of the cluster', '.synod')
    .option('--base-port <port>', 'port of the registry', checked('--base-port', basePort), 7_400)
    .option('--capacity <number>', 'attempts at the same time of each agent', checked('--capacity', capacity))
    .option(
      '--node-store <choice>',
      'who keeps the list of nodes: embedded or consul',
      checked('--node-store', nodeStore),
      'embedded',
    )
    .option(
      '--consul <url>',
      'Consul agent, for --node-store consul',
      checked('--consul', consul),
      'http://127.0.0.1:8500',
    )
    .option('--restart', 'start a process that has ended again, after a pause that grows');
  withExamples(command, [
    ['synod dev', 'three coordinators and two agents, state in .synod'],
    ['synod dev --data /tmp/try --base-port 8400 --agents 4', 'another one beside it'],
    ['synod dev --node-store consul --consul http://127.0.0.1:8500', 'workers register in Consul'],
  ]);
  command.action(async (flags: DevFlags) => runDev(session, flags, modules, command));
}

async function runDev(
  session: CliSession,
  flags: DevFlags,
  modules: DevCommandModules,
  command: UsageCommand,
): Promise<void> {
  if (flags.nodeStore === 'embedded' && command.getOptionValueSource('consul') === 'cli')
    throw new UsageError({ code: 'invalidCombination', option: '--consul' }, '--consul needs --node-store consul');
  const cluster = new DevCluster(
    { ...flags, data: resolve(flags.data), capacity: flags.capacity, restart: flags.restart === true },
    { ...modules, env: session.io.env, note: (line) => session.note(line) },
  );
  let stopping = false;
  let stopped: () => void = () => undefined;
  const stopAsked = new Promise<void>((resolve) => (stopped = resolve));
  const stopListening = session.io.onInterrupt(() => {
    if (stopping) cluster.kill();
    else session.io.stdout.write('stopping…\n');
    stopping = true;
    stopped();
  });
  const dropReader = session.io.onBrokenPipe(() => undefined);
  try {
    const starting = cluster.start();
    starting.catch(() => undefined);
    await Promise.race([starting, stopAsked]);
    if (!stopping) {
      await session.print(banner(cluster, resolve(flags.data)));
      await stopAsked;
    }
  } finally {
    await cluster.stop();
    stopListening();
    dropReader();
  }
}

function banner(cluster: DevCluster, data: string): string {
  const width = Math.max(...cluster.processes.map(({ id }) => id.length));
  const lines = cluster.processes.map(
    ({ role, id, address }) => `  ${role.padEnd(12)}  ${id.padEnd(width)}  ${address}`.trimEnd() + '\n',
  );
  const addresses = cluster.processes.filter(({ role }) => role === 'coordinator').map(({ address }) => address);
  const usual = addresses.join(',') === '127.0.0.1:7401,127.0.0.1:7402,127.0.0.1:7403';
  const address = usual ? '' : `--address ${addresses.join(',')} `;
  return `${lines.join('')}  data and logs in ${data}\n  try: npx synod run ${address}-- echo hello\nready\n`;
}
