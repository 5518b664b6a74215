import type { Episode } from './campaign.js';
import { formatReport, summarize } from './report.js';

describe('the report of a campaign', () => {
  const episode = (change: Partial<Episode['report']> = {}): Episode => ({
    seed: 7,
    network: 'proxies',
    report: {
      acknowledged: 100,
      lost: 0,
      violations: [],
      faults: [
        { name: 'leader killed', atMs: 0, unavailableMs: 200, wellAgainMs: 900 },
        { name: 'leader killed', atMs: 0, unavailableMs: 400, wellAgainMs: 100 },
        { name: 'disk full', atMs: 0, unavailableMs: undefined, wellAgainMs: undefined },
      ],
      reads: 10,
      readsUnanswered: 1,
      callsUnanswered: 2,
      directory: '/tmp/x',
      ...change,
    },
  });

  it('counts faults by kind, with the times until the next acknowledgement', () => {
    const report = summarize(1, { episodes: [episode(), episode()], skipped: [{ name: 'x', reason: 'no root' }] });
    expect(report).toMatchObject({ passed: true, acknowledged: 200, lost: 0, unavailableMs: { max: 400 } });
    expect(report.faults.map(({ name, count }) => [name, count])).toEqual([
      ['disk full', 2],
      ['leader killed', 4],
    ]);
    expect(report.faults[1]).toMatchObject({ unavailableMaxMs: 400, wellAgainMaxMs: 900 });
    expect(formatReport(report)).toContain('skipped  x: no root');
  });

  it.each([
    { what: 'something acknowledged was lost', episodes: [episode(), episode({ lost: 1 })] },
    { what: 'anything was violated', episodes: [episode({ violations: ['stale read'] })] },
    { what: 'nothing was acknowledged: such a campaign proves nothing', episodes: [episode({ acknowledged: 0 })] },
  ])('fails when $what', ({ episodes }) => {
    const report = summarize(1, { episodes, skipped: [] });
    expect(report.passed).toBe(false);
    expect(formatReport(report)).toContain('FAILED');
  });
});
