import { createHash, randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger, Timers } from '@synod/base';
import { UsageError } from '@synod/config';
import { openImageStore, openLogStore, releaseBallastIfFull, SnapshotDirectory } from '@synod/storage';
import type { ImageStore, LogIdentity, LogStore } from '@synod/storage';
import { openEmbeddedTaskStore } from '@synod/task-store';
import { LogArchive } from '../logs/log-archive.js';
import type { LogArchiveLimits } from '../logs/log-archive.js';
import type { Member } from '../options.js';
import type { SnapshotInbox, SnapshotSource } from '../replica/snapshot-source.js';
import { fileGapNote } from '../state/gap-note.js';
import type { GapNote } from '../state/history-gap.js';
import { DEFAULT_HISTORY_LIMITS, History } from '../state/history.js';
import type { HistoryLimits } from '../state/history.js';

export interface DurableOptions {
  readonly directory: string;
  readonly id: string;
  /** Address of this member when it starts alone. */
  readonly address: string;
  readonly clusterName: string;
  readonly initialMembers: readonly Member[] | undefined;
  /** What is kept of finished jobs; default: {@link DEFAULT_HISTORY_LIMITS}. */
  readonly history?: HistoryLimits | undefined;
  /** What is kept of the logs of attempts; undefined: nothing. */
  readonly keptLogs?: LogArchiveLimits | undefined;
}

export interface Durable {
  readonly log: LogStore;
  /** The write-behind image of the state. */
  readonly image: ImageStore;
  /** Snapshots of the image for other members, and one of another member while it comes. */
  readonly snapshots: SnapshotSource & SnapshotInbox & { close(): Promise<void> };
  readonly history: History;
  /** Logs that outlive their workers; undefined when none are kept. */
  readonly logArchive?: LogArchive | undefined;
  /** What is missing in history. */
  readonly gapNote: GapNote;
  readonly members: readonly Member[];
}

/** Groups of one process; there is one today. */
export const GROUP_ID = 0;
const LOG_FORMAT_VERSION = 1;
/** The log must still go back to a snapshot that is handed out again: in so short a time it isn't trimmed that far. */
const SNAPSHOT_REUSE_MS = 5_000;

/** Opens, or formats, the data directory. Refuses one of another node, and members other than it was formatted with. */
export async function openDurable(
  options: DurableOptions,
  modules: { readonly clock: Clock; readonly timers: Timers; readonly logger: Logger },
): Promise<Durable> {
  await mkdir(options.directory, { recursive: true });
  const alone = [{ id: options.id, address: options.address }];
  const { logger } = modules;
  if ((await releaseBallastIfFull(options.directory)) === 'released') {
    logger.error(
      { directory: options.directory },
      'no room on the disk: the ballast file was given up so that this coordinator can start; free or add space',
    );
  }
  const opened: { close(): Promise<void> }[] = [];
  try {
    const log = await openLogStore({
      directory: join(options.directory, 'log'),
      identityIfNew: () => newIdentity(options, options.initialMembers ?? alone),
    });
    opened.push(log);
    checkIdentity(log.identity, options);
    const { clusterId, groupId, storageId } = log.identity;
    const owner = `${clusterId}/${String(groupId)}/${storageId}`;
    const image = await openImageStore({ directory: options.directory, owner });
    opened.push(image);
    const snapshots = await SnapshotDirectory.open({
      ...{ directory: options.directory, clusterId, groupId, image, reuseForMs: SNAPSHOT_REUSE_MS },
    });
    opened.push(snapshots);
    const store = await openEmbeddedTaskStore({ directory: join(options.directory, 'history') });
    const history = new History(store, { ...modules, limits: options.history ?? DEFAULT_HISTORY_LIMITS });
    opened.push({ close: () => history.stop() });
    const logArchive = await openLogArchive(options, modules);
    const gapNote = fileGapNote(join(options.directory, 'history-gap.json'), logger);
    return { log, image, snapshots, history, logArchive, gapNote, members: log.identity.initialMembers };
  } catch (error) {
    for (const store of opened.reverse()) await store.close();
    throw error;
  }
}

async function openLogArchive(
  { directory, keptLogs: limits }: DurableOptions,
  time: { readonly clock: Clock; readonly timers: Timers; readonly logger: Logger },
): Promise<LogArchive | undefined> {
  if (limits === undefined) return undefined;
  const store = await openEmbeddedTaskStore({ directory: join(directory, 'logs') });
  return new LogArchive(store, { ...time, limits });
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
