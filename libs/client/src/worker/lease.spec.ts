import { workerLeaseMs } from '@synod/base';
import { WorkerLease } from './lease.js';

const LEADER = { round: 5, priority: 0, nodeId: 'c1' };

describe('worker lease', () => {
  it('runs from the moment the last acknowledged heartbeat was sent, not from its answer', () => {
    const lease = new WorkerLease();
    const sequence = lease.send(1_000);
    lease.acknowledge(sequence, LEADER, 0);
    expect(lease.hasLapsed(1_000 + workerLeaseMs(3_000) - 1, 3_000)).toBe(false);
    expect(lease.hasLapsed(1_000 + workerLeaseMs(3_000), 3_000)).toBe(true);
  });

  it('an answer covers the heartbeats before it, and an older answer changes nothing', () => {
    const lease = new WorkerLease();
    const first = lease.send(0);
    const second = lease.send(1_000);
    expect(lease.acknowledge(second, LEADER, 0)).toBe(true);
    expect(lease.acknowledge(first, LEADER, 0)).toBe(false);
    expect(lease.unansweredSinceMs()).toBeUndefined();
    expect(lease.hasLapsed(3_000, 3_000)).toBe(false);
  });

  it('P8: an answer covers no heartbeat that was sent after the one it answers', () => {
    const lease = new WorkerLease();
    const answered = lease.send(0);
    lease.send(1_000);
    expect(lease.acknowledge(answered, LEADER, 0)).toBe(true);
    expect(lease.hasLapsed(workerLeaseMs(3_000), 3_000)).toBe(true);
    expect(lease.unansweredSinceMs()).toBe(1_000);
  });

  it.each([
    ['round', { ...LEADER, round: 4, nodeId: 'c9' }],
    ['priority', { ...LEADER, priority: -1, nodeId: 'c9' }],
    ['node', { ...LEADER, nodeId: 'c0' }],
  ])('an answer of a leader with a lower ballot (%s) is ignored', (_what, deposed) => {
    const lease = new WorkerLease();
    lease.acknowledge(lease.send(0), LEADER, 0);
    expect(lease.acknowledge(lease.send(2_000), deposed, 2_000)).toBe(false);
    expect(lease.hasLapsed(2_300, 3_000)).toBe(true);
  });

  it('begins at the first Hello, and lasts for ever for attempts that are left alone', () => {
    const lease = new WorkerLease();
    expect(lease.hasLapsed(1_000_000, 3_000)).toBe(false);
    lease.begin(10_000);
    lease.begin(90_000);
    expect(lease.hasLapsed(12_300, 3_000)).toBe(true);
    expect(lease.hasLapsed(1e12, Infinity)).toBe(false);
  });

  it('an assignment is in doubt once no heartbeat was acknowledged for as long as a lease since the Hello, for good', () => {
    const lease = new WorkerLease();
    lease.helloSent(0);
    lease.begin(0);
    lease.acknowledge(lease.send(1_000), LEADER, 1_100);
    expect(lease.isSure(3_299, 3_000)).toBe(true);
    lease.acknowledge(lease.send(3_200), LEADER, 3_301);
    expect(lease.isSure(3_301, 3_000)).toBe(false);
    expect(lease.isSure(3_301, 10_000)).toBe(true);
    // Another session tells what still stands.
    lease.helloSent(4_000);
    expect(lease.isSure(4_000, 3_000)).toBe(false);
    lease.begin(4_000);
    expect(lease.isSure(4_100, 3_000)).toBe(true);
  });
});
