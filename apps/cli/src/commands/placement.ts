import type { KeyMove, KeyPlacement, PlacementPolicy, PlacementSimulation, WorkerEffect } from '@synod/client';
import { option, type UsageCommand } from '@synod/config';
import { Option } from 'commander';
import { checked, keyValue, withExamples, words } from '../flags.js';
import { PLACEMENT_POLICIES, placementOptions, type PlacementOptionFlags } from '../job-options.js';
import { renderTable } from '../output/table.js';
import type { CliSession } from '../session.js';

const howMany = option.integer({ summary: '', min: 1, max: 1_000, unit: 'workers' });
const capacity = option.integer({ summary: '', min: 1, max: 10_000, unit: 'attempts' });
/** Moved keys that a table shows; JSON has up to 1,000. */
const SHOWN_MOVES = 10;

interface PolicyFlags extends PlacementOptionFlags {
  readonly queue?: string;
  readonly policy?: PlacementPolicy;
}

interface ShowFlags extends PolicyFlags {
  readonly workerLabel?: Record<string, string>;
  readonly handler?: string;
  readonly count?: number;
}

interface SimulateFlags extends PolicyFlags {
  readonly add?: number;
  readonly addCapacity?: number;
  readonly addLabel?: Record<string, string>;
  readonly remove?: readonly string[];
}

export function addPlacementCommand(root: UsageCommand, session: CliSession): void {
  const placement = root.command('placement').summary('see who owns what, and what a change would move');
  addShow(placement, session);
  addSimulate(placement, session);
}

function addShow(placement: UsageCommand, session: CliSession): void {
  const command = placement
    .command('show')
    .argument('<key>', 'placement key of jobs')
    .summary('show the owner of a key, and where a job of it would go now')
    .option('--queue <name>', 'queue of the job (default "default")')
    .option(
      '--worker-label <key=value>',
      'label that the worker must have; may be repeated',
      keyValue('--worker-label'),
    )
    .option('--handler <name>', 'handler that the job runs (default: a command)')
    .option('--count <workers>', 'workers of the preference list, up to 1000 (default 5)', checked('--count', howMany));
  addPolicyFlags(command, 'by which the job would be placed (default consistentHash)');
  withExamples(command, [
    ['synod placement show customer-17', 'its owner, and who comes next when that is full or away'],
    ['synod placement show customer-17 --policy boundedHash', 'where it would go with bounded loads'],
  ]);
  command.action(async (key: string, flags: ShowFlags) => {
    const { queue, policy, workerLabel, handler, count } = flags;
    const shown = await session.client.showPlacement({
      ...{ key, ...placementOptions(flags) },
      ...(queue === undefined ? {} : { queue }),
      ...(policy === undefined ? {} : { placement: policy }),
      ...(workerLabel === undefined ? {} : { workerLabels: workerLabel }),
      ...(handler === undefined ? {} : { handler }),
      ...(count === undefined ? {} : { count }),
    });
    await session.show({ key, ...shown }, () => shownText(session, key, shown));
  });
}

function addSimulate(placement: UsageCommand, session: CliSession): void {
  const command = placement
    .command('simulate')
    .summary('show what a change of workers or policy would move, without making it')
    .option('--queue <name>', 'queue whose jobs and keys are looked at (default "default")')
    .option('--add <workers>', 'so many workers join, like the first online one', checked('--add', howMany))
    .option('--add-capacity <attempts>', 'capacity of each that joins', checked('--add-capacity', capacity))
    .option('--add-label <key=value>', 'label of those that join; may be repeated', keyValue('--add-label'))
    .option('--remove <worker>', 'this worker leaves; may be repeated', words);
  addPolicyFlags(command, 'all jobs of the queue are placed so');
  withExamples(command, [
    ['synod placement simulate --queue mail --add 3', 'what three workers more would take, and from whom'],
    ['synod placement simulate --queue mail --remove w1', 'who would take over what w1 has'],
    ['synod placement simulate --queue mail --policy spread --spread-label zone', 'where its ready jobs would go'],
  ]);
  command.action(async (flags: SimulateFlags) => {
    const { queue, policy, add, addCapacity, addLabel, remove } = flags;
    const simulated = await session.client.simulatePlacement({
      ...placementOptions(flags),
      ...(queue === undefined ? {} : { queue }),
      ...(policy === undefined ? {} : { placement: policy }),
      ...(add === undefined ? {} : { add }),
      ...(addCapacity === undefined ? {} : { addCapacity }),
      ...(addLabel === undefined ? {} : { addLabels: addLabel }),
      ...(remove === undefined ? {} : { remove }),
    });
    await session.show(simulated, () => simulatedText(session, simulated));
  });
}

