import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { CLIENTS } from './network.js';
import { ProxyNetwork } from './proxy.js';

/** What a fault of the tests is worth depends on this: the proxy itself, with sockets of this process. */
describe('proxy network', () => {
  let network: ProxyNetwork;
  let echo: Server;
  let socket: Socket;
  /** Chances to come; 0.5 when there are none. */
  let chances: number[] = [];
  /** Called with what has arrived behind the proxy. */
  let arrived: (text: string) => void = () => undefined;

  beforeEach(async () => {
    network = await ProxyNetwork.open({
      coordinators: 1,
      pids: () => new Map([['self', process.pid]]),
      random: () => chances.shift() ?? 0.5,
    });
    const [, port] = network.place('c1').listen.split(':');
    echo = createServer((peer) => {
      peer.on('data', (data: Buffer) => {
        arrived(data.toString());
        peer.write(data);
      });
    });
    await new Promise<void>((resolve) => echo.listen(Number(port), '127.0.0.1', resolve));
    const [, proxyPort] = network.memberAddress('c1').split(':');
    socket = connect(Number(proxyPort), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
  });

  afterEach(async () => {
    socket.destroy();
    await network.close();
    echo.close();
  });

  const answer = (): Promise<string> =>
    new Promise((resolve) =>
      socket.once('data', (data: Buffer) => {
        resolve(data.toString());
      }),
    );
  const timed = async (text: string): Promise<number> => {
    const before = performance.now();
    const answered = answer();
    socket.write(text);
    expect(await answered).toBe(text);
    return performance.now() - before;
  };

  it('knows who opened a connection by its process, and delays each direction by its own conditions', async () => {
    expect((echo.address() as AddressInfo).port).toBeGreaterThan(0);
    expect(await timed('plain')).toBeLessThan(100);
    network.set(CLIENTS, 'c1', { delayMs: 5_000 });
    expect(await timed('not ours')).toBeLessThan(1_000);
    network.set('self', 'c1', { delayMs: 120 });
    network.set('c1', 'self', { delayMs: 80 });
    expect(await timed('delayed')).toBeGreaterThanOrEqual(195);
  });

  it('a chunk that is lost comes with the retransmission', async () => {
    network.set('self', 'c1', { lossChance: 0.4 });
    chances = [0.1, 0.9];
    expect(await timed('lost once')).toBeGreaterThanOrEqual(195);
    expect(await timed('not lost')).toBeLessThan(150);
  });

  it('over a one-way cut nothing passes, nothing is lost, and the other direction goes on', async () => {
    network.cut('c1', 'self');
    let heard = '';
    socket.on('data', (data: Buffer) => (heard += data.toString()));
    const behind = new Promise<string>((resolve) => {
      arrived = resolve;
    });
    socket.write('held');
    expect(await behind).toBe('held');
    expect(heard).toBe('');
    const healed = answer();
    network.heal('self', 'c1');
    await healed;
    expect(heard).toBe('held');
  });
});
