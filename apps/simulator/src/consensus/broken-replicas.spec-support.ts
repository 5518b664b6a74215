import type { Effect, Input, Message, Replica } from '@synod/consensus';
import { KeyValueMachine, perform } from './key-value.js';
import type { KvCommand } from './key-value.js';
import type { RunModules } from './run.js';

type Wrap = NonNullable<RunModules['wrapReplica']>;

/** Tells the core that each write is on the disk before it is: votes and promises leave too early (P1). */
export const countsBeforeFlush: Wrap = (create, durable) => {
  const replica = create(durable);
  const step = (input: Input): readonly Effect[] => {
    // The true answer of the disk comes too late to matter.
    if (input.type === 'storageDone' && input.ok) return [];
    const effects: Effect[] = [...replica.step(input)];
    for (let index = 0; index < effects.length; index += 1) {
      const effect = effects[index];
      if (effect?.type === 'persist')
        effects.push(...replica.step({ type: 'storageDone', token: effect.token, ok: true }));
    }
    return effects;
  };
  return { step, status: () => replica.status() };
};

/** Starts without what it had accepted, as a log that isn't read back would (P3). */
export const forgetsAccepted: Wrap = (create, durable) => create({ ...durable, accepted: [] });

/** Takes every promise for empty: whatever others accepted is filled over (P4). */
export const ignoresPromisedValues: Wrap = (create, durable) =>
  withInputs(create(durable), (input) =>
    changeMessage(input, (message) =>
      message.body.type === 'promised' ? { ...message, body: { ...message.body, accepted: [] } } : message,
    ),
  );

/** Believes each confirmation to be for the newest round, so that old ones serve new reads (P7). */
export const confirmsEarly: Wrap = (create, durable) => {
  const replica = create(durable);
  const step = (input: Input): readonly Effect[] => {
    const effects = [...replica.step(input)];
    for (const effect of [...effects]) {
      if (effect.type !== 'send' || effect.message.body.type !== 'confirm') continue;
      const { header, body } = effect.message;
      const reply = {
        header: { ...header, from: header.to, to: header.from, storageId: `disk-${header.to}-1` },
        body: { ...body, type: 'confirmed' as const },
      };
      effects.push(...replica.step({ type: 'message', message: reply }));
    }
    return effects;
  };
  return { step, status: () => replica.status() };
};

/** A damaged record is as good as none: nobody is told that it isn't known (P14). */
export const takesDamagedForEmpty: Wrap = (create, durable) => create({ ...durable, unknownSlots: [] });

/** Takes the image for as far as the applied state, so that the log is cut where only memory has it (I7). */
export const trimsWhatNoImageHolds: Wrap = (create, durable) => {
  const replica = create(durable);
  const step = (input: Input): readonly Effect[] => {
    if (input.type === 'imageFlushed') return [];
    const early: Effect[] = [];
    if (input.type === 'trim') {
      early.push(...replica.step({ type: 'imageFlushed', slot: replica.status().appliedSlot }));
    }
    return [...early, ...replica.step(input)];
  };
  return { step, status: () => replica.status() };
};

/** Writes on though its host says that the disk is full (P15). */
export const writesToFullDisk: Wrap = (create, durable) =>
  withInputs(create(durable), (input) =>
    input.type === 'timerTick' ? { ...input, health: { ...input.health, mayWrite: true } } : input,
  );

/** Goes on after a failed flush as if it had succeeded (P16). */
export const ignoresFailedFlush: Wrap = (create, durable) =>
  withInputs(create(durable), (input) => (input.type === 'storageDone' ? { ...input, ok: true } : input));

/** Takes a node for itself whatever its disk: one that lost everything votes again (I10). */
export const trustsEveryDisk: Wrap = (create, durable) =>
  withInputs(create(durable), (input) =>
    changeMessage(input, ({ header, body }) => ({
      header: { ...header, storageId: `disk-${header.from}-1` },
      body,
    })),
  );

/** Changes nothing: the control. A campaign that catches it catches anything. */
export const harmless: Wrap = (create, durable) =>
  withInputs(create(durable), (input) => changeMessage(input, (message) => ({ ...message })));

/** Does a command again each time that it is in the log (P9). All replicas do, so their states are equal: clients see it. */
export class ForgetfulMachine extends KeyValueMachine {
  private readonly own = new Map<string, string>();

  override read(key: string): string {
    return this.own.get(key) ?? super.read(key);
  }

  protected override execute({ input }: KvCommand): string {
    const [next, output] = perform(this.read(input.key), input);
    this.own.set(input.key, next);
    return output;
  }

  override snapshot(): Uint8Array {
    return Buffer.from(JSON.stringify([[...this.own], this.digest()]), 'latin1');
  }

  override restore(snapshot: Uint8Array): void {
    const [values] = JSON.parse(Buffer.from(snapshot).toString('latin1')) as [[string, string][]];
    this.own.clear();
    for (const [key, value] of values) this.own.set(key, value);
  }

  override digest(): string {
    return JSON.stringify([...this.own].sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}

/** Restores a snapshot but for the sessions: a command that is sent again is done again (P9, P10). */
export class LosesSessions extends KeyValueMachine {
  override restore(snapshot: Uint8Array): void {
    const content = JSON.parse(Buffer.from(snapshot).toString('latin1')) as object;
    super.restore(Buffer.from(JSON.stringify({ ...content, sessions: [] }), 'latin1'));
  }
}

function withInputs(replica: Replica, change: (input: Input) => Input): Replica {
  return { step: (input) => replica.step(change(input)), status: () => replica.status() };
}

function changeMessage(input: Input, change: (message: Message) => Message): Input {
  return input.type === 'message' ? { ...input, message: change(input.message) } : input;
}
