import type { Effect, Input, Replica } from '@synod/consensus';
import { StorageError } from '@synod/storage';
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
  const replica = {
    step: (input: Input) => {
      inputs.push(input);
      return core.script(input);
    },
    status: () => ({}),
  } as unknown as Replica;
  const damaged: number[] = [];
  const host = new ReplicaHost({
    log: {
      append: () => new Promise<void>((resolve, reject) => writes.push({ resolve, reject })),
      read: (from: number, through: number) => {
        if (damaged.includes(from)) throw new StorageError({ code: 'slotUnknown', slot: from }, 'damaged');
        return [{ slot: from, ballot: ballot(1), entry: { kind: 'noop' }, through }];
      },
    } as unknown as LogStore,
    clock,
    timers: clock,
    logger: quiet,
    health: () => ({ happy: true, reason: '' }),
    send: ({ header }) => told.push(`send to ${header.to}`),
    snapshots: {
      fetch: (peer, aboveSlot) => told.push(`fetch from ${peer} above ${String(aboveSlot)}`),
      install: (slot) => told.push(`install ${String(slot)}`),
      discard: (slot) => told.push(`discard ${String(slot)}`),
    },
    die: (reason, cause) => died.push(`${cause}: ${reason}`),
    listener: {
      applied: (slot) => told.push(`applied ${String(slot)}`),
      refused: (ids, reason) => told.push(`refused ${ids.join()} ${reason}`),
      leadershipChanged: (leadership) => leaderships.push(leadership),
    },
  });
  const start = (): void => {
    host.start(replica, new Map([['c2', 'disk-2']]));
  };
  return { clock, host, start, core, inputs, told, leaderships, writes, died, damaged };
}

const types = (inputs: readonly Input[]): string[] => inputs.map(({ type }) => type);
const reply = { type: 'apply', slot: 1, ballot: ballot(1), entry: { kind: 'noop' }, proposalIds: undefined } as const;

