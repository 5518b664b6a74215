import { PERFECT_LINK, SeededRandom, SimulatedNetwork, VirtualClock } from '@synod/testkit';
import { Links } from './links.js';
import { MachineClock, SimulatedProcess } from './process.js';
import { Streams } from './streams.js';
import type { CallEnd } from './streams.js';

function setUp(lossRate = 0) {
  const time = new VirtualClock();
  const random = new SeededRandom(1);
  const codec = { encode: () => '', decode: () => undefined };
  const modules = { timers: time, nowMs: () => time.nowMs, random, codec, deliver: () => undefined };
  const links = new Links<unknown>(new SimulatedNetwork(modules, PERFECT_LINK));
  const delays = { minDelayMs: 1, maxDelayMs: 5, lossRate };
  const streams = new Streams({ time, random, links, delays });
  const process = (name: string) => new SimulatedProcess(name, new MachineClock(time, 1, 0), time);
  const [client, server] = [process('a'), process('b')];
  const received: string[] = [];
  const ended: string[] = [];
  const accepted: CallEnd[] = [];
  const listen = (of: SimulatedProcess): void =>
    streams.listen('b', {
      process: of,
      accept: (_method, end) => {
        accepted.push(end);
        end.listener = {
          data: (bytes) => void received.push(Buffer.from(bytes).toString()),
          closed: () => void ended.push('server'),
        };
      },
    });
  listen(server);
  const call = streams.call({ machine: 'a', process: client }, 'b', 'method');
  call.listener = {
    data: (bytes) => void received.push(Buffer.from(bytes).toString()),
    closed: (error) => void ended.push(error?.status ?? 'OK'),
  };
  const say = (text: string): void => call.send(Buffer.from(text));
  return { time, links, streams, client, server, call, accepted, received, ended, say };
}

describe('a simulated call', () => {
  it('keeps order, also when frames are lost on the way and sent again', () => {
    const { time, received, say } = setUp(0.5);
    const texts = Array.from({ length: 40 }, (_, index) => String(index));
    for (const text of texts) say(text);
    time.advance(60_000);
    expect(received).toEqual(texts);
  });

  it('stalls while a link is cut, and goes on when it is mended', () => {
    const { time, links, received, say } = setUp();
    time.advance(20);
    const mend = links.cut('a', 'b', false);
    say('one');
    say('two');
    time.advance(3_000);
    expect(received).toEqual([]);
    mend();
    time.advance(20);
    expect(received).toEqual(['one', 'two']);
  });

  it('a link that is cut twice is mended when both cuts are', () => {
    const { time, links, received, say } = setUp();
    time.advance(20);
    const [one, other] = [links.cut('a', 'b', false), links.cut('a', 'b', false)];
    say('late');
    one();
    time.advance(20);
    expect(received).toEqual([]);
    other();
    time.advance(20);
    expect(received).toEqual(['late']);
  });

  it('breaks at the client after 6 s without an answer to its pings, at the server after 10 s', () => {
    const { time, links, ended } = setUp();
    time.advance(20);
    links.cut('b', 'a', false);
    time.advance(5_000);
    expect(ended).toEqual([]);
    time.advance(1_500);
    expect(ended).toEqual(['UNAVAILABLE']);
    time.advance(4_000);
    expect(ended).toEqual(['UNAVAILABLE', 'server']);
  });

  it('a process that is stopped answers no pings; one that goes on in time keeps its calls', () => {
    const { time, server, ended, received, say } = setUp();
    time.advance(20);
    server.stop();
    say('kept');
    time.advance(5_000);
    server.resume();
    time.advance(5_000);
    expect([ended, received]).toEqual([[], ['kept']]);
    server.stop();
    time.advance(7_000);
    expect(ended).toEqual(['UNAVAILABLE']);
  });

  it('breaks at once when the process at the other end is killed, and late when its machine is gone', () => {
    for (const [machineIsUp, afterMs] of [
      [true, 10],
      [false, 6_500],
    ] as const) {
      const { time, streams, server, ended } = setUp();
      time.advance(20);
      server.kill();
      streams.processDied(server, machineIsUp);
      time.advance(afterMs / 2);
      expect(ended.length).toBe(machineIsUp ? 1 : 0);
      time.advance(afterMs / 2 + 1_000);
      expect(ended).toEqual(['UNAVAILABLE']);
    }
  });

  it('is refused where nobody listens', () => {
    const { time, server, client, streams, ended } = setUp();
    server.kill();
    const call = streams.call({ machine: 'a', process: client }, 'b', 'method');
    call.listener = { data: () => undefined, closed: () => void ended.push('refused') };
    time.advance(20);
    expect(ended).toContain('refused');
  });

  it('ends with the status that the server gives, behind what it sent before', () => {
    const { time, accepted, received, ended, call } = setUp();
    time.advance(20);
    accepted[0]?.send(Buffer.from('last'));
    accepted[0]?.close();
    time.advance(20);
    expect(received).toEqual(['last']);
    expect(ended).toEqual(['OK']);
    expect(call.open).toBe(false);
  });

  it('a client that is killed sends nothing more, and its server hears of it', () => {
    const { time, streams, client, received, ended, say } = setUp();
    time.advance(20);
    client.kill();
    streams.processDied(client, true);
    say('ghost');
    time.advance(50);
    expect([received, ended]).toEqual([[], ['server']]);
  });
});
