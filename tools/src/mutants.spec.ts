import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const MUTANTS = join(ROOT, 'tools/mutants');

/** The body of an async function with the exports of a module of tools/mutants/ in scope as `it`, in a process of its own: its result as JSON. */
function evaluate<T>(module: string, body: string): T {
  const url = JSON.stringify(`file://${join(MUTANTS, module)}`);
  const code = `const it = await import(${url});
    const result = await (async () => { ${body} })();
    process.stdout.write(JSON.stringify(result) ?? 'null');`;
  return JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', cwd: ROOT }),
  ) as T;
}

interface Listed {
  readonly id: string;
  readonly pitfall: string;
  readonly title: string;
  readonly quietBecause: string;
  readonly control: boolean;
  readonly smoke: boolean;
  readonly dies: readonly { readonly kind: string }[];
  readonly quiet: readonly unknown[];
}

const listed = evaluate<readonly Listed[]>('catalogue.mjs', 'return it.MUTANTS;');

describe('an edit', () => {
  const apply = (text: string, find: string, replace: string): string =>
    evaluate(
      'edits.mjs',
      `const edit = ${JSON.stringify({ file: 'a.ts', find, replace })};
       try { return it.applyEdit(${JSON.stringify(text)}, edit); } catch (error) { return error.name + ': ' + error.message; }`,
    );

  it('replaces its anchor, however the source is wrapped, and takes nothing of it for a pattern', () => {
    expect(apply('if (a.b &&\n    c) {\n  d();\n}', 'if (a.b && c) { d(); }', 'e($&);')).toBe('e($&);');
  });

  it('is an error when its anchor is gone, or is there twice', () => {
    expect(apply('let axb;', 'a.b', 'c')).toMatch(/^AnchorError: a\.ts: the anchor is not there/);
    expect(apply('a(); a();', 'a();', 'b();')).toMatch(/^AnchorError: a\.ts: the anchor is there 2 times/);
  });

  it('is an error when it changes nothing', () => {
    expect(apply('a();', 'a();', 'a();')).toMatch(/changes nothing/);
  });
});

describe('the catalogue', () => {
  it('matches the source: every anchor is there once, and what comes out is TypeScript', () => {
    expect(
      evaluate('edits.mjs', `return it.checkAnchors((await import('${MUTANTS}/catalogue.mjs')).MUTANTS, '${ROOT}');`),
    ).toEqual([]);
  });

  it('names each mutant once, says what is wrong and why it is quiet, and where it dies', () => {
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
    for (const { title, quietBecause, dies, quiet } of listed) {
      expect(Math.min(title.length, quietBecause.length)).toBeGreaterThan(10);
      expect(Math.min(dies.length, quiet.length)).toBeGreaterThan(0);
    }
  });

  it('has mutants of P1 to P20, but for P11 (membership), and two controls', () => {
    const covered = new Set(listed.map(({ pitfall }) => pitfall));
    const missing = Array.from({ length: 20 }, (_, index) => `P${index + 1}`).filter((it) => !covered.has(it));
    expect(missing).toEqual(['P11']);
    expect(listed.filter(({ control }) => control).length).toBeGreaterThanOrEqual(2);
  });
});

describe('a trial', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synod-mutants-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Verdicts of mutants that are made here, as `mutant.mjs` expects them. */
  const judge = (mutants: string): readonly { id: string; verdict: string; killer?: Record<string, unknown> }[] =>
    evaluate(
      'judge.mjs',
      `const { control, edit, mutant } = await import('${MUTANTS}/mutant.mjs');
       const { FAULT_FREE_SIMULATOR, SIMULATOR, tests, testsNamed } = await import('${MUTANTS}/places.mjs');
       const ANCHOR = 'if ((first | second | third | fourth) > 127) return murmur3OfBytes(utf8Bytes(text), seed);';
       const court = new it.Court({ folder: '${folder}', seeds: 20 });
       const verdicts = [];
       for (const each of ${mutants}) {
         verdicts.push(await court.judge(each).catch((error) => ({ id: each.id, verdict: 'error: ' + error.message })));
       }
       return verdicts;`,
    );

  it('by tests: kills what a test notices, names the test, and lets live what none does', () => {
    const [killed, survived, loud, lost] = judge(`[
      mutant({ id: 'p1-seed-ignored', title: '', quietBecause: '',
        edits: [edit('libs/hashing/src/murmur3.ts', ANCHOR, ANCHOR.replace(', seed)', ', 0 * seed)'))],
        dies: [tests('libs/hashing', 'murmur3.spec')], quiet: [tests('libs/hashing', 'natural-log.spec')] }),
      control({ id: 'control-comment', title: '',
        edits: [edit('libs/hashing/src/murmur3.ts', ANCHOR, ANCHOR.replace(', seed)', ', /* as it is */ seed)'))],
        dies: [tests('libs/hashing', 'murmur3.spec')], quiet: [tests('libs/hashing', 'murmur3.spec')] }),
      mutant({ id: 'p1-loud', title: '', quietBecause: '',
        edits: [edit('libs/hashing/src/murmur3.ts', ANCHOR, ANCHOR.replace(', seed)', ', 0 * seed)'))],
        dies: [tests('libs/hashing', 'murmur3.spec')], quiet: [tests('libs/hashing', 'murmur3.spec')] }),
      mutant({ id: 'p1-nowhere', title: '', quietBecause: '',
        edits: [edit('libs/hashing/src/murmur3.ts', ANCHOR, ANCHOR.replace(', seed)', ', 0 * seed)'))],
        dies: [testsNamed('libs/hashing', 'no test has this name', 'murmur3.spec')], quiet: [] }),
    ]`);
    expect(killed).toMatchObject({
      verdict: 'killed',
      killer: { place: 'unit', file: 'libs/hashing/src/murmur3.spec.ts' },
    });
    expect(survived).toMatchObject({ verdict: 'survived' });
    expect(loud).toMatchObject({ verdict: 'loud', killer: { place: 'unit' } });
    expect(lost?.verdict).toMatch(/^error: p1-nowhere: no test matches/);
  });

  it('by the simulator: kills by a seed and an invariant', () => {
    const ids = JSON.stringify(listed.filter(({ smoke }) => smoke).map(({ id }) => id));
    const [killed] = judge(
      `(await import('${MUTANTS}/catalogue.mjs')).MUTANTS.filter(({ id }) => ${ids}.includes(id)).slice(0, 1)`,
    );
    expect(killed).toMatchObject({ verdict: 'killed', killer: { place: 'simulator' } });
    expect(killed?.killer?.['seed']).toBeGreaterThan(0);
    expect(killed?.killer?.['invariant']).toEqual(expect.any(String));
  });
});

