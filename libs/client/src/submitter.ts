import { randomUUID } from 'node:crypto';
import { decodeStatus } from '@synod/rpc';
import type {
  WireJobSpecInput,
  WireSubmissionAnswer,
  WireSubmissionInput,
  WireSubmitStreamResponse,
} from '@synod/wire';
import type { Calls, Outage } from './calls.js';
import type { Coordinator } from './channels.js';
import { specToWire } from './convert/spec.js';
import { clientError, type SynodClientError } from './errors.js';
import { isRetryable, toClientError } from './faults.js';
import { OWN_KEY_LIFETIME_MS } from './own-keys.js';
import type { JobSpec } from './types.js';

export interface SubmitterOptions {
  /** Jobs in one message; default 500, at most 10,000. Larger batches cost less and answer later. */
  readonly maxBatchJobs?: number;
  /** Messages sent and not answered; default 16. */
  readonly maxInFlightBatches?: number;
  /** Jobs taken and not answered; above it `submit` refuses with `submitterFull`. Default 100,000. */
  readonly maxPendingJobs?: number;
}

/** What one call of the user asked for: its jobs stay together in one batch. */
interface Unit {
  readonly specs: readonly WireJobSpecInput[];
  /** About what they take on the wire, without numbers and such. */
  readonly bytes: number;
  resolve(jobIds: readonly string[]): void;
  reject(error: SynodClientError): void;
}

/** First in, first out, in constant time each: a caller may have a hundred thousand waiting. */
class UnitQueue {
  private units: Unit[] = [];
  private head = 0;

  get size(): number {
    return this.units.length - this.head;
  }

  get first(): Unit | undefined {
    return this.units[this.head];
  }

  push(unit: Unit): void {
    this.units.push(unit);
  }

  shift(): void {
    this.head += 1;
    if (this.head * 2 < this.units.length) return;
    this.units = this.units.slice(this.head);
    this.head = 0;
  }

  takeAll(): Unit[] {
    const units = this.units.slice(this.head);
    this.units = [];
    this.head = 0;
    return units;
  }
}

/** One submission: all of its jobs or none. */
interface Batch {
  readonly requestId: string;
  readonly idempotencyKey: string;
  readonly units: readonly Unit[];
}

/** A message may have 8 MiB; what is larger than this alone travels alone. */
const MAX_BUNDLE_BYTES = 1024 * 1024;

type Stream = ReturnType<Coordinator['jobs']['submitStream']>;

/**
 * Submits many jobs on one stream: what is asked for while the window is full goes into the next batch. Batches not answered
 * when the coordinator is lost are sent again to another one under the same idempotency key, so that no job is doubled.
 */
export class Submitter {
  private readonly maxBatchJobs: number;
  private readonly maxInFlightBatches: number;
  private readonly maxPendingJobs: number;
  private readonly keyPrefix = randomUUID();
  private nextRequest = 1;
  private readonly waiting = new UnitQueue();
  private readonly inFlight = new Map<string, Batch>();
  private pendingJobs = 0;
  private stream: Stream | undefined;
  private connecting = false;
  private planned = false;
  private closing = false;
  private readonly outage: Outage;
  private roomWaiters: (() => void)[] = [];

  /** @internal Made by the client: `client.submitter()`. */
  constructor(
    private readonly calls: Calls,
    options: SubmitterOptions = {},
  ) {
    this.maxBatchJobs = Math.min(10_000, options.maxBatchJobs ?? 500);
    this.maxInFlightBatches = options.maxInFlightBatches ?? 16;
    this.maxPendingJobs = options.maxPendingJobs ?? 100_000;
    this.outage = calls.outage(calls.deadlineMs);
  }

  /** Resolves with the job's id when a quorum has it. */
  submit(spec: JobSpec): Promise<string> {
    return this.submitMany([spec]).then(([jobId]) => jobId ?? '');
  }

