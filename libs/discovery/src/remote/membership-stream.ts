import type { CancelTimer } from '@synod/base';
import { nodeFromWire, nodeKinds } from '@synod/contracts';
import type { NodeRecord } from '@synod/jobs';
import { messagesOf } from '@synod/rpc';
import type { AddressRotation, ClientPool } from '@synod/rpc';
import type { services, WireWatchNodesResponse } from '@synod/wire';
import type { DriverContext } from '../driven-node-store.js';
import { backoffMs } from '../jitter.js';
import type { NodeKind } from '../node-store.js';
import { fromRpc } from './remote-errors.js';

export type RegistryClient = InstanceType<typeof services.RegistryService>;

/** Waits after a stream that ended: first, and longest. */
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;

/** Follows the membership at one of several servers; when a stream ends, it goes on at the next one. */
export class MembershipStream {
  private stream: { cancel(): void } | undefined;
  private failures = 0;
  private cancelTimer: CancelTimer = () => undefined;
  private closed = false;

  constructor(
    private readonly kind: NodeKind | undefined,
    private readonly servers: { readonly clients: ClientPool<RegistryClient>; readonly rotation: AddressRotation },
    private readonly context: DriverContext,
  ) {
    void this.follow();
  }

  close(): void {
    this.closed = true;
    this.cancelTimer();
    this.stream?.cancel();
    this.context.health.recovered(this.part());
  }

  private async follow(): Promise<void> {
    const { clients, rotation } = this.servers;
    const address = rotation.current();
    let reason = 'the stream ended';
    try {
      const stream = clients
        .get(address)
        .watchNodes(this.kind === undefined ? {} : { kind: nodeKinds.toWire[this.kind] });
      this.stream = stream;
      for await (const { nodes } of messagesOf<WireWatchNodesResponse>(stream)) {
        if (this.closed) return;
        this.failures = 0;
        this.context.health.recovered(this.part());
        this.take(nodes.map((node) => nodeFromWire(node)));
      }
    } catch (error) {
      const { facts, message } = fromRpc(error, undefined);
      reason = facts.code === 'storeUnavailable' ? facts.reason : message;
    }
    if (this.closed) return;
    rotation.leave(address);
    this.failures += 1;
    // One server that goes away is no outage while another one answers.
    if (this.failures >= rotation.size) this.context.health.failed(this.part(), `${address}: ${reason}`);
    const { random, timers } = this.context.modules;
    const round = Math.ceil(this.failures / rotation.size);
    this.cancelTimer = timers.after(
      backoffMs(round, FIRST_RETRY_MS, LONGEST_RETRY_MS, random),
      () => void this.follow(),
    );
  }

  private take(nodes: readonly NodeRecord[]): void {
    if (this.kind === undefined) this.context.membership.setAll(nodes);
    else this.context.membership.setKind(this.kind, nodes);
  }

  private part(): string {
    return `watch of ${this.kind ?? 'all'}`;
  }
}
