import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcceptedEntry, Ballot, LogWrite } from '@synod/consensus';
import type { LogIdentity } from './log-store.js';

const directories: string[] = [];

/** An empty directory; {@link removeDirectories} removes them all. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'synod-storage-'));
  directories.push(directory);
  return directory;
}

export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export function identityOf(nodeId: string): LogIdentity {
  return {
    formatVersion: 1,
    clusterId: 'cluster',
    groupId: 1,
    nodeId,
    storageId: `storage-of-${nodeId}`,
    initialMembers: [{ id: nodeId, address: '127.0.0.1:7401' }],
  };
}

export function ballotOf(round: number, nodeId = 'c1'): Ballot {
  return { round, priority: 0, nodeId };
}

export function entryOf(slot: number, text: string, round = 1): AcceptedEntry {
  return { slot, ballot: ballotOf(round), entry: { kind: 'commands', commands: [new Uint8Array(Buffer.from(text))] } };
}

export function accept(slot: number, text: string, round = 1): LogWrite {
  return { kind: 'accepted', accepted: entryOf(slot, text, round) };
}

/** What an entry holds, as text, so that tests compare plain values. */
export function textOf(accepted: AcceptedEntry): string {
  if (accepted.entry.kind === 'noop') return '(noop)';
  return accepted.entry.commands.map((command) => Buffer.from(command).toString()).join(',');
}

/** The facts of what `call` throws; what it returns, when it doesn't. */
export function factsOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as { facts?: unknown }).facts ?? error;
  }
}
