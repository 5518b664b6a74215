import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from './bootstrap.js';
import { FakeIo } from './fake-io.spec-support.js';

const ROOT = join(__dirname, '../../..');
const PAGES = [
  'README.md',
  'apps/cli/README.md',
  'libs/client/README.md',
  'examples/README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** What is not for this check: it starts processes, or is a form rather than a command. */
const NOT_RUN = [/^dev\b/, /…/, /\.\.\./, / \| /, /\bCOMMAND\b/];

/** The words of a line up to where the shell takes over again: quotes are honoured, substitutions stand for a word. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const token = /"([^"]*)"|'([^']*)'|\$\([^)]*\)|([^\s"';&|<>#)]+)|(\s+)|([;&|<>#)])/g;
  let word: string | undefined;
  for (const [text, double, single, bare, space, end] of line.matchAll(token)) {
    if (end !== undefined && (end !== '#' || word === undefined)) break;
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = `${word ?? ''}${double ?? single ?? bare ?? text}`;
  }
  return word === undefined ? words : [...words, word];
}

/** Every command line of the page that calls synod, with the place where it stands. */
function commandLines(page: string): [where: string, words: string[]][] {
  let inside = false;
  return readFileSync(join(ROOT, page), 'utf8')
    .split('\n')
    .flatMap((line, index): [string, string[]][] => {
      if (line.startsWith('```')) {
        inside = !inside;
        return [];
      }
      const calls = inside ? line.matchAll(/(?:^|[;|(]\s*|&&\s*)\s*(?:npx )?synod (?=[a-z])(.*)/g) : [];
      return [...calls]
        .map((call) => call[1] ?? '')
        .filter((rest) => !NOT_RUN.some((pattern) => pattern.test(rest)))
        .map((rest): [string, string[]] => [`${page}:${index + 1} synod ${rest}`, wordsOf(rest)]);
    });
}

describe('the documentation', () => {
  const lines = PAGES.flatMap(commandLines);

  it('has command lines to be checked', () => {
    expect(lines.length).toBeGreaterThan(40);
    expect(wordsOf(`submit --body '{"n": 1}' -- sh -c "a; b" # why; c`)).toEqual([
      'submit',
      '--body',
      '{"n": 1}',
      '--',
      'sh',
      '-c',
      'a; b',
    ]);
  });

  it('names commands and flags that there are: none is wrong usage', async () => {
    const wrong = await Promise.all(
      lines.map(async ([where, words]) => {
        const io = new FakeIo({ SYNOD_ADDRESS: '127.0.0.1:1' });
        const status = await runCli(words, io);
        const aboutFile = /can't be read|not be read|ENOENT/.test(io.stderr.text);
        return status === 2 && !aboutFile ? `${where}\n  ${io.stderr.text}` : '';
      }),
    );
    expect(wrong.filter((text) => text !== '')).toEqual([]);
  }, 60_000);
});
