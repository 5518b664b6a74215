import { VirtualClock } from '@synod/testkit';
import type { WireHeartbeatRequestInput, WireHeartbeatResponse } from '@synod/wire';
import { Heartbeats, type HeartbeatStream } from './heartbeats.js';
import { WorkerLease } from './lease.js';

type Listener = (argument: never) => void;

class FakeStream implements HeartbeatStream {
  readonly sent: number[] = [];
  cancelled = false;
  private readonly listeners = new Map<string, Listener>();

  constructor(
    readonly where: string,
    private readonly answers: boolean,
  ) {}

  write({ sequence }: WireHeartbeatRequestInput): boolean {
    this.sent.push(Number(sequence));
    if (this.answers)
      this.emit('data', { sequence: String(sequence), leader: { round: '1', priority: 0, nodeId: 'c1' } });
    return true;
  }

  cancel(): void {
    this.cancelled = true;
  }

  on(event: string, listener: Listener): void {
    this.listeners.set(event, listener);
  }

  emit(event: string, argument?: WireHeartbeatResponse | Error): void {
    this.listeners.get(event)?.(argument as never);
  }
}

function bench(...answers: boolean[]) {
  const clock = new VirtualClock();
  const lease = new WorkerLease();
  const streams: FakeStream[] = [];
  const heartbeats = new Heartbeats(
    { workerId: 'w1', incarnation: 1 },
    {
      time: clock,
      lease,
      open(where) {
        const stream = new FakeStream(where, answers[streams.length] ?? true);
        streams.push(stream);
        return stream;
      },
    },
  );
  return { clock, lease, streams, heartbeats };
}

describe('heartbeats', () => {
  it('go out at once and then at the interval, for one stream as long as they are answered', () => {
    const { clock, lease, streams, heartbeats } = bench();
    heartbeats.start(1_000);
    clock.advance(3_050);
    expect(streams).toHaveLength(1);
    expect(streams[0]?.sent).toEqual([1, 2, 3, 4]);
    expect(lease.hasLapsed(clock.monotonicMs(), 3_000)).toBe(false);
    heartbeats.stop();
    expect(streams[0]?.cancelled).toBe(true);
  });

  it('a coordinator that does not answer is left for the next one before the shortest lease is over', () => {
    const { clock, lease, streams, heartbeats } = bench(false, true);
    heartbeats.start(1_000);
    lease.begin(clock.monotonicMs());
    clock.advance(1_500);
    expect(streams.map(({ where }) => where)).toEqual(['same', 'next']);
    expect(streams[0]?.cancelled).toBe(true);
    expect(lease.hasLapsed(clock.monotonicMs(), 3_000)).toBe(false);
    heartbeats.stop();
  });

  it('a stream that broke is followed by one at the next coordinator within 100 ms', () => {
    const { clock, streams, heartbeats } = bench();
    heartbeats.start(1_000);
    streams[0]?.emit('error', new Error('gone'));
    clock.advance(100);
    expect(streams.map(({ where }) => where)).toEqual(['same', 'next']);
    heartbeats.stop();
    clock.advance(10_000);
    expect(streams).toHaveLength(2);
  });
});
