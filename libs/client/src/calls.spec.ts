import { rpcError } from '@synod/rpc';
import { VirtualClock } from '@synod/testkit';
import { Calls } from './calls.js';
import type { Channels, Coordinator } from './channels.js';

/** Coordinators by address alone: the tries are the test's own. */
function callsOn(addresses: readonly string[]): Calls {
  let index = 0;
  const channels = {
    addresses,
    current: () => ({ address: addresses[index % addresses.length] }) as Coordinator,
    moveOnFrom: () => (index += 1),
  } as unknown as Channels;
  const settings = { deadlineMs: 30_000, connectDeadlineMs: 30_000, onUnavailable: undefined };
  return new Calls(channels, settings, new VirtualClock());
}

describe('the tries of one call', () => {
  async function triesUntil(answerAt: number, faults: readonly ('timeout' | 'gone')[]): Promise<(string | number)[][]> {
    const tries: (string | number)[][] = [];
    await callsOn(['c1', 'c2', 'c3', 'c4', 'c5']).withFailover(async ({ address }, { deadlineMs }) => {
      tries.push([address, deadlineMs]);
      if (tries.length === answerAt) return 'answer';
      throw faults[tries.length - 1] === 'timeout'
        ? rpcError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'no answer in time')
        : rpcError('UNAVAILABLE', 'UNREACHABLE', 'nobody listens');
    });
    return tries;
  }

  it('a coordinator that hangs is left after a second; while all are slow, each try gets twice as long, up to five', async () => {
    expect(await triesUntil(5, ['timeout', 'timeout', 'timeout', 'timeout'])).toEqual([
      ['c1', 1_000],
      ['c2', 2_000],
      ['c3', 4_000],
      ['c4', 5_000],
      ['c5', 5_000],
    ]);
  });

  it('one that is gone makes the next try no longer', async () => {
    expect(await triesUntil(3, ['gone', 'gone'])).toEqual([
      ['c1', 1_000],
      ['c2', 1_000],
      ['c3', 1_000],
    ]);
  });
});
