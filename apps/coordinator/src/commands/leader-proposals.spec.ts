import type { Proposal } from '@synod/consensus';
import { settled } from '../testing/basics.spec-support.js';
import type { LeaderLink } from '../leader/leader-link.js';
import type { SendOutcome } from './command-route.js';
import { LeaderProposals } from './leader-proposals.js';
import { leaderLinkRoute, ownLogRoute, RESOURCE_EXHAUSTED } from './routes.js';

const command = (text: string): Uint8Array => Buffer.from(text);

function setUp() {
  const proposed: Proposal[] = [];
  const clock = { now: 1_000, monotonicMs: () => 0, wallMs: () => clock.now };
  const proposals = new LeaderProposals({
    clock,
    propose: (batch) => proposed.push(...batch),
    stamp: (bytes, stampMs) => Buffer.from(`${Buffer.from(bytes).toString()}@${String(stampMs)}`),
  });
  const outcomes: SendOutcome[] = [];
  const submit = (...texts: string[]) => {
    const from = proposed.length;
    proposals.submit(texts.map(command), (outcome) => outcomes.push(outcome));
    return proposed.slice(from).map(({ proposalId }) => proposalId);
  };
  return { proposals, proposed, clock, outcomes, submit };
}

describe('leader proposals', () => {
  it('a batch is told once, when the last of it was applied', () => {
    const { proposals, outcomes, submit } = setUp();
    const [a = 0, b = 0] = submit('a', 'b');
    const [c = 0] = submit('c');
    proposals.applied([b, c]);
    expect(outcomes).toEqual(['applied']);
    proposals.applied([a]);
    proposals.applied([a, b]);
    expect(outcomes).toEqual(['applied', 'applied']);
    expect(proposals.outstandingCount).toBe(0);
  });

  it('shed is a batch of which nothing was proposed; one that was taken in part is not', () => {
    const { proposals, outcomes, submit } = setUp();
    proposals.refused(submit('a', 'b'), 'overloaded');
    const [c = 0, ...rest] = submit('c', 'd', 'e');
    proposals.refused(rest, 'overloaded');
    expect(outcomes).toEqual(['shed']);
    proposals.applied([c]);
    expect(outcomes).toEqual(['shed', 'unknown']);
  });

  it('lost leadership is unknown, whether the command was proposed or only queued', () => {
    const { proposals, outcomes, submit } = setUp();
    proposals.refused(submit('a'), 'leadershipLost');
    proposals.refused(submit('b'), 'notLeader');
    const [c = 0, d = 0] = submit('c', 'd');
    proposals.refused([c], 'overloaded');
    proposals.refused([d], 'leadershipLost');
    expect(outcomes).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('stamps never fall, whatever the wall clock does', () => {
    const { proposed, clock, submit } = setUp();
    submit('a');
    clock.now = 500;
    submit('b');
    clock.now = 2_000;
    submit('c');
    const stamped = proposed.map(({ command: bytes }) => Buffer.from(bytes).toString());
    expect(stamped).toEqual(['a@1000', 'b@1000', 'c@2000']);
  });

  it('a batch of nothing is settled at once', () => {
    const { outcomes, submit } = setUp();
    submit();
    expect(outcomes).toEqual(['applied']);
  });
});

describe('routes', () => {
  it('the own log passes on what becomes of the batch', () => {
    const { proposals, outcomes, proposed } = setUp();
    ownLogRoute(proposals).send([command('a')], (outcome) => outcomes.push(outcome));
    proposals.refused(
      proposed.map(({ proposalId }) => proposalId),
      'overloaded',
    );
    expect(outcomes).toEqual(['shed']);
  });

  const overLink = async (answer: () => Promise<unknown>): Promise<SendOutcome[]> => {
    const outcomes: SendOutcome[] = [];
    const link = { sendCommands: answer } as unknown as LeaderLink;
    leaderLinkRoute(link).send([command('a')], (outcome) => outcomes.push(outcome));
    await settled();
    return outcomes;
  };

  it('over the link: applied, shed by its status alone, and unknown for every other answer and for none', async () => {
    expect(await overLink(() => Promise.resolve({ commandsProposed: {}, error: null }))).toEqual(['applied']);
    expect(await overLink(() => Promise.resolve({ error: { code: RESOURCE_EXHAUSTED } }))).toEqual(['shed']);
    expect(await overLink(() => Promise.resolve({ error: { code: 14 } }))).toEqual(['unknown']);
    expect(await overLink(() => Promise.reject(new Error('broken')))).toEqual(['unknown']);
  });
});
