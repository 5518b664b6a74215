import type { FenceCheck } from '@synod/client';
import type { UsageCommand } from '@synod/config';
import { EXIT } from '../failure.js';
import { withExamples } from '../flags.js';
import type { CliSession } from '../session.js';

export function addCheckFence(job: UsageCommand, session: CliSession): void {
  const command = job
    .command('check-fence')
    .summary('ask whether a fencing token may still write')
    .description(
      "Asks the cluster whether a fencing token is that of the job's newest attempt, and that attempt has not ended. Exits with " +
        '0 when it is, and with 1 when a newer attempt has taken its place or it has ended: then its holder must not write. For ' +
        'scripts that guard a resource which cannot compare tokens itself.',
    )
    .argument('<id>', 'id of the job')
    .argument('<token>', 'the token, as the job has it in SYNOD_FENCING_TOKEN');
  withExamples(command, [
    [
      'synod job check-fence "$SYNOD_JOB_ID" "$SYNOD_FENCING_TOKEN" && publish',
      'inside a job: only if it still counts',
    ],
  ]);
  command.action(async (jobId: string, fencingToken: string) => {
    const found = await session.client.checkFence(jobId, fencingToken);
    await session.show({ jobId, fencingToken, ...found }, () => `${text(found)}\n`);
    session.exitStatus = found.current ? EXIT.ok : EXIT.failure;
  });
}

function text({ current, newestToken, jobState }: FenceCheck): string {
  if (current) return 'current';
  if (newestToken === undefined) return `outdated: the job is ${jobState} and has no attempt`;
  return `outdated: the job is ${jobState}, its newest token is ${newestToken}`;
}
