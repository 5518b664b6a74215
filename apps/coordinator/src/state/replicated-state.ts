import { assert } from '@synod/base';
import type { Entry, Slot } from '@synod/consensus';
import type { AppliedEntry, CommandEnvelope, CommandReply, JobsStateMachine, JobsView } from '@synod/jobs';
import { LiveView } from './live-view.js';

/** Told of every applied entry, after the state holds it. Synchronous: what it sees is the state right behind this entry. */
export type AppliedListener = (applied: AppliedEntry, envelopes: readonly CommandEnvelope[]) => void;

/**
 * Told when a state of `slot` took the place of the one before, from an image or a snapshot: what was applied in between is not
 * told of by entries. Synchronous, after the view shows it.
 */
export type ReplacedListener = (slot: Slot) => void;

/**
 * The state machine of this replica with those who wait for it. Everything on a coordinator that must know what happened
 * listens here; nothing else applies.
 */
export class ReplicatedState<Machine extends JobsStateMachine = JobsStateMachine> {
  /** The same object for good, also when the state behind it is replaced. */
  readonly view: JobsView = new LiveView(() => this.machine);
  private readonly listeners: AppliedListener[] = [];
  private readonly replacedListeners: ReplacedListener[] = [];
  private waiters: { slot: Slot; resolve: () => void }[] = [];

  constructor(
    private machine: Machine,
    private readonly decode: (command: Uint8Array) => CommandEnvelope,
  ) {}

  /** The state machine of the moment; not to be kept. */
  get current(): Machine {
    return this.machine;
  }

  get appliedSlot(): Slot {
    return this.machine.appliedSlot;
  }

  stateHash(): string {
    return this.machine.stateHash();
  }

  onApplied(listener: AppliedListener): void {
    this.listeners.push(listener);
  }

  onReplaced(listener: ReplacedListener): void {
    this.replacedListeners.push(listener);
  }

  /** A later state takes the place of this one. */
  replace(machine: Machine): void {
    assert(machine.appliedSlot > this.machine.appliedSlot, 'I5 a state is replaced by a later one only');
    this.machine = machine;
    for (const listener of this.replacedListeners) listener(machine.appliedSlot);
    this.wake(machine.appliedSlot);
  }

  apply(slot: Slot, entry: Entry): void {
    assert(slot === this.machine.appliedSlot + 1, 'I5 each slot applied once, in order');
    const envelopes = entry.kind === 'noop' ? [] : entry.commands.map((command) => this.decode(command));
    const applied = this.machine.apply(slot, envelopes);
    for (const listener of this.listeners) listener(applied, envelopes);
    this.wake(slot);
  }

  /** Resolves when this replica has applied `slot`. */
  appliedThrough(slot: Slot): Promise<void> {
    if (this.machine.appliedSlot >= slot) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiters.push({ slot, resolve });
    });
  }

  private wake(slot: Slot): void {
    if (this.waiters.length === 0) return;
    const due = this.waiters.filter((waiter) => waiter.slot <= slot);
    if (due.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.slot > slot);
    for (const waiter of due) waiter.resolve();
  }
}

/** The replies of the commands that came from one client session, with their sequences. */
export function repliesTo(
  nodeId: string,
  incarnation: number,
  applied: AppliedEntry,
  envelopes: readonly CommandEnvelope[],
): { sequence: number; reply: CommandReply }[] {
  const mine: { sequence: number; reply: CommandReply }[] = [];
  envelopes.forEach((envelope, index) => {
    const { origin } = envelope;
    const reply = applied.replies[index];
    if (origin.nodeId === nodeId && origin.incarnation === incarnation && reply !== undefined) {
      mine.push({ sequence: origin.sequence, reply });
    }
  });
  return mine;
}
