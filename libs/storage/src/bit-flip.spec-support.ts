import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Slot } from '@synod/consensus';
import { modelAfter, batchOf } from './crash-model.spec-support.js';
import { openLogStore } from './lmdb-log-store.js';
import type { LogStore } from './log-store.js';
import { StorageError } from './storage-error.js';
import { ballotOf, identityOf, textOf } from './storage.spec-support.js';

export const FLIP_SEED = 7;
export const FLIP_BATCHES = 90;
const FURTHER_BATCHES = 6;

/** Makes the file that bits are flipped in: trees of two levels, overflow pages, free pages, several commits. */
export async function writeSubject(directory: string): Promise<void> {
  const log = await openLogStore({ directory, identityIfNew: () => identityOf('c1') });
  for (let number = 1; number <= FLIP_BATCHES; number++) await log.append(batchOf(FLIP_SEED, number));
  await log.close();
}

/**
 * For each bit: a copy of the subject with that bit flipped, opened, read in full, written to, opened and read again. Says
 * `start <bit>` and then one of `right`, `unknown`, `refused <code>`, `wrong <why>`.
 */
export async function flipAndCheck(
  subject: string,
  bits: readonly number[],
  say: (line: string) => void,
): Promise<void> {
  const file = readFileSync(join(subject, 'log', 'data.mdb'));
  const identity = readFileSync(join(subject, 'identity'));
  for (const bit of bits) {
    const directory = `${subject}.flipped`;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, 'log'), { recursive: true });
    writeFileSync(join(directory, 'identity'), identity);
    const copy = Buffer.from(file);
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    writeFileSync(join(directory, 'log', 'data.mdb'), copy);
    say(`start ${String(bit)}`);
    say(await outcomeOf(directory));
  }
  process.exit(0);
}

async function outcomeOf(directory: string): Promise<string> {
  const first = await visit(directory, FLIP_BATCHES, async (log) => {
    for (let number = 1; number <= FURTHER_BATCHES; number++)
      await log.append(batchOf(FLIP_SEED, FLIP_BATCHES + number));
  });
  if (!['right', 'unknown'].includes(first)) return first;
  const second = await visit(directory, FLIP_BATCHES + FURTHER_BATCHES, () => Promise.resolve());
  if (second.startsWith('wrong')) return `${second} (after further appends; ${first} before)`;
  return second === 'right' ? first : second;
}

async function visit(directory: string, batches: number, then: (log: LogStore) => Promise<void>): Promise<string> {
  let log: LogStore;
  try {
    log = await openLogStore({
      directory,
      identityIfNew: () => identityOf('c2'),
      onFatal: (error) => {
        process.stdout.write(`refused commit ${String(error.cause)}\n`);
        process.exit(0);
      },
    });
  } catch (error) {
    return error instanceof StorageError ? `refused ${error.code}` : `wrong error ${String(error)}`;
  }
  const outcome = compare(log, batches);
  if (!outcome.startsWith('wrong')) await then(log);
  await log.close();
  return outcome;
}

/** Every slot that was accepted must read as it was accepted last, or be listed as unknown. */
function compare(log: LogStore, batches: number): string {
  const model = modelAfter(FLIP_SEED, batches);
  const recovered = log.recover();
  const unknown = new Set(recovered.unknownSlots);
  if (log.identity.nodeId !== 'c1') return 'wrong identity';
  if (recovered.promised.round !== ballotOf(batches).round) return `wrong promise ${String(recovered.promised.round)}`;
  const read = readAll(log, unknown, recovered.lastSlot);
  for (const entry of recovered.accepted) read.set(entry.slot, textOf(entry));
  if (recovered.trimmedThroughSlot !== model.trimmedThroughSlot) return 'wrong trim';
  if (JSON.stringify([...recovered.peers]) !== JSON.stringify([...model.peers].sort(([a], [b]) => (a < b ? -1 : 1))))
    return 'wrong peers';
  for (const [slot, text] of model.held) {
    if (!unknown.has(slot) && read.get(slot) !== text) return `wrong slot ${String(slot)}: ${String(read.get(slot))}`;
  }
  for (const slot of read.keys()) if (!model.held.has(slot)) return `wrong: slot ${String(slot)} was never accepted`;
  return unknown.size === 0 ? 'right' : 'unknown';
}

function readAll(log: LogStore, unknown: ReadonlySet<Slot>, lastSlot: Slot): Map<Slot, string> {
  const read = new Map<Slot, string>();
  for (let slot = 1; slot <= lastSlot; slot++) {
    if (unknown.has(slot)) continue;
    for (const entry of log.read(slot, slot, 1e9)) read.set(entry.slot, textOf(entry));
  }
  return read;
}
