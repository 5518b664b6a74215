import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT } from './processes.js';
import { isAsShown, SnippetRun, snippetsOf } from './snippets.js';

describe('snippets of documents', () => {
  let directory: string;
  let run: SnippetRun;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'synod-snippets-'));
    run = new SnippetRun({
      directory,
      env: process.env,
      prelude: 'greet() { echo "hi $1"; }',
      placeholders: { ID: 'j1' },
    });
  });

  afterEach(async () => {
    await run.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const follow = (text: string) => {
    const file = join(directory, 'page.md');
    writeFileSync(file, text);
    return run.follow(relative(ROOT, file));
  };

  it('are taken with language, words and line', () => {
    expect(snippetsOf('a\n```sh background\nls\n```\n```js file=a.mjs\n1\n2\n```\n')).toEqual([
      { language: 'sh', words: ['background'], text: 'ls\n', line: 2 },
      { language: 'js', words: ['file=a.mjs'], text: '1\n2\n', line: 5 },
    ]);
    expect(() => snippetsOf('```sh\nls\n')).toThrow('line 1 has no end');
  });

  it('run in order, with files, functions and placeholders, and are compared with what is shown', async () => {
    await expect(
      follow('```txt file=a.txt\none\n```\n```sh\ngreet ID; cat a.txt\n```\n```text output\nhi …1\none\n```\n'),
    ).resolves.toBe(1);
    expect(readFileSync(join(directory, 'a.txt'), 'utf8')).toBe('one\n');
  });

  it.each([
    ['a command that fails', '```sh\necho before; false; echo after\n```\n', 'page.md:1: status 1'],
    ['other output', '```sh\necho b\n```\n```text output\na\n```\n', 'printed was\nb'],
    ['a block that does not say what it is', '```\nls\n```\n', 'say what this block is'],
    ['bad syntax elsewhere', '```sh elsewhere\nif then\n```\n', 'status 2'],
  ])('%s fails the document', async (_what, text, message) => {
    await expect(follow(text)).rejects.toThrow(message);
  });

  it('what is shown may leave parts open, and nothing else', () => {
    expect(isAsShown('job j12 ended\n', 'job … ended')).toBe(true);
    expect(isAsShown('job j12 ended', 'job … end')).toBe(false);
    expect(isAsShown('a.b', 'a.b')).toBe(true);
    expect(isAsShown('axb', 'a.b')).toBe(false);
  });
});
