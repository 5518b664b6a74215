import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endWithThis } from '@synod/e2e';
import type { CrowdMessage, CrowdRequest } from './agent-crowd.js';

/** A process with many simulated agents. */
export class AgentProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when all of them have a session. */
  static async start(
    addresses: readonly string[],
    prefix: string,
    count: number,
    capacity: number,
  ): Promise<AgentProcess> {
    const args = [addresses.join(','), prefix, String(count), String(capacity)];
    const child = fork(join(__dirname, 'agent-crowd.cjs'), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    endWithThis(child);
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => {
        throw new Error(`the agents ${prefix}… ended before they had their sessions`);
      }),
    ]);
    return new AgentProcess(child);
  }

  /** Workers whose session broke since this was asked last. */
  async disconnections(): Promise<readonly string[]> {
    const answered = once(this.child, 'message');
    this.child.send({ ask: 'disconnections' } satisfies CrowdRequest);
    const [message] = (await answered) as [CrowdMessage];
    return 'disconnections' in message ? message.disconnections : [];
  }

  /** All its agents die at once. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
