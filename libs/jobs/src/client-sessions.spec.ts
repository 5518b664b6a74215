import { aSpec, Driver, refused } from './machine.spec-support.js';
import type { CommandEnvelope, CommandReply } from './commands.js';
import { CLIENT_SESSION_WINDOW, MAX_CLIENT_SESSIONS } from './options.js';

const EVICTED = refused({ code: 'sessionEvicted' });

/** A submission of one job by this node's incarnation. */
function submission(
  driver: Driver,
  sequence: number,
  acknowledgedBelow = 1,
  nodeId = 'c9',
  incarnation = 1,
): CommandEnvelope {
  const origin = { nodeId, incarnation, sequence, acknowledgedBelow };
  return driver.envelope({ type: 'submitJobs', specs: [aSpec()], idempotencyKey: '' }, { origin });
}

const send = (driver: Driver, ...args: [number, number?, string?, number?]): CommandReply =>
  driver.apply(submission(driver, ...args)).replies[0] as CommandReply;

describe('client session', () => {
  it('applies a sequence once, and gives the stored reply again, in the same entry or later', () => {
    const driver = new Driver();
    const twice = submission(driver, 1);
    const { replies, events } = driver.apply(twice, twice);
    expect(replies[1]).toEqual(replies[0]);
    expect(events).toHaveLength(1);
    expect(send(driver, 1)).toEqual(replies[0]);
    expect(driver.machine.readyCount()).toBe(1);
  });

  it('stores every kind of reply, refusals too', () => {
    const driver = new Driver();
    const jobId = driver.submitOne();
    driver.open({
      workerId: 'w1',
      incarnation: 2,
      labels: {},
      capacity: 1,
      runsExec: true,
      handlers: [],
      version: '',
      host: '',
    });
    const worker = {
      workerId: 'w1',
      incarnation: 1,
      labels: {},
      capacity: 1,
      runsExec: true,
      handlers: [],
      version: '',
      host: '',
    };
    const node = {
      nodeId: 'n',
      kind: 'worker' as const,
      address: '',
      incarnation: 1,
      labels: {},
      capacity: 1,
      version: '',
      ttlMs: 1,
    };
    const bodies: readonly CommandEnvelope['body'][] = [
      { type: 'assignJobs', assignments: [driver.proposal(jobId, 'w1'), driver.proposal(jobId, 'w1')] },
      { type: 'cancelJob', jobId, reason: 'why' },
      { type: 'cancelJob', jobId: 'unknown', reason: 'why' },
      { type: 'openAgentSession', worker, held: [] },
      { type: 'openAgentSession', worker: { ...worker, incarnation: 2 }, held: [] },
      { type: 'closeWorker', workerId: 'w2', incarnation: 1, cause: 'lost' },
      { type: 'loseAttempts', attempts: [], reason: '' },
      { type: 'reportAttempts', workerId: 'w1', incarnation: 1, reports: [] },
      { type: 'registerNode', node },
      { type: 'deregisterNode', nodeId: 'n', incarnation: 1, cause: 'asked' },
      { type: 'closeWorker', workerId: 'w1', incarnation: 2, cause: 'left' },
      { type: 'submitJobs', specs: [aSpec()], idempotencyKey: 'k' },
      { type: 'submitJobs', specs: [aSpec()], idempotencyKey: 'k' },
      { type: 'submitJobs', specs: [aSpec(), aSpec()], idempotencyKey: 'k' },
    ];
    const envelopes = bodies.map((body) => driver.envelope(body));
    // All at once, so that none is acknowledged between.
    const first = driver.apply(...envelopes.map((it) => ({ ...it, origin: { ...it.origin, acknowledgedBelow: 1 } })));
    const again = driver.apply(...envelopes.map((it) => ({ ...it, origin: { ...it.origin, acknowledgedBelow: 1 } })));
    expect(again.replies).toEqual(first.replies);
    expect(again.events).toEqual([]);
    expect(new Set(first.replies.map((reply) => reply.type)).size).toBe(10);
  });

  it('applies sequences out of order', () => {
    const driver = new Driver();
    const replies = [5, 2, 9, 1].map((sequence) => send(driver, sequence));
    expect(replies.map((reply) => reply.type)).toEqual(Array(4).fill('jobsSubmitted'));
    expect(driver.machine.readyCount()).toBe(4);
    expect(send(driver, 2)).toEqual(replies[1]);
  });

  it('refuses what lies below the acknowledged sequences, applied or not', () => {
    const driver = new Driver();
    for (const sequence of [1, 2, 4]) send(driver, sequence);
    send(driver, 5, 4);
    expect([1, 2, 3].map((sequence) => send(driver, sequence))).toEqual([EVICTED, EVICTED, EVICTED]);
    expect(send(driver, 4).type).toBe('jobsSubmitted');
    expect(driver.machine.readyCount()).toBe(4);
    expect(send(driver, 0)).toEqual(EVICTED);
  });

  it('is evicted by a newer incarnation of its node', () => {
    const driver = new Driver();
    send(driver, 1, 1, 'c9', 3);
    expect(send(driver, 1, 1, 'c9', 4).type).toBe('jobsSubmitted');
    expect(send(driver, 2, 1, 'c9', 3)).toEqual(EVICTED);
    expect(send(driver, 1, 1, 'c9', 3)).toEqual(EVICTED);
    expect(driver.machine.readyCount()).toBe(2);
  });

  it('does not touch the sessions of other nodes', () => {
    const driver = new Driver();
    send(driver, 1, 1, 'c8', 1);
    expect(send(driver, 1, 1, 'c9', 9).type).toBe('jobsSubmitted');
    expect(send(driver, 2, 1, 'c8', 1).type).toBe('jobsSubmitted');
  });

  it(`keeps a window of ${CLIENT_SESSION_WINDOW} sequences, and refuses what is behind it`, () => {
    const driver = new Driver();
    send(driver, 1);
    send(driver, CLIENT_SESSION_WINDOW);
    expect(send(driver, 1).type).toBe('jobsSubmitted');
    expect(driver.machine.readyCount()).toBe(2);
    send(driver, CLIENT_SESSION_WINDOW + 1);
    expect(send(driver, 1)).toEqual(EVICTED);
    expect(send(driver, 2).type).toBe('jobsSubmitted');
    expect(send(driver, Number.MAX_SAFE_INTEGER).type).toBe('jobsSubmitted');
    expect(send(driver, CLIENT_SESSION_WINDOW + 1)).toEqual(EVICTED);
  });

  it(`is one of ${MAX_CLIENT_SESSIONS}: the one unused for longest is forgotten`, () => {
    const driver = new Driver();
    const empty = (nodeId: string, sequence: number): CommandEnvelope =>
      driver.envelope(
        { type: 'loseAttempts', attempts: [], reason: '' },
        { origin: { nodeId, incarnation: 1, sequence, acknowledgedBelow: 1 } },
      );
    driver.apply(...Array.from({ length: MAX_CLIENT_SESSIONS }, (_, at) => empty(`n${at}`, 1)));
    driver.apply(empty('n0', 2));
    driver.apply(empty('new', 1));
    // n0 was used since; of those used equally long ago the smallest id goes.
    expect(send(driver, 3, 1, 'n0').type).toBe('jobsSubmitted');
    expect(driver.machine.stateHash()).toBe(driver.replayed().stateHash());
  });
});
