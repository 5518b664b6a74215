import type { Entry, Slot } from '@synod/consensus';
import { Digest } from './digest.js';

/** A replicated state machine as the simulator drives it: it sees every slot once, in order, on every node. */
export interface SimulatedStateMachine {
  apply(slot: Slot, entry: Entry): void;
  /** Equal after equal slots on all nodes (I11). */
  digest(): string;
}

export type StateMachineFactory = () => SimulatedStateMachine;

/** What clients send. Every command must be unique, and readable again from the log. */
export interface Workload {
  command(clientId: number, sequence: number): Uint8Array;
}

/** The least state machine: a digest of what it was given, in order. */
export class LogMachine implements SimulatedStateMachine {
  private readonly seen = new Digest();

  apply(slot: Slot, entry: Entry): void {
    this.seen.number(slot);
    if (entry.kind === 'commands') for (const command of entry.commands) this.seen.bytes(command);
  }

  digest(): string {
    return this.seen.value();
  }
}

/** Commands of a few dozen bytes that name their client and sequence. */
export class TaggedCommands implements Workload {
  constructor(private readonly paddingBytes: number) {}

  command(clientId: number, sequence: number): Uint8Array {
    return new TextEncoder().encode(
      `${clientId}-${sequence}${' '.repeat((sequence * 7 + clientId) % (this.paddingBytes + 1))}`,
    );
  }
}
