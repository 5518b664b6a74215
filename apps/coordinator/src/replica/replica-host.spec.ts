import type { Effect, Input, Replica } from '@synod/consensus';
import type { LogStore } from '@synod/storage';
import { VirtualClock } from '@synod/testkit';
import { ballot, quiet, settled, stateOf, watched } from '../testing/basics.spec-support.js';
import { ReplicaHost } from './replica-host.js';
import type { Leadership } from './replica-host.js';

type Script = (input: Input) => readonly Effect[];

/** A host over a core that does what the test says. */
function setUp(script: Script = () => []) {
  const clock = new VirtualClock();
  const inputs: Input[] = [];
  const told: string[] = [];
  const leaderships: Leadership[] = [];
  const writes: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const died: string[] = [];
  const core = { script };
  const host = new ReplicaHost({
    replica: {
      step: (input: Input) => {
        inputs.push(input);
        return core.script(input);
      },
      status: () => ({}),
    } as unknown as Replica,
    log: {
      append: () => new Promise<void>((resolve, reject) => writes.push({ resolve, reject })),
      read: (from: number, through: number) => [{ slot: from, ballot: ballot(1), entry: { kind: 'noop' }, through }],
    } as unknown as LogStore,
    clock,
    timers: clock,
    logger: quiet,
    health: () => ({ happy: true, reason: '' }),
    send: ({ header }) => told.push(`send to ${header.to}`),
    die: (reason) => died.push(reason),
    listener: {
      applied: (slot) => told.push(`applied ${String(slot)}`),
      refused: (ids, reason) => told.push(`refused ${ids.join()} ${reason}`),
      leadershipChanged: (leadership) => leaderships.push(leadership),
    },
  });
  return { clock, host, core, inputs, told, leaderships, writes, died };
}

const types = (inputs: readonly Input[]): string[] => inputs.map(({ type }) => type);
const reply = { type: 'apply', slot: 1, ballot: ballot(1), entry: { kind: 'noop' }, proposalIds: undefined } as const;

describe('replica host', () => {
  it('the first input of the core is a tick: what comes before the start is not heard', async () => {
    const { host, inputs, clock } = setUp();
    host.receive({} as never);
    host.propose([]);
    host.peerDisconnected('c2');
    expect(await stateOf(host.read())).toBe('NotLeading');
    expect(inputs).toEqual([]);
    host.start();
    host.start();
    host.receive({} as never);
    expect(types(inputs)).toEqual(['timerTick', 'message']);
    clock.advance(10);
    expect(types(inputs)).toEqual(['timerTick', 'message', 'timerTick']);
  });

  it('effects are carried out in order, and inputs that they cause wait for the end of the step', () => {
    const { host, core, told, inputs } = setUp();
    host.start();
    core.script = ({ type }) => {
      told.push(type);
      if (type !== 'propose') return [];
      return [
        reply,
        { type: 'loadEntries', token: 4, fromSlot: 7, throughSlot: 9, maxBytes: 1 },
        { type: 'send', message: { header: { to: 'c2' } } as never },
        { type: 'proposalsRefused', proposalIds: [3], reason: 'overloaded', leader: undefined },
      ];
    };
    host.propose([]);
    expect(told).toEqual(['propose', 'applied 1', 'send to c2', 'refused 3 overloaded', 'entriesLoaded']);
    expect(inputs.at(-1)).toEqual({
      type: 'entriesLoaded',
      token: 4,
      entries: [{ slot: 7, entry: { kind: 'noop' } }],
    });
  });

  it('a persisted write is told with its token when it is durable, and not before', async () => {
    const { host, core, inputs, writes } = setUp();
    host.start();
    core.script = ({ type }) => (type === 'propose' ? [{ type: 'persist', token: 11, writes: [] }] : []);
    host.propose([]);
    await settled();
    expect(types(inputs)).toEqual(['timerTick', 'propose']);
    writes[0]?.resolve();
    await settled();
    expect(inputs.at(-1)).toEqual({ type: 'storageDone', token: 11, ok: true });
  });

  it('a failed flush is told, and what the core calls fatal ends the process without another step', async () => {
    const { host, core, inputs, writes, died, clock } = setUp();
    host.start();
    core.script = ({ type }) => (type === 'propose' ? [{ type: 'persist', token: 1, writes: [] }] : []);
    host.propose([]);
    core.script = ({ type }) => (type === 'storageDone' ? [{ type: 'fatal', reason: 'persist 1 failed' }] : []);
    writes[0]?.reject(new Error('EIO'));
    await settled();
    expect(died).toEqual(['persist 1 failed']);
    const steps = inputs.length;
    clock.advance(1_000);
    host.receive({} as never);
    expect(inputs).toHaveLength(steps);
  });

  it('an invariant that does not hold ends the process at once: no later effect, no later input', () => {
    const { host, core, died, told, clock, inputs } = setUp();
    host.start();
    core.script = () => {
      throw new Error('I5 each slot applied once');
    };
    host.propose([]);
    expect(died).toEqual(['I5 each slot applied once']);
    clock.advance(100);
    expect([told, inputs.length]).toEqual([[], 2]);
  });

  it('reads are answered by their own id: ready, refused, or refused by the stop', async () => {
    const { host, core, inputs } = setUp();
    host.start();
    const [ready, refused, stopped] = [host.read(), watched(host.read()), watched(host.read())];
    const [first = 0, second = 0] = inputs.flatMap((input) => (input.type === 'read' ? [input.readId] : []));
    core.script = () => [
      { type: 'readsRefused', readIds: [second], leader: 'c2' },
      { type: 'readReady', readIds: [first, 999], appliedSlot: 8 },
    ];
    host.propose([]);
    expect(await ready).toBe(8);
    host.stop();
    await settled();
    expect([refused.state, stopped.state]).toEqual(['NotLeading', 'NotLeading']);
    expect(await stateOf(host.read())).toBe('NotLeading');
  });

  it('leadership is told as it changes', () => {
    const { host, core, leaderships } = setUp();
    host.start();
    expect([host.serving, host.leadership]).toEqual([false, undefined]);
    core.script = () => [{ type: 'roleChanged', role: 'leader', ballot: ballot(2), leader: 'c1', serving: true }];
    host.propose([]);
    expect(host.serving).toBe(true);
    expect(leaderships).toEqual([{ role: 'leader', ballot: ballot(2), leader: 'c1', serving: true }]);
  });
});
