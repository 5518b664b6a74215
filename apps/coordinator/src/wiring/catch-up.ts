import type { Clock, Logger, Timers } from '@synod/base';
import type { NodeId } from '@synod/consensus';
import { decodeStateRecord } from '@synod/contracts';
import { beginJobsRestore, FINAL_JOB_STATES } from '@synod/jobs';
import type { JobsStateMachine } from '@synod/jobs';
import type { ImageRecord, ImageState } from '@synod/storage';
import { SnapshotFetcher } from '../replica/snapshot-fetcher.js';
import { SnapshotServer } from '../replica/snapshot-server.js';
import type { DeathCause } from '../replica/replica-host.js';
import type { SnapshotInbox, SnapshotSource } from '../replica/snapshot-source.js';
import { HistoryGap } from '../state/history-gap.js';
import type { History } from '../state/history.js';
import { restoreState } from '../state/restore-state.js';
import type { RestoreModules } from '../state/restore-state.js';
import { GROUP_ID } from './durable.js';
import type { Durable } from './durable.js';
import type { Replication } from './replication.js';
import type { Transport } from './transport.js';

export interface CatchUpModules {
  readonly durable: Pick<Durable, 'log' | 'image' | 'history' | 'gapNote' | 'members'> & {
    readonly snapshots: SnapshotSource & SnapshotInbox;
  };
  readonly replication: Pick<Replication, 'host' | 'state' | 'imageWriter'>;
  readonly transport: Pick<Transport, 'fetchSnapshot' | 'fetchHistory'>;
  readonly featureLevel: number;
  readonly diskHasRoom: () => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly die: (reason: string, cause: DeathCause) => void;
}

/** How members that fell behind come back: snapshots of the state, and the records of jobs that left it meanwhile. */
export interface CatchUp {
  readonly server: SnapshotServer;
  readonly fetcher: SnapshotFetcher;
  readonly gap: HistoryGap;
}

/** What restoring a state takes, from an image or a snapshot. */
export function restoreModules(clock: Clock, featureLevel: number): RestoreModules {
  return {
    clock,
    begin: (slot) => beginJobsRestore({ groupId: GROUP_ID, maxFeatureLevel: featureLevel }, slot),
    decode: decodeStateRecord,
  };
}

export function buildCatchUp(modules: CatchUpModules): CatchUp {
  const { durable, replication, clock, timers, logger, die } = modules;
  const { host } = replication;
  const { log, members, history } = durable;
  const { nodeId, clusterId, storageId } = log.identity;
  const asker = { clusterId, groupId: GROUP_ID, nodeId, storageId };
  const restoring = restoreModules(clock, modules.featureLevel);
  const server = new SnapshotServer({ source: durable.snapshots, status: () => host.status(), clock, timers, logger });
  const gap = new HistoryGap({
    ...{ history, timers, logger, note: durable.gapNote },
    peerIds: members.map(({ id }) => id).filter((id) => id !== nodeId),
    fetch: (peer, query) =>
      modules.transport.fetchHistory(peer, { ...asker, ...query, finishedFromMs: String(query.finishedFromMs) }),
  });
  const fetcher = new SnapshotFetcher({
    ...{ timers, logger, clusterId, groupId: GROUP_ID, inbox: durable.snapshots, hasRoom: modules.diskHasRoom },
    fetch: (peer, { aboveSlot, resumeSnapshotId, fromChunk }, signal) => {
      const request = { ...asker, aboveSlot: String(aboveSlot), resumeSnapshotId, fromChunk };
      return modules.transport.fetchSnapshot(peer, request, signal);
    },
    restore: (of, records) => restoreState(of, records, restoring),
    install: (machine, image, records, from) => install(modules, gap, { machine, image, records, from }),
    received: (slot) => {
      host.snapshotReceived(slot);
    },
    failed: (peer) => {
      host.snapshotFailed(peer);
    },
    installed: (slot) => {
      host.snapshotInstalled(slot);
    },
    installFailed: (error) => {
      logger.error(
        { error },
        'a snapshot could not be installed: this coordinator stops, and fetches another when started',
      );
      die('a snapshot could not be installed', 'persistFailed');
    },
  });
  return { server, fetcher, gap };
}

interface Installation {
  readonly machine: JobsStateMachine;
  readonly image: ImageState;
  readonly records: () => AsyncIterable<readonly ImageRecord[]>;
  readonly from: NodeId;
}

/** Until the new state is in its place the old one answers reads; nothing is applied meanwhile. */
async function install(modules: CatchUpModules, gap: HistoryGap, given: Installation): Promise<void> {
  const { state, imageWriter } = modules.replication;
  const { image, history } = modules.durable;
  await imageWriter.pause();
  const before = state.current;
  await gap.open(before.timeMs, given.from);
  await keepRetired(before, given.machine, history);
  await image.replace(given.image, given.records());
  state.replace(given.machine);
  imageWriter.resume();
  gap.begin();
}

const PAGE = 200;

/** Jobs that were final here and left the state since: nobody has to be asked for them. */
async function keepRetired(before: JobsStateMachine, after: JobsStateMachine, history: History): Promise<void> {
  const filter = { states: [...FINAL_JOB_STATES], queue: '' };
  let below: string | undefined;
  for (;;) {
    const page = before.listJobs(filter, below, PAGE);
    history.retired(page.filter(({ jobId }) => after.job(jobId) === undefined));
    below = page.at(-1)?.jobId;
    if (below === undefined) return;
    await history.written();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
