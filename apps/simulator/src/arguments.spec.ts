import { isRestricted, parseArguments, USAGE } from './arguments.js';

describe('arguments', () => {
  it('default to twenty runs from seed 1, without restrictions', () => {
    const options = parseArguments([]);
    expect(options).toMatchObject({ runs: 20, seed: 1, world: 'consensus', help: false, shrinkSeed: undefined });
    expect(options.jobs).toBeGreaterThan(0);
    expect(isRestricted(options)).toBe(false);
  });

  it('are read', () => {
    const argv = '--runs 5 --seed 77 --jobs 3 --world other --json out.json --markdown out.md --help'.split(' ');
    expect(parseArguments(argv)).toMatchObject({
      runs: 5,
      seed: 77,
      jobs: 3,
      world: 'other',
      jsonFile: 'out.json',
      markdownFile: 'out.md',
      help: true,
    });
    expect(parseArguments(['--shrink', '9', '--save', 'a.json', '--plan', 'b.json', '--show-plan'])).toMatchObject({
      shrinkSeed: 9,
      saveFile: 'a.json',
      planFile: 'b.json',
      showPlan: true,
    });
  });

  it('restrict a plan', () => {
    const argv = ['--only-faults', 'crash,pause', '--only-injections', '3,7', '--clients', '2', '--until-ms', '900'];
    const options = parseArguments(argv);
    expect(options.overrides).toEqual({
      onlyFaults: ['crash', 'pause'],
      onlyInjections: [3, 7],
      clients: 2,
      untilMs: 900,
    });
    expect(isRestricted(options)).toBe(true);
    expect(parseArguments(['--only-faults', '']).overrides.onlyFaults).toEqual([]);
  });

  it.each([
    ['--runs', '0'],
    ['--runs', 'many'],
    ['--seed', '-1'],
    ['--seed', '1.5'],
    ['--seed', ''],
    ['--jobs', '0'],
    ['--clients', '0'],
    ['--until-ms', 'soon'],
    ['--only-injections', '1,x'],
    ['--unknown', '1'],
  ])('%s %s is refused', (...argv) => {
    expect(() => parseArguments(argv)).toThrow();
  });

  it('are all told of by --help', () => {
    for (const name of ['runs', 'seed', 'jobs', 'world', 'json', 'markdown', 'shrink', 'save', 'plan', 'show-plan'])
      expect(USAGE).toContain(`--${name}`);
    for (const name of ['only-faults', 'only-injections', 'clients', 'until-ms']) expect(USAGE).toContain(`--${name}`);
  });
});
