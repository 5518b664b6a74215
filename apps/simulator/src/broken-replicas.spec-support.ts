import type { Effect, Input, Message, Replica } from '@synod/consensus';
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
  withMessages(create(durable), (message) =>
    message.body.type === 'promised' ? { ...message, body: { ...message.body, accepted: [] } } : message,
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
        header: { ...header, from: header.to, to: header.from, storageId: `disk-${header.to}` },
        body: { ...body, type: 'confirmed' as const },
      };
      effects.push(...replica.step({ type: 'message', message: reply }));
    }
    return effects;
  };
  return { step, status: () => replica.status() };
};

/** Changes nothing: the control. A campaign that catches it catches anything. */
export const harmless: Wrap = (create, durable) => withMessages(create(durable), (message) => ({ ...message }));

function withMessages(replica: Replica, change: (message: Message) => Message): Replica {
  return {
    step: (input) => replica.step(input.type === 'message' ? { ...input, message: change(input.message) } : input),
    status: () => replica.status(),
  };
}
