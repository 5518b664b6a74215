import type { PeerStatus } from '@synod/consensus';
import type { Command, CommandReply } from '@synod/jobs';
import { VirtualClock } from '@synod/testkit';
import { quiet, settled } from '../testing/basics.spec-support.js';
import { FeatureLevels } from './feature-levels.js';

function setUp(ownLevel: number, levels: Readonly<Record<string, number>>) {
  const clock = new VirtualClock();
  const heardAtMs = new Map<string, number>(Object.keys(levels).map((id) => [id, 0]));
  const view = { featureLevel: 1 };
  const proposed: Command[] = [];
  let answer: (command: Command) => Promise<CommandReply> = (command) => {
    if (command.type === 'setFeatureLevel') view.featureLevel = command.level;
    return Promise.resolve({ type: 'featureLevelSet' } as CommandReply);
  };
  const featureLevels = new FeatureLevels({
    ...{ view, ownLevel, logger: quiet, timers: clock, nowMs: () => clock.monotonicMs() },
    peers: () =>
      Object.entries(levels).map(
        ([nodeId, featureLevel]) =>
          ({ nodeId, featureLevel, heardAtMs: heardAtMs.get(nodeId), learner: false }) as unknown as PeerStatus,
      ),
    propose: (command) => {
      proposed.push(command);
      return answer(command);
    },
  });
  /** Time passes; all but the silent are heard every 100 ms. */
  const pass = async (ms: number, silent: readonly string[] = []): Promise<void> => {
    for (let passedMs = 0; passedMs < ms; passedMs += 100) {
      for (const id of Object.keys(levels)) if (!silent.includes(id)) heardAtMs.set(id, clock.monotonicMs());
      clock.advance(100);
    }
    await settled();
  };
  const answering = (next: typeof answer): void => {
    answer = next;
  };
  return { featureLevels, proposed, view, pass, answering, clock, heardAtMs };
}

describe('feature levels', () => {
  it('the highest that all support begins as soon as a leader leads, and is proposed once', async () => {
    const { featureLevels, proposed, pass } = setUp(3, { c2: 2, c3: 3 });
    featureLevels.lead();
    featureLevels.lead();
    await pass(10_000);
    expect(proposed).toEqual([{ type: 'setFeatureLevel', level: 2 }]);
  });

  it('a member that is not heard holds it back, and so does the own limit', async () => {
    const { featureLevels, proposed, pass, heardAtMs } = setUp(2, { c2: 3, c3: 3 });
    heardAtMs.delete('c3');
    featureLevels.lead();
    await pass(10_000, ['c3']);
    expect(proposed).toEqual([]);
    await pass(2_000);
    expect(proposed).toEqual([{ type: 'setFeatureLevel', level: 2 }]);
  });

  it('one proposal is under way at a time, and one that failed is made again', async () => {
    const { featureLevels, proposed, answering, pass } = setUp(2, { c2: 2 });
    let refuse: (error: Error) => void = () => undefined;
    answering(
      () =>
        new Promise((_resolve, reject) => {
          refuse = reject;
        }),
    );
    featureLevels.lead();
    await pass(6_000);
    expect(proposed).toHaveLength(1);
    refuse(new Error('no longer leads'));
    await settled();
    await pass(2_000);
    expect(proposed).toHaveLength(2);
  });

  it('a member that no longer leads proposes nothing', async () => {
    const { featureLevels, proposed, pass } = setUp(1, { c2: 2 });
    featureLevels.lead();
    featureLevels.yield();
    await pass(10_000);
    expect(proposed).toEqual([]);
  });
});
