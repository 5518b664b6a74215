import type { Slot } from '@synod/consensus';
import { checkLinearizable } from '@synod/testkit';
import type { Checker } from './checker.js';
import type { Clients } from './clients.js';
import { commandName, decodeCommand, KEY_VALUE_MODEL, KeyValueMachine } from './key-value.js';
import { expectThat } from './violation.js';

const COMMANDS_PER_SLOT = 100_000;
/** Enough for any history that the search is told the order of, with room for a few wrong turns. */
const MAX_SEARCH_STEPS = 300_000;

/** What one copy that did the chosen commands in their order would have become. */
export interface TrueReplica {
  digestAt(slot: Slot): string;
}

/**
 * The end of a run: nothing acknowledged is lost, nothing is in the log that no client sent, and what clients saw could have been the
 * answers of one copy.
 */
export function checkOutcome(checker: Checker, clients: Clients): TrueReplica {
  const machine = new KeyValueMachine();
  const orders = new Map<string, number>();
  const digests: string[] = [machine.digest()];
  const logged = new Set<string>();
  for (let slot = 1; slot <= checker.chosenThroughSlot; slot += 1) {
    const entry = checker.entryAt(slot);
    if (entry === undefined) break;
    for (const bytes of entry.kind === 'commands' ? entry.commands : []) {
      const name = commandName(decodeCommand(bytes));
      expectThat(clients.proposed.has(name), 'no phantom', `slot ${slot} holds ${name}, which no client sent`);
      logged.add(name);
    }
    const at = slot * COMMANDS_PER_SLOT;
    machine.apply(slot, entry, (command, index) => orders.set(commandName(command), at + index));
    digests.push(machine.digest());
  }
  for (const [name, slot] of clients.acknowledged) {
    expectThat(logged.has(name), 'nothing acknowledged is lost', `${name}, said to be in slot ${slot}`);
  }
  const history = clients.operations(
    (name) => orders.get(name) ?? Infinity,
    (slot) => (slot + 1) * COMMANDS_PER_SLOT - 1,
  );
  const verdict = checkLinearizable(KEY_VALUE_MODEL, history, { maxSteps: MAX_SEARCH_STEPS });
  if (verdict.kind !== 'linearizable') {
    const { kind, partition, stuckAt, longestOrder } = verdict;
    const detail = `key ${partition}, ${kind} after ${longestOrder.length} operations: ${JSON.stringify(stuckAt)}, after ${JSON.stringify(longestOrder.slice(-3))}`;
    expectThat(false, 'linearizability', detail);
  }
  return { digestAt: (slot) => digests[slot] ?? '' };
}
