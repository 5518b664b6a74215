import { SynodWorker } from '@synod/client';

/** What {@link AgentCrowd} asks a process of simulated agents. */
export type CrowdRequest = { readonly ask: 'disconnections' };

/** What such a process says. */
export type CrowdMessage =
  | { readonly ready: number }
  /** Sessions that broke since the last time, by worker. */
  | { readonly disconnections: readonly string[] };

/** Sessions that are opened at the same time. */
const OPENED_AT_ONCE = 25;

/**
 * A process of its own with many simulated agents, each with a session and heartbeats on connections of their own:
 * `node agent-crowd.cjs ADDRESSES PREFIX COUNT CAPACITY`. Their handler `hold` runs until it is told to end.
 */
async function main(): Promise<void> {
  const [addresses = '', prefix = '', count = '', capacity = '1'] = process.argv.slice(2);
  let disconnected: string[] = [];
  const agents = Array.from({ length: Number(count) }, (_value, index) => {
    const workerId = `${prefix}${String(index + 1)}`;
    return new SynodWorker({
      addresses: addresses.split(','),
      workerId,
      capacity: Number(capacity),
      handlers: {
        hold: ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(undefined));
          }),
      },
      onDisconnected: () => disconnected.push(workerId),
    });
  });
  for (let from = 0; from < agents.length; from += OPENED_AT_ONCE) {
    await Promise.all(agents.slice(from, from + OPENED_AT_ONCE).map((agent) => agent.start()));
  }
  disconnected = [];
  const say = (message: CrowdMessage): void => void process.send?.(message);
  process.on('message', () => {
    say({ disconnections: disconnected });
    disconnected = [];
  });
  process.once('disconnect', () => process.exit(0));
  say({ ready: agents.length });
}

void main();
