import type { JobEvent } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { checked, withExamples, words } from '../flags.js';
import { paintState } from '../output/colours.js';
import { localTime } from '../output/times.js';
import type { CliSession } from '../session.js';

const limit = option.integer({ summary: '', min: 1, max: 1_000_000_000, unit: 'events' });

interface EventsFlags {
  readonly job?: readonly string[];
  readonly type?: readonly string[];
  readonly cursor?: string;
  readonly limit?: number;
}

export function addEventsCommand(root: UsageCommand, session: CliSession): void {
  const command = root
    .command('events')
    .summary('watch what happens to jobs and workers')
    .description(
      'Prints events as they happen, until Ctrl-C: one line each, or one object a line with --output json (a document each with yaml).',
    )
    .option('--job <id,…>', 'only events of these jobs', words)
    .option('--type <type,…>', 'only these types, such as jobFinished or attemptAssigned', words)
    .option('--cursor <cursor>', 'go on behind this event (its cursor in the JSON); default: from now')
    .option('--limit <number>', 'stop after so many', checked('--limit', limit));
  withExamples(command, [['synod events --type jobFinished --output json', 'every end of a job, for a program']]);
  command.action(async (flags: EventsFlags) => watch(session, flags));
}

async function watch(session: CliSession, flags: EventsFlags): Promise<void> {
  let left = flags.limit ?? Infinity;
  const events = session.client.watchEvents({
    ...(flags.job === undefined ? {} : { jobIds: flags.job }),
    ...(flags.type === undefined ? {} : { types: flags.type }),
    ...(flags.cursor === undefined ? {} : { cursor: flags.cursor }),
  });
  for await (const event of events) {
    await session.print(session.structured ? session.item(event) : eventLine(session, event));
    left -= 1;
    if (left <= 0) return;
  }
}

function eventLine({ paint }: CliSession, event: JobEvent): string {
  const state = event.attemptState ?? event.jobState;
  const parts = [
    paint('dim', localTime(event.timeMs)),
    event.type,
    ...(event.jobId === '' ? [] : [event.jobId]),
    ...(event.attempt > 0 ? [`attempt ${event.attempt}`] : []),
    ...(event.workerId === '' ? [] : [`worker ${event.workerId}`]),
    ...(state === undefined ? [] : [paintState(paint, state)]),
    ...(event.exitCode === undefined ? [] : [`exit ${event.exitCode}`]),
    ...(event.message === '' ? [] : [event.message.replace(/[\r\n]+/g, ' ')]),
  ];
  return `${parts.join('  ')}\n`;
}
