import { workerLeaseMs } from './worker-lease.js';

describe('worker lease', () => {
  it.each([
    [3_000, 2_300],
    [10_000, 9_300],
    [100_000, 99_300],
    [600_000, 598_300],
    [86_400_000, 86_226_700],
  ])('of a job that is lost after %i ms is %i ms', (lostAfterMs, leaseMs) => {
    expect(workerLeaseMs(lostAfterMs)).toBe(leaseMs);
  });

  it('ends, at any lostAfter and with clocks 2 in 1,000 apart, half a second before the coordinators stop waiting', () => {
    for (let lostAfterMs = 3_000; lostAfterMs <= 86_400_000; lostAfterMs = Math.ceil(lostAfterMs * 1.1)) {
      // The worker's clock is slow: its lease lasts longer in true time.
      expect(workerLeaseMs(lostAfterMs) * 1.002 + 490).toBeLessThanOrEqual(lostAfterMs);
    }
  });

  it('of a wait that is shorter than its margin is a moment, never nothing', () => {
    expect(workerLeaseMs(100)).toBe(1);
  });
});
