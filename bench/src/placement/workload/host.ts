import type { SimulatedWorker } from './shapes.js';

interface Running {
  readonly id: number;
  /** Of the host's virtual time, at which it is done. */
  readonly doneAt: number;
}

/**
 * A host that shares its processors among the attempts that run on it, as a scheduler of an operating system does: up to as many as
 * processors at full speed, more of them slower, all alike. Its virtual time is the work that each attempt has got so far.
 */
export class SharedHost {
  busyProcessorMs = 0;
  private virtual = 0;
  private lastMs = 0;
  /** By `doneAt`, the next one first. */
  private readonly running: Running[] = [];

  constructor(readonly worker: SimulatedWorker) {}

  get count(): number {
    return this.running.length;
  }

  start(id: number, lengthMs: number, nowMs: number): void {
    this.goTo(nowMs);
    const doneAt = this.virtual + lengthMs;
    let at = this.running.length;
    while (at > 0 && (this.running[at - 1] as Running).doneAt > doneAt) at -= 1;
    this.running.splice(at, 0, { id, doneAt });
  }

  /** When the next attempt is done if none starts meanwhile; Infinity when none runs. */
  get nextDoneMs(): number {
    const [next] = this.running;
    return next === undefined ? Infinity : this.lastMs + (next.doneAt - this.virtual) / this.pace();
  }

  /** Takes out the attempt that is done now. */
  finish(nowMs: number): number {
    this.goTo(nowMs);
    const done = this.running.shift();
    if (done === undefined) throw new Error('nothing runs here');
    this.virtual = Math.max(this.virtual, done.doneAt);
    return done.id;
  }

  goTo(nowMs: number): void {
    const tookMs = nowMs - this.lastMs;
    if (this.running.length > 0) {
      this.virtual += tookMs * this.pace();
      this.busyProcessorMs += tookMs * Math.min(this.running.length, this.worker.processors);
    }
    this.lastMs = nowMs;
  }

  private pace(): number {
    const { processors, speed } = this.worker;
    return speed * Math.min(1, processors / this.running.length);
  }
}
