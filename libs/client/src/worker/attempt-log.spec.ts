import { AttemptLog } from './attempt-log.js';
import { RecentLogs } from './recent-logs.js';

const text = (log: AttemptLog, position: number, maxBytes = 1_000) => {
  const piece = log.read(position, maxBytes);
  return piece === undefined ? undefined : { ...piece, data: Buffer.from(piece.data).toString() };
};

describe('the log of an attempt', () => {
  it('is read from any byte on, in pieces of whole lines, with the time of each', () => {
    const log = new AttemptLog();
    log.append('one', 10);
    log.append('é', 20);
    log.append('three', 30);
    const all = {
      position: 0,
      data: 'one\né\nthree\n',
      times: [
        { position: 0, timeMs: 10 },
        { position: 4, timeMs: 20 },
        { position: 7, timeMs: 30 },
      ],
    };
    expect(text(log, 0)).toEqual(all);
    expect(text(log, 2)).toMatchObject({ position: 2, data: 'e\né\nthree\n' });
    expect(text(log, 0, 6)).toMatchObject({ position: 0, data: 'one\n' });
    expect(text(log, 4, 1)).toMatchObject({ position: 4, data: 'é\n', times: [{ position: 4, timeMs: 20 }] });
    expect(text(log, 13)).toBeUndefined();
  });

  it('keeps the last 256 KiB, and says from where on it has them', () => {
    const log = new AttemptLog();
    for (let line = 0; line < 5_000; line += 1) log.append('x'.repeat(99), line);
    expect(log.bytes).toBeLessThanOrEqual(256 * 1024);
    const { position = 0 } = text(log, 0) ?? {};
    expect(position % 100).toBe(0);
    expect(position + log.bytes).toBe(500_000);
    expect(log.tail()).toHaveLength(4_096);
    log.append('y'.repeat(1_000_000), 1);
    expect(log.bytes).toBe(256 * 1024);
  });

  it('wakes its readers at a line and at its end, after which nothing is added', () => {
    const log = new AttemptLog();
    const woken: string[] = [];
    const leave = log.onChange(() => woken.push('a'));
    log.append('x', 1);
    log.close();
    log.append('y', 2);
    leave();
    log.close();
    expect(woken).toEqual(['a', 'a']);
    expect(Buffer.from(log.tail()).toString()).toBe('x\n');
  });
});

describe('logs of attempts that have ended', () => {
  it('are found for a while: the oldest go when there are too many bytes, empty ones are not kept', () => {
    const logs = new RecentLogs();
    const written = (lines: number) => {
      const log = new AttemptLog();
      for (let line = 0; line < lines; line += 1) log.append('x'.repeat(1_023), 1);
      return log;
    };
    logs.add('j0', 1, written(0));
    expect(logs.find('j0', 1)).toBeUndefined();
    for (let job = 1; job <= 17; job += 1) logs.add(`j${job}`, 1, written(256));
    expect(logs.find('j1', 1)).toBeUndefined();
    expect(logs.find('j2', 1)?.bytes).toBe(256 * 1024);
    expect(logs.find('j2', 2)).toBeUndefined();
  });
});
