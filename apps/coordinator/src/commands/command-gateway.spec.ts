import { RequestRefusedError } from '@synod/contracts';
import { CLIENT_SESSION_WINDOW } from '@synod/jobs';
import type { Command, CommandEnvelope, CommandReply } from '@synod/jobs';
import { VirtualClock } from '@synod/testkit';
import { codeOf, quiet, settled, stateOf, watched } from '../testing/basics.spec-support.js';
import { CommandGateway } from './command-gateway.js';
import type { SendOutcome } from './command-route.js';
import { DEFAULT_GATEWAY_LIMITS } from './gateway-options.js';
import type { GatewayLimits } from './gateway-options.js';

const body = (reason = ''): Command => ({ type: 'cancelJob', jobId: 'j', reason });
const reply: CommandReply = { type: 'jobCancelled', jobId: 'j', alreadyFinal: false };

/** A route that keeps what it was sent, for the test to answer. */
class TestRoute {
  readonly batches: { sequences: number[]; commands: readonly Uint8Array[]; told: (outcome: SendOutcome) => void }[] =
    [];

  send(commands: readonly Uint8Array[], told: (outcome: SendOutcome) => void): void {
    this.batches.push({ sequences: commands.map(sequenceOf), commands, told });
  }

  get sequences(): number[][] {
    return this.batches.map(({ sequences }) => sequences);
  }
}

function sequenceOf(command: Uint8Array): number {
  return (JSON.parse(Buffer.from(command).toString()) as CommandEnvelope).origin.sequence;
}

function encode(envelope: CommandEnvelope): Uint8Array {
  if (envelope.body.type === 'cancelJob' && envelope.body.reason === 'too large') throw new Error('commandTooLarge');
  return Buffer.from(JSON.stringify(envelope));
}

