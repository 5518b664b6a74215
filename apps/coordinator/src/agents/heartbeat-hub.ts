import type { CancelTimer, Timers } from '@synod/base';
import type { Ballot } from '@synod/consensus';
import type { WorkerLoad } from '@synod/contracts';

/** A heartbeat as one worker sent it: its incarnation and a rising sequence. */
export interface HeartbeatMark {
  readonly workerId: string;
  readonly incarnation: number;
  readonly sequence: number;
  /** For people to see; nothing depends on it. */
  readonly load?: WorkerLoad;
}

/** The marks that a round covered, and the leader that a quorum confirmed in it. */
export interface ConfirmedMarks {
  readonly covered: readonly HeartbeatMark[];
  readonly ballot: Ballot;
}

export interface HeartbeatHubModules {
  readonly timers: Timers;
  readonly serving: () => boolean;
  /** The leader's memory; called at once for each heartbeat that arrives while this node leads. */
  readonly heard: (workerId: string, incarnation: number, load: WorkerLoad | undefined) => void;
  readonly gone: (workerId: string, incarnation: number) => void;
  /** Resolves with the ballot of this leader after a quorum confirmed it in a round sent after the call. */
  readonly confirmHere: () => Promise<Ballot>;
  /** One message to the leader for all of these; resolves with those it covered and its ballot. */
  readonly confirmAtLeader: (
    marks: readonly HeartbeatMark[],
    gone: readonly HeartbeatMark[],
  ) => Promise<ConfirmedMarks>;
}

/** Acknowledges one heartbeat to its worker. */
export type Acknowledge = (mark: HeartbeatMark, ballot: Ballot) => void;

interface Arrived {
  readonly mark: HeartbeatMark;
  readonly acknowledge: Acknowledge;
  /** This node led when it arrived, and knows of it. */
  readonly told: boolean;
}

/** One confirmation round is shared by all heartbeats of so long. */
const ROUND_MS = 100;
/** Rounds without an answer, at most: a leader that says nothing is asked no more; what arrives gathers, one mark a worker. */
const MAX_ROUNDS_UNDER_WAY = 10;

/**
 * Heartbeats of the workers connected here. None is acknowledged before a quorum confirmed the leader in a round that began
 * after it arrived, so a deposed leader extends no worker lease (P8); one round serves all that came since the last.
 */
export class HeartbeatHub {
  private arrived = new Map<string, Arrived>();
  private gone: HeartbeatMark[] = [];
  private roundsUnderWay = 0;
  private cancel: CancelTimer | undefined;

  constructor(private readonly modules: HeartbeatHubModules) {}

  start(): void {
    this.cancel ??= this.modules.timers.every(ROUND_MS, () => {
      this.round();
    });
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  received(mark: HeartbeatMark, acknowledge: Acknowledge): void {
    const { workerId, incarnation, load } = mark;
    const told = this.modules.serving();
    if (told) this.modules.heard(workerId, incarnation, load);
    const known = this.arrived.get(workerId);
    // A process that was replaced and lives on must not take its successor's place.
    if (known === undefined || known.mark.incarnation <= incarnation) {
      this.arrived.set(workerId, { mark, acknowledge, told });
    }
  }

  /** The worker's session here ended: the leader should give it no new work until it is heard again. */
  disconnected(workerId: string, incarnation: number): void {
    const known = this.arrived.get(workerId);
    if (known !== undefined && known.mark.incarnation <= incarnation) this.arrived.delete(workerId);
    if (this.modules.serving()) this.modules.gone(workerId, incarnation);
    else if (this.gone.length < MAX_GONE) this.gone.push({ workerId, incarnation, sequence: 0 });
  }

  private round(): void {
    if (this.arrived.size === 0 && this.gone.length === 0) return;
    if (this.roundsUnderWay >= MAX_ROUNDS_UNDER_WAY) return;
    const { arrived: batch, gone } = this;
    this.arrived = new Map();
    this.gone = [];
    this.roundsUnderWay += 1;
    this.confirm(batch, gone)
      .then(
        ({ covered, ballot }) => {
          for (const mark of covered) {
            const known = batch.get(mark.workerId);
            // What the leader covered is what was sent to it; anything else is acknowledged to nobody.
            if (known !== undefined && isSame(known.mark, mark)) known.acknowledge(known.mark, ballot);
          }
        },
        // Nobody leads just now: the worker's next heartbeat asks again, and its lease counts from the last acknowledged one.
        () => undefined,
      )
      .finally(() => {
        this.roundsUnderWay -= 1;
      });
  }

  private confirm(batch: ReadonlyMap<string, Arrived>, gone: readonly HeartbeatMark[]): Promise<ConfirmedMarks> {
    const covered = [...batch.values()].map(({ mark }) => mark);
    if (!this.modules.serving()) return this.modules.confirmAtLeader(covered, gone);
    for (const { workerId, incarnation } of gone) this.modules.gone(workerId, incarnation);
    // This node began to lead since they arrived: later than they came is on the safe side.
    for (const { mark, told } of batch.values())
      if (!told) this.modules.heard(mark.workerId, mark.incarnation, mark.load);
    return this.modules.confirmHere().then((ballot) => ({ covered, ballot }));
  }
}

/** The leader learns of the rest by their silence. */
const MAX_GONE = 10_000;

function isSame(left: HeartbeatMark, right: HeartbeatMark): boolean {
  return left.incarnation === right.incarnation && left.sequence === right.sequence;
}
