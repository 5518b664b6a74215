import { HeardChain } from './heard-chain.js';

describe('the chain of acknowledged heartbeats', () => {
  test('holds while no gap is as long as the lease, counted from when heartbeats were sent', () => {
    const chain = new HeardChain(1_000);
    chain.heard(2_000, 2_100);
    chain.heard(3_000, 4_299);
    expect(chain.isUnbroken(2_300, 5_299)).toBe(true);
    expect(chain.isUnbroken(2_300, 5_300)).toBe(false);
  });

  test('once broken it stays so, whatever is heard afterwards', () => {
    const chain = new HeardChain(1_000);
    chain.heard(3_400, 3_500);
    chain.heard(4_000, 4_000);
    expect(chain.isUnbroken(2_300, 4_100)).toBe(false);
    expect(chain.isUnbroken(3_300, 4_100)).toBe(true);
  });

  test('a gap that ends with an acknowledgement counts until that came, not until its heartbeat was sent', () => {
    const chain = new HeardChain(1_000);
    chain.heard(3_000, 3_300);
    expect(chain.isUnbroken(2_300, 3_300)).toBe(false);
  });

  test('an acknowledgement that comes out of order takes nothing back', () => {
    const chain = new HeardChain(1_000);
    chain.heard(3_000, 3_100);
    chain.heard(2_000, 3_200);
    expect(chain.isUnbroken(2_300, 5_200)).toBe(true);
  });
});
