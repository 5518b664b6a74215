import { duration, localTime, localTimeMs } from './times.js';

// That they are of the user's zone is looked at in e2e/src/command-line.spec.ts: a process has one zone.
describe('times', () => {
  it('have the same width, with and without milliseconds', () => {
    const noon = new Date(2026, 10, 25, 12, 0, 0, 7).getTime();
    expect(localTime(noon)).toBe('2026-11-25 12:00:00');
    expect(localTimeMs(noon)).toBe('2026-11-25 12:00:00.007');
  });

  it('that are not there are a dash, as wide as the others where that matters', () => {
    expect([localTime(undefined), localTime(0)]).toEqual(['-', '-']);
    expect(localTimeMs(undefined)).toHaveLength('2026-03-29 03:00:00.007'.length);
  });

  it.each([
    [0, 350, '350ms'],
    [0, 12_340, '12.3s'],
    [0, 245_000, '4m05s'],
    [0, 11_220_000, '3h07m'],
    [5, 4, '-'],
    [undefined, 4, '-'],
  ])('from %s to %s took %s', (from, to, text) => {
    expect(duration(from, to)).toBe(text);
  });
});
