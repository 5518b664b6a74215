import { createJobsStateMachine } from '@synod/jobs';
import type { CommandEnvelope } from '@synod/jobs';
import { aSpec, stateOf } from '../testing/basics.spec-support.js';
import { ReplicatedState, repliesTo } from './replicated-state.js';

describe('replicated state', () => {
  function setUp() {
    const decode = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes).toString()) as CommandEnvelope;
    return new ReplicatedState(createJobsStateMachine(), decode);
  }

  const command = (nodeId: string, incarnation: number, sequence: number): Uint8Array => {
    const origin = { nodeId, incarnation, sequence, acknowledgedBelow: 1 };
    const body = { type: 'submitJobs', specs: [aSpec()], idempotencyKey: '' };
    return Buffer.from(
      JSON.stringify({ groupId: 0, version: 1, stampMs: 1, principal: '', traceContext: '', origin, body }),
    );
  };

  it('a wait for a slot ends when it is applied, at once when it is already', async () => {
    const state = setUp();
    const wait = state.appliedThrough(2);
    state.apply(1, { kind: 'noop' });
    expect(await stateOf(wait)).toBe('pending');
    state.apply(2, { kind: 'noop' });
    expect(await stateOf(wait)).toBe('resolved');
    await state.appliedThrough(1);
  });

  it('I5: no slot twice, none left out', () => {
    const state = setUp();
    state.apply(1, { kind: 'noop' });
    expect(() => {
      state.apply(1, { kind: 'noop' });
    }).toThrow('I5');
    expect(() => {
      state.apply(3, { kind: 'noop' });
    }).toThrow('I5');
  });

  it('replies go to the incarnation of the node that asked, and to no other', () => {
    const state = setUp();
    const seen: object[] = [];
    state.onApplied((applied, envelopes) => seen.push(repliesTo('c1', 2, applied, envelopes)));
    state.apply(1, { kind: 'commands', commands: [command('c1', 2, 1), command('c2', 2, 1), command('c1', 2, 2)] });
    state.apply(2, { kind: 'commands', commands: [command('c1', 3, 1)] });
    expect(seen).toMatchObject([[{ sequence: 1 }, { sequence: 2 }], []]);
  });
});
