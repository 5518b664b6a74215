import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';

let quiet = false;

/**
 * grpc-js writes lines of its own to stderr, for failures that its callers get as errors too; an app's stderr is JSON. They
 * come back with the variable GRPC_VERBOSITY.
 */
export function quietGrpc(): void {
  if (quiet) return;
  quiet = true;
  const wanted = process.env['GRPC_VERBOSITY'] ?? process.env['GRPC_NODE_VERBOSITY'] ?? '';
  if (wanted === '') setLogVerbosity(logVerbosity.NONE);
}
