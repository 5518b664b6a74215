import fc from 'fast-check';
import { applyToAll, ImagedReplica, viewOf } from './image-replicas.spec-support.js';
import { COMMAND_KINDS, CommandMaker, TIGHT_OPTIONS } from './image-world.spec-support.js';
import type { Choice } from './image-world.spec-support.js';
import type { CommandEnvelope } from './commands.js';
import type { StateRecord } from './image.js';
import { createJobsStateMachine } from './state-machine.js';

type Step =
  | { readonly do: 'apply'; readonly entry: readonly Choice[] }
  | { readonly do: 'flush'; readonly replica: number }
  /** A new replica from the image of another: at the slot of the image, then the log above it. */
  | { readonly do: 'restart'; readonly replica: number; readonly flushed: boolean; readonly order: number };

const nat = fc.nat({ max: 0xffff });
const weights: Readonly<Record<Choice['kind'], number>> = {
  submit: 5,
  cancel: 1,
  assign: 6,
  report: 6,
  lose: 2,
  close: 2,
  open: 4,
  register: 2,
  deregister: 1,
  level: 1,
  schedule: 3,
  evict: 2,
  timetable: 8,
};
const choice: fc.Arbitrary<Choice> = fc.record({
  kind: fc.oneof(...COMMAND_KINDS.map((kind) => ({ weight: weights[kind], arbitrary: fc.constant(kind) }))),
  a: nat,
  b: nat,
  c: nat,
  d: nat,
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('apply' as const), entry: fc.array(choice, { maxLength: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const), replica: fc.nat({ max: 2 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('restart' as const),
      replica: fc.nat({ max: 2 }),
      flushed: fc.boolean(),
      order: fc.nat({ max: 3 }),
    }),
  },
);
const steps = fc.array(step, { minLength: 30, maxLength: 150, size: 'max' });

/** The original, and up to two that were restored from images on the way; all apply the same log. */
class World {
  replicas: readonly ImagedReplica[];
  readonly seen = new Set<string>();
  private readonly maker: CommandMaker;
  private readonly log: (readonly CommandEnvelope[])[] = [];

  constructor() {
    const original = new ImagedReplica(createJobsStateMachine(TIGHT_OPTIONS));
    this.replicas = [original];
    this.maker = new CommandMaker(original.machine);
  }

  run(all: readonly Step[]): void {
    for (const it of all) {
      if (it.do === 'apply') this.apply(it.entry.map((drawn) => this.maker.envelope(drawn)));
      else if (it.do === 'flush') this.replica(it.replica).flush();
      else this.restart(it.replica, it.flushed, it.order);
    }
  }

  apply(commands: readonly CommandEnvelope[]): void {
    this.log.push(commands);
    const applied = applyToAll(this.replicas, commands);
    for (const { type } of applied?.replies ?? []) this.seen.add(type);
    if ((applied?.retired.length ?? 0) > 0) this.seen.add('retired');
    const [first, ...others] = this.replicas.map(({ machine }) => machine.stateHash());
    if (others.some((other) => other !== first)) expect(others).toEqual([first]);
  }

  private replica(at: number): ImagedReplica {
    return this.replicas[at % this.replicas.length] as ImagedReplica;
  }

  private restart(at: number, flushed: boolean, order: number): void {
    const from = this.replica(at);
    if (flushed) from.flush();
    if (from.imageSlot === 0) return;
    const restored = from.restored(TIGHT_OPTIONS, (records) => reordered(records, order));
    for (const commands of this.log.slice(from.imageSlot))
      restored.machine.apply(restored.machine.appliedSlot + 1, commands);
    expect(viewOf(restored.machine)).toBe(viewOf(from.machine));
    restored.machine.checkInvariants();
    this.seen.add(restored.machine.appliedSlot > from.imageSlot ? 'restored and replayed' : 'restored');
    const [original, newest] = this.replicas as [ImagedReplica, ImagedReplica | undefined];
    this.replicas = newest === undefined ? [original, restored] : [original, restored, newest];
  }

  /**
   * Commands that bring out every order which a state keeps: all active attempts are lost, all offline workers and nodes are
   * dropped one by one, all finished jobs retire, all idempotency keys are asked for and forgotten.
   */
  exhaust(): void {
    const kinds = ['close', 'open', 'register', 'submit', 'cancel'] as const;
    for (let round = 0; round < 40; round += 1) {
      const kind = kinds[round % kinds.length] as Choice['kind'];
      const drawn: Choice = { kind, a: round, b: 3 * round + 1, c: 3 * round, d: round };
      this.apply([this.maker.envelope(drawn)]);
    }
  }

  finish(): void {
    this.exhaust();
    for (const replica of this.replicas) {
      replica.flush();
      replica.machine.checkInvariants();
      for (const what of replica.seen.keys()) this.seen.add(what);
    }
    const [first, ...others] = this.replicas.map(({ machine }) => viewOf(machine));
    for (const other of others) expect(other).toBe(first);
  }
}

function reordered(records: StateRecord[], order: number): StateRecord[] {
  if (order === 0) return records.reverse();
  if (order === 1) return records.sort((left, right) => (left.key.length - right.key.length) * (order + 1));
  return records;
}

describe('an image of the state', () => {
  it('restores to what goes on exactly like the original, wherever in whatever log it is taken', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(steps, (drawn) => {
        const world = new World();
        world.run(drawn);
        world.finish();
        for (const what of world.seen) seen.add(what);
      }),
      { numRuns: 25, interruptAfterTimeLimit: 60_000 },
    );
    // Runs in which nothing happens prove nothing.
    expect([...seen].sort()).toEqual([
      'agentSessionOpened',
      'attemptsLost',
      'attemptsReported',
      'featureLevelSet',
      'gone j',
      'gone k',
      'gone n',
      'gone r',
      'gone t',
      'gone w',
      'jobCancelled',
      'jobsAssigned',
      'jobsSubmitted',
      'kept c',
      'kept j',
      'kept k',
      'kept n',
      'kept r',
      'kept s',
      'kept t',
      'kept w',
      'nodeDeregistered',
      'nodeRegistered',
      'refused',
      'restored',
      'restored and replayed',
      'retired',
      'scheduleBackfilled',
      'scheduleChanged',
      'scheduleTriggered',
      'schedulesFired',
      'workerClosed',
      'workerEvicted',
      'workerSchedulingSet',
    ]);
  });
});
