import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const START_DEADLINE_MS = 20_000;
const ASK_AGAIN_MS = 25;

/** The Consul binary for tests, or why there is none. In CI (`CI=true`) a missing one is an error. */
export function findConsul(): { readonly path: string } | { readonly missing: string } {
  try {
    const tool = join(__dirname, '../../../tools/consul.mjs');
    const path = execFileSync(process.execPath, [tool], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
    return { path };
  } catch (error) {
    const missing = String((error as { readonly stderr?: unknown }).stderr ?? error).trim();
    if (process.env['CI'] === 'true') throw new Error(`CI needs a Consul: ${missing}`, { cause: error });
    return { missing };
  }
}

/** A real Consul server in development mode, on free ports that it keeps through its restarts. */
export class ConsulAgent {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly binary: string,
    private readonly ports: readonly [http: number, server: number, serf: number],
  ) {}

  static async start(binary: string): Promise<ConsulAgent> {
    const agent = new ConsulAgent(binary, await freePorts());
    await agent.start();
    return agent;
  }

  get url(): string {
    return `http://127.0.0.1:${this.ports[0]}`;
  }

  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** By SIGKILL; all that it knew is lost. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async start(): Promise<void> {
    const [http, server, serf] = this.ports.map(String) as [string, string, string];
    const ports = ['-http-port', http, '-server-port', server, '-serf-lan-port', serf, '-serf-wan-port', '-1'];
    const none = ['-dns-port', '-1', '-grpc-port', '-1', '-https-port', '-1'];
    const args = [
      'agent',
      '-dev',
      '-node',
      'conformance',
      '-bind',
      '127.0.0.1',
      '-log-level',
      'err',
      ...ports,
      ...none,
    ];
    const child = spawn(this.binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
    this.child = child;
    const endsAt = Date.now() + START_DEADLINE_MS;
    while (!(await this.leads())) {
      if (child.exitCode !== null || Date.now() > endsAt) throw new Error(`Consul does not start: ${said}`);
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }

  private async leads(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/v1/status/leader`, { signal: AbortSignal.timeout(1_000) });
      if (!response.ok || (await response.text()).length <= 2) return false;
      // The node itself has to be in the catalog, or the first registrations are not seen.
      const nodes = await fetch(`${this.url}/v1/catalog/nodes`, { signal: AbortSignal.timeout(1_000) });
      return nodes.ok && ((await nodes.json()) as unknown[]).length > 0;
    } catch {
      return false;
    }
  }
}

async function freePorts(): Promise<[number, number, number]> {
  const servers = [createServer(), createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(async (server) => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return (server.address() as AddressInfo).port;
    }),
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports as [number, number, number];
}