describe('command gateway', () => {
  let clock: VirtualClock;
  let route: TestRoute;
  const gateways: CommandGateway[] = [];

  const gatewayWith = (limits: Partial<GatewayLimits> = {}): CommandGateway => {
    const options = { groupId: 0, nodeId: 'c1', incarnation: 3, ...DEFAULT_GATEWAY_LIMITS, ...limits };
    const gateway = new CommandGateway(options, { clock, timers: clock, logger: quiet, encode });
    gateways.push(gateway);
    return gateway;
  };
  const must = { sheddable: false };
  const may = { sheddable: true };

  beforeEach(() => {
    clock = new VirtualClock();
    route = new TestRoute();
  });

  afterEach(() => {
    for (const gateway of gateways.splice(0)) gateway.stop();
  });

  it('commands of one turn go out together, in order, and each caller gets the reply to its own', async () => {
    const gateway = gatewayWith();
    gateway.routeChanged(route);
    const answers = [gateway.propose(body(), must), gateway.propose(body(), may)];
    await settled();
    expect(route.sequences).toEqual([[1, 2]]);
    gateway.settled(2, { ...reply, alreadyFinal: true });
    gateway.settled(1, reply);
    expect(await Promise.all(answers)).toEqual([reply, { ...reply, alreadyFinal: true }]);
    expect(gateway.depth).toEqual({ pending: 0, unsent: 0, bytes: 0 });
  });

  it('a change of leader sends what is not settled again: the same bytes, in order, before what is new', async () => {
    const gateway = gatewayWith();
    gateway.routeChanged(route);
    for (let count = 0; count < 3; count += 1) watched(gateway.propose(body(), must));
    await settled();
    gateway.settled(2, reply);
    gateway.routeChanged(undefined);
    watched(gateway.propose(body(), must));
    await settled();
    const next = new TestRoute();
    gateway.routeChanged(next);
    await settled();
    expect(next.sequences).toEqual([[1, 3, 4]]);
    expect(next.batches[0]?.commands[0]).toEqual(route.batches[0]?.commands[0]);
  });

  it('a command settled by a leader that is gone is answered once, and its second copy by nobody', async () => {
    const gateway = gatewayWith();
    gateway.routeChanged(route);
    const answer = gateway.propose(body(), must);
    await settled();
    gateway.routeChanged(new TestRoute());
    gateway.settled(1, reply);
    gateway.settled(1, { type: 'refused', refusal: { code: 'sessionEvicted' } });
    expect(await answer).toBe(reply);
  });

  describe('overloaded is said only of commands that certainly were not proposed', () => {
    it('a submission that the leader shed on its first way is refused, its sequence is given up', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const shed = watched(gateway.propose(body(), may));
      await settled();
      route.batches[0]?.told('shed');
      await settled();
      expect(shed.state).toBe('overloaded');
      clock.advance(1_000);
      await settled();
      expect(route.batches).toHaveLength(1);
    });

    it('one that was sent before, on a route that is gone, is not: it may lie in the log', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const answer = gateway.propose(body(), may);
      await settled();
      const second = new TestRoute();
      gateway.routeChanged(second);
      await settled();
      second.batches[0]?.told('shed');
      expect(await stateOf(answer)).toBe('pending');
      clock.advance(1_000);
      await settled();
      expect(second.sequences).toEqual([[1], [1]]);
    });

    it('a refusal of unknown kind sheds nothing', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const answer = gateway.propose(body(), may);
      await settled();
      route.batches[0]?.told('unknown');
      expect(await stateOf(answer)).toBe('pending');
      clock.advance(100);
      await settled();
      expect(route.sequences).toEqual([[1], [1]]);
    });

    it('reports and cancels are never refused for load, not even above the limits', async () => {
      const gateway = gatewayWith({ maxPending: 1 });
      gateway.routeChanged(route);
      const kept = [gateway.propose(body(), must), gateway.propose(body(), must)];
      expect(await stateOf(gateway.propose(body(), may))).toBe('overloaded');
      route.batches[0]?.told('shed');
      expect(await Promise.all(kept.map(stateOf))).toEqual(['pending', 'pending']);
    });

    it('bytes count as commands do', async () => {
      const gateway = gatewayWith({ maxPendingBytes: 10 });
      expect(await stateOf(gateway.propose(body(), may))).toBe('pending');
      expect(await stateOf(gateway.propose(body(), may))).toBe('overloaded');
    });

    it('a word about a batch that was sent again since is old: nothing is shed, nothing sent twice for it', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const answer = gateway.propose(body(), may);
      await settled();
      const second = new TestRoute();
      gateway.routeChanged(second);
      await settled();
      route.batches[0]?.told('shed');
      route.batches[0]?.told('unknown');
      clock.advance(1_000);
      expect(await stateOf(answer)).toBe('pending');
      expect(second.sequences).toEqual([[1]]);
    });
  });

  it('refusals in a row are answered by a short silence while an election may last, and then by half a second', async () => {
    const gateway = gatewayWith();
    gateway.routeChanged(route);
    watched(gateway.propose(body(), must));
    const sentAt: number[] = [];
    let sent = 0;
    for (let ms = 0; ms < 3_000; ms += 10) {
      await settled();
      for (; sent < route.batches.length; sent += 1) {
        sentAt.push(clock.nowMs);
        route.batches[sent]?.told('unknown');
      }
      clock.advance(10);
    }
    const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    expect(gaps.slice(0, 4)).toEqual([20, 40, 40, 40]);
    const firstSecond = gaps.slice(0, sentAt.filter((at) => at - (sentAt[0] ?? 0) <= 900).length - 1);
    expect(Math.max(...firstSecond)).toBe(40);
    expect(gaps.at(-1)).toBe(500);
  });

  it('window: sequences sent and not settled span fewer than the state machine remembers; the rest waits', async () => {
    expect(DEFAULT_GATEWAY_LIMITS.maxInFlight * 2).toBeLessThanOrEqual(CLIENT_SESSION_WINDOW);
    const gateway = gatewayWith({ maxInFlight: 3 });
    gateway.routeChanged(route);
    for (let count = 0; count < 6; count += 1) watched(gateway.propose(body(), must));
    await settled();
    expect(route.sequences).toEqual([[1, 2, 3]]);
    // The oldest is what the window hangs on.
    gateway.settled(2, reply);
    gateway.settled(3, reply);
    await settled();
    expect(route.sequences).toEqual([[1, 2, 3]]);
    gateway.settled(1, reply);
    await settled();
    expect(route.sequences).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  it('acknowledgedBelow covers no sequence that is not settled', async () => {
    const gateway = gatewayWith();
    gateway.routeChanged(route);
    for (let count = 0; count < 3; count += 1) watched(gateway.propose(body(), must));
    await settled();
    gateway.settled(1, reply);
    gateway.settled(3, reply);
    watched(gateway.propose(body(), must));
    await settled();
    const [, last] = route.batches.map(({ commands }) => commands.at(-1));
    const { origin } = JSON.parse(Buffer.from(last ?? []).toString()) as CommandEnvelope;
    expect(origin).toEqual({ nodeId: 'c1', incarnation: 3, sequence: 4, acknowledgedBelow: 2 });
  });

  it('a backlog larger than a message goes out in several, one command at least in each', async () => {
    const gateway = gatewayWith({ maxBatchBytes: 500 });
    for (let count = 0; count < 5; count += 1) watched(gateway.propose(body('x'.repeat(200)), must));
    watched(gateway.propose(body('x'.repeat(2_000)), must));
    gateway.routeChanged(route);
    await settled();
    expect(route.sequences.flat()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(route.batches.length).toBeGreaterThanOrEqual(3);
  });

  it('a command that can not be encoded rejects its caller and harms nobody behind it', async () => {
    const gateway = gatewayWith({ maxInFlight: 1 });
    gateway.routeChanged(route);
    watched(gateway.propose(body(), must));
    const tooLarge = watched(gateway.propose(body('too large'), must));
    watched(gateway.propose(body(), must));
    await settled();
    expect(tooLarge.state).toBe('Error');
    gateway.settled(1, reply);
    await settled();
    expect(route.sequences).toEqual([[1], [2]]);
  });

  describe('time-outs', () => {
    it('of a command that never left: no leader, and it is not proposed later', async () => {
      const gateway = gatewayWith();
      const answer = watched(gateway.propose(body(), { sheddable: false, timeoutMs: 100 }));
      clock.advance(100);
      await settled();
      expect(answer.state).toBe('noLeader');
      gateway.routeChanged(route);
      await settled();
      expect(route.batches).toEqual([]);
      expect(gateway.depth.pending).toBe(0);
    });

    it('of one that waited for room in the window: overloaded', async () => {
      const gateway = gatewayWith({ maxInFlight: 1 });
      gateway.routeChanged(route);
      watched(gateway.propose(body(), must));
      const answer = watched(gateway.propose(body(), { sheddable: false, timeoutMs: 100 }));
      clock.advance(100);
      await settled();
      expect(answer.state).toBe('overloaded');
    });

    it('of one that was sent: outcome unknown; it stays pending until it is settled, once', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const answer = watched(gateway.propose(body(), { sheddable: true, timeoutMs: 100 }));
      await settled();
      clock.advance(100);
      await settled();
      expect(answer.state).toBe('outcomeUnknown');
      expect(gateway.depth.pending).toBe(1);
      const second = new TestRoute();
      gateway.routeChanged(second);
      await settled();
      expect(second.sequences).toEqual([[1]]);
      gateway.settled(1, reply);
      expect(gateway.depth.pending).toBe(0);
    });

    it('leave no timer behind once the command is settled', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const answer = gateway.propose(body(), { sheddable: true, timeoutMs: 100 });
      gateway.settled(1, reply);
      clock.advance(1_000);
      expect(await answer).toBe(reply);
    });
  });

  describe('resend', () => {
    it('a command that later ones have overtaken is sent again after a while, the others are not', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      watched(gateway.propose(body(), must));
      await settled();
      for (let round = 0; round < 30; round += 1) {
        watched(gateway.propose(body(), must));
        await settled();
        clock.advance(100);
        gateway.settled(round + 2, reply);
      }
      await settled();
      expect(route.sequences.filter((batch) => batch.includes(1))).toHaveLength(2);
      expect(route.sequences.flat().filter((sequence) => sequence > 1)).toHaveLength(30);
    });

    it('age alone is no reason: a queue that moves is left alone', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      for (let count = 0; count < 100; count += 1) watched(gateway.propose(body(), must));
      for (let sequence = 1; sequence <= 100; sequence += 1) {
        await settled();
        clock.advance(100);
        gateway.settled(sequence, reply);
      }
      expect(route.batches).toHaveLength(1);
    });

    it('when nothing at all is settled, everything is sent again', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      watched(gateway.propose(body(), must));
      watched(gateway.propose(body(), must));
      await settled();
      clock.advance(2_000);
      await settled();
      expect(route.sequences).toEqual([
        [1, 2],
        [1, 2],
      ]);
    });
  });

  describe('a decision of this leadership only', () => {
    const once = { sheddable: false, once: true };

    it('is never sent to another leader, nor again to the same', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      const moved = watched(gateway.propose(body(), once));
      await settled();
      const second = new TestRoute();
      gateway.routeChanged(second);
      await settled();
      expect(moved.state).toBe('outcomeUnknown');
      const refused = watched(gateway.propose(body(), once));
      await settled();
      second.batches[0]?.told('unknown');
      await settled();
      expect(refused.state).toBe('outcomeUnknown');
      clock.advance(10_000);
      await settled();
      expect(second.sequences).toEqual([[2]]);
    });

    it('is not sent again for silence', async () => {
      const gateway = gatewayWith();
      gateway.routeChanged(route);
      watched(gateway.propose(body(), once));
      await settled();
      clock.advance(10_000);
      await settled();
      expect(route.batches).toHaveLength(1);
    });
  });

  it('stop: what was sent has an unknown outcome, what was not has none; nothing is sent any more', async () => {
    const gateway = gatewayWith({ maxInFlight: 1 });
    gateway.routeChanged(route);
    const answers = [gateway.propose(body(), must), gateway.propose(body(), must)].map(watched);
    await settled();
    gateway.stop();
    gateway.stop();
    await settled();
    expect(answers.map(({ state }) => state)).toEqual(['outcomeUnknown', 'shuttingDown']);
    route.batches[0]?.told('unknown');
    gateway.routeChanged(new TestRoute());
    clock.advance(10_000);
    await settled();
    expect(route.batches).toHaveLength(1);
    await expect(gateway.propose(body(), must)).rejects.toBeInstanceOf(RequestRefusedError);
    expect(gateway.depth).toMatchObject({ pending: 0, bytes: 0 });
    expect(codeOf(await gateway.propose(body(), must).catch((error: unknown) => error))).toBe('shuttingDown');
  });
});