  /** All or none, in one message: at most 10,000 jobs or 4 MiB. */
  submitMany(specs: readonly JobSpec[]): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      if (this.closing) throw clientError('closed', 'this submitter was closed: make a new one');
      if (this.pendingJobs + specs.length > this.maxPendingJobs && this.pendingJobs > 0)
        throw clientError(
          'submitterFull',
          `${this.pendingJobs} jobs wait for their answer: await room() before the next`,
        );
      if (specs.length === 0) return resolve([]);
      this.pendingJobs += specs.length;
      const wire = specs.map(specToWire);
      this.waiting.push({ specs: wire, bytes: textBytes(wire), resolve, reject });
      this.plan();
    });
  }

  /** Resolves when fewer than half of `maxPendingJobs` are pending: at once when they are. */
  room(): Promise<void> {
    if (this.pendingJobs * 2 < this.maxPendingJobs) return Promise.resolve();
    return new Promise((resolve) => this.roomWaiters.push(resolve));
  }

  /** Takes nothing more; resolves when everything was answered. */
  async close(): Promise<void> {
    this.closing = true;
    while (this.pendingJobs > 0) await new Promise<void>((resolve) => this.roomWaiters.push(resolve));
    this.stream?.end();
    this.stream = undefined;
  }

  /** One send for all that is asked for in a turn of the event loop. */
  private plan(): void {
    if (this.planned) return;
    this.planned = true;
    setImmediate(() => {
      this.planned = false;
      this.send();
    });
  }

  private send(): void {
    if (this.waiting.size === 0 || this.connecting) return;
    this.stream ??= this.open();
    const batches: Batch[] = [];
    while (this.waiting.size > 0 && this.inFlight.size < this.maxInFlightBatches) {
      const batch = this.nextBatch();
      this.inFlight.set(batch.requestId, batch);
      batches.push(batch);
    }
    this.write(batches);
  }

  /** Batches travel together as far as a message may hold them. */
  private write(batches: Iterable<Batch>): void {
    const { stream } = this;
    if (stream === undefined) return;
    let submissions: WireSubmissionInput[] = [];
    let bytes = 0;
    for (const batch of batches) {
      const size = batch.units.reduce((sum, unit) => sum + unit.bytes, 0);
      if (submissions.length > 0 && bytes + size > MAX_BUNDLE_BYTES) {
        stream.write({ submissions });
        submissions = [];
        bytes = 0;
      }
      submissions.push(submissionOf(batch));
      bytes += size;
    }
    if (submissions.length > 0) stream.write({ submissions });
  }

  private nextBatch(): Batch {
    const units: Unit[] = [];
    let jobs = 0;
    for (let unit = this.waiting.first; unit !== undefined; unit = this.waiting.first) {
      jobs += unit.specs.length;
      if (jobs > this.maxBatchJobs && units.length > 0) break;
      units.push(unit);
      this.waiting.shift();
    }
    return this.batchOf(units);
  }

  private batchOf(units: readonly Unit[]): Batch {
    const requestId = String(this.nextRequest);
    this.nextRequest += 1;
    return { requestId, idempotencyKey: `${this.keyPrefix}-${requestId}`, units };
  }

  private open(): Stream {
    const coordinator = this.calls.channels.current();
    const stream = coordinator.jobs.submitStream();
    let over = false;
    const lost = (error: unknown) => {
      if (over) return;
      over = true;
      if (this.stream === stream) this.stream = undefined;
      if (this.pendingJobs > 0) void this.reconnect(error, coordinator);
    };
    stream.on('data', ({ answers }: WireSubmitStreamResponse) => {
      for (const answer of answers) this.answer(answer);
    });
    stream.on('error', lost);
    stream.on('end', () => lost(clientError('unavailable', 'the coordinator ended the stream')));
    return stream;
  }

  private async reconnect(error: unknown, coordinator: Coordinator): Promise<void> {
    this.connecting = true;
    try {
      await this.outage.endure(error, coordinator, undefined);
      this.connecting = false;
      this.stream = this.open();
      this.write(this.inFlight.values());
      this.send();
    } catch (fault) {
      this.connecting = false;
      this.failAll(toClientError(fault));
    }
  }

  private answer({ requestId, jobIds, error }: WireSubmissionAnswer): void {
    this.calls.answered();
    const batch = this.inFlight.get(requestId);
    if (batch === undefined) return;
    if (error) return this.refused(batch, toClientError(decodeStatus(error)));
    this.outage.over();
    this.inFlight.delete(requestId);
    let from = 0;
    for (const unit of batch.units) {
      const ids = batch.units.length === 1 ? jobIds : jobIds.slice(from, from + unit.specs.length);
      from += unit.specs.length;
      this.settled(unit);
      unit.resolve(ids);
    }
    this.proceed();
  }

  private refused(batch: Batch, fault: SynodClientError): void {
    if (isRetryable(fault) && this.outage.leftMs() > 0) {
      // The same batch again under the same key: the cluster asked for patience.
      this.calls.time.after(fault.facts.retryAfterMs ?? 100, () => {
        if (this.inFlight.has(batch.requestId)) this.write([batch]);
      });
      return;
    }
    this.inFlight.delete(batch.requestId);
    if (fault.code === 'invalidArgument' && batch.units.length > 1) this.sendApart(batch);
    else for (const unit of batch.units) this.fail(unit, fault);
    this.proceed();
  }

  /** A batch is all or none: what another caller got wrong must not fail the rest. */
  private sendApart(batch: Batch): void {
    for (const unit of batch.units) {
      const single = this.batchOf([unit]);
      this.inFlight.set(single.requestId, single);
      this.write([single]);
    }
  }

  private fail(unit: Unit, fault: SynodClientError): void {
    this.settled(unit);
    unit.reject(fault);
  }

  private failAll(fault: SynodClientError): void {
    const units = [...this.inFlight.values()].flatMap((batch) => batch.units).concat(this.waiting.takeAll());
    this.inFlight.clear();
    for (const unit of units) this.fail(unit, fault);
    this.proceed();
  }

  private settled(unit: Unit): void {
    this.pendingJobs -= unit.specs.length;
  }

  private proceed(): void {
    if (this.waiting.size > 0) this.plan();
    const limit = this.closing ? 1 : this.maxPendingJobs / 2;
    if (this.pendingJobs >= limit || this.roomWaiters.length === 0) return;
    const waiters = this.roomWaiters;
    this.roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

function submissionOf({ requestId, idempotencyKey, units }: Batch): WireSubmissionInput {
  const [first] = units;
  const specs = units.length === 1 && first ? [...first.specs] : units.flatMap((unit) => [...unit.specs]);
  return { requestId, idempotencyKey, idempotencyKeyLifetimeMs: OWN_KEY_LIFETIME_MS, specs };
}

/** Of all texts and buffers in it; text counts as it would with three bytes a character, the most there is for one of UTF-16. */
function textBytes(value: unknown): number {
  if (typeof value === 'string') return 3 * value.length;
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== 'object' || value === null) return 8;
  let bytes = 8;
  for (const key in value) bytes += key.length + textBytes((value as Record<string, unknown>)[key]);
  return bytes;
}
