import type { NodeRenewal, ReplicatedNodes } from '@synod/discovery';
import { COMMAND_VERSIONS, createJobsStateMachine } from '@synod/jobs';
import type { CommandReply, DeregisterNode, RegisterNode } from '@synod/jobs';

/** A group of one replica, the real state machine, and as many coordinators around it as are asked for. */
export class SingleReplica {
  private readonly machine = createJobsStateMachine();
  private readonly listeners = new Set<() => void>();
  private sequence = 0;
  private down = false;

  /** The leader's view; `heard` takes what followers relay. */
  leader(): ReplicatedNodes {
    return { ...this.view(), leading: () => !this.down };
  }

  follower(heard: (renewals: readonly NodeRenewal[]) => void): ReplicatedNodes {
    const relay = (renewals: readonly NodeRenewal[]): boolean => {
      if (!this.down) heard(renewals);
      return !this.down;
    };
    return { ...this.view(), leading: () => false, relay };
  }

  setDown(down: boolean): void {
    this.down = down;
  }

  async forget(): Promise<void> {
    for (const { nodeId, incarnation } of this.machine.nodes()) {
      await this.propose({ type: 'deregisterNode', nodeId, incarnation, cause: 'asked' });
    }
  }

  private view(): Omit<ReplicatedNodes, 'leading'> {
    return {
      propose: (command) => this.propose(command),
      nodes: () => this.machine.nodes(),
      onChange: (listener) => {
        this.listeners.add(listener);
        return () => this.listeners.delete(listener);
      },
    };
  }

  private propose(body: RegisterNode | DeregisterNode): Promise<CommandReply> {
    if (this.down) return Promise.reject(new Error('there is no leader'));
    this.sequence += 1;
    const { sequence } = this;
    const { replies, events } = this.machine.apply(this.machine.appliedSlot + 1, [
      {
        groupId: 0,
        version: COMMAND_VERSIONS[body.type],
        stampMs: sequence,
        principal: '',
        traceContext: '',
        origin: { nodeId: 'c1', incarnation: 1, sequence, acknowledgedBelow: sequence },
        body,
      },
    ]);
    const [reply] = replies;
    if (reply === undefined) return Promise.reject(new Error('no reply'));
    if (events.length > 0) for (const listener of [...this.listeners]) listener();
    return Promise.resolve(reply);
  }
}
