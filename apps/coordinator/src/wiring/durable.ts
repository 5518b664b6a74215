import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger, Timers } from '@synod/base';
import { UsageError } from '@synod/config';
import { openLogStore } from '@synod/storage';
import type { LogIdentity, LogStore, RecoveredLog } from '@synod/storage';
import { openEmbeddedTaskStore } from '@synod/task-store';
import type { Member } from '../options.js';
import { DEFAULT_HISTORY_LIMITS, History } from '../state/history.js';

export interface DurableOptions {
  readonly directory: string;
  readonly id: string;
  /** Address of this member when it starts alone. */
  readonly address: string;
  readonly clusterName: string;
  readonly initialMembers: readonly Member[] | undefined;
}

export interface Durable {
  readonly log: LogStore;
  /** What the log held when it was opened. */
  readonly recovered: RecoveredLog;
  readonly history: History;
  readonly members: readonly Member[];
}

/** Groups of one process; there is one today. */
export const GROUP_ID = 0;
const LOG_FORMAT_VERSION = 1;

/** Opens, or formats, the data directory. Refuses one of another node, and members other than it was formatted with. */
export async function openDurable(
  options: DurableOptions,
  modules: { readonly clock: Clock; readonly timers: Timers; readonly logger: Logger },
): Promise<Durable> {
  await mkdir(options.directory, { recursive: true });
  const alone = [{ id: options.id, address: options.address }];
  const log = await openLogStore({
    directory: join(options.directory, 'log'),
    identityIfNew: () => newIdentity(options, options.initialMembers ?? alone),
  });
  try {
    checkIdentity(log.identity, options);
    const store = await openEmbeddedTaskStore({ directory: join(options.directory, 'history') });
    const history = new History(store, { ...modules, limits: DEFAULT_HISTORY_LIMITS });
    return { log, recovered: log.recover(), history, members: log.identity.initialMembers };
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** The cluster id follows from what every member is told alike: members of another group, or another name, never mix. */
function newIdentity(options: DurableOptions, members: readonly Member[]): LogIdentity {
  const text = members.map(({ id, address }) => `${id}=${address}`).join(',');
  const digest = createHash('sha256').update(`${options.clusterName}\n${text}`).digest('hex').slice(0, 12);
  return {
    formatVersion: LOG_FORMAT_VERSION,
    clusterId: `${options.clusterName}-${digest}`,
    groupId: GROUP_ID,
    nodeId: options.id,
    storageId: randomUUID(),
    initialMembers: members,
  };
}

function checkIdentity(identity: LogIdentity, options: DurableOptions): void {
  if (identity.nodeId !== options.id) {
    throw new UsageError(
      { code: 'invalidCombination', option: 'id' },
      `--data ${options.directory} belongs to coordinator ${identity.nodeId}, not ${options.id}: ` +
        `start it with --id ${identity.nodeId}, or give ${options.id} a directory of its own`,
    );
  }
  const { initialMembers } = options;
  if (initialMembers === undefined || textOf(initialMembers) === textOf(identity.initialMembers)) return;
  throw new UsageError(
    { code: 'invalidCombination', option: 'initial-members' },
    `--initial-members differs from those that --data ${options.directory} was first started with ` +
      `(${textOf(identity.initialMembers)}): leave the option out, or start a new group in an empty directory`,
  );
}

function textOf(members: readonly Member[]): string {
  return members.map(({ id, address }) => `${id}=${address}`).join(',');
}
