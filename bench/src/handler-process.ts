import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { endWithThis } from '@synod/e2e';

/** A process of its own that serves the handler `noop`. */
export class HandlerProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it serves. */
  static async start(addresses: readonly string[], capacity: number): Promise<HandlerProcess> {
    const child = spawn(process.execPath, [join(__dirname, 'handlers.cjs'), addresses.join(','), String(capacity)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    endWithThis(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    return new HandlerProcess(child);
  }

  /** Ends it at once: what it runs doesn't matter any more, and it must not wait for a cluster that is gone. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await ended;
  }
}
