import type { Logger } from '@synod/base';
import type { CommandReply, DeregisterNode, NodeRecord, RegisterNode } from '@synod/jobs';
import { SeededRandom, VirtualClock } from '@synod/testkit';
import { createEmbeddedNodeStore } from './embedded/embedded-node-store.js';
import type { EmbeddedNodeStore } from './embedded/embedded-node-store.js';
import type { NodeRenewal } from './embedded/replicated-nodes.js';
import type { DiscoveryModules } from './node-store.js';

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

export function testModules(clock: VirtualClock = new VirtualClock(), seed = 1): DiscoveryModules {
  return { clock, timers: clock, random: new SeededRandom(seed), logger: quiet };
}

export const testNode = (changes: Partial<NodeRecord> = {}): NodeRecord => ({
  nodeId: 'w1',
  kind: 'worker',
  address: '',
  incarnation: 1,
  labels: {},
  capacity: 4,
  version: '0.1.0',
  ttlMs: 3_000,
  ...changes,
});

/** Lets promises settle: nothing here waits for anything but timers of the virtual clock. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Moves the clock in steps, so that what each step starts is done before the next. */
export async function advance(clock: VirtualClock, durationMs: number, stepMs = 50): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
    clock.advance(Math.min(stepMs, durationMs - passedMs));
    await settled();
  }
}

/** Coordinators around one log whose order is that of the proposals; one of them leads, or none. */
export class FakeGroup {
  readonly log: (RegisterNode | DeregisterNode)[] = [];
  readonly stores: EmbeddedNodeStore[] = [];
  /** Messages between coordinators are lost. */
  cutOff = false;
  private leader: number | undefined = 0;
  private readonly nodes = new Map<string, NodeRecord>();
  private readonly listeners = new Set<() => void>();

  constructor(count: number, modules: DiscoveryModules) {
    for (let index = 0; index < count; index += 1) this.stores.push(this.store(index, modules));
  }

  lead(index: number | undefined): void {
    this.leader = index;
  }

  at(index: number): EmbeddedNodeStore {
    const store = this.stores[index];
    if (store === undefined) throw new Error(`no store ${index}`);
    return store;
  }

  private store(index: number, modules: DiscoveryModules): EmbeddedNodeStore {
    const leading = (): boolean => this.leader === index;
    const relay = (renewals: readonly NodeRenewal[]): boolean => {
      if (this.leader !== undefined && !this.cutOff) this.at(this.leader).heard(renewals);
      return this.leader !== undefined;
    };
    return createEmbeddedNodeStore(
      {
        propose: (command) => this.propose(command),
        nodes: () => [...this.nodes.values()],
        onChange: (listener) => {
          this.listeners.add(listener);
          return () => this.listeners.delete(listener);
        },
        leading,
        relay,
      },
      modules,
    );
  }

  private async propose(command: RegisterNode | DeregisterNode): Promise<CommandReply> {
    if (this.leader === undefined) throw new Error('there is no leader');
    this.log.push(command);
    const nodeId = command.type === 'registerNode' ? command.node.nodeId : command.nodeId;
    const known = this.nodes.get(nodeId);
    if (command.type === 'registerNode') {
      if (known !== undefined && known.incarnation > command.node.incarnation) {
        return { type: 'refused', refusal: { code: 'incarnationOutdated', newest: known.incarnation } };
      }
      this.nodes.set(nodeId, { ...command.node });
    } else if (known !== undefined && known.incarnation <= command.incarnation) {
      this.nodes.delete(nodeId);
    }
    for (const listener of [...this.listeners]) listener();
    return { type: command.type === 'registerNode' ? 'nodeRegistered' : 'nodeDeregistered' };
  }
}
