import { setTimeout as pause } from 'node:timers/promises';
import { SynodClient, SynodClientError } from '@synod/client';

/** Waits until a cluster is usable as a whole. */
export type ClusterProbe = (cluster: ProbedCluster, signal: AbortSignal) => Promise<void>;

export interface ProbedCluster {
  readonly coordinators: readonly string[];
  /** Ids of the agents that have to be there. */
  readonly workerIds: readonly string[];
}

const LOOK_AGAIN_MS = 50;
const CALL_DEADLINE_MS = 2_000;

/** Resolves when a leader serves all that its members support, and all agents are registered; gives up when `signal` aborts. */
export const awaitServing: ClusterProbe = async ({ coordinators, workerIds }, signal) => {
  const client = new SynodClient({ addresses: coordinators, deadlineMs: CALL_DEADLINE_MS });
  try {
    while (!signal.aborted) {
      if (await isServing(client, workerIds, signal)) return;
      await pause(LOOK_AGAIN_MS);
    }
  } finally {
    client.close();
  }
};

async function isServing(client: SynodClient, workerIds: readonly string[], signal: AbortSignal): Promise<boolean> {
  try {
    const { leaderId, members } = await client.clusterStatus({ signal });
    const leader = members.find(({ id }) => id === leaderId);
    if (leader?.role !== 'leader' || leader.featureLevel < leader.maxFeatureLevel) return false;
    const workers = await client.workers({ signal });
    const online = new Set(workers.filter(({ state }) => state === 'online').map(({ workerId }) => workerId));
    return workerIds.every((workerId) => online.has(workerId));
  } catch (error) {
    if (error instanceof SynodClientError) return false;
    throw error;
  }
}
