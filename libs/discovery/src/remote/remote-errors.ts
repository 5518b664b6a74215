import type { NodeRecord } from '@synod/jobs';
import { failedPrecondition, invalidArgument, RpcError, unavailable } from '@synod/rpc';
import { asDiscoveryError, DiscoveryError, incarnationOutdated, storeUnavailable } from '../node-store.js';

const OUTDATED = 'INCARNATION_OUTDATED';

/** A store's error as RegistryService answers it; anything else stays as it is. */
export function toRpc(error: unknown): unknown {
  if (!(error instanceof DiscoveryError)) return error;
  const { facts, message } = error;
  switch (facts.code) {
    case 'incarnationOutdated':
      return failedPrecondition(OUTDATED, message, { metadata: { newest: String(facts.newest) }, cause: error });
    case 'nodeInvalid':
      return invalidArgument([{ field: `node.${facts.field}`, description: message }]);
    case 'storeUnavailable':
      return unavailable('STORE_UNAVAILABLE', message, { metadata: { store: facts.store }, cause: error });
    case 'storeClosed':
      return unavailable('STORE_CLOSED', message, { cause: error });
  }
}

/** What RegistryService answered, as a store's error. */
export function fromRpc(error: unknown, node: NodeRecord | undefined): DiscoveryError {
  if (!(error instanceof RpcError)) return asDiscoveryError('remote', error);
  if (error.reason === OUTDATED && node !== undefined) {
    const newest = Number(error.facts.metadata['newest']);
    return incarnationOutdated(node, Number.isSafeInteger(newest) ? newest : node.incarnation + 1);
  }
  if (error.status === 'INVALID_ARGUMENT') {
    const field = error.facts.violations[0]?.field ?? 'node';
    return new DiscoveryError({ code: 'nodeInvalid', field }, error.message, { cause: error });
  }
  return storeUnavailable('remote', error.message, error);
}
