import type { ClusterMember, ClusterStatus } from '@synod/client';
import type { UsageCommand } from '@synod/config';
import { withExamples } from '../flags.js';
import { paintState } from '../output/colours.js';
import { renderTable } from '../output/table.js';
import type { CliSession } from '../session.js';

export function addClusterCommand(root: UsageCommand, session: CliSession): void {
  const cluster = root.command('cluster').summary('look at the coordinators');
  const command = cluster
    .command('status')
    .summary('show the coordinators, their roles and what they have applied')
    .description(
      'Shows the cluster as one coordinator sees it by asking the others. Exits with 4 when none can be reached.',
    );
  withExamples(command, [
    ['synod cluster status --output json', 'an object: leaderId, members[] with id, address, role, …'],
  ]);
  command.action(async () => {
    const status = await session.client.clusterStatus();
    await session.show(status, () => statusText(session, status));
  });
}

function statusText(session: CliSession, status: ClusterStatus): string {
  const { paint } = session;
  const columns = [
    { title: 'member', value: (member: ClusterMember) => member.id },
    { title: 'address', value: (member: ClusterMember) => member.address, shrinks: true },
    { title: 'role', value: (member: ClusterMember) => paintState(paint, member.role) },
    { title: 'applied', value: (member: ClusterMember) => String(member.appliedSlot), align: 'right' as const },
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
  return `cluster: ${status.clusterId}\nleader:  ${leader}\njobs:    ${jobs.join(', ') || 'none'}\n\n${members}`;
}
