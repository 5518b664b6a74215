import type { HttpTaskSpec, JobSpec, StatusRange } from '@synod/client';
import { option, UsageError } from '@synod/config';
import { Option, type Command } from 'commander';
import { checked } from './flags.js';
import { jobOptions, readFlagFile, refuseExecFlags, type JobFlags } from './job-options.js';
import { Unfit } from './limit-options.js';
import type { CliSession } from './session.js';
import { readStdin } from './stdin.js';

/** Flags of a request, as commander gives them. */
export interface HttpFlags {
  readonly http?: string;
  readonly method?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyFile?: string;
  readonly expectStatus?: readonly StatusRange[];
  readonly requestTimeout?: number;
  readonly maxRedirects?: number;
}

const GROUP = 'Request:';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const requestTimeout = option.durationMs({ summary: '', minMs: 1, maxMs: 2_147_483_647 });
const maxRedirects = option.integer({ summary: '', min: 0, max: 20, unit: 'redirects' });
/** Without `--http` these would be ignored in silence. */
const OTHERS = {
  ...{ method: '--method', header: '--header', body: '--body', bodyFile: '--body-file' },
  ...{ expectStatus: '--expect-status', requestTimeout: '--request-timeout', maxRedirects: '--max-redirects' },
} as const;

/** Adds the flags of {@link HttpFlags}. */
export function addHttpFlags(command: Command): Command {
  const add = (flags: string, description: string, parse?: (text: string, previous: unknown) => unknown) => {
    const flag = new Option(flags, description).helpGroup(GROUP);
    command.addOption(parse === undefined ? flag : flag.argParser(parse));
  };
  add('--http <url>', 'a request to make instead of a command');
  add('--method <name>', 'its method (default GET, or POST with a body)', method);
  add('--header <name:value>', 'a header, as in "Accept: text/plain"; may be repeated', header);
  add('--body <text>', 'its body');
  add('--body-file <file>', 'the same from a file, or from the standard input with -');
  add('--expect-status <list>', 'statuses that count as success, such as 200-299,404 (default 200-299)', statuses);
  add(
    '--request-timeout <duration>',
    'time for one request (default 30s)',
    checked('--request-timeout', requestTimeout),
  );
  add(
    '--max-redirects <number>',
    'redirects to follow: up to 20 (default 0)',
    checked('--max-redirects', maxRedirects),
  );
  return command;
}

/** The job that the flags of a request describe; undefined when they describe none. */
export async function httpSpec(
  session: CliSession,
  words: readonly string[],
  flags: JobFlags & HttpFlags,
): Promise<JobSpec | undefined> {
  if (flags.http === undefined) {
    for (const [key, flag] of Object.entries(OTHERS))
      if (flags[key as keyof typeof OTHERS] !== undefined) throw conflict(flag, 'belongs to --http');
    return undefined;
  }
  if (words.length > 0) throw conflict('--http', 'takes no command');
  refuseExecFlags(flags, '--http');
  const body = await bodyOf(session, flags);
  const { method: given, header: headers, expectStatus, requestTimeout: timeoutMs, maxRedirects: redirects } = flags;
  const http: HttpTaskSpec = {
    url: flags.http,
    method: given ?? (body === undefined ? 'GET' : 'POST'),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { body }),
    ...(expectStatus === undefined ? {} : { expectedStatuses: expectStatus }),
    ...(timeoutMs === undefined ? {} : { requestTimeoutMs: timeoutMs }),
    ...(redirects === undefined ? {} : { maxRedirects: redirects }),
  };
  return { ...jobOptions(flags), http };
}

async function bodyOf(session: CliSession, { body, bodyFile }: HttpFlags): Promise<Buffer | undefined> {
  if (body !== undefined && bodyFile !== undefined) throw conflict('--body-file', 'and --body exclude each other');
  if (body !== undefined) return Buffer.from(body);
  if (bodyFile === undefined) return undefined;
  return bodyFile === '-' ? readStdin(session.io) : readFlagFile('--body-file', bodyFile);
}

function conflict(flag: string, what: string): UsageError {
  return new UsageError({ code: 'invalidCombination', option: flag }, `${flag} ${what}; see synod submit --help`);
}

function invalid(flag: string, what: string, text: string): UsageError {
  const shown = JSON.stringify(text.slice(0, 80));
  return new UsageError({ code: 'invalidValue', option: flag }, `${flag} ${what}, not ${shown}`);
}

function method(text: string): string {
  const name = text.toUpperCase();
  if (!METHODS.includes(name)) throw invalid('--method', `must be one of ${METHODS.join(', ')}`, text);
  return name;
}

function header(text: string, previous: unknown): Record<string, string> {
  const at = text.indexOf(':');
  if (at < 1) throw invalid('--header', 'takes NAME: VALUE', text);
  return { ...(previous as Record<string, string> | undefined), [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}

function statuses(text: string, previous: unknown): readonly StatusRange[] {
  try {
    return [...((previous as readonly StatusRange[] | undefined) ?? []), ...parseStatuses(text)];
  } catch (error) {
    if (error instanceof Unfit) throw invalid('--expect-status', `must be ${error.message}`, text);
    throw error;
  }
}

/** `200`, `200-299`, or several of them with commas. @throws Unfit */
export function parseStatuses(text: string): StatusRange[] {
  return text.split(',').map((part) => {
    const match = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part);
    const from = Number(match?.[1]);
    const to = match?.[2] === undefined ? from : Number(match[2]);
    if (match === null || to < from) throw new Unfit('statuses or ranges of them, such as 200-299,404');
    return { from, to };
  });
}
