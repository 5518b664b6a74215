import fc from 'fast-check';
import { checkLinearizable } from './linearizability.js';
import type { Operation, SequentialModel } from './linearizability.js';
import { SeededRandom } from './seeded-random.js';

type Input =
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: number }
  | { readonly kind: 'add'; readonly key: string; readonly value: number }
  | { readonly kind: 'swap'; readonly key: string; readonly from: number; readonly value: number };

type Output = number | boolean | 'done';

/** Registers with numbers. `add` answers the new value, `swap` whether it took place. */
const registers: SequentialModel<number, Input, Output> = {
  initial: () => 0,
  stateKey: String,
  partition: ({ key }) => key,
  apply: (state, input, output) => {
    const [next, answer] = perform(state, input);
    return output === undefined || output === answer ? next : undefined;
  },
};

function perform(state: number, input: Input): [number, Output] {
  switch (input.kind) {
    case 'read':
      return [state, state];
    case 'write':
      return [input.value, 'done'];
    case 'add':
      return [state + input.value, state + input.value];
    case 'swap':
      return state === input.from ? [input.value, true] : [state, false];
  }
}

type Op = Operation<Input, Output>;

const op = (input: Input, output: Output | undefined, calledAt: number, returnedAt: number | undefined): Op => ({
  input,
  output,
  calledAt,
  returnedAt,
});
const read = (value: number, calledAt: number, returnedAt: number, key = 'x'): Op =>
  op({ kind: 'read', key }, value, calledAt, returnedAt);
const write = (value: number, calledAt: number, returnedAt: number | undefined, key = 'x'): Op =>
  op({ kind: 'write', key, value }, returnedAt === undefined ? undefined : 'done', calledAt, returnedAt);
const add = (value: number, result: number | undefined, calledAt: number, returnedAt: number | undefined): Op =>
  op({ kind: 'add', key: 'x', value }, result, calledAt, returnedAt);
const swap = (from: number, value: number, took: boolean, calledAt: number, returnedAt: number): Op =>
  op({ kind: 'swap', key: 'x', from, value }, took, calledAt, returnedAt);

const verdict = (...history: Op[]): string => checkLinearizable(registers, history).kind;

describe('linearizable are', () => {
  it.each<[string, Op[]]>([
    ['an empty history', []],
    ['a read of what was written', [write(1, 0, 1), read(1, 2, 3)]],
    ['a read during a write that sees the old value', [write(1, 0, 9), read(0, 1, 2)]],
    ['a read during a write that sees the new value', [write(1, 0, 9), read(1, 1, 2)]],
    ['reads during a write, the new value after the old', [write(1, 0, 9), read(0, 1, 2), read(1, 3, 4)]],
    ['writes at once, in either order', [write(1, 0, 9), write(2, 0, 9), read(1, 10, 11)]],
    ['a timed-out write that took effect', [write(1, 0, undefined), read(1, 5, 6)]],
    ['a timed-out write that never took effect', [write(1, 0, undefined), read(0, 5, 6), read(0, 7, 8)]],
    ['a timed-out write that took effect late', [write(1, 0, undefined), read(0, 5, 6), read(1, 7, 8)]],
    ['additions at once', [add(1, 3, 0, 9), add(2, 2, 0, 9), read(3, 10, 11)]],
    ['a swap that wins and one that loses', [swap(0, 1, true, 0, 9), swap(0, 2, false, 0, 9), read(1, 10, 11)]],
    ['a call at the time of a return, before it', [write(1, 0, 5), read(0, 5, 6)]],
    ['keys apart', [write(1, 0, 1, 'x'), read(0, 2, 3, 'y'), read(1, 2, 3, 'x')]],
  ])('%s', (_, history) => {
    expect(verdict(...history)).toBe('linearizable');
  });
});