describe('replica host', () => {
  it('the first input of the core is a tick: what comes before the start is not heard', async () => {
    const { host, start, inputs, clock } = setUp();
    host.receive({} as never);
    host.propose([]);
    host.peerDisconnected('c2');
    expect(await stateOf(host.read())).toBe('NotLeading');
    expect(inputs).toEqual([]);
    start();
    start();
    host.receive({} as never);
    expect(types(inputs)).toEqual(['timerTick', 'message']);
    clock.advance(10);
    expect(types(inputs)).toEqual(['timerTick', 'message', 'timerTick']);
  });

  it('effects are carried out in order, and inputs that they cause wait for the end of the step', () => {
    const { host, start, core, told, inputs } = setUp();
    start();
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
    const { host, start, core, inputs, writes } = setUp();
    start();
    core.script = ({ type }) => (type === 'propose' ? [{ type: 'persist', token: 11, writes: [] }] : []);
    host.propose([]);
    await settled();
    expect(types(inputs)).toEqual(['timerTick', 'propose']);
    writes[0]?.resolve();
    await settled();
    expect(inputs.at(-1)).toEqual({ type: 'storageDone', token: 11, ok: true });
  });

  it('a failed flush is told, and what the core calls fatal ends the process without another step', async () => {
    const { host, start, core, inputs, writes, died, clock } = setUp();
    start();
    core.script = ({ type }) => (type === 'propose' ? [{ type: 'persist', token: 1, writes: [] }] : []);
    host.propose([]);
    core.script = ({ type }) =>
      type === 'storageDone' ? [{ type: 'fatal', code: 'persistFailed', reason: 'persist 1 failed' }] : [];
    writes[0]?.reject(new Error('EIO'));
    await settled();
    expect(died).toEqual(['persistFailed: persist 1 failed']);
    const steps = inputs.length;
    clock.advance(1_000);
    host.receive({} as never);
    expect(inputs).toHaveLength(steps);
  });

  it('an invariant that does not hold ends the process at once: no later effect, no later input', () => {
    const { host, start, core, died, told, clock, inputs } = setUp();
    start();
    core.script = () => {
      throw new Error('I5 each slot applied once');
    };
    host.propose([]);
    expect(died).toEqual(['invariantBroken: I5 each slot applied once']);
    clock.advance(100);
    expect([told, inputs.length]).toEqual([[], 2]);
  });

  it('reads are answered by their own id: ready, refused, or refused by the stop', async () => {
    const { host, start, core, inputs } = setUp();
    start();
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
    const { host, start, core, leaderships } = setUp();
    start();
    expect([host.serving, host.leadership]).toEqual([false, undefined]);
    core.script = () => [{ type: 'roleChanged', role: 'leader', ballot: ballot(2), leader: 'c1', serving: true }];
    host.propose([]);
    expect(host.serving).toBe(true);
    expect(leaderships).toEqual([{ role: 'leader', ballot: ballot(2), leader: 'c1', serving: true }]);
  });

  it('what the core decides about snapshots is carried out, and what became of it is an input', () => {
    const { host, start, core, told, inputs } = setUp();
    start();
    core.script = ({ type }) =>
      type === 'propose'
        ? [
            { type: 'fetchSnapshot', peer: 'c2', aboveSlot: 7 },
            { type: 'installSnapshot', slot: 9 },
            { type: 'discardSnapshot', slot: 9 },
          ]
        : [];
    host.propose([]);
    expect(told).toEqual(['fetch from c2 above 7', 'install 9', 'discard 9']);
    host.snapshotReceived(9);
    host.snapshotFailed('c2');
    host.snapshotInstalled(9);
    host.imageFlushed(9);
    host.trim(8);
    expect(inputs.slice(2)).toEqual([
      { type: 'snapshotReceived', slot: 9 },
      { type: 'snapshotFailed', peer: 'c2' },
      { type: 'snapshotInstalled', slot: 9 },
      { type: 'imageFlushed', slot: 9 },
      { type: 'trim', throughSlot: 8 },
    ]);
  });

  it('a damaged record that a peer asks for is named to the core, which fetches it again (P14)', () => {
    const { host, start, core, inputs, damaged } = setUp();
    start();
    damaged.push(7);
    core.script = ({ type }) =>
      type === 'propose' ? [{ type: 'loadEntries', token: 4, fromSlot: 7, throughSlot: 9, maxBytes: 1 }] : [];
    host.propose([]);
    expect(inputs.at(-1)).toEqual({ type: 'entriesLoaded', token: 4, entries: [], damagedSlot: 7 });
  });

  it('a transfer of the lead is answered by its own id, and refused by the stop and before the start', async () => {
    const { host, start, core, inputs } = setUp();
    expect(await host.transferLeadership('c2')).toBe('notLeader');
    start();
    const [first, second] = [host.transferLeadership('c2'), host.transferLeadership(undefined)];
    const asked = inputs.filter((input) => input.type === 'transferLeadership');
    expect(asked.map(({ to }) => to)).toEqual(['c2', undefined]);
    core.script = () => [{ type: 'transferEnded', transferId: asked[0]?.transferId ?? 0, outcome: 'transferred' }];
    host.propose([]);
    expect(await first).toBe('transferred');
    host.stop();
    expect(await second).toBe('notLeader');
  });

  it('storage ids of peers are known from the disk, and as they are first heard (I10)', () => {
    const { host, start, core } = setUp();
    start();
    const peer = { kind: 'peer', nodeId: 'c3', storageId: 'disk-3' } as const;
    core.script = () => [{ type: 'persist', token: 1, writes: [peer] }];
    expect(['c2', 'c3'].map((id) => host.storageIdOf(id))).toEqual(['disk-2', undefined]);
    host.propose([]);
    expect(host.storageIdOf('c3')).toBe('disk-3');
  });
});
