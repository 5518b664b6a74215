import { rpcError } from '@synod/rpc';
import { isRetryable, toClientError } from './faults.js';

describe('faults of calls', () => {
  it.each(['REVISION_MISMATCH', 'TRANSFER_TIMED_OUT', 'TRANSFER_BUSY'])(
    '%s is an answer: it is told as aborted, and not asked for again',
    (reason) => {
      const fault = toClientError(rpcError('ABORTED', reason, 'look at it again'));
      expect([fault.code, fault.facts.reason, isRetryable(fault)]).toEqual(['aborted', reason, false]);
    },
  );

  it('a coordinator that lost its place in the log is no answer: the call is repeated', () => {
    const fault = toClientError(rpcError('ABORTED', 'SESSION_EVICTED', 'the outcome is unknown'));
    expect([fault.code, isRetryable(fault)]).toEqual(['unavailable', true]);
  });
});
