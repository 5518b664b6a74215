import { unreachable } from '@synod/base';
import type { CommandEnvelope } from './commands.js';
import type { EntryContext } from './entry-context.js';
import { neededFeatureLevel } from './feature-levels.js';
import { advanceTime } from './handlers/advance-time.js';
import { assignJobs } from './handlers/assign-jobs.js';
import { cancelJob } from './handlers/cancel-job.js';
import { changeJob, retryJob } from './handlers/change-job.js';
import { pauseQueue, redriveQueue, resetQueue, setQueue } from './handlers/queues.js';
import { closeWorker } from './handlers/close-worker.js';
import { deregisterNode } from './handlers/deregister-node.js';
import { evictWorker } from './handlers/evict-worker.js';
import { fireSchedules } from './handlers/fire-schedules.js';
import { loseAttempts } from './handlers/lose-attempts.js';
import { openAgentSession } from './handlers/open-agent-session.js';
import { registerNode } from './handlers/register-node.js';
import { reportAttempts } from './handlers/report-attempts.js';
import { backfillSchedule, deleteSchedule, pauseSchedule, setSchedule, triggerSchedule } from './handlers/schedules.js';
import { setFeatureLevel } from './handlers/set-feature-level.js';
import { setWorkerScheduling } from './handlers/set-worker-scheduling.js';
import { submitJobs } from './handlers/submit-jobs.js';
import type { JobsState } from './state/jobs-state.js';
import type { CompactReply } from './state/reply-hash.js';

/** One handler for each command. Whether the command was applied before has been decided by its client session. */
export function applyCommand(state: JobsState, entry: EntryContext, envelope: CommandEnvelope): CompactReply {
  const { body } = envelope;
  const needed = neededFeatureLevel(body);
  if (needed > state.featureLevel) {
    return { type: 'refused', refusal: { code: 'featureLevelTooLow', needed, level: state.featureLevel } };
  }
  switch (body.type) {
    case 'submitJobs':
      return submitJobs(state, entry, body, envelope);
    case 'cancelJob':
      return cancelJob(state, entry, body);
    case 'openAgentSession':
      return openAgentSession(state, entry, body, envelope);
    case 'closeWorker':
      return closeWorker(state, entry, body);
    case 'loseAttempts':
      return loseAttempts(state, entry, body);
    case 'assignJobs':
      return assignJobs(state, entry, body);
    case 'reportAttempts':
      return reportAttempts(state, entry, body);
    case 'registerNode':
      return registerNode(state, entry, body);
    case 'deregisterNode':
      return deregisterNode(state, entry, body);
    case 'setFeatureLevel':
      return setFeatureLevel(state, body);
    case 'setWorkerScheduling':
      return setWorkerScheduling(state, entry, body);
    case 'evictWorker':
      return evictWorker(state, entry, body);
    case 'advanceTime':
      return advanceTime(state, entry);
    case 'retryJob':
      return retryJob(state, entry, body);
    case 'changeJob':
      return changeJob(state, entry, body);
    case 'setQueue':
      return setQueue(state, entry, body);
    case 'pauseQueue':
      return pauseQueue(state, entry, body);
    case 'resetQueue':
      return resetQueue(state, entry, body);
    case 'redriveQueue':
      return redriveQueue(state, entry, body);
    case 'setSchedule':
      return setSchedule(state, entry, body, envelope);
    case 'deleteSchedule':
      return deleteSchedule(state, entry, body);
    case 'pauseSchedule':
      return pauseSchedule(state, entry, body);
    case 'triggerSchedule':
      return triggerSchedule(state, entry, body);
    case 'backfillSchedule':
      return backfillSchedule(state, entry, body);
    case 'fireSchedules':
      return fireSchedules(state, entry, body);
    default:
      return unreachable(body);
  }
}
