import type { CancelTimer, Timers } from '@synod/base';
import type { Ballot } from '@synod/consensus';

/** A heartbeat as one worker sent it: its incarnation and a rising sequence. */
export interface HeartbeatMark {
  readonly workerId: string;
  readonly incarnation: number;
  readonly sequence: number;
}

export interface HeartbeatHubModules {
  readonly timers: Timers;
  readonly serving: () => boolean;
  /** The leader's memory; called at once for each heartbeat that arrives while this node leads. */
  readonly heard: (workerId: string, incarnation: number) => void;
  readonly gone: (workerId: string, incarnation: number) => void;
  /** Resolves with the ballot of this leader after a quorum confirmed it in a round sent after the call. */
  readonly confirmHere: () => Promise<Ballot>;
  /** One message to the leader for all of these; resolves with those it covered and its ballot. */
  readonly confirmAtLeader: (
    marks: readonly HeartbeatMark[],
    gone: readonly HeartbeatMark[],
  ) => Promise<{ readonly covered: readonly HeartbeatMark[]; readonly ballot: Ballot }>;
}

/** Acknowledges one heartbeat to its worker. */
export type Acknowledge = (mark: HeartbeatMark, ballot: Ballot) => void;

/** One confirmation round is shared by all heartbeats of so long. */
const ROUND_MS = 100;

/**
 * Heartbeats of the workers connected here. None is acknowledged before a quorum confirmed the leader in a round that began
 * after it arrived, so a deposed leader extends no worker lease (P8); one round serves all that came since the last.
 */
export class HeartbeatHub {
  private readonly arrived = new Map<string, { mark: HeartbeatMark; acknowledge: Acknowledge }>();
  private gone: HeartbeatMark[] = [];
  private cancel: CancelTimer = () => undefined;

  constructor(private readonly modules: HeartbeatHubModules) {}

  start(): void {
    this.cancel = this.modules.timers.every(ROUND_MS, () => {
      this.round();
    });
  }

  stop(): void {
    this.cancel();
  }

  received(mark: HeartbeatMark, acknowledge: Acknowledge): void {
    if (this.modules.serving()) this.modules.heard(mark.workerId, mark.incarnation);
    this.arrived.set(mark.workerId, { mark, acknowledge });
  }

  /** The worker's session here ended: the leader should give it no new work until it is heard again. */
  disconnected(workerId: string, incarnation: number): void {
    this.arrived.delete(workerId);
    if (this.modules.serving()) this.modules.gone(workerId, incarnation);
    else this.gone.push({ workerId, incarnation, sequence: 0 });
  }

  private round(): void {
    if (this.arrived.size === 0 && this.gone.length === 0) return;
    const batch = new Map(this.arrived);
    const gone = this.gone;
    this.arrived.clear();
    this.gone = [];
    const marks = [...batch.values()].map(({ mark }) => mark);
    const confirmed = this.modules.serving()
      ? this.modules.confirmHere().then((ballot) => ({ covered: marks, ballot }))
      : this.modules.confirmAtLeader(marks, gone);
    confirmed.then(
      ({ covered, ballot }) => {
        for (const mark of covered) batch.get(mark.workerId)?.acknowledge(mark, ballot);
      },
      // Nobody leads just now: the worker's next heartbeat asks again, and its lease counts from the last acknowledged one.
      () => undefined,
    );
  }
}