describe('not linearizable are', () => {
  it.each<[string, Op[]]>([
    ['a stale read', [write(1, 0, 1), write(2, 2, 3), read(1, 4, 5)]],
    ['a read of nothing after a write', [write(1, 0, 1), read(0, 2, 3)]],
    ['a read from the future', [read(1, 0, 1), write(1, 2, 3)]],
    ['a read of what nobody wrote', [write(1, 0, 1), read(7, 2, 3)]],
    ['new value, then old one, during one write', [write(1, 0, 9), read(1, 1, 2), read(0, 3, 4)]],
    ['a lost update', [add(1, 1, 0, 1), add(1, 1, 2, 3)]],
    ['a lost write, both at once, neither read', [write(1, 0, 9), write(2, 0, 9), read(0, 10, 11)]],
    ['two winners of one swap', [swap(0, 1, true, 0, 9), swap(0, 2, true, 0, 9)]],
    ['a swap that lost though the value was there', [swap(0, 1, false, 0, 1)]],
    ['one addition applied twice', [add(1, 1, 0, 1), read(2, 2, 3)]],
    ['a retried addition that answers its second application', [add(1, 2, 0, 9)]],
    [
      'two readers who see writes in opposite orders',
      [write(1, 0, 99), write(2, 0, 99), read(1, 1, 2), read(2, 3, 4), read(1, 5, 6)],
    ],
    ['a timed-out write that takes effect and is undone', [write(1, 0, undefined), read(1, 5, 6), read(0, 7, 8)]],
    ['a timed-out write seen before it was called', [read(1, 0, 1), write(1, 2, undefined)]],
    ['one bad key among good ones', [write(1, 0, 1, 'y'), read(1, 2, 3, 'y'), write(1, 0, 1), read(0, 2, 3)]],
  ])('%s', (_, history) => {
    expect(verdict(...history)).toBe('notLinearizable');
  });

  it('and the verdict names the key, the longest order and what cannot follow it', () => {
    const stale = read(1, 6, 7, 'bad');
    const history = [write(5, 0, 1, 'good'), write(1, 0, 1, 'bad'), write(2, 2, 3, 'bad'), stale];
    const result = checkLinearizable(registers, history);
    expect(result).toMatchObject({ kind: 'notLinearizable', partition: 'bad' });
    expect('stuckAt' in result && result.stuckAt).toBe(stale);
    expect('longestOrder' in result && result.longestOrder).toHaveLength(2);
  });
});

describe('a search', () => {
  it('that takes too long says that it is undecided', () => {
    const writes = Array.from({ length: 14 }, (_, index) => write(index + 1, 0, 99));
    expect(checkLinearizable(registers, [...writes, read(99, 100, 101)], { maxSteps: 500 }).kind).toBe('undecided');
  });

  it('that is told the order needs one step an operation', () => {
    const total = 2_000;
    const history = Array.from({ length: total }, (_, index): Op => ({
      ...add(1, index + 1, index, index + 40),
      hint: index,
    }));
    expect(checkLinearizable(registers, history)).toEqual({ kind: 'linearizable', steps: total });
  });

  it('finds the order under misleading hints too', () => {
    const history = Array.from({ length: 6 }, (_, index): Op => ({
      ...add(1, index + 1, index, index + 4),
      hint: -index,
    }));
    expect(checkLinearizable(registers, history).kind).toBe('linearizable');
  });

  it('cuts what it has seen: writes at once that nobody tells apart cost little', () => {
    const writes = Array.from({ length: 12 }, () => write(1, 0, 99));
    const result = checkLinearizable(registers, [...writes, read(2, 100, 101)]);
    expect(result.kind).toBe('notLinearizable');
    expect(result.steps).toBeLessThan(60_000);
  });

  it('refuses an operation that returns before it was called', () => {
    expect(() => verdict(write(1, 5, 4))).toThrow('returns after it was called');
  });
});

/** Every order of every subset that holds all answered operations: slow, and plainly right. */
function bruteForce(history: readonly Op[]): boolean {
  const extend = (state: number, left: readonly Op[]): boolean => {
    if (left.every(({ returnedAt }) => returnedAt === undefined)) return true;
    return left.some((next) => {
      const others = left.filter((other) => other !== next);
      if (others.some(({ returnedAt }) => returnedAt !== undefined && returnedAt < next.calledAt)) return false;
      const [after, answer] = perform(state, next.input);
      if (next.output !== undefined && next.output !== answer) return false;
      return extend(after, others);
    });
  };
  const keys = [...new Set(history.map(({ input }) => input.key))];
  return keys.every((key) =>
    extend(
      0,
      history.filter(({ input }) => input.key === key),
    ),
  );
}

