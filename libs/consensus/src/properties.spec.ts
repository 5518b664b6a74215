import fc from 'fast-check';
import { bytes, HEALTHY, text } from './cluster.spec-support.js';
import { anyStep, Schedule, tightOptions } from './schedule.spec-support.js';
import { Solo } from './solo.spec-support.js';
import type { Input } from './io.js';

describe('under any schedule', () => {
  it.each([
    [1, 20],
    [2, 25],
    [3, 60],
    [5, 25],
  ])(
    '(N=%i) replicas agree, promises never fall, reads are fresh, and the repaired cluster serves',
    (size, numRuns) => {
      fc.assert(
        fc.property(
          tightOptions,
          fc.array(anyStep, { minLength: 30, maxLength: 500, size: 'max' }),
          (options, steps) => {
            const schedule = new Schedule(size, options);
            schedule.run(steps);
            schedule.converge();
          },
        ),
        { numRuns, seed: size },
      );
    },
  );

  it('(N=3) a schedule whose start elects a leader keeps what it acknowledged', () => {
    fc.assert(
      fc.property(tightOptions, fc.array(anyStep, { minLength: 50, maxLength: 400, size: 'max' }), (options, steps) => {
        const schedule = new Schedule(3, options);
        const { cluster } = schedule;
        cluster.start();
        for (let i = 0; i < 5; i += 1) cluster.propose(cluster.leader.nodeId, `early ${i}`);
        cluster.settle();
        const kept = [...cluster.leader.texts];
        schedule.run(steps);
        schedule.converge();
        expect(cluster.leader.texts.slice(0, kept.length)).toEqual(kept);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});

describe('step', () => {
  it('is a function of state and input: two replicas fed alike give the same effects', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 20, maxLength: 200, size: 'max' }), (steps) => {
        const inputs: Input[] = [];
        const schedule = new Schedule(3, {});
        const original = schedule.cluster.input.bind(schedule.cluster);
        const seen: string[] = [];
        schedule.cluster.onEffect = (nodeId, effect) => {
          if (nodeId === 'c1') seen.push(JSON.stringify(effect));
        };
        schedule.cluster.input = (nodeId, input) => {
          if (nodeId === 'c1' && schedule.cluster.node('c1').alive) inputs.push(input);
          original(nodeId, input);
        };
        const withoutCrashes = steps.filter((each) => each.do !== 'crash' && each.do !== 'restart');
        schedule.run(withoutCrashes);
        expect(schedule.cluster.node('c1').fatal).toBeUndefined();
        const twin = new Solo();
        const effects = [
          ...twin.replica.step({ type: 'timerTick', nowMs: 0, wallMs: 0, health: HEALTHY }),
          ...inputs.flatMap((input) => twin.replica.step(input)),
        ].map((effect) => JSON.stringify(effect));
        expect(effects.slice(effects.length - seen.length)).toEqual(seen);
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('keeps no reference to what it was given: a host may reuse its arrays', () => {
    const solo = new Solo();
    const own = solo.lead();
    const proposals = [{ proposalId: 1, command: bytes('x') }];
    solo.input({ type: 'propose', proposals });
    proposals.length = 0;
    solo.flush();
    solo.receive('c2', { type: 'accepted', ballot: own, slots: [2] });
    expect(solo.take('apply').map(({ entry }) => text(entry))).toEqual(['x']);
  });

  it('with nothing to do gives no effects', () => {
    const solo = new Solo();
    solo.lead();
    expect(solo.tick(1)).toEqual([]);
  });
});
