/** One job line of a crontab, with the settings that stood above it. */
export interface CrontabEntry {
  /** From 1. */
  readonly line: number;
  /** Five fields, or a macro such as `@daily`. */
  readonly expression: string;
  /** Of the user column; undefined where there is none. */
  readonly user: string | undefined;
  /** For the shell, with `\%` as `%` and `\\` as `\`. */
  readonly command: string;
  /** What follows the first `%`, lines ended; undefined when there is nothing. */
  readonly stdin: string | undefined;
  /** Settings in force, MAILTO and CRON_TZ among them. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface CrontabProblem {
  readonly line: number;
  readonly message: string;
}

export interface Crontab {
  readonly entries: readonly CrontabEntry[];
  readonly problems: readonly CrontabProblem[];
}

const SETTING = /^(?:([^\s="']+)|"([^"=]+)"|'([^'=]+)')\s*=\s*(.*)$/;
const FIELDS = 5;

/**
 * Reads a crontab as crontab(5) of Debian says; `system`: with the user column of /etc/crontab. What can't be taken over is in
 * `problems`, with its line; times are not checked here.
 */
export function parseCrontab(text: string, { system }: { readonly system: boolean }): Crontab {
  const entries: CrontabEntry[] = [];
  const problems: CrontabProblem[] = [];
  let settings: Readonly<Record<string, string>> = {};
  for (const [at, raw] of text.split(/\r?\n/).entries()) {
    // What ends a line belongs to the command, and to its standard input.
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const setting = SETTING.exec(line);
    if (setting !== null) {
      const [, plain, double, single, value = ''] = setting;
      settings = { ...settings, [plain ?? double ?? single ?? '']: unquoted(value) };
      continue;
    }
    const found = jobLine(line, system);
    if (typeof found === 'string') problems.push({ line: at + 1, message: found });
    else entries.push({ line: at + 1, settings, ...found });
  }
  return { entries, problems };
}

function unquoted(value: string): string {
  const text = value.trim();
  const quote = text[0];
  const isQuoted = text.length >= 2 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return isQuoted ? text.slice(1, -1) : text;
}

/** The parts of a job line, or what is wrong with it. */
function jobLine(line: string, system: boolean): Omit<CrontabEntry, 'line' | 'settings'> | string {
  const isMacro = line.startsWith('@');
  const columns = (isMacro ? 1 : FIELDS) + (system ? 1 : 0);
  const match = new RegExp(`^((?:\\S+\\s+){${columns}})(.*)$`, 's').exec(line);
  if (match === null || match[2]?.trim() === '') {
    const wanted = isMacro ? 'a macro' : 'five fields';
    return `is no setting and no job: a job has ${wanted}${system ? ', a user' : ''} and a command`;
  }
  const [, head = '', rest = ''] = match;
  const words = head.trim().split(/\s+/);
  const user = system ? words.pop() : undefined;
  const expression = words.join(' ');
  if (expression.toLowerCase() === '@reboot') {
    return '@reboot: a cluster has no reboot; let the host start it (systemd), or submit it as a job';
  }
  const { command, stdin } = splitAtPercent(rest);
  return { expression, user, command, stdin };
}

/**
 * The first `%` ends the command; further ones end lines of its standard input. A backslash keeps a `%` what it is, and in the command
 * a backslash too: cron's own reading (do_command.c), of which crontab(5) tells half.
 */
function splitAtPercent(text: string): { readonly command: string; readonly stdin: string | undefined } {
  const end = /^(?:[^%\\]|\\.)*\\?/s.exec(text)?.[0].length ?? 0;
  const command = text.slice(0, end).replaceAll(/\\([%\\])/g, '$1');
  const input = text.slice(end + 1);
  if (input === '') return { command, stdin: undefined };
  const stdin = input.replaceAll(/\\?%/g, (mark) => (mark === '%' ? '\n' : '%'));
  return { command, stdin: stdin.endsWith('\n') ? stdin : `${stdin}\n` };
}
