import { Channels } from './channels.js';

const ADDRESSES = ['127.0.0.1:7401', '127.0.0.1:7402', '127.0.0.1:7403'];
const CLIENTS = 300;

describe('channels of many clients', () => {
  it('begin at all coordinators alike, and those of a lost one spread over the others', () => {
    const begins = new Map<string, number>();
    const next = new Map<string, number>();
    for (let count = 0; count < CLIENTS; count += 1) {
      const channels = new Channels(ADDRESSES, {});
      const first = channels.current();
      begins.set(first.address, (begins.get(first.address) ?? 0) + 1);
      channels.moveOnFrom(first);
      if (first.address === ADDRESSES[0]) {
        const { address } = channels.current();
        next.set(address, (next.get(address) ?? 0) + 1);
      }
      channels.close();
    }
    // A fair share is 100 and 50; less than a fifth of that has a chance of 10^-10 at the most.
    for (const address of ADDRESSES) expect(begins.get(address)).toBeGreaterThan(20);
    for (const address of ADDRESSES.slice(1)) expect(next.get(address)).toBeGreaterThan(10);
  });

  it('every coordinator has its turn before any has its second; callers that fail together move on once', () => {
    const channels = new Channels(ADDRESSES, {});
    const seen: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      const current = channels.current();
      seen.push(current.address);
      channels.moveOnFrom(current);
      channels.moveOnFrom(current);
    }
    expect(new Set(seen.slice(0, 3)).size).toBe(3);
    expect(seen.slice(3)).toEqual(seen.slice(0, 3));
    channels.close();
  });
});
