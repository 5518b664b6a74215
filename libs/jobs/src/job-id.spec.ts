import { InvariantViolation } from '@synod/base';
import fc from 'fast-check';
import { MAX_GROUP_ID, MAX_JOB_INDEX, MAX_JOB_SLOT, mintJobId, parseJobId } from './job-id.js';

const parts = fc.record({
  groupId: fc.nat({ max: MAX_GROUP_ID }),
  slot: fc.oneof(fc.nat(), fc.integer({ min: 0, max: MAX_JOB_SLOT })),
  index: fc.nat({ max: MAX_JOB_INDEX }),
});

describe('job id', () => {
  it('is fixed text for fixed parts', () => {
    expect(mintJobId(0, 1, 0)).toBe('j' + '00' + '0000000001' + '0000');
    expect(mintJobId(5, 123_456_789, 31)).toBe('j' + '05' + '00003nqk8n' + '000z');
    expect(mintJobId(MAX_GROUP_ID, MAX_JOB_SLOT, MAX_JOB_INDEX)).toBe('jzzzzzzzzzzzzzzzz');
  });

  it('gives its parts back', () => {
    fc.assert(fc.property(parts, (it) => expect(parseJobId(mintJobId(it.groupId, it.slot, it.index))).toEqual(it)));
  });

  it('sorts as text by group, slot and index', () => {
    fc.assert(
      fc.property(parts, parts, (left, right) => {
        const byParts = left.groupId - right.groupId || left.slot - right.slot || left.index - right.index;
        const leftId = mintJobId(left.groupId, left.slot, left.index);
        const rightId = mintJobId(right.groupId, right.slot, right.index);
        expect(leftId < rightId).toBe(byParts < 0);
        expect(leftId === rightId).toBe(byParts === 0);
      }),
    );
  });

  it('is nothing longer, shorter, upper-case or with another first letter', () => {
    const jobId = mintJobId(1, 2, 3);
    for (const text of [
      '',
      'j',
      jobId.slice(0, -1),
      `${jobId}0`,
      `x${jobId.slice(1)}`,
      jobId.toUpperCase(),
      ` ${jobId}`,
    ]) {
      expect(parseJobId(text)).toBeUndefined();
    }
  });

  it('has no digit outside its alphabet', () => {
    const start = mintJobId(1, 2, 3).slice(0, -1);
    for (const digit of ['i', 'l', 'o', 'u', 'A', ' ', '-', 'ā', '٣']) {
      expect(parseJobId(start + digit)).toBeUndefined();
    }
  });

  it('has parts in range', () => {
    expect(() => mintJobId(MAX_GROUP_ID + 1, 1, 0)).toThrow(InvariantViolation);
    expect(() => mintJobId(0, MAX_JOB_SLOT + 1, 0)).toThrow(InvariantViolation);
    expect(() => mintJobId(0, 1, MAX_JOB_INDEX + 1)).toThrow(InvariantViolation);
    expect(() => mintJobId(0, 1.5, 0)).toThrow(InvariantViolation);
  });
});
