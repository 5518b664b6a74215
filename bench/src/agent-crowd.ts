import { ThinAgent } from './thin-agent.js';

/** What {@link AgentProcess} asks a process of simulated agents. */
export type CrowdRequest = { readonly ask: 'disconnections' };

/** What such a process says. */
export type CrowdMessage =
  | { readonly ready: number }
  /** Workers whose session broke since the last time. */
  | { readonly disconnections: readonly string[] };

/** Sessions that are opened at the same time. */
const OPENED_AT_ONCE = 25;
const HEARTBEAT_INTERVAL_MS = 1_000;
/** One timer for all of them: in each of its turns the next part of the agents sends its heartbeats. */
const TURN_MS = 20;

/**
 * A process of its own with many simulated agents, each with a session and heartbeats on connections of their own:
 * `node agent-crowd.cjs ADDRESSES PREFIX COUNT CAPACITY`. Their handler `hold` never ends.
 */
async function main(): Promise<void> {
  const [addresses = '', prefix = '', count = '', capacity = '1'] = process.argv.slice(2);
  const workerIds = Array.from({ length: Number(count) }, (_value, index) => `${prefix}${String(index + 1)}`);
  const agents = workerIds.map(
    (workerId, number) =>
      new ThinAgent({ addresses: addresses.split(','), number, workerId, capacity: Number(capacity) }),
  );
  beatInTurns(agents);
  for (let from = 0; from < agents.length; from += OPENED_AT_ONCE) {
    await Promise.all(agents.slice(from, from + OPENED_AT_ONCE).map((agent) => agent.start()));
  }
  const say = (message: CrowdMessage): void => void process.send?.(message);
  const disconnections = (): string[] => {
    const broken = workerIds.filter((_workerId, index) => (agents[index]?.disconnections ?? 0) > 0);
    for (const agent of agents) agent.disconnections = 0;
    return broken;
  };
  disconnections();
  process.on('message', () => say({ disconnections: disconnections() }));
  process.once('disconnect', () => process.exit(0));
  say({ ready: agents.length });
}

/** A turn that comes late makes up for those before it. */
function beatInTurns(agents: readonly ThinAgent[]): void {
  const startedAtMs = performance.now();
  let sent = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) * agents.length) / HEARTBEAT_INTERVAL_MS);
    // One of each at most: after a stall nobody wants several heartbeats of one agent.
    sent = Math.max(sent, due - agents.length);
    for (; sent < due; sent += 1) agents[sent % agents.length]?.beat();
  }, TURN_MS);
}

void main();
