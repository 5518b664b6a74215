import type { Logger } from '@synod/base';
import { attemptRefToWire, attemptReportToWire, fencingTokenFromString } from '@synod/contracts';
import type { AttemptReport } from '@synod/jobs';
import { AddressRotation, callUnary, ClientPool, rpcError, toRpcError, withFailover } from '@synod/rpc';
import type { RpcError, RpcSecurity } from '@synod/rpc';
import { services } from '@synod/wire';
import type { AgentServiceClient, WireSessionResponse } from '@synod/wire';
import { endReport, tailsIn } from '../shared/attempt-report.js';
import { attemptDirectory, type DataDirectory } from '../shared/data-directory.js';
import { messageOf } from '../shared/platform.js';
import type { AttemptSnapshot } from '../shared/guard-protocol.js';
import type { FinalReport } from './guard.js';

/** How long the guard tries. After that the cluster has counted the agent as lost by itself, unless jobs allow for more. */
const REPORT_DEADLINE_MS = 60_000;

/** Of one coordinator. */
const CALL_DEADLINE_MS = 5_000;

/** Reports of one message, as the agent sends them. */
const MAX_BATCH = 256;

/** Above all that the agent can have used. */
const FIRST_SEQUENCE = 2 ** 50;

export interface FinalReportModules {
  readonly log: Logger;
  readonly directory: DataDirectory;
}

/**
 * Tells a coordinator that the agent died and what ran was ended, so that the jobs run elsewhere at once. Results that came
 * while nobody was there to report them go first, in a session like the agent's own: they would count as lost otherwise, and
 * be done twice. Never rejects.
 */
export async function reportGuardEnded(
  report: FinalReport,
  signal: AbortSignal,
  modules: FinalReportModules,
): Promise<void> {
  const { workerId, incarnation, ended, results, target } = report;
  if (target.addresses.length === 0) return;
  const clients = new ClientPool(services.AgentService, target.security as unknown as RpcSecurity);
  const request = {
    workerId,
    incarnation,
    ended: ended.map(({ jobId, attempt, fencingToken }) => ({ jobId, attempt, fencingToken })),
  };
  const reports = results.flatMap((it) => resultReport(it, modules.directory));
  try {
    await withFailover(
      new AddressRotation(target.addresses),
      async ({ address, deadlineMs }) => {
        const client = clients.get(address);
        // What one coordinator took is taken again by the next without harm.
        if (reports.length > 0) await deliver(client, report, reports, signal);
        const options = { deadlineMs: Math.min(deadlineMs, CALL_DEADLINE_MS), signal };
        await callUnary(client, 'reportGuardEnded', request, options);
      },
      { deadlineMs: REPORT_DEADLINE_MS, signal, retryable: isTransient },
    );
    modules.log.info({ ended: ended.length, results: results.length }, 'reported that the agent died');
  } catch (error) {
    modules.log.error({ error: messageOf(error) }, 'could not report that the agent died');
  } finally {
    clients.close();
  }
}

function isTransient(error: RpcError): boolean {
  return ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'INTERNAL', 'UNKNOWN'].includes(error.status);
}

function resultReport(
  { key, jobId, attempt, fencingToken, ending }: AttemptSnapshot,
  directory: DataDirectory,
): AttemptReport[] {
  if (ending === null) return [];
  const ref = { jobId, attempt, fencingToken: fencingTokenFromString(fencingToken) };
  return [endReport(ref, ending, tailsIn(attemptDirectory(directory, key).root))];
}

/** Opens a session in the agent's place, repeats nothing but these reports, and leaves when they are acknowledged. */
function deliver(
  client: AgentServiceClient,
  { workerId, incarnation, target, ended }: FinalReport,
  reports: readonly AttemptReport[],
  signal: AbortSignal,
): Promise<void> {
  const call = client.session({ deadline: Date.now() + CALL_DEADLINE_MS });
  const abort = (): void => call.cancel();
  signal.addEventListener('abort', abort, { once: true });
  const waiting = new Set<string>();
  return new Promise<void>((resolve, reject) => {
    call.on('data', (message: WireSessionResponse) => {
      if (message.welcome) {
        for (let from = 0; from < reports.length; from += MAX_BATCH) {
          const sequence = String(FIRST_SEQUENCE + from);
          waiting.add(sequence);
          call.write({
            reports: { sequence, reports: reports.slice(from, from + MAX_BATCH).map(attemptReportToWire) },
          });
        }
      }
      for (const sequence of message.reportsAcknowledged?.sequences ?? []) waiting.delete(sequence);
      if (message.reportsAcknowledged && waiting.size === 0) resolve();
    });
    call.on('error', (error) => reject(toRpcError(error)));
    call.on('status', () =>
      reject(rpcError('UNAVAILABLE', 'SESSION_ENDED', 'The session ended before the results were taken.')),
    );
    const held = [
      ...reports.map((it) => attemptRefToWire(it)),
      ...ended.map(({ jobId, attempt, fencingToken }) => ({ jobId, attempt, fencingToken })),
    ];
    // It runs nothing any more: places that the results free are not for this worker.
    call.write({ hello: { workerId, incarnation, ...target.worker, runsExec: false, handlers: [], held } });
  }).finally(() => {
    signal.removeEventListener('abort', abort);
    call.cancel();
  });
}
