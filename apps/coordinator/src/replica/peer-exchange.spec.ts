import { EventEmitter } from 'node:events';
import type { Message } from '@synod/consensus';
import { VirtualClock } from '@synod/testkit';
import type { WirePaxosMessageInput } from '@synod/wire';
import { ballot, quiet, settled } from '../testing/basics.spec-support.js';
import { PeerSender } from './peer-exchange.js';

class TestCall extends EventEmitter {
  readonly requests: WirePaxosMessageInput[][] = [];
  accepts = true;
  cancelled = false;

  write({ messages }: { messages: WirePaxosMessageInput[] }): boolean {
    this.requests.push(messages);
    return this.accepts;
  }

  cancel(): void {
    this.cancelled = true;
    this.emit('error', new Error('cancelled'));
  }
}

const poll = (pollRound: number): Message => message({ type: 'poll', pollRound });
const accept = (bytes: number): Message =>
  message({
    type: 'accept',
    ballot: ballot(1),
    entries: [{ slot: 1, entry: { kind: 'commands', commands: [new Uint8Array(bytes)] } }],
    chosenThroughSlot: 0,
  });

function message(body: Message['body']): Message {
  return { header: { formatVersion: 1, clusterId: 'k', groupId: 0, from: 'c1', to: 'c2', storageId: 's' }, body };
}

function setUp() {
  const clock = new VirtualClock();
  const calls: TestCall[] = [];
  const disconnected: string[] = [];
  const sender = new PeerSender({
    peer: 'c2',
    open: () => {
      const call = new TestCall();
      calls.push(call);
      return call;
    },
    timers: clock,
    logger: quiet,
    disconnected: (peer) => disconnected.push(peer),
  });
  sender.start();
  const rounds = (call = calls.at(-1)) =>
    call?.requests.map((request) => request.map((wire) => wire.poll?.pollRound ?? wire.accept?.chosenThroughSlot));
  return { clock, sender, calls, disconnected, rounds };
}

describe('peer sender', () => {
  it('messages of one turn are one request', async () => {
    const { sender, rounds } = setUp();
    sender.send(poll(1));
    sender.send(poll(2));
    await settled();
    sender.send(poll(3));
    await settled();
    expect(rounds()).toEqual([[1, 2], [3]]);
  });

  it('large messages are split into requests that the transport carries, in order', async () => {
    const { sender, calls } = setUp();
    for (let index = 0; index < 10; index += 1) sender.send(accept(1024 * 1024));
    await settled();
    const sizes = calls[0]?.requests.map((request) => request.length) ?? [];
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
  });

  it('a transport that takes no more is not written to until it does; what waits is bounded, the rest is dropped', async () => {
    const { sender, calls, rounds } = setUp();
    const [call] = calls as [TestCall];
    call.accepts = false;
    sender.send(poll(0));
    await settled();
    for (let round = 1; round <= 5_000; round += 1) sender.send(poll(round));
    await settled();
    expect(rounds()).toEqual([[0]]);
    call.accepts = true;
    call.emit('drain');
    const sent = rounds()?.flat() ?? [];
    expect([sent.length, sent.at(-1)]).toEqual([1 + 4_096, 4_096]);
  });

  it('a broken stream is told once, drops what waits, and is made anew after a moment', async () => {
    const { clock, sender, calls, disconnected, rounds } = setUp();
    sender.send(poll(1));
    calls[0]?.emit('error', new Error('reset'));
    calls[0]?.emit('end');
    sender.send(poll(2));
    await settled();
    expect([disconnected, rounds()]).toEqual([['c2'], []]);
    clock.advance(100);
    sender.send(poll(3));
    await settled();
    expect([calls.length, rounds()]).toEqual([2, [[3]]]);
  });

  it('a peer that stays away is told once, however often it is tried; one that came back and left again is told again', () => {
    const { clock, calls, disconnected } = setUp();
    const breakLast = () => {
      calls.at(-1)?.emit('error', new Error('refused'));
      clock.advance(100);
    };
    for (let tries = 0; tries < 5; tries += 1) breakLast();
    expect([calls.length, disconnected]).toEqual([6, ['c2']]);
    calls.at(-1)?.emit('metadata');
    breakLast();
    breakLast();
    expect(disconnected).toEqual(['c2', 'c2']);
  });

  it('stop cancels the stream, tells nobody, and makes none anew', async () => {
    const { clock, sender, calls, disconnected } = setUp();
    sender.stop();
    clock.advance(10_000);
    sender.send(poll(1));
    await settled();
    expect([calls.length, calls[0]?.cancelled, disconnected]).toEqual([1, true, []]);
  });
});