describe('a report', () => {
  interface Summary {
    readonly passed: boolean;
    readonly problems: readonly string[];
    readonly killed: number;
    readonly medianSeedsToKill?: number;
  }
  const summarise = (trials: readonly object[], whole = false): Summary =>
    evaluate('report.mjs', `return it.summarise(${JSON.stringify(trials)}, { whole: ${whole}, seeds: 500 });`);
  const about = (id: string, control = false): object => ({
    id,
    pitfall: 'P1',
    title: 't',
    quietBecause: 'q',
    control,
    edits: [],
  });
  const killed = (id: string, seeds: number): object => ({
    mutant: about(id),
    verdict: 'killed',
    seeds,
    seconds: 1,
    killer: { place: 'simulator', seed: seeds, invariant: 'I4' },
  });
  const survivedControl = { mutant: about('c', true), verdict: 'survived', seeds: 500, seconds: 1 };

  it('passes when all mutants died and the controls survived, and says how many seeds a kill took', () => {
    const summary = summarise([survivedControl, killed('a', 3), killed('b', 9), killed('d', 5)]);
    expect(summary).toMatchObject({ passed: true, problems: [], killed: 3, medianSeedsToKill: 5 });
  });

  it.each([
    [
      'a mutant that survived',
      { mutant: about('x'), verdict: 'survived', seeds: 500, seconds: 1 },
      /x: survived 500 seeds/,
    ],
    [
      'a loud one',
      { mutant: about('x'), verdict: 'loud', seconds: 1, killer: { place: 'simulator', seed: 1, invariant: 'I4' } },
      /x: is loud/,
    ],
    [
      'one that could not be applied',
      { mutant: about('x'), verdict: 'error', message: 'x: gone', seconds: 1 },
      /x: gone/,
    ],
    ['a control that died', { ...killed('x', 1), mutant: about('x', true) }, /x: changes nothing, and yet died/],
  ])('fails for %s', (_what, trial, problem) => {
    const summary = summarise([killed('a', 3), trial]);
    expect(summary.passed).toBe(false);
    expect(summary.problems).toEqual([expect.stringMatching(problem)]);
  });

  it('of the whole set fails when fewer than 15 died in the simulator, and of nothing at all too', () => {
    const many = Array.from({ length: 15 }, (_, index) => killed(`m${index}`, index + 1));
    expect(summarise(many, true).passed).toBe(true);
    expect(summarise(many.slice(1), true).problems).toEqual([
      expect.stringContaining('only 14 mutants died in the simulator'),
    ]);
    expect(summarise([]).passed).toBe(false);
  });

  it('puts its table between the marks of a document, and leaves the rest alone', () => {
    const document = 'before\n\n<!-- mutants:begin -->\nold\n<!-- mutants:end -->\n\nafter\n';
    const text = evaluate<string>('report.mjs', `return it.withTable(${JSON.stringify(document)}, '| new |\\n');`);
    expect(text).toBe('before\n\n<!-- mutants:begin -->\n\n| new |\n\n<!-- mutants:end -->\n\nafter\n');
  });
});

describe('npm run mutants', () => {
  const run = (...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'tools/mutants.mjs'), ...args], {
      encoding: 'utf8',
      cwd: ROOT,
    });
    return { status, output: stdout + stderr };
  };

  it('--anchors says how many mutants match', () => {
    const { status, output } = run('--anchors', '--only', 'P7');
    const count = listed.filter(({ pitfall }) => pitfall === 'P7').length;
    expect({ status, output }).toEqual({ status: 0, output: `${count} of ${count} mutants match the source\n` });
  });

  it.each([[['--seeds', '0']], [['--only', 'P99']], [['--smoke', '--only', 'P1']], [['--unknown']]])(
    '%j is refused with status 2',
    (args) => {
      expect(run(...args).status).toBe(2);
    },
  );
});
