import { assert } from '@synod/base';

/**
 * Are the answers that clients saw those of one copy, used by one client at a time? (Herlihy and Wing, 1990.)
 *
 * The naive way tries every order that respects real time, and there are too many. Wing and Gong (1993) grow an order operation
 * by operation: whatever was called before the first return that isn't placed yet may come next, if the model allows its
 * answer. Lowe (2017) adds that two partial orders of the same operations in the same state have the same future, so the second is
 * cut; and since operations on different keys commute, each key is a history of its own (Horn and Kroening, 2015).
 *
 * An operation without an answer may have happened at any time after its call, or never: it has no return, and an order needn't
 * hold it. The problem is NP-complete: a history that isn't linearizable may take too long to refute, and is then `undecided`.
 */

export interface Operation<I, O> {
  readonly input: I;
  /** What the client saw; undefined, with `returnedAt`, when it never saw an answer. */
  readonly output: O | undefined;
  /** Any rising measure of real time; one operation precedes another if it returned before the other was called. */
  readonly calledAt: number;
  readonly returnedAt: number | undefined;
  /** Whoever knows in which order operations probably took effect saves the search: lower ones are tried first. */
  readonly hint?: number | undefined;
}

/** What one copy would do. States are never changed in place. */
export interface SequentialModel<S, I, O> {
  initial(): S;
  /** The state after the operation; undefined when it can't have had this output. An undefined output is unknown: any will do. */
  apply(state: S, input: I, output: O | undefined): S | undefined;
  /** Equal for equal states, and only for those. */
  stateKey(state: S): string;
  /** Operations with different keys don't touch each other; default: all do. */
  partition?(input: I): string;
}

export interface LinearizabilityOptions {
  /** Operations tried at the most, in each partition. Default 1,000,000. */
  readonly maxSteps?: number;
}

export type LinearizabilityVerdict<I, O> =
  | { readonly kind: 'linearizable'; readonly steps: number }
  | {
      readonly kind: 'notLinearizable' | 'undecided';
      readonly steps: number;
      readonly partition: string;
      /** The longest order that was found. */
      readonly longestOrder: readonly Operation<I, O>[];
      /** The answered operation that must come soonest after it, and can't. */
      readonly stuckAt: Operation<I, O> | undefined;
    };

const DEFAULT_MAX_STEPS = 1_000_000;

export function checkLinearizable<S, I, O>(
  model: SequentialModel<S, I, O>,
  operations: readonly Operation<I, O>[],
  { maxSteps = DEFAULT_MAX_STEPS }: LinearizabilityOptions = {},
): LinearizabilityVerdict<I, O> {
  let steps = 0;
  for (const [partition, history] of partitionsOf(model, operations)) {
    const search = new Search(model, history, maxSteps);
    const found = search.run();
    steps += search.steps;
    if (found === 'linearizable') continue;
    return { kind: found, steps, partition, ...search.diagnosis() };
  }
  return { kind: 'linearizable', steps };
}