const smallInput: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), key: fc.constantFrom('x', 'y') }),
  fc.record({ kind: fc.constant('write' as const), key: fc.constantFrom('x', 'y'), value: fc.nat(2) }),
  fc.record({ kind: fc.constant('add' as const), key: fc.constantFrom('x', 'y'), value: fc.nat(2) }),
  fc.record({ kind: fc.constant('swap' as const), key: fc.constantFrom('x', 'y'), from: fc.nat(2), value: fc.nat(2) }),
);

const smallOperation: fc.Arbitrary<Op> = fc
  .record({
    input: smallInput,
    calledAt: fc.nat(8),
    lasts: fc.nat(6),
    answered: fc.boolean(),
    number: fc.nat(3),
    took: fc.boolean(),
  })
  .map(({ input, calledAt, lasts, answered, number, took }) => {
    if (!answered && lasts % 2 === 0) return op(input, undefined, calledAt, undefined);
    const output = input.kind === 'write' ? 'done' : input.kind === 'swap' ? took : number;
    return op(input, output, calledAt, calledAt + lasts);
  });

/** Clients of one copy, whose operations take effect at some moment between call and return. */
function trueHistory(seed: number, clients: number, operations: number): Op[] {
  const random = new SeededRandom(seed);
  const states = new Map<string, number>();
  const freeAt = Array.from({ length: clients }, () => 0);
  const calls = Array.from({ length: operations }, () => {
    const client = random.integer(0, clients - 1);
    const calledAt = (freeAt[client] ?? 0) + random.integer(1, 5);
    const effectAt = calledAt + random.between(0, 10);
    const returnedAt = Math.ceil(effectAt) + random.integer(0, 10);
    freeAt[client] = returnedAt + 1;
    return { calledAt, effectAt, returnedAt, answered: random.chance(0.9) };
  });
  calls.sort((left, right) => left.effectAt - right.effectAt);
  return calls.map(({ calledAt, returnedAt, answered }): Op => {
    const key = random.pick(['x', 'y', 'z']);
    const value = random.integer(1, 9);
    const input = random.pick<Input>([
      { kind: 'read', key },
      { kind: 'write', key, value },
      { kind: 'add', key, value },
      { kind: 'swap', key, from: states.get(key) ?? 0, value },
    ]);
    const [next, answer] = perform(states.get(key) ?? 0, input);
    states.set(key, next);
    return answered ? op(input, answer, calledAt, returnedAt) : op(input, undefined, calledAt, undefined);
  });
}

describe('the verdict', () => {
  it('is that of trying every order, on small random histories', () => {
    const found = { linearizable: 0, notLinearizable: 0, undecided: 0 };
    fc.assert(
      fc.property(fc.array(smallOperation, { maxLength: 6 }), (history) => {
        const { kind } = checkLinearizable(registers, history);
        found[kind] += 1;
        expect(kind).toBe(bruteForce(history) ? 'linearizable' : 'notLinearizable');
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(Math.min(found.linearizable, found.notLinearizable)).toBeGreaterThan(300);
    expect(found.undecided).toBe(0);
  });

  it('is linearizable for whatever one copy really did', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      expect(checkLinearizable(registers, trueHistory(seed, 5, 150)).kind).toBe('linearizable');
    }
  });

  it('is not linearizable when one answer of a long history is another', () => {
    let refuted = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const history = trueHistory(seed, 4, 80);
      const index = history.findIndex(({ input, output }) => input.kind === 'add' && output !== undefined);
      const victim = history[index];
      // No sum of nine digits and eighty operations is so large: nobody can have seen it.
      if (victim !== undefined) history[index] = { ...victim, output: 10_000 };
      if (checkLinearizable(registers, history).kind === 'notLinearizable') refuted += 1;
    }
    expect(refuted).toBe(40);
  });

  it('is not linearizable when a read of a long history is stale', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const history = trueHistory(seed, 3, 60);
      const end = Math.max(...history.map(({ calledAt, returnedAt }) => returnedAt ?? calledAt));
      const late = [write(1_000, end + 1, end + 2), write(2_000, end + 3, end + 4), read(1_000, end + 5, end + 6)];
      expect(verdict(...history, ...late)).toBe('notLinearizable');
    }
  });
});