function addPolicyFlags(command: UsageCommand, what: string): void {
  command.addOption(new Option('--policy <policy>', what).choices(PLACEMENT_POLICIES));
  command
    .option('--choices <count>', 'powerOfChoices: workers that are drawn (default 2)', checked('--choices', howMany))
    .option(
      '--load-factor <percent>',
      'boundedHash: most load in percent of the mean',
      checked('--load-factor', howMany),
    )
    .option('--spread-label <name>', 'spread: label of workers to spread over, such as zone');
}

function shownText(session: CliSession, key: string, { owner, chosen, preferred }: KeyPlacement): string {
  type Line = KeyPlacement['preferred'][number];
  const columns = [
    { title: 'worker', value: ({ workerId }: Line) => workerId, shrinks: true },
    { title: 'now', value: ({ verdict }: Line) => verdict },
    {
      title: 'busy',
      value: ({ activeAttempts, capacity: most }: Line) => `${activeAttempts}/${most}`,
      align: 'right' as const,
    },
    { title: 'weight', value: ({ weight }: Line) => weight.toFixed(2), align: 'right' as const },
  ];
  const head = [
    `key:     ${key}`,
    `owner:   ${owner ?? 'none: no worker that is online and open can run such jobs'}`,
    `now to:  ${chosen ?? 'nobody: it would wait'}`,
  ].join('\n');
  if (preferred.length === 0) return `${head}\n`;
  return `${head}\n\nin order of preference:\n${renderTable(columns, preferred, session.io.stdout, session.paint)}`;
}

function simulatedText(session: CliSession, simulated: PlacementSimulation): string {
  const { keys, movedKeys, moves, jobs, placedBefore, placedAfter, movedJobs, attemptsLeaving } = simulated;
  const { io, paint } = session;
  const lines = [
    `keys of jobs:  ${movedKeys} of ${keys} would get another owner`,
    `all keys:      ${percent(simulated.movedShare)} would move; no placement could move less than ${percent(simulated.leastShare)}`,
    `ready jobs:    ${jobs}; the next plan places ${placedBefore} as it is, ${placedAfter} with the change, ${movedJobs} of them elsewhere`,
    ...(attemptsLeaving === 0 ? [] : [`under way:     ${attemptsLeaving} on workers that leave`]),
  ];
  const columns = [
    { title: 'worker', value: ({ workerId }: WorkerEffect) => workerId, shrinks: true },
    { title: 'change', value: ({ change }: WorkerEffect) => (change === 'stays' ? '-' : change) },
    {
      title: 'busy',
      value: ({ activeAttempts, capacity: most }: WorkerEffect) => `${activeAttempts}/${most}`,
      align: 'right' as const,
    },
    {
      title: 'keys',
      value: ({ shareBefore, shareAfter }: WorkerEffect) => `${percent(shareBefore)} > ${percent(shareAfter)}`,
      align: 'right' as const,
    },
    {
      title: 'ready jobs',
      value: ({ jobsBefore, jobsAfter }: WorkerEffect) => `${jobsBefore} > ${jobsAfter}`,
      align: 'right' as const,
    },
  ];
  const table = renderTable(columns, simulated.workers, io.stdout, paint);
  return `${lines.join('\n')}\n\n${table}${movesText(moves, movedKeys)}`;
}

function movesText(moves: readonly KeyMove[], movedKeys: number): string {
  if (moves.length === 0) return '';
  const shown = moves
    .slice(0, SHOWN_MOVES)
    .map(({ key, from, to }) => `  ${key}: ${from ?? 'nobody'} > ${to ?? 'nobody'}`);
  const more = movedKeys - shown.length;
  const rest =
    more > 0 ? [`  and ${more} more: --output json has ${movedKeys > 1_000 ? 'the first 1,000' : 'all'}`] : [];
  return `\nkeys that move:\n${[...shown, ...rest].join('\n')}\n`;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}