function partitionsOf<S, I, O>(
  model: SequentialModel<S, I, O>,
  operations: readonly Operation<I, O>[],
): [string, Operation<I, O>[]][] {
  const partitions = new Map<string, Operation<I, O>[]>();
  for (const operation of operations) {
    const { calledAt, returnedAt } = operation;
    assert(returnedAt === undefined || returnedAt >= calledAt, 'an operation returns after it was called');
    const key = model.partition?.(operation.input) ?? '';
    const history = partitions.get(key);
    if (history === undefined) partitions.set(key, [operation]);
    else history.push(operation);
  }
  return [...partitions].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** A call or return in the list of what isn't placed yet. */
interface Entry {
  /** Index of the operation. */
  readonly id: number;
  readonly isCall: boolean;
  readonly at: number;
  previous: Entry | undefined;
  next: Entry | undefined;
}

/** One place in the order: which operations were candidates for it, and how many of them were tried. */
interface Frame<S> {
  readonly state: S;
  readonly candidates: readonly number[];
  tried: number;
}

class Search<S, I, O> {
  steps = 0;
  private readonly head: Entry = { id: -1, isCall: false, at: -Infinity, previous: undefined, next: undefined };
  private readonly calls: Entry[] = [];
  private readonly returns: (Entry | undefined)[] = [];
  private readonly hints: number[];
  private readonly placed: Uint32Array;
  private readonly order: number[] = [];
  private readonly seen = new Map<string, Uint32Array[]>();
  private longest: number[] = [];
  private answeredLeft: number;

  constructor(
    private readonly model: SequentialModel<S, I, O>,
    private readonly operations: readonly Operation<I, O>[],
    private readonly maxSteps: number,
  ) {
    this.placed = new Uint32Array(Math.ceil(operations.length / 32));
    this.hints = operations.map(({ hint, calledAt }) => hint ?? calledAt);
    this.answeredLeft = operations.filter(({ returnedAt }) => returnedAt !== undefined).length;
    this.link();
  }

  run(): 'linearizable' | 'notLinearizable' | 'undecided' {
    const frames: Frame<S>[] = [this.frame(this.model.initial())];
    while (this.answeredLeft > 0) {
      const frame = frames.at(-1);
      if (frame === undefined) return 'notLinearizable';
      if (this.steps >= this.maxSteps) return 'undecided';
      const id = frame.candidates[frame.tried];
      if (id === undefined) {
        frames.pop();
        if (frames.length > 0) this.takeBack();
        continue;
      }
      frame.tried += 1;
      this.steps += 1;
      const operation = this.operations[id] as Operation<I, O>;
      const next = this.model.apply(frame.state, operation.input, operation.output);
      if (next === undefined) continue;
      this.place(id);
      if (this.isNew(next)) frames.push(this.frame(next));
      else this.takeBack();
    }
    return 'linearizable';
  }

  diagnosis(): { readonly longestOrder: Operation<I, O>[]; readonly stuckAt: Operation<I, O> | undefined } {
    this.noteLongest();
    const inOrder = new Set(this.longest);
    const left = this.operations.filter(({ returnedAt }, id) => returnedAt !== undefined && !inOrder.has(id));
    left.sort((one, other) => (one.returnedAt ?? 0) - (other.returnedAt ?? 0));
    return { longestOrder: this.longest.map((id) => this.operations[id] as Operation<I, O>), stuckAt: left[0] };
  }

  private noteLongest(): void {
    if (this.order.length > this.longest.length) this.longest = [...this.order];
  }

  /** What was called before the first return of an operation that isn't placed: the likeliest first. */
  private frame(state: S): Frame<S> {
    const candidates: number[] = [];
    for (let entry = this.head.next; entry?.isCall === true; entry = entry.next) candidates.push(entry.id);
    candidates.sort((left, right) => (this.hints[left] ?? 0) - (this.hints[right] ?? 0) || left - right);
    return { state, candidates, tried: 0 };
  }

  private place(id: number): void {
    this.order.push(id);
    this.placed[id >>> 5] = (this.placed[id >>> 5] ?? 0) | (1 << (id & 31));
    unlink(this.calls[id]);
    unlink(this.returns[id]);
    if (this.returns[id] !== undefined) this.answeredLeft -= 1;
  }

  private takeBack(): void {
    this.noteLongest();
    const id = this.order.pop();
    if (id === undefined) return;
    this.placed[id >>> 5] = (this.placed[id >>> 5] ?? 0) & ~(1 << (id & 31));
    // In the reverse order of `place`, so that each finds its neighbours as it left them.
    relink(this.returns[id]);
    relink(this.calls[id]);
    if (this.returns[id] !== undefined) this.answeredLeft += 1;
  }

  /** False when these very operations led to this very state before: from here on all is known. */
  private isNew(state: S): boolean {
    let hash = 0x811c9dc5;
    for (const word of this.placed) hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
    const key = `${hash} ${this.model.stateKey(state)}`;
    const known = this.seen.get(key);
    if (known === undefined) this.seen.set(key, [this.placed.slice()]);
    else if (known.some((placed) => placed.every((word, index) => word === this.placed[index]))) return false;
    else known.push(this.placed.slice());
    return true;
  }

  /** Calls and returns in order of time; at equal times calls come first, for only an earlier return orders two operations. */
  private link(): void {
    const entries: Entry[] = [];
    this.operations.forEach(({ calledAt, returnedAt }, id) => {
      const call: Entry = { id, isCall: true, at: calledAt, previous: undefined, next: undefined };
      this.calls.push(call);
      entries.push(call);
      if (returnedAt === undefined) return void this.returns.push(undefined);
      const end: Entry = { id, isCall: false, at: returnedAt, previous: undefined, next: undefined };
      this.returns.push(end);
      entries.push(end);
    });
    entries.sort(
      (left, right) => left.at - right.at || Number(right.isCall) - Number(left.isCall) || left.id - right.id,
    );
    let last = this.head;
    for (const entry of entries) {
      last.next = entry;
      entry.previous = last;
      last = entry;
    }
  }
}

function unlink(entry: Entry | undefined): void {
  if (entry === undefined) return;
  if (entry.previous !== undefined) entry.previous.next = entry.next;
  if (entry.next !== undefined) entry.next.previous = entry.previous;
}

function relink(entry: Entry | undefined): void {
  if (entry === undefined) return;
  if (entry.previous !== undefined) entry.previous.next = entry;
  if (entry.next !== undefined) entry.next.previous = entry;
}
