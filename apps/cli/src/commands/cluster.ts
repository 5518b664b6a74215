import type { ClusterMember, ClusterStatus, LeadershipTransfer } from '@synod/client';
import type { UsageCommand } from '@synod/config';
import { withExamples } from '../flags.js';
import { paintState } from '../output/colours.js';
import { renderTable } from '../output/table.js';
import type { CliSession } from '../session.js';
import { addWatchFlag, watching, type WatchFlags } from '../watch.js';
import { adviceFor, clockText, diskText, levelText, size } from './member-advice.js';

export function addClusterCommand(root: UsageCommand, session: CliSession): void {
  const cluster = root.command('cluster').summary('look at the coordinators, and choose who leads');
  addTransferCommand(cluster, session);
  const command = cluster
    .command('status')
    .summary('show the coordinators, their roles and what they have applied')
    .description(
      'Shows the cluster as one coordinator sees it by asking the others. Exits with 4 when none can be reached.',
    );
  withExamples(command, [
    ['synod cluster status', 'a table, and below it what is wrong with a member and what to do'],
    ['synod cluster status --output json', 'an object: leaderId, members[] with id, address, role, unfitReason, …'],
  ]);
  addWatchFlag(command).action(async (flags: WatchFlags) =>
    watching(session, flags, async () => {
      const status = await session.client.clusterStatus();
      await session.show(status, () => statusText(session, status));
    }),
  );
}

function addTransferCommand(cluster: UsageCommand, session: CliSession): void {
  const command = cluster
    .command('transfer')
    .summary('hand the lead to another coordinator')
    .description(
      'Hands the lead to the coordinator that --to names, or to the one that is furthest; for maintenance of the one that leads. ' +
        'Submissions wait for a moment, and nothing is lost. Exits with 1 when that coordinator cannot lead now.',
    )
    .option('--to <id>', 'coordinator that shall lead');
  withExamples(command, [['synod cluster transfer --to c2', 'c2 leads']]);
  command.action(async ({ to }: { to?: string }) => {
    const transfer = await session.client.transferLeadership(to ?? '');
    await session.show(transfer, () => transferText(transfer));
  });
}

function transferText({ leaderId, outcome }: LeadershipTransfer): string {
  return outcome === 'alreadyLeader' ? `${leaderId} leads already\n` : `${leaderId} leads\n`;
}

function statusText(session: CliSession, status: ClusterStatus): string {
  const { paint } = session;
  const columns = [
    { title: 'member', value: (member: ClusterMember) => member.id },
    { title: 'address', value: (member: ClusterMember) => member.address, shrinks: true },
    { title: 'role', value: (member: ClusterMember) => paintState(paint, member.role) },
    { title: 'applied', value: (member: ClusterMember) => String(member.appliedSlot), align: 'right' as const },
    { title: 'image', value: (member: ClusterMember) => String(member.imageSlot), align: 'right' as const },
    {
      title: 'log from',
      value: (member: ClusterMember) => String(member.trimmedThroughSlot + 1),
      align: 'right' as const,
    },
    { title: 'log size', value: (member: ClusterMember) => size(member.logBytes), align: 'right' as const },
    { title: 'disk', value: diskText, shrinks: true },
    { title: 'clock', value: clockText, align: 'right' as const },
    { title: 'level', value: levelText },
    { title: 'state hash', value: (member: ClusterMember) => member.stateHash || '-', shrinks: true },
    { title: 'version', value: (member: ClusterMember) => member.version || '-' },
    { title: 'problem', value: (member: ClusterMember) => member.problem || '-', shrinks: true },
  ];
  const leader =
    status.leaderId === '' ? paint('red', 'none: nothing is decided until a majority is up') : status.leaderId;
  const jobs = Object.entries(status.jobsByState)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`);
  const members = renderTable(columns, status.members, session.io.stdout, paint);
  const head = `cluster: ${status.clusterId}\nleader:  ${leader}\njobs:    ${jobs.join(', ') || 'none'}`;
  const advice = status.members.flatMap((member) => adviceFor(member).map((text) => `${member.id}: ${text}`));
  return advice.length === 0 ? `${head}\n\n${members}` : `${head}\n\n${members}\n\n${advice.join('\n')}`;
}
