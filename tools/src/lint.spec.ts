import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Report {
  readonly failing: readonly {
    readonly name: string;
    readonly rule: string;
    readonly found: boolean;
    readonly reported: unknown;
  }[];
  readonly passing: readonly { readonly name: string; readonly reported: readonly unknown[] }[];
}

describe('lint', () => {
  let report: Report;

  beforeAll(() => {
    const output = execFileSync(process.execPath, [join(__dirname, '../lint-cases.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false', NX_ISOLATE_PLUGINS: 'false' },
      maxBuffer: 64 * 1024 * 1024,
    });
    report = JSON.parse(output) as Report;
  });

  it('refuses every file of the fixtures, each by the rule that it is there for', () => {
    expect(report.failing.length).toBeGreaterThan(40);
    expect(report.failing.filter(({ found }) => !found)).toEqual([]);
  });

  it('lets pass what is allowed, and the true sources of projects', () => {
    expect(report.passing.filter(({ reported }) => reported.length > 0)).toEqual([]);
  });
});
