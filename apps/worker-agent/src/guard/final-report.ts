import type { Logger } from '@synod/base';
import { AddressRotation, callUnary, ClientPool, withFailover, type RpcError, type RpcSecurity } from '@synod/rpc';
import { services } from '@synod/wire';
import type { FinalReport } from './guard.js';
import { messageOf } from '../shared/platform.js';

/** How long the guard tries. After that the cluster has counted the agent as lost by itself, unless jobs allow for more. */
const REPORT_DEADLINE_MS = 60_000;

const CALL_DEADLINE_MS = 5_000;

/** Tells a coordinator that the agent died and what ran was ended, so that the jobs run elsewhere at once. Never rejects. */
export async function reportGuardEnded(
  report: FinalReport,
  signal: AbortSignal,
  modules: { readonly log: Logger },
): Promise<void> {
  const { workerId, incarnation, ended, target } = report;
  if (target.addresses.length === 0) return;
  const clients = new ClientPool(services.AgentService, target.security as unknown as RpcSecurity);
  const request = { workerId, incarnation, ended: ended.map((it) => ({ ...it })) };
  try {
    await withFailover(
      new AddressRotation(target.addresses),
      ({ address, deadlineMs }) =>
        callUnary(clients.get(address), 'reportGuardEnded', request, {
          deadlineMs: Math.min(deadlineMs, CALL_DEADLINE_MS),
          signal,
        }),
      { deadlineMs: REPORT_DEADLINE_MS, signal, retryable: isTransient },
    );
    modules.log.info({ attempts: ended.length }, 'reported that the agent died');
  } catch (error) {
    modules.log.error({ error: messageOf(error) }, 'could not report that the agent died');
  } finally {
    clients.close();
  }
}

function isTransient(error: RpcError): boolean {
  return ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'INTERNAL', 'UNKNOWN'].includes(error.status);
}
