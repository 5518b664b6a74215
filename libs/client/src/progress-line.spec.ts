import { progressLine, readProgressLine } from './progress-line.js';

describe('a line of progress', () => {
  it.each([
    [0.4, '4 of 10 files', '[progress 40%] 4 of 10 files', 0.4],
    [0.12345, undefined, '[progress 12.3%]', 0.123],
    [7, 'two\nlines', '[progress 100%] two lines', 1],
    [-1, '', '[progress 0%]', 0],
  ])('%d, %j is written as %j', (fraction, text, line, read) => {
    expect(progressLine(fraction, text)).toBe(line);
    const mark = readProgressLine(line);
    expect(mark?.fraction).toBeCloseTo(read);
    expect(mark?.text).toBe((text ?? '').replace('\n', ' '));
  });

  it.each(['40%', '[progress]', '[progress 400%]', ' [progress 4%]', '[progress 4%]x', '[progress -1%]'])(
    '%j is none',
    (line) => {
      expect(readProgressLine(line)).toBeUndefined();
    },
  );

  it('what is no number is refused', () => {
    expect(() => progressLine(NaN)).toThrow('not NaN');
  });
});
