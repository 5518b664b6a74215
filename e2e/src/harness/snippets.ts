import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.js';

/**
 * Fenced blocks of the documentation, as a reader would follow them: from the top, in one shell each. What is behind the language says
 * what a block is:
 * - `sh`: is run, and has to end with status 0; `sh background` goes on beside the blocks that follow; `sh elsewhere` needs a host or a
 *   program that a test doesn't have, and is only checked for syntax;
 * - `text output`: what the block before it prints on stdout, where `…` stands for anything;
 * - `LANGUAGE file=NAME`: is written to that file, for blocks that follow;
 * - `text` and `mermaid`: are only to be looked at.
 */
export interface Snippet {
  readonly language: string;
  readonly words: readonly string[];
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
}

const FENCE = /^```(.*)$/;

export function snippetsOf(markdown: string): Snippet[] {
  const snippets: Snippet[] = [];
  let open: { info: string; line: number; lines: string[] } | undefined;
  markdown.split('\n').forEach((text, index) => {
    const info = FENCE.exec(text)?.[1];
    if (info === undefined) open?.lines.push(text);
    else if (open === undefined) open = { info, line: index + 1, lines: [] };
    else {
      const [language = '', ...words] = open.info.trim().split(/\s+/);
      snippets.push({ language, words, text: `${open.lines.join('\n')}\n`, line: open.line });
      open = undefined;
    }
  });
  if (open !== undefined) throw new Error(`the block of line ${String(open.line)} has no end`);
  return snippets;
}

/** The name of the file that a snippet is to be written to. */
export function fileOf({ words }: Snippet): string | undefined {
  return words.find((word) => word.startsWith('file='))?.slice('file='.length);
}

/** Whether `printed` is what a document says, where `…` stands for anything. */
export function isAsShown(printed: string, shown: string): boolean {
  const parts = shown.trim().split('…');
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*?');
  return new RegExp(`^${pattern}$`).test(printed.trim());
}

export interface SnippetPlace {
  /** Where files are written and commands are run. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** Put in front of each block: functions that stand for commands. */
  readonly prelude?: string;
  /** Words that a reader would replace, such as ID. */
  readonly placeholders?: Readonly<Record<string, string>>;
}

const LOOKED_AT = new Set(['text', 'mermaid']);

/** Follows documents in one place. */
export class SnippetRun {
  private readonly background = new Set<ChildProcess>();

  constructor(private readonly place: SnippetPlace) {}

  /** Runs all of a document, in order; throws at the first block that doesn't do what the document says. Returns how many were run. */
  async follow(document: string): Promise<number> {
    let printed = '';
    let count = 0;
    for (const snippet of snippetsOf(readFileSync(join(ROOT, document), 'utf8'))) {
      const where = `${document}:${String(snippet.line)}`;
      if (snippet.language === 'text' && snippet.words[0] === 'output') {
        if (!isAsShown(printed, snippet.text))
          throw new Error(`${where}: shown is\n${snippet.text}printed was\n${printed}`);
      } else if (fileOf(snippet) !== undefined) {
        writeFileSync(join(this.place.directory, fileOf(snippet) ?? ''), snippet.text);
      } else if (snippet.language === 'sh') {
        printed = await this.run(snippet, where);
        count += 1;
      } else if (!LOOKED_AT.has(snippet.language)) {
        throw new Error(`${where}: say what this block is: sh, text, or file=NAME behind its language`);
      }
    }
    return count;
  }

  private async run({ words, text }: Snippet, where: string): Promise<string> {
    const { directory, env, prelude = '', placeholders = {} } = this.place;
    const elsewhere = words[0] === 'elsewhere';
    const filled = Object.entries(placeholders).reduce(
      (filling, [word, value]) => filling.replace(new RegExp(`\\b${word}\\b`, 'g'), value),
      text,
    );
    const options = elsewhere ? ['-n'] : ['-e', '-o', 'pipefail'];
    const child = spawn('bash', [...options, '-c', `${prelude}\n${filled}`], {
      cwd: directory,
      env,
      // A group of its own, so that what a block leaves behind ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    if (words[0] === 'background') {
      this.background.add(child);
      return '';
    }
    const status = await ended;
    if (status !== 0) throw new Error(`${where}: status ${String(status)}\n${filled}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Ends what goes on in the background. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.background].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        process.kill(-(child.pid ?? 0), 'SIGTERM');
        await ended;
      }),
    );
  }
}
